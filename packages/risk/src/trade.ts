import {
  type AgentState,
  type Breach,
  type OptionInstrument,
  type OptionPosition,
  type ProposedAction,
  parseSymbol,
  type UnderlyingState,
} from '@cc/models'
import { isOnStep } from '@cc/pricing'
import type { RiskLimits } from './options.js'

/** What candidates and positions have in common: an option and its market. */
export type QuotedOption = Pick<
  OptionPosition,
  'instrument' | 'bidPriceCoin' | 'askPriceCoin' | 'markPriceCoin' | 'forwardUsd' | 'delta'
>

/** One symbol of a proposal, with what the state knows of it; `undefined` is unknown. */
type Leg = {
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

/** Why the venue would not take an order of this size in this instrument now, or the agent does not trade its kind. */
export function instrumentBreaches(instrument: OptionInstrument, sizeCoin: number, nowMs: number): Breach[] {
  const { symbol: on, kind, state, expiryMs, minSizeCoin, sizeStepCoin } = instrument
  const breaches: Breach[] = []
  if (kind !== 'call') breaches.push({ code: 'not-a-call', on })
  if (state !== 'open') breaches.push({ code: 'instrument-not-open', on, state })
  if (!(expiryMs > nowMs)) breaches.push({ code: 'instrument-expired', on, expiryMs, nowMs })
  if (!(sizeCoin >= minSizeCoin)) breaches.push({ code: 'size-too-small', on, sizeCoin, minSizeCoin })
  if (sizeCoin > 0 && !isOnStep(sizeCoin, sizeStepCoin)) {
    breaches.push({ code: 'size-off-step', on, sizeCoin, stepCoin: sizeStepCoin })
  }
  return breaches
}

/** A sale larger than any that is meant: a slipped digit. */
export function largestOrderBreaches({ open, sizeCoin }: Trade, { maxOrderCoin }: RiskLimits): Breach[] {
  if (open?.underlying === undefined) return []
  const maxSizeCoin = maxOrderCoin[open.underlying.currency]
  return sizeCoin <= maxSizeCoin ? [] : [{ code: 'size-too-large', on: open.symbol, sizeCoin, maxSizeCoin }]
}

/** What is sold is a candidate, and what is bought back is held. */
export function symbolBreaches({ close, open, sizeCoin }: Trade): Breach[] {
  const breaches: Breach[] = []
  if (close !== undefined && !isHeld(close, sizeCoin)) {
    breaches.push({ code: 'position-missing', on: close.symbol, sizeCoin, heldCoin: close.heldCoin })
  }
  if (open !== undefined && open.option === undefined) breaches.push({ code: 'symbol-unknown', on: open.symbol })
  return breaches
}

/** Whether the account is short at least this many of the call. */
export function isHeld({ heldCoin }: { heldCoin: number }, sizeCoin: number): boolean {
  return satoshisUp(sizeCoin) <= satoshisDown(heldCoin)
}

/** A roll goes to another call of the same coin that does not expire earlier. */
export function rollBreaches({ close, open }: Trade): Breach[] {
  if (close === undefined || open === undefined) return []
  if (close.symbol === open.symbol) return [{ code: 'roll-same-symbol', on: close.symbol }]
  const pair = { on: close.symbol, to: open.symbol }
  const [from, to] = [parseSymbol(close.symbol), parseSymbol(open.symbol)]
  // A symbol that cannot be read is unknown, and refused as that.
  if (from === undefined || to === undefined) return []
  const breaches: Breach[] = []
  if (from.currency !== to.currency) breaches.push({ code: 'roll-other-currency', ...pair })
  if (to.expiryMs < from.expiryMs) breaches.push({ code: 'roll-earlier-expiry', ...pair })
  return breaches
}

// Coins are counted in whole units of 1e-8, so that a call is covered or it is not, and no float noise decides.

/** What is needed: the next whole satoshi up. */
export function satoshisUp(coin: number): number {
  return Math.ceil(coin * SATOSHIS_PER_COIN - NOISE)
}

/** What is there: the next whole satoshi down. */
export function satoshisDown(coin: number): number {
  return Math.floor(coin * SATOSHIS_PER_COIN + NOISE)
}

export function coins(satoshis: number): number {
  return satoshis / SATOSHIS_PER_COIN
}

const SATOSHIS_PER_COIN = 1e8

/** Noise of float arithmetic that is no satoshi yet: a thousandth of one. */
const NOISE = 1e-3

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
