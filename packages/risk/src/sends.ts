import { type AgentMemory, type Currency, unresolvedIn } from '@cc/models'
import type { RiskLimits } from './options.js'
import { mayBeOf } from './symbol-parts.js'

/** Orders of one currency that were sent within a window, and how many it takes. */
export type SendWindow = { on: Currency; sends: number; max: number; windowMs: number }

/**
 * The windows that end now, with what was sent in each. A send of unknown outcome that is not among the recent ones
 * counts in both: nobody knows when it was. A fifth of each is kept for exits: sales that never fill must not use up what
 * a buy-back needs.
 */
export function sendWindows(
  currency: Currency,
  { state: { memory }, nowMs, sells }: { state: { memory: AgentMemory }; nowMs: number; sells: boolean },
  { maxSends }: RiskLimits,
): readonly [SendWindow, SendWindow] {
  const allowed = (max: number) => (sells ? max - Math.floor(max / EXITS_KEEP) : max)
  const hour = { on: currency, sends: 0, max: allowed(maxSends.perHour), windowMs: HOUR_MS }
  const day = { on: currency, sends: 0, max: allowed(maxSends.perDay), windowMs: DAY_MS }
  for (const { symbol, timeMs } of memory.recentSends) {
    if (timeMs <= nowMs - DAY_MS || !mayBeOf(currency, symbol)) continue
    day.sends++
    if (timeMs > nowMs - HOUR_MS) hour.sends++
  }
  for (const { label } of unresolvedIn(currency, memory)) {
    if (memory.recentSends.some((send) => send.label === label)) continue
    hour.sends++
    day.sends++
  }
  return [hour, day]
}

/** How many more may be sent, whichever window is asked. */
export function sendsLeft(windows: readonly SendWindow[]): number {
  return Math.min(...windows.map(({ sends, max }) => max - sends))
}

const EXITS_KEEP = 5
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
