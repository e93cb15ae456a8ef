import {
  type AgentMemory,
  type AgentState,
  type CandidateOption,
  type Currency,
  EMPTY_MEMORY,
  type MarginQuote,
  type OptionInstrument,
  type OptionPosition,
  type OrderReport,
  type PortfolioState,
  type ProposedAction,
  parseSymbol,
  type UnderlyingState,
  type UnresolvedIntent,
} from '@cc/models'

/*
 * States to judge: one BTC account with one covered coin, at 90 000 USD. Calls of 0.1 coin, ticks of 0.0001 and
 * 0.0005 above 0.005, a fee of 0.0003: Deribit's.
 */

export const NOW_MS = Date.UTC(2026, 0, 5, 12)
export const DECISION_ID = 'cafe0123'

/** What is offered, dearest last in time: 23 Jan, 30 Jan. */
export const CALL = 'BTC-23JAN26-100000-C'
export const LATER_CALL = 'BTC-30JAN26-105000-C'
export const EARLIER_CALL = 'BTC-16JAN26-95000-C'
export const ETH_CALL = 'ETH-30JAN26-4000-C'

export function instrumentOf(symbol: string, changes: Partial<OptionInstrument> = {}): OptionInstrument {
  const parts = parseSymbol(symbol)
  if (parts === undefined) throw new Error(`${symbol} is no option.`)
  return {
    symbol,
    ...parts,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: 0.1,
    sizeStepCoin: 0.1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week',
    state: 'open',
    ...changes,
  }
}

export function candidateOf(symbol: string, changes: Partial<CandidateOption> = {}): CandidateOption {
  const instrument = instrumentOf(symbol)
  return {
    instrument,
    dte: (instrument.expiryMs - NOW_MS) / 86_400_000,
    bidPriceCoin: 0.01,
    askPriceCoin: 0.0105,
    markPriceCoin: 0.0102,
    markIv: 0.45,
    forwardUsd: 90_000,
    delta: 0.2,
    moneyness: instrument.strikeUsd / 90_000 - 1,
    netPremiumCoin: 0.0097,
    netPremiumUsd: 873,
    annualisedYieldPct: 20,
    spreadPct: 4.9,
    openInterestCoin: 100,
    ...changes,
  }
}

/** A short position when `sizeCoin` is negative. */
export function positionOf(symbol: string, sizeCoin: number, changes: Partial<OptionPosition> = {}): OptionPosition {
  const { instrument, dte, forwardUsd, moneyness } = candidateOf(symbol)
  return {
    instrument,
    sizeCoin,
    averagePriceCoin: 0.01,
    markPriceCoin: 0.0102,
    bidPriceCoin: 0.01,
    askPriceCoin: 0.0105,
    markIv: 0.45,
    forwardUsd,
    delta: 0.2,
    dte,
    moneyness,
    inTheMoney: moneyness < 0,
    ...changes,
  }
}

export function restingOrder(symbol: string, sizeCoin: number, changes: Partial<OrderReport> = {}): OrderReport {
  return {
    symbol,
    side: 'sell',
    sizeCoin,
    priceCoin: 0.02,
    orderId: `id-${symbol}`,
    label: `cc-resting-${symbol}`,
    state: 'open',
    filledCoin: 0,
    averagePriceCoin: null,
    postOnly: true,
    reduceOnly: false,
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    cancelReason: null,
    ...changes,
  }
}

export function unresolvedSend(symbol: string, changes: Partial<UnresolvedIntent> = {}): UnresolvedIntent {
  return { label: 'cc-lost', symbol, side: 'sell', sizeCoin: 0.1, validUntilMs: NOW_MS, ...changes }
}

export type UnderlyingParts = Partial<Omit<UnderlyingState, 'portfolio'>> & {
  portfolio?: Partial<PortfolioState>
  coveredCoin?: number
}

export function underlyingOf(
  currency: Currency,
  { portfolio, coveredCoin = 1, ...parts }: UnderlyingParts = {},
): UnderlyingState {
  return {
    currency,
    spotUsd: 90_000,
    dayChangePct: 0,
    vol: { atmIv: 0.45, realisedVol: 0.4, ivrv: 1.125, skew25: -0.03, skewDte: 25, dvol: 0.46, horizonDays: 14 },
    candidates: currency === 'BTC' ? [EARLIER_CALL, CALL, LATER_CALL].map((symbol) => candidateOf(symbol)) : [],
    rejectedCandidates: {},
    missing: [],
    ages: { chain: 0, index: 0, account: 0 },
    ...parts,
    portfolio: {
      timestampMs: NOW_MS,
      balanceCoin: coveredCoin,
      equityCoin: coveredCoin,
      equityUsd: coveredCoin * 90_000,
      marginBalanceCoin: coveredCoin,
      initialMarginCoin: 0,
      maintenanceMarginCoin: 0,
      availableFundsCoin: coveredCoin,
      marginUsedPct: 0,
      optionsDeltaCoin: 0,
      deltaTotalCoin: 0,
      positions: [],
      otherPositions: [],
      openOrders: [],
      // Nothing here is to be believed but the first.
      coverage: { coveredCoin, committedCoin: 0, freeCoin: Math.max(0, coveredCoin) },
      ...portfolio,
    },
  }
}

/** A state whose BTC account is made of these parts. */
export function stateOf(
  btc: UnderlyingParts = {},
  { memory = {}, others = [] }: { memory?: Partial<AgentMemory>; others?: UnderlyingState[] } = {},
): AgentState {
  return {
    timeMs: NOW_MS,
    source: { kind: 'synthetic', description: 'hand-made state of a test' },
    underlyings: [underlyingOf('BTC', btc), ...others],
    memory: { ...EMPTY_MEMORY, ...memory },
  }
}

export const NOTHING: ProposedAction = { action: 'DO_NOTHING', params: {}, reasoning: '' }

export function open(symbol: string, size: number): ProposedAction {
  return { action: 'OPEN_COVERED_CALL', params: { symbol, size }, reasoning: '' }
}

export function close(symbol: string, size: number): ProposedAction {
  return { action: 'CLOSE_COVERED_CALL', params: { symbol, size }, reasoning: '' }
}

export function roll(fromSymbol: string, toSymbol: string, size: number): ProposedAction {
  return { action: 'ROLL_COVERED_CALL', params: { fromSymbol, toSymbol, size }, reasoning: '' }
}

export function marginOf(symbol: string, sizeCoin: number, changes: Partial<MarginQuote> = {}): MarginQuote {
  return {
    symbol,
    side: 'sell',
    sizeCoin,
    priceCoin: 0.01,
    initialMarginCoin: 0.1102 * sizeCoin,
    minPriceCoin: null,
    maxPriceCoin: null,
    ...changes,
  }
}
