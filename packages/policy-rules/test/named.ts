import {
  type AgentState,
  type CandidateOption,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type UnderlyingState,
} from '@cc/models'

/** The underlying of a symbol. */
export function underlyingOf(symbol: string, { underlyings }: AgentState): UnderlyingState {
  return found(
    symbol,
    underlyings.find(({ currency }) => currency === parseSymbol(symbol)?.currency),
  )
}

/** The candidate of this symbol. */
export function candidateNamed(symbol: string, state: AgentState): CandidateOption {
  const { candidates } = underlyingOf(symbol, state)
  return found(
    symbol,
    candidates.find(({ instrument }) => instrument.symbol === symbol),
  )
}

/** The position of this symbol. */
export function positionNamed(symbol: string, state: AgentState): OptionPosition {
  const { positions } = underlyingOf(symbol, state).portfolio
  return found(
    symbol,
    positions.find(({ instrument }) => instrument.symbol === symbol),
  )
}

/** What a proposal buys back, coin; `undefined`: nothing. */
export function boughtBack(proposal: ProposedAction): { symbol: string; size: number } | undefined {
  if (proposal.action === 'CLOSE_COVERED_CALL') return proposal.params
  if (proposal.action !== 'ROLL_COVERED_CALL') return undefined
  return { symbol: proposal.params.fromSymbol, size: proposal.params.size }
}

function found<T>(symbol: string, one: T | undefined): T {
  if (one === undefined) throw new Error(`The state knows nothing of ${symbol}.`)
  return one
}
