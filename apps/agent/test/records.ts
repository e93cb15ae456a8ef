import type { DecisionRecord, LedgerEntry, LegResult } from '@cc/models'

/** A cycle of one minute that did nothing. */
export function idle(startedMs: number, reasoning: string): DecisionRecord {
  return {
    kind: 'decision',
    schemaVersion: 1,
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
    verdict: null,
    execution: null,
    failure: null,
  }
}

/** A cycle that sold half a BTC call; `filledCoin` of it. */
export function opened(startedMs: number, filledCoin = 0.5): DecisionRecord {
  const symbol = 'BTC-30JAN26-100000-C'
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
    verdict: { allowed: true, legs: [], expiresMs: startedMs },
    execution: { status, legs: [leg], startedMs, endedMs: startedMs },
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

/** The ledger's row of half a BTC call that reached its expiry. */
export function delivery(timestampMs: number, payoutCoin: number): LedgerEntry {
  return {
    id: 'BTC-2',
    currency: 'BTC',
    timestampMs,
    kind: 'delivery',
    venueKind: 'delivery',
    symbol: 'BTC-23JAN26-90000-C',
    sizeCoin: 0.5,
    priceCoin: payoutCoin,
    deliveryPriceUsd: 95_000,
    feeCoin: 0,
    changeCoin: -0.5 * payoutCoin,
    balanceCoin: 2,
    indexUsd: 95_000,
  }
}
