import type { AgentState, CandidateOption, OptionPosition } from '@cc/models'

/** The candidate of a symbol; `undefined` where the state has none. */
export function candidateOf(symbol: string, { underlyings }: AgentState): CandidateOption | undefined {
  return underlyings.flatMap(({ candidates }) => candidates).find(({ instrument }) => instrument.symbol === symbol)
}

/** The position in a symbol; `undefined` where the account has none. */
export function positionOf(symbol: string, { underlyings }: AgentState): OptionPosition | undefined {
  return underlyings
    .flatMap(({ portfolio }) => portfolio.positions)
    .find(({ instrument }) => instrument.symbol === symbol)
}
