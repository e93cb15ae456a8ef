import {
  type AgentState,
  type CandidateOption,
  type Currency,
  EMPTY_MEMORY,
  type OptionInstrument,
  parseSymbol,
  type UnderlyingState,
} from '@cc/models'

/*
 * Thirty calls to sell of each coin on ten of them, nothing sold. Made here, since hand-made states for tests need a test
 * runner.
 */

/** 2026-01-02 at 10:00 UTC. */
export const NOW_MS = Date.UTC(2026, 0, 2, 10)
const EXPIRIES = ['9JAN26', '16JAN26', '30JAN26']
const FORWARD_USD = { BTC: 90_000, ETH: 3_000 }

export const STATE: AgentState = {
  timeMs: NOW_MS,
  source: { kind: 'synthetic', description: 'benchmark' },
  venue: { testnet: true, locked: [], clockErrorMs: 40 },
  underlyings: [underlying('BTC'), underlying('ETH')],
  memory: EMPTY_MEMORY,
}

function underlying(currency: Currency): UnderlyingState {
  const part = { timestampMs: NOW_MS - 1_000, ageMs: 1_000 }
  const forwardUsd = FORWARD_USD[currency]
  return {
    currency,
    spotUsd: forwardUsd,
    dayChangePct: 1.2,
    portfolio: {
      ...{ balanceCoin: 10, equityCoin: 10, equityUsd: 10 * forwardUsd, marginBalanceCoin: 10 },
      ...{ initialMarginCoin: 0, maintenanceMarginCoin: 0, availableFundsCoin: 10, marginUsedPct: 0 },
      ...{ optionsDeltaCoin: 0, optionsNetDeltaCoin: 0, deltaTotalCoin: 0 },
      ...{ positions: [], otherPositions: [], openOrders: [] },
      coverage: { coveredCoin: 10, committedCoin: 0, freeCoin: 10 },
    },
    vol: {
      ...{ horizonDays: 30, atmIv: 0.45, realisedVol: 0.4, ivrv: 1.125, expiries: [], tenors: [], realised: [] },
      ...{ termSlope: { front: 0, back: 0 }, ewma: null, forecast: null },
      ...{ dvol: 0.46, dvolDayChange: 0.01, ivRank: null },
    },
    candidates: EXPIRIES.flatMap((expiry) =>
      Array.from({ length: 10 }, (_, at) => candidate(`${currency}-${expiry}-${(forwardUsd * (51 + at)) / 50}-C`, at)),
    ),
    rejectedCandidates: [],
    missing: [],
    parts: {
      ...{ account: part, chain: part, index: part, instruments: part, tickers: part, candles: part, dvol: part },
    },
  }
}

function candidate(symbol: string, at: number): CandidateOption {
  const parts = parseSymbol(symbol)
  if (parts === undefined) throw new Error(`${symbol} is no symbol`)
  const forwardUsd = FORWARD_USD[parts.currency]
  const stepCoin = parts.currency === 'BTC' ? 0.1 : 1
  const instrument: OptionInstrument = {
    symbol,
    ...parts,
    ...{ tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }], minSizeCoin: stepCoin },
    ...{ sizeStepCoin: stepCoin, makerFeeRate: 0.0003, takerFeeRate: 0.0003, settlementPeriod: 'week', state: 'open' },
  }
  const dte = (instrument.expiryMs - NOW_MS) / 86_400_000
  const bidPriceCoin = 0.012 - at / 1_000
  return {
    ...{ instrument, dte, quotedMs: NOW_MS, quotedBy: 'ticker', forwardUsd, bidPriceCoin, bidSizeCoin: 10 },
    ...{ askPriceCoin: bidPriceCoin + 0.0005, askSizeCoin: 10, markPriceCoin: bidPriceCoin + 0.0002, markIv: 0.45 },
    ...{ bidIv: 0.44, askIv: 0.46, moneyness: instrument.strikeUsd / forwardUsd - 1 },
    ...{ delta: 0.4 - at / 30, netDelta: 0.39 - at / 30, gamma: 0.00002, vega: 50, theta: -40 },
    ...{ netPremiumCoin: bidPriceCoin - 0.0003, netPremiumUsd: (bidPriceCoin - 0.0003) * forwardUsd },
    ...{ annualisedYieldPct: (36_500 * bidPriceCoin) / dte, spreadPct: 4.9, spreadIv: 0.02, spreadTicks: 1 },
    ...{ openInterestCoin: 100 + at, edgeCoin: 0.001, initialMarginCoin: 0.11 },
  }
}
