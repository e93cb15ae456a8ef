import type { DecisionRecord, LedgerEntry, LegResult, VolState } from '@cc/models'
import { positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'

const CALL = 'BTC-30JAN26-100000-C'
const OTHER_CALL = 'BTC-23JAN26-90000-C'

/** A cycle of one minute that did nothing. */
export function idle(startedMs: number, reasoning: string): DecisionRecord {
  return {
    kind: 'decision',
    schemaVersion: 3,
    runId: '0123456789abcdef',
    cycle: 0,
    decisionId: null,
    startedMs,
    endedMs: startedMs,
    policy: 'rules',
    dryRun: false,
    ledger: [],
    state: null,
    decision: { proposal: { action: 'DO_NOTHING', params: {}, reasoning } },
    review: null,
    verdict: null,
    execution: null,
    failure: null,
  }
}

/** The same with what it saw of BTC, and what of it is held. */
export function seeing(record: DecisionRecord, vol: Partial<VolState>, held: readonly string[] = []): DecisionRecord {
  const portfolio = { positions: held.map((symbol) => positionForTest(symbol)) }
  return { ...record, state: stateForTest({ underlyings: [underlyingForTest({ vol, portfolio })] }) }
}

/** A cycle that sold half a BTC call; `filledCoin` of it. */
export function opened(startedMs: number, filledCoin = 0.5): DecisionRecord {
  const symbol = CALL
  const fill = {
    tradeId: 'BTC-1',
    orderId: 'BTC-1',
    label: 'cc',
    symbol,
    side: 'sell' as const,
    priceCoin: 0.01,
    sizeCoin: filledCoin,
    feeCoin: 0.0003 * filledCoin,
    liquidity: 'taker' as const,
    indexUsd: 90_000,
    timestampMs: startedMs,
  }
  const leg: LegResult = {
    leg: 'open',
    symbol,
    side: 'sell',
    requestedCoin: 0.5,
    filledCoin,
    averagePriceCoin: filledCoin === 0 ? null : 0.01,
    feeCoin: fill.feeCoin,
    orders: [],
    fills: filledCoin === 0 ? [] : [fill],
  }
  const status = filledCoin === 0 ? 'not-filled' : filledCoin < 0.5 ? 'partial' : 'filled'
  return {
    ...idle(startedMs, ''),
    decision: {
      proposal: { action: 'OPEN_COVERED_CALL', params: { symbol, size: 0.5 }, reasoning: 'The premium is rich.' },
    },
    verdict: { allowed: true, legs: [], maxNetDebitCoin: null, maxOrders: 3, expiresMs: startedMs },
    execution: { status, legs: [leg], failure: null, startedMs, endedMs: startedMs },
  }
}

/** A cycle whose open was refused. */
export function refused(startedMs: number, reason: string): DecisionRecord {
  return {
    ...opened(startedMs),
    verdict: { allowed: false, breaches: [{ code: 'margin-unknown', on: 'BTC' }], reasons: [reason] },
    execution: null,
  }
}

/** A cycle whose open was only planned. */
export function planned(startedMs: number, { symbol = CALL, size = 0.5 } = {}): DecisionRecord {
  const record = opened(startedMs, 0)
  const legs = (record.execution?.legs ?? []).map((leg) => ({ ...leg, symbol, requestedCoin: size }))
  return {
    ...record,
    dryRun: true,
    decision: {
      proposal: { action: 'OPEN_COVERED_CALL', params: { symbol, size }, reasoning: `Sell ${symbol} at 0.01.` },
    },
    execution: { status: 'dry-run', legs, failure: null, startedMs, endedMs: startedMs },
  }
}

/** A roll of half a BTC call that was only planned. */
export function plannedRoll(startedMs: number): DecisionRecord {
  const record = planned(startedMs)
  const [open] = record.execution?.legs ?? []
  if (open === undefined) throw new Error('there is no leg')
  const close: LegResult = { ...open, leg: 'close', symbol: OTHER_CALL, side: 'buy' }
  return {
    ...record,
    decision: {
      proposal: {
        action: 'ROLL_COVERED_CALL',
        params: { fromSymbol: OTHER_CALL, toSymbol: CALL, size: 0.5 },
        reasoning: 'It is near its expiry.',
      },
    },
    execution: { status: 'dry-run', legs: [close, open], failure: null, startedMs, endedMs: startedMs },
  }
}

/** The ledger's row of half a BTC call that reached its expiry. */
export function delivery(timestampMs: number, payoutCoin: number): LedgerEntry {
  return {
    id: 'BTC-2',
    currency: 'BTC',
    timestampMs,
    kind: 'delivery',
    venueKind: 'delivery',
    symbol: OTHER_CALL,
    sizeCoin: 0.5,
    priceCoin: payoutCoin,
    deliveryPriceUsd: 95_000,
    feeCoin: 0,
    changeCoin: -0.5 * payoutCoin,
    balanceCoin: 2,
    indexUsd: 95_000,
  }
}
