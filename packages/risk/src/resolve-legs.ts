import {
  type AgentState,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type UnderlyingState,
} from '@cc/models'

/** What candidates and positions have in common: an option and its market. */
export type QuotedOption = Pick<
  OptionPosition,
  'instrument' | 'bidPriceCoin' | 'askPriceCoin' | 'markPriceCoin' | 'forwardUsd' | 'delta'
>

/** One symbol of a proposal, with what the state knows of it; `undefined` is unknown. */
export type Leg = {
  symbol: string
  underlying: UnderlyingState | undefined
  option: QuotedOption | undefined
}

/** A proposal, read on its state: what is bought back, what is sold, and how much of each. */
export type Trade = {
  sizeCoin: number
  /** `heldCoin`: how many of these calls the account is short, 0 when none. */
  close: CloseLeg | undefined
  open: Leg | undefined
}
type CloseLeg = Leg & { option: OptionPosition | undefined; heldCoin: number }

/** Reads a proposal on its state. A sale is known by its candidate, a buy-back by its position. */
export function resolveLegs(proposal: ProposedAction, state: AgentState): Trade {
  switch (proposal.action) {
    case 'DO_NOTHING':
      return { sizeCoin: 0, close: undefined, open: undefined }
    case 'OPEN_COVERED_CALL':
      return { sizeCoin: proposal.params.size, close: undefined, open: openLeg(proposal.params.symbol, state) }
    case 'ROLL_COVERED_CALL':
      return {
        sizeCoin: proposal.params.size,
        close: closeLeg(proposal.params.fromSymbol, state),
        open: openLeg(proposal.params.toSymbol, state),
      }
    case 'CLOSE_COVERED_CALL':
      return { sizeCoin: proposal.params.size, close: closeLeg(proposal.params.symbol, state), open: undefined }
  }
}

function openLeg(symbol: string, state: AgentState): Leg {
  const underlying = underlyingOf(symbol, state)
  return { symbol, underlying, option: underlying?.candidates.find(({ instrument }) => instrument.symbol === symbol) }
}

function closeLeg(symbol: string, state: AgentState): CloseLeg {
  const underlying = underlyingOf(symbol, state)
  const position = underlying?.portfolio.positions.find(({ instrument }) => instrument.symbol === symbol)
  return { symbol, underlying, option: position, heldCoin: Math.max(0, -(position?.sizeCoin ?? 0)) }
}

function underlyingOf(symbol: string, { underlyings }: AgentState): UnderlyingState | undefined {
  const currency = parseSymbol(symbol)?.currency
  return underlyings.find((underlying) => underlying.currency === currency)
}
