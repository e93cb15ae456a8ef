import { type AgentMemory, type Currency, parseSymbol, type UnderlyingState, type UnresolvedIntent } from '@cc/models'
import { satoshisUp } from './satoshi.js'

/** A short call that is or may come to be, in whole satoshis. `undefined` expiry: its symbol cannot be read. */
type ShortCall = { expiryMs: number | undefined; satoshis: number }

/**
 * Every call that the account is short or may find itself short without another decision: positions, the rest of
 * sell orders, and sends of unknown outcome. Long calls give no credit. What cannot be read as a put counts as a
 * call. Counted anew from the account, whatever the state sums up to.
 */
export function shortCalls({ currency, portfolio }: UnderlyingState, memory: AgentMemory): ShortCall[] {
  const calls: ShortCall[] = []
  for (const { instrument, sizeCoin } of portfolio.positions) {
    if (instrument.kind === 'call') calls.push({ expiryMs: instrument.expiryMs, satoshis: short(-sizeCoin) })
  }
  // Futures are taken off the covered coins instead.
  for (const { symbol, kind, sizeCoin } of portfolio.otherPositions) {
    if (kind === 'option') calls.push(...mayBeCall(symbol, -sizeCoin))
  }
  for (const { symbol, side, state, sizeCoin, filledCoin } of portfolio.openOrders) {
    if (side === 'sell' && state === 'open') calls.push(...mayBeCall(symbol, sizeCoin - filledCoin))
  }
  const resting = new Set(portfolio.openOrders.map(({ label }) => label))
  for (const { symbol, side, label, sizeCoin } of unresolvedIn(currency, memory)) {
    if (side === 'sell' && !resting.has(label)) calls.push(...mayBeCall(symbol, sizeCoin))
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

/** Sends of unknown outcome in one currency, with those whose symbol does not say theirs. */
export function unresolvedIn(currency: Currency, { unresolved }: AgentMemory): UnresolvedIntent[] {
  return unresolved.filter(({ symbol }) => (parseSymbol(symbol)?.currency ?? currency) === currency)
}

function mayBeCall(symbol: string, shortCoin: number): ShortCall[] {
  const parts = parseSymbol(symbol)
  return parts?.kind === 'put' ? [] : [{ expiryMs: parts?.expiryMs, satoshis: short(shortCoin) }]
}

function short(coin: number): number {
  return Math.max(0, satoshisUp(coin))
}
