import {
  type AgentState,
  type CandidateOption,
  type CandidateRejection,
  type Currency,
  formatSymbol,
  type OptionInstrument,
  type OptionPosition,
  type PortfolioState,
  type RejectedCalls,
  type UnderlyingState,
} from '@cc/models'
import {
  candidateForTest,
  instrumentForTest,
  portfolioForTest,
  positionForTest,
  stateForTest,
  TEST_TIME_MS,
  type UnderlyingParts,
  underlyingForTest,
} from '@cc/models/testing'

export const NOW_MS = TEST_TIME_MS
const DAY_MS = 86_400_000

function instrument(terms: Partial<OptionInstrument> & { dte: number }): OptionInstrument {
  const { dte, currency = 'BTC', kind = 'call', strikeUsd = 100_000, ...changes } = terms
  const expiryMs = NOW_MS + dte * DAY_MS
  return instrumentForTest(formatSymbol({ currency, kind, strikeUsd, expiryMs }), { expiryMs, ...changes })
}

type CandidateTerms = Partial<CandidateOption> & { currency?: Currency; strikeUsd?: number }

/** A candidate at an index of 90 000: of 22 delta, two weeks, at a bid of 0.012, where nothing else is said. */
export function candidate(terms: CandidateTerms = {}): CandidateOption {
  const { currency = 'BTC', strikeUsd = 100_000, dte = 14, ...changes } = terms
  const option = instrument({ currency, strikeUsd, dte })
  return candidateForTest(option.symbol, { instrument: option, dte, bidPriceCoin: 0.012, delta: 0.22, ...changes })
}

/** A short call of 2 BTC, 2 % out of the money, five days to go, sold at 0.012 and offered at 0.0115. */
export function shortCall(
  terms: Partial<Omit<OptionPosition, 'instrument'>> & { instrument?: Partial<OptionInstrument> } = {},
): OptionPosition {
  const { instrument: changes, dte = 5, ...rest } = terms
  const option = instrument({ strikeUsd: 91_800, dte, ...changes })
  return positionForTest(option.symbol, {
    ...{ instrument: option, dte, sizeCoin: -2, delta: 0.35 },
    ...{ averagePriceCoin: 0.012, bidPriceCoin: 0.0105, askPriceCoin: 0.0115, markPriceCoin: 0.011 },
    ...rest,
  })
}

export function portfolio(changes: Partial<PortfolioState> = {}): PortfolioState {
  const coverage = { coveredCoin: 2, committedCoin: 0, freeCoin: 2 }
  return portfolioForTest({ balanceCoin: 2, coverage, ...changes })
}

/** An account short these calls, with so many coins free beside them. */
export function shortOf(positions: readonly OptionPosition[], freeCoin = 0.05): PortfolioState {
  const committedCoin = positions.reduce((sum, { sizeCoin }) => sum + Math.max(0, -sizeCoin), 0)
  return portfolio({ positions, coverage: { coveredCoin: committedCoin + freeCoin, committedCoin, freeCoin } })
}

/** So many calls that one reason keeps from being candidates. */
export function rejected(reason: CandidateRejection, count: number, limit: number | null = null): RejectedCalls {
  return { reason, count, limit, values: {} }
}

/** Two coins, nothing sold, one candidate, IV 44 % over RV 38 %, where nothing else is said. */
export function underlying(parts: UnderlyingParts = {}): UnderlyingState {
  return underlyingForTest({
    ...{ portfolio: portfolio(), candidates: [candidate()] },
    ...parts,
    vol: { atmIv: 0.44, realisedVol: 0.38, ...parts.vol },
  })
}

export function agentState(
  underlyings: readonly UnderlyingState[],
  memory: Partial<AgentState['memory']> = {},
): AgentState {
  return stateForTest({ underlyings, memory })
}
