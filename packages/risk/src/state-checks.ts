import type { AgentMemory, Breach } from '@cc/models'
import type { RiskLimits } from './options.js'
import type { Trade } from './resolve-legs.js'
import { unresolvedIn } from './short-calls.js'

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
  return memory.unresolved
    .filter(
      (intent) =>
        (open?.underlying !== undefined && unresolvedIn(open.underlying.currency, memory).includes(intent)) ||
        (close !== undefined && intent.side === 'buy' && intent.symbol === close.symbol),
    )
    .map(({ symbol, label }) => ({ code: 'outcome-unresolved', on: symbol, label }))
}

/** The state as a whole, and each of its parts, is young enough to trade on, and none is from the future. */
export function staleBreaches(
  { close, open }: Trade,
  { stateTimeMs, nowMs }: { stateTimeMs: number; nowMs: number },
  { maxStateAgeMs }: RiskLimits,
): Breach[] {
  const stateAgeMs = nowMs - stateTimeMs
  const underlyings = new Set([close?.underlying, open?.underlying].filter((underlying) => underlying !== undefined))
  return [...underlyings].flatMap(({ currency, ages }) =>
    [['state', stateAgeMs] as const, ...Object.entries(ages).map(([part, age]) => [part, age + stateAgeMs] as const)]
      .filter(([, ageMs]) => !(ageMs <= maxStateAgeMs && ageMs >= -FUTURE_TOLERANCE_MS))
      .map(([part, ageMs]) => ({ code: 'state-stale' as const, on: currency, part, ageMs, maxAgeMs: maxStateAgeMs })),
  )
}
