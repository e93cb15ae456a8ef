import {
  type AgentState,
  type CandidateOption,
  type Currency,
  EMPTY_MEMORY,
  formatSymbol,
  type OptionInstrument,
  type OptionPosition,
  type PortfolioState,
  type UnderlyingState,
} from '@cc/models'

export const NOW_MS = Date.UTC(2026, 0, 2, 8)
const DAY_MS = 86_400_000

function instrument(terms: Partial<OptionInstrument> & { dte?: number } = {}): OptionInstrument {
  const { dte = 14, ...changes } = terms
  const parts = {
    currency: changes.currency ?? 'BTC',
    kind: changes.kind ?? 'call',
    strikeUsd: changes.strikeUsd ?? 100_000,
    expiryMs: changes.expiryMs ?? NOW_MS + dte * DAY_MS,
  } as const
  const isBtc = parts.currency === 'BTC'
  return {
    ...parts,
    symbol: formatSymbol(parts),
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: isBtc ? 0.1 : 1,
    sizeStepCoin: isBtc ? 0.1 : 1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week',
    state: 'open',
    ...changes,
  }
}

type CandidateTerms = Partial<CandidateOption> & { currency?: Currency; strikeUsd?: number }

/** A candidate with the yield, spread and net premium that its bid, ask and days come to, at an index of 90 000. */
export function candidate(terms: CandidateTerms = {}): CandidateOption {
  const { currency = 'BTC', strikeUsd = 100_000, dte = 14, bidPriceCoin = 0.012, ...changes } = terms
  const askPriceCoin = changes.askPriceCoin === undefined ? bidPriceCoin + 0.0005 : changes.askPriceCoin
  const netPremiumCoin = bidPriceCoin - Math.min(0.0003, 0.125 * bidPriceCoin)
  return {
    instrument: instrument({ currency, strikeUsd, dte }),
    dte,
    bidPriceCoin,
    markPriceCoin: bidPriceCoin,
    markIv: 0.44,
    forwardUsd: 90_000,
    delta: 0.22,
    moneyness: strikeUsd / 90_000 - 1,
    netPremiumCoin,
    netPremiumUsd: netPremiumCoin * 90_000,
    annualisedYieldPct: (netPremiumCoin / dte) * 36_500,
    spreadPct:
      askPriceCoin === null ? null : (Math.abs(askPriceCoin - bidPriceCoin) / (askPriceCoin + bidPriceCoin)) * 200,
    openInterestCoin: 10,
    ...changes,
    askPriceCoin,
  }
}

/** A short call of 2 BTC, 2 % out of the money, five days to go. */
export function shortCall(
  terms: Partial<Omit<OptionPosition, 'instrument'>> & { instrument?: Partial<OptionInstrument> } = {},
): OptionPosition {
  const { instrument: changes, dte = 5, ...rest } = terms
  const strikeUsd = changes?.strikeUsd ?? 91_800
  return {
    instrument: instrument({ strikeUsd, dte, ...changes }),
    sizeCoin: -2,
    averagePriceCoin: 0.012,
    markPriceCoin: 0.011,
    bidPriceCoin: 0.0105,
    askPriceCoin: 0.0115,
    markIv: 0.42,
    forwardUsd: 90_000,
    delta: 0.35,
    dte,
    moneyness: strikeUsd / 90_000 - 1,
    inTheMoney: strikeUsd < 90_000,
    ...rest,
  }
}

export function portfolio(changes: Partial<PortfolioState> = {}): PortfolioState {
  return {
    timestampMs: NOW_MS,
    balanceCoin: 2,
    equityCoin: 2,
    equityUsd: 180_000,
    marginBalanceCoin: 2,
    initialMarginCoin: 0,
    maintenanceMarginCoin: 0,
    availableFundsCoin: 2,
    marginUsedPct: 0,
    optionsDeltaCoin: 0,
    deltaTotalCoin: 0,
    positions: [],
    otherPositions: [],
    openOrders: [],
    coverage: { coveredCoin: 2, committedCoin: 0, freeCoin: 2 },
    ...changes,
  }
}

/** An account short these calls, with so many coins free beside them. */
export function shortOf(positions: readonly OptionPosition[], freeCoin = 0.05): PortfolioState {
  const committedCoin = positions.reduce((sum, { sizeCoin }) => sum + Math.max(0, -sizeCoin), 0)
  return portfolio({ positions, coverage: { coveredCoin: committedCoin + freeCoin, committedCoin, freeCoin } })
}

export function underlying(changes: Partial<UnderlyingState> = {}): UnderlyingState {
  return {
    currency: 'BTC',
    spotUsd: 90_000,
    dayChangePct: 0,
    portfolio: portfolio(),
    vol: {
      atmIv: 0.44,
      realisedVol: 0.38,
      ivrv: 0.44 / 0.38,
      skew25: -0.05,
      skewDte: 28,
      dvol: 0.45,
      horizonDays: 30,
    },
    candidates: [candidate()],
    rejectedCandidates: {},
    missing: [],
    ages: { chain: 0, index: 0, account: 0 },
    ...changes,
  }
}

export function agentState(
  underlyings: readonly UnderlyingState[],
  memory: Partial<AgentState['memory']> = {},
): AgentState {
  return {
    timeMs: NOW_MS,
    source: { kind: 'synthetic', description: 'plain objects' },
    underlyings,
    memory: { ...EMPTY_MEMORY, ...memory },
  }
}
