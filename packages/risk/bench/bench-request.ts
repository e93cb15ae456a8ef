import {
  type AgentState,
  type CandidateOption,
  EMPTY_MEMORY,
  type OptionInstrument,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type ReviewRequest,
  type UnderlyingState,
} from '@cc/models'

/*
 * A busy account: 20 short calls of three expiries on ten coins, 10 calls offered, all of it explained by the ledger, and
 * 20 orders sent in the last day. Made here, since hand-made states for tests need a test runner.
 */

/** 2026-01-02 at 10:00 UTC. */
const NOW_MS = Date.UTC(2026, 0, 2, 10)
const FORWARD_USD = 90_000
const EXPIRIES = ['9JAN26', '16JAN26', '30JAN26']
const HELD_SYMBOLS = Array.from({ length: 20 }, (_, i) => `BTC-${EXPIRIES[i % 3]}-${95_000 + 1_000 * i}-C`)
const OFFERED_SYMBOLS = Array.from({ length: 10 }, (_, i) => `BTC-23JAN26-${96_000 + 2_000 * i}-C`)

export const HELD = HELD_SYMBOLS[7] as string
export const OFFERED = OFFERED_SYMBOLS[5] as string

export function benchRequest(proposal: ProposedAction): ReviewRequest {
  const state = JSON.parse(JSON.stringify(agentState())) as AgentState
  const size = proposal.action === 'DO_NOTHING' ? 0 : proposal.params.size
  return {
    proposal,
    state,
    nowMs: NOW_MS + 5_000,
    margins: [
      {
        symbol: OFFERED,
        side: 'sell',
        sizeCoin: size,
        priceCoin: 0.01,
        initialMarginCoin: 0.1102 * size,
        minPriceCoin: 0.0001,
        maxPriceCoin: 0.08,
      },
    ],
    decisionId: 'cafe0123'.repeat(8),
  }
}

function agentState(): AgentState {
  return {
    timeMs: NOW_MS,
    source: { kind: 'synthetic', description: 'benchmark' },
    venue: { testnet: true, locked: [], clockErrorMs: 40 },
    underlyings: [underlying()],
    memory: {
      ...EMPTY_MEMORY,
      highWaterCoin: { BTC: 10.1 },
      dayStart: { BTC: { dayMs: Date.UTC(2026, 0, 2), equityCoin: 10 } },
      explained: {
        BTC: { balanceCoin: 10, positions: HELD_SYMBOLS.toSorted().map((symbol) => ({ symbol, sizeCoin: -0.2 })) },
      },
      recentSends: HELD_SYMBOLS.map((symbol, i) => ({
        label: `cc-${i}`,
        symbol,
        timeMs: NOW_MS - 3_600_000 * (i + 1),
      })),
      guards: { latched: null, crashedMs: {} },
    },
  }
}

function underlying(): UnderlyingState {
  const part = { timestampMs: NOW_MS - 1_000, ageMs: 1_000 }
  return {
    currency: 'BTC',
    spotUsd: FORWARD_USD,
    dayChangePct: 1.2,
    portfolio: {
      ...{ balanceCoin: 10, equityCoin: 9.95, equityUsd: 9.95 * FORWARD_USD, marginBalanceCoin: 10 },
      ...{ initialMarginCoin: 0.5, maintenanceMarginCoin: 0.4, availableFundsCoin: 9.5, marginUsedPct: 5 },
      ...{ optionsDeltaCoin: -0.8, optionsNetDeltaCoin: -0.76, deltaTotalCoin: -0.76 },
      positions: HELD_SYMBOLS.map(position),
      otherPositions: [],
      openOrders: [],
      coverage: { coveredCoin: 10, committedCoin: 4, freeCoin: 6 },
    },
    vol: {
      ...{ horizonDays: 30, atmIv: 0.45, realisedVol: 0.4, ivrv: 1.125, expiries: [], tenors: [] },
      ...{
        termSlope: { front: 0, back: 0 },
        realised: [],
        ewma: null,
        forecast: null,
        dvol: 0.46,
        dvolDayChange: 0.01,
        ivRank: null,
      },
    },
    candidates: OFFERED_SYMBOLS.map(candidate),
    rejectedCandidates: [],
    missing: [],
    parts: {
      ...{ account: part, chain: part, index: part, instruments: part, tickers: part, candles: part, dvol: part },
    },
  }
}

const MARKET = {
  bidPriceCoin: 0.01,
  askPriceCoin: 0.0105,
  markPriceCoin: 0.0102,
  markIv: 0.45,
  forwardUsd: FORWARD_USD,
}
const GREEKS = { delta: 0.2, netDelta: 0.19, gamma: 0.00002, vega: 50, theta: -40 }

function position(symbol: string): OptionPosition {
  const instrument = instrumentOf(symbol)
  return {
    ...MARKET,
    ...GREEKS,
    ...{ instrument, sizeCoin: -0.2, averagePriceCoin: 0.012, dte: daysTo(instrument), inTheMoney: false },
    ...{ moneyness: instrument.strikeUsd / FORWARD_USD - 1, premiumCaptured: 0.1 },
  }
}

function candidate(symbol: string): CandidateOption {
  const instrument = instrumentOf(symbol)
  return {
    ...MARKET,
    ...GREEKS,
    ...{ instrument, dte: daysTo(instrument), quotedMs: NOW_MS, quotedBy: 'ticker', bidSizeCoin: 10, askSizeCoin: 10 },
    ...{ bidIv: 0.44, askIv: 0.46, moneyness: instrument.strikeUsd / FORWARD_USD - 1, netPremiumCoin: 0.0097 },
    ...{ netPremiumUsd: 873, annualisedYieldPct: 17, spreadPct: 4.9, spreadIv: 0.02, spreadTicks: 1 },
    ...{ openInterestCoin: 100, edgeCoin: 0.001, initialMarginCoin: 0.11 },
  }
}

function daysTo({ expiryMs }: OptionInstrument): number {
  return (expiryMs - NOW_MS) / 86_400_000
}

function instrumentOf(symbol: string): OptionInstrument {
  const parts = parseSymbol(symbol)
  if (parts === undefined) throw new Error(`${symbol} is no symbol`)
  return {
    symbol,
    ...parts,
    ...{ tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }], minSizeCoin: 0.1 },
    ...{ sizeStepCoin: 0.1, makerFeeRate: 0.0003, takerFeeRate: 0.0003, settlementPeriod: 'week', state: 'open' },
  }
}
