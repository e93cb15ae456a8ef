import { type AgentMemory, type UnderlyingState, unresolvedIn } from '@cc/models'
import { satoshisUp } from './satoshis.js'
import { mayBeCall, partsOf } from './symbol-parts.js'
import { isListed, type QuotedOption } from './trade.js'

/** A call that is short, or may come to be. */
export type ShortCall = {
  symbol: string
  /** `undefined`: its symbol cannot be read, and it may be of any. */
  expiryMs: number | undefined
  satoshis: number
  /** Its market, where the state has it. */
  option: QuotedOption | undefined
  /** Not a position yet: the rest of a sell order, or a sale of unknown outcome, by its label. */
  pending: string | undefined
}

/**
 * Every call that the account is short or may find itself short without another decision: positions, the rest of
 * sell orders, and sends of unknown outcome. Long calls give no credit. What cannot be read as a put counts as a
 * call. Counted anew from the account, whatever the state sums up to.
 */
export function shortCallsOf(underlying: UnderlyingState, memory: AgentMemory): ShortCall[] {
  const { currency, portfolio } = underlying
  const calls: ShortCall[] = []
  for (const option of portfolio.positions) {
    const { symbol, kind, expiryMs } = option.instrument
    if (kind === 'call' && option.sizeCoin < 0) {
      calls.push({ symbol, expiryMs, satoshis: satoshisUp(-option.sizeCoin), option, pending: undefined })
    }
  }
  // Futures are taken off the covered coins instead.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option' && sizeCoin < 0 && mayBeCall(symbol)) {
      const expiryMs = partsOf(symbol)?.expiryMs
      calls.push({ symbol, expiryMs, satoshis: satoshisUp(-sizeCoin), option: undefined, pending: undefined })
    }
  }
  const add = (symbol: string, sizeCoin: number, label: string) => {
    if (!(sizeCoin > 0) || !mayBeCall(symbol)) return
    const option = marketOf(symbol, underlying)
    const expiryMs = partsOf(symbol)?.expiryMs
    calls.push({ symbol, expiryMs, satoshis: satoshisUp(sizeCoin), option, pending: label })
  }
  for (const { symbol, side, state, sizeCoin, filledCoin, label } of portfolio.openOrders) {
    if (side === 'sell' && state === 'open') add(symbol, sizeCoin - filledCoin, label)
  }
  for (const { symbol, side, label, sizeCoin } of unresolvedIn(currency, memory)) {
    if (side === 'sell' && !isListed(label, portfolio)) add(symbol, sizeCoin, label)
  }
  return calls
}

/** Calls of one expiry, with those that may be of any. */
export function onExpiry(calls: readonly ShortCall[], expiryMs: number): ShortCall[] {
  return calls.filter((call) => call.expiryMs === undefined || call.expiryMs === expiryMs)
}

export function totalSatoshis(calls: readonly ShortCall[]): number {
  return calls.reduce((sum, { satoshis }) => sum + satoshis, 0)
}

/** The market of a call, where the state has one whose numbers are numbers: nobody has looked at those of candidates. */
function marketOf(symbol: string, { portfolio, candidates }: UnderlyingState): QuotedOption | undefined {
  const isIt = ({ instrument }: QuotedOption) => instrument.symbol === symbol
  const option: QuotedOption | undefined = portfolio.positions.find(isIt) ?? candidates.find(isIt)
  if (option === undefined) return undefined
  const { instrument, markPriceCoin, markIv, forwardUsd, delta } = option
  const numbers = [instrument.strikeUsd, instrument.expiryMs, markPriceCoin, markIv ?? 0, forwardUsd, delta ?? 0]
  return numbers.every(Number.isFinite) ? option : undefined
}
