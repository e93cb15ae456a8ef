import type { AgentState, Breach, MarginQuote } from '@cc/models'
import type { Trade } from './resolve-legs.js'
import { unresolvedIn } from './short-calls.js'

type Request = { state: AgentState; nowMs: number; margins: readonly MarginQuote[] }

/**
 * Every number that a check of this trade reads and that is missing or not finite. A valid state has none; a number
 * that is not one compares false with everything, and would pass for "no breach".
 */
export function incompleteBreaches(trade: Trade, { state, nowMs, margins }: Request): Breach[] {
  const { close, open, sizeCoin } = trade
  const breaches = holes('request', { nowMs, timeMs: state.timeMs, sizeCoin })
  for (const leg of [close, open]) {
    if (leg?.underlying !== undefined) breaches.push(...holes(leg.symbol, leg.underlying.ages, 'ages'))
  }
  // An exit must not wait for numbers that only a sale needs.
  if (close?.option !== undefined) {
    const { instrument, sizeCoin, askPriceCoin, markPriceCoin } = close.option
    breaches.push(...holes(close.symbol, { instrument, sizeCoin, askPriceCoin, markPriceCoin }))
  }
  if (open?.underlying !== undefined) {
    const { currency, portfolio } = open.underlying
    breaches.push(...holes(currency, portfolio, 'portfolio'))
    breaches.push(...holes(currency, unresolvedIn(currency, state.memory), 'unresolved'))
  }
  if (open?.option !== undefined) {
    const { instrument, bidPriceCoin, markPriceCoin, forwardUsd, delta } = open.option
    breaches.push(...holes(open.symbol, { instrument, bidPriceCoin, markPriceCoin, forwardUsd, delta }))
  }
  for (const quote of margins) breaches.push(...holes(quote.symbol, quote, 'margins'))
  return breaches
}

/** Paths of the numbers in `value` that are missing or not finite. `null` is a word of its own: each check knows it. */
export function nonFinite(value: unknown, path: readonly string[] = []): string[] {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return [path.join('.')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => nonFinite(inner, [...path, key]))
}

function holes(on: string, value: object, name?: string): Breach[] {
  return nonFinite(value, name === undefined ? [] : [name]).map((datum) => ({ code: 'state-incomplete', on, datum }))
}
