import type {
  AgentState,
  CandidateOption,
  MarginQuote,
  OptionPosition,
  ProposedAction,
  UnderlyingState,
} from '@cc/models'
import type { RiskLimits } from './options.js'
import { satoshisDown, satoshisUp } from './satoshis.js'
import { partsOf } from './symbol-parts.js'

/** What candidates and positions have in common: an option and its market. */
export type QuotedOption = Pick<
  OptionPosition,
  'instrument' | 'bidPriceCoin' | 'askPriceCoin' | 'markPriceCoin' | 'markIv' | 'forwardUsd' | 'delta'
>

/** A call that is offered: no candidate is without a delta, a volatility and the time of its quote. */
export type OfferedOption = QuotedOption & Pick<CandidateOption, 'delta' | 'markIv' | 'quotedMs'>

/** One symbol of a proposal, with what the state knows of it; `undefined` is unknown. */
type Leg<Option> = { symbol: string } & (
  | { underlying: UnderlyingState; option: Option | undefined }
  | { underlying: undefined; option: undefined }
)
export type OpenLeg = Leg<OfferedOption>

/** A proposal, read on its state: what is bought back, what is sold, and how much of each. */
export type Trade = {
  sizeCoin: number
  close: CloseLeg | undefined
  open: OpenLeg | undefined
}
/** `heldCoin`: how many of these calls the account is short and nothing buys back yet, 0 when none. */
export type CloseLeg = Leg<QuotedOption> & { heldCoin: number }

/** `formula`: no venue is asked, and the margin of a sale is the formula's alone. */
export type Margins = readonly MarginQuote[] | 'formula'

/** What is given to judge. */
export type Basis = { state: AgentState; nowMs: number; margins: Margins; trade: Trade; limits: RiskLimits }

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

/** Whether the account is short at least this many of the call, after what buys it back already. */
export function isHeld({ option, heldCoin }: CloseLeg, sizeCoin: number): boolean {
  return option !== undefined && satoshisUp(sizeCoin) <= satoshisDown(heldCoin)
}

function openLeg(symbol: string, state: AgentState): OpenLeg {
  const underlying = underlyingOf(symbol, state)
  if (underlying === undefined) return { symbol, underlying, option: undefined }
  return { symbol, underlying, option: underlying.candidates.find(({ instrument }) => instrument.symbol === symbol) }
}

function closeLeg(symbol: string, state: AgentState): CloseLeg {
  const underlying = underlyingOf(symbol, state)
  if (underlying === undefined) return { symbol, underlying, option: undefined, heldCoin: 0 }
  const position = underlying.portfolio.positions.find(({ instrument }) => instrument.symbol === symbol)
  const shortCoin = Math.max(0, -(position?.sizeCoin ?? 0))
  const heldCoin = Math.max(0, shortCoin - boughtAlreadyCoin(symbol, underlying, state))
  return { symbol, underlying, option: position, heldCoin }
}

/** What may be bought back without another decision: resting buys, and buys whose outcome is unknown. */
function boughtAlreadyCoin(symbol: string, { portfolio }: UnderlyingState, { memory }: AgentState): number {
  let coin = 0
  for (const order of portfolio.openOrders) {
    if (order.side === 'buy' && order.state === 'open' && order.symbol === symbol) {
      coin += Math.max(0, order.sizeCoin - order.filledCoin)
    }
  }
  for (const send of memory.unresolved) {
    if (send.side === 'buy' && send.symbol === symbol && !isListed(send.label, portfolio)) coin += send.sizeCoin
  }
  return coin
}

/** Whether the venue lists an order of this label: then its report counts, and not what was sent. */
export function isListed(label: string, { openOrders }: UnderlyingState['portfolio']): boolean {
  return openOrders.some((order) => order.label === label)
}

function underlyingOf(symbol: string, { underlyings }: AgentState): UnderlyingState | undefined {
  const currency = partsOf(symbol)?.currency
  return underlyings.find((underlying) => underlying.currency === currency)
}
