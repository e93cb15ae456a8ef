import type { CandidateOption } from '../candidate.js'
import { type OptionInstrument, parseSymbol } from '../instrument.js'
import type { OptionPosition } from '../portfolio.js'

/** The moment that hand-made states are of, where a test names none: 2026-01-02 at 08:00 UTC, when options expire. */
export const TEST_TIME_MS = Date.UTC(2026, 0, 2, 8)

/**
 * The option that a symbol names, on Deribit's terms: ticks of 0.0001, above a price of 0.005 of 0.0005, sizes by 0.1
 * BTC or 1 ETH, a fee of 0.0003. For tests only.
 */
export function instrumentForTest(symbol: string, changes: Partial<OptionInstrument> = {}): OptionInstrument {
  const parts = parseSymbol(symbol)
  if (parts === undefined) throw new Error(`${symbol} must be the symbol of an option, such as BTC-30JAN26-100000-C.`)
  const stepCoin = parts.currency === 'BTC' ? 0.1 : 1
  return {
    symbol,
    ...parts,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: stepCoin,
    sizeStepCoin: stepCoin,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week',
    state: 'open',
    ...changes,
  }
}

/**
 * A call of 20 delta on a forward of 90 000 USD, bid at 0.01 and offered at 0.0105, where nothing else is said. Days,
 * moneyness, premium, yield, spreads and margin follow from that; the other greeks are only plausible. The ask must not
 * be below the bid. For tests only.
 */
export function candidateForTest(symbol: string, changes: Partial<CandidateOption> = {}): CandidateOption {
  const { instrument = instrumentForTest(symbol), bidPriceCoin = 0.01, markIv = 0.45, delta = 0.2 } = changes
  const { quotedMs = TEST_TIME_MS, dte = (instrument.expiryMs - quotedMs) / DAY_MS, forwardUsd = 90_000 } = changes
  const { askPriceCoin = bidPriceCoin + 0.0005, markPriceCoin = bidPriceCoin + 0.0002 } = changes
  const { bidIv = markIv - 0.01, askIv = askPriceCoin === null ? null : markIv + 0.01 } = changes
  const moneyness = instrument.strikeUsd / forwardUsd - 1
  const netPremiumCoin = bidPriceCoin - feeCoin(bidPriceCoin, instrument)
  return {
    instrument,
    dte,
    quotedMs,
    quotedBy: 'ticker',
    bidPriceCoin,
    askPriceCoin,
    bidSizeCoin: 10,
    askSizeCoin: askPriceCoin === null ? null : 10,
    markPriceCoin,
    markIv,
    bidIv,
    askIv,
    forwardUsd,
    ...greeksOf(delta, markPriceCoin),
    moneyness,
    netPremiumCoin,
    netPremiumUsd: netPremiumCoin * forwardUsd,
    annualisedYieldPct: (netPremiumCoin / dte) * 36_500,
    spreadPct: askPriceCoin === null ? null : (200 * (askPriceCoin - bidPriceCoin)) / (askPriceCoin + bidPriceCoin),
    spreadIv: askIv === null ? null : askIv - bidIv,
    spreadTicks: askPriceCoin === null ? null : ticksBetween(bidPriceCoin, askPriceCoin, instrument),
    openInterestCoin: 100,
    edgeCoin: netPremiumCoin / 10,
    initialMarginCoin: Math.max(0.15 - Math.max(0, moneyness), 0.1) + markPriceCoin,
    ...changes,
  }
}

/**
 * A short position of one coin, sold at 0.01 and quoted as {@link candidateForTest} is, where nothing else is said. Days,
 * moneyness and premium captured follow from that. For tests only.
 */
export function positionForTest(symbol: string, changes: Partial<OptionPosition> = {}): OptionPosition {
  const { instrument = instrumentForTest(symbol), sizeCoin = -1, forwardUsd = 90_000, delta = 0.2 } = changes
  const { averagePriceCoin = 0.01, askPriceCoin = 0.0105, markPriceCoin = 0.0102 } = changes
  const { moneyness = instrument.strikeUsd / forwardUsd - 1 } = changes
  const costCoin = askPriceCoin === null ? null : askPriceCoin + feeCoin(askPriceCoin, instrument)
  const premiumCoin = averagePriceCoin === null ? null : averagePriceCoin - feeCoin(averagePriceCoin, instrument)
  const isPriced = sizeCoin < 0 && costCoin !== null && premiumCoin !== null && premiumCoin > 0
  return {
    instrument,
    sizeCoin,
    averagePriceCoin,
    markPriceCoin,
    bidPriceCoin: 0.01,
    askPriceCoin,
    markIv: 0.45,
    forwardUsd,
    ...(delta === null ? NO_GREEKS : greeksOf(delta, markPriceCoin)),
    dte: (instrument.expiryMs - TEST_TIME_MS) / DAY_MS,
    moneyness,
    inTheMoney: instrument.kind === 'call' ? moneyness < 0 : moneyness > 0,
    premiumCaptured: isPriced ? 1 - costCoin / premiumCoin : null,
    ...changes,
  }
}

const DAY_MS = 86_400_000

const NO_GREEKS = { delta: null, netDelta: null, gamma: null, vega: null, theta: null }

function greeksOf(delta: number, markPriceCoin: number) {
  return { delta, netDelta: delta - markPriceCoin, gamma: 0.00002, vega: 50, theta: -40 }
}

/** The trade fee of one coin, at most 12.5 % of the price. */
function feeCoin(priceCoin: number, { takerFeeRate }: OptionInstrument): number {
  return Math.min(takerFeeRate, 0.125 * priceCoin)
}

/** In ticks of the higher price. */
function ticksBetween(bidPriceCoin: number, askPriceCoin: number, { tickSizeCoin, tickSteps }: OptionInstrument) {
  const steps = tickSteps.filter(({ abovePriceCoin }) => askPriceCoin > abovePriceCoin)
  const tickCoin = Math.max(tickSizeCoin, ...steps.map((step) => step.tickSizeCoin))
  return Math.round((askPriceCoin - bidPriceCoin) / tickCoin)
}
