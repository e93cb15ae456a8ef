import {
  type AgentMemory,
  type AgentState,
  type Breach,
  type MarginQuote,
  type StatePart,
  unresolvedIn,
} from '@cc/models'
import type { RiskLimits } from './options.js'
import type { Trade } from './trade.js'

/** How far ahead of the venue's clock a time stamp may lie before the state counts as wrong, ms. */
const FUTURE_TOLERANCE_MS = 5_000

/** The kill switch stops everything but cancels; reduce-only stops what sells calls, and lets exits through. */
export function modeBreaches({ open }: Trade, { mode }: AgentMemory): Breach[] {
  if (mode === 'halted') return [{ code: 'halted', reason: 'the agent is in mode halted' }]
  return mode === 'reduce-only' && open !== undefined ? [{ code: 'reduce-only-mode', on: open.symbol }] : []
}

/**
 * Sends whose outcome is unknown. Any in its currency stops a sale: it may have sold, or be selling still. A
 * buy-back waits only for another buy of the same call, with which it would buy back more than is held.
 */
export function outcomeBreaches({ close, open }: Trade, memory: AgentMemory): Breach[] {
  const inWayOfSale = open?.underlying === undefined ? [] : unresolvedIn(open.underlying.currency, memory)
  return memory.unresolved
    .filter(
      (intent) =>
        inWayOfSale.includes(intent) ||
        (close !== undefined && intent.side === 'buy' && intent.symbol === close.symbol),
    )
    .map(({ symbol, label }) => ({ code: 'outcome-unresolved', on: symbol, label }))
}

/**
 * The state as a whole, and each part that the trade reads, is young enough to trade on, and none is from the future.
 * An exit does not read the index. The state is also too old once an approval, whose life counts from it, has ended.
 */
export function staleBreaches(
  trade: Trade,
  { stateTimeMs, nowMs }: { stateTimeMs: number; nowMs: number },
  { maxStateAgeMs, maxApprovalMs }: RiskLimits,
): Breach[] {
  const stateAgeMs = nowMs - stateTimeMs
  return partsOf(trade).flatMap(({ on, parts }) => {
    const aged = Object.entries(parts).map(([part, { ageMs }]) => ({ part, ageMs: ageMs + stateAgeMs }))
    const ages = [
      { part: 'state', ageMs: stateAgeMs, maxAgeMs: Math.min(maxStateAgeMs, maxApprovalMs) },
      ...aged.map((part) => ({ ...part, maxAgeMs: maxStateAgeMs })),
    ]
    return ages
      .filter(({ ageMs, maxAgeMs }) => !(ageMs <= maxAgeMs && ageMs >= -FUTURE_TOLERANCE_MS))
      .map((part) => ({ code: 'state-stale' as const, on, ...part }))
  })
}

/**
 * Every number that a check of this trade reads and that is missing or not finite. A valid state has none; a number
 * that is not one compares false with everything, and would pass for "no breach".
 */
export function incompleteBreaches(
  trade: Trade,
  { state, nowMs, margins }: { state: AgentState; nowMs: number; margins: readonly MarginQuote[] },
): Breach[] {
  const { close, open, sizeCoin } = trade
  const breaches = holes('request', { nowMs, timeMs: state.timeMs, sizeCoin })
  for (const { on, parts } of partsOf(trade)) breaches.push(...holes(on, parts, 'parts'))
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
  for (const quote of margins.filter(({ symbol, side }) => symbol === open?.symbol && side === 'sell')) {
    breaches.push(...holes(quote.symbol, quote, 'margins'))
  }
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

/** The parts of the state that must be young: chain, index and account for a sale, chain and account for an exit. */
function partsOf({ close, open }: Trade): { on: string; parts: Readonly<Record<string, StatePart>> }[] {
  const read: ReturnType<typeof partsOf> = []
  if (close?.underlying !== undefined && close.underlying !== open?.underlying) {
    const { chain, account } = close.underlying.parts
    read.push({ on: close.underlying.currency, parts: { chain, account } })
  }
  if (open?.underlying !== undefined) {
    const { chain, index, account } = open.underlying.parts
    read.push({ on: open.underlying.currency, parts: { chain, index, account } })
  }
  return read
}
