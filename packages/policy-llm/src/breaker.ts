import { z } from 'zod'
import type { FallbackReason } from './fallback-reason.js'
import type { LlmOptions } from './options.js'

/** What the breaker remembers of the calls so far. Times are of the real clock. */
export const breakerStateSchema = z.strictObject({
  failuresInARow: z.int().nonnegative(),
  /** The last ten calls since it was last closed, oldest first; true: it failed. */
  lastTen: z.array(z.boolean()).max(10).readonly(),
  /** Times that it opened since the last success. */
  openings: z.int().nonnegative(),
  /** From when on one call may probe the provider; `null`: it is closed. */
  openUntilMs: z.int().nullable(),
})
export type BreakerState = z.infer<typeof breakerStateSchema>

/** The breaker of a provider that nothing is known against. */
export const CLOSED_BREAKER: BreakerState = { failuresInARow: 0, lastTen: [], openings: 0, openUntilMs: null }

type BreakerOptions = LlmOptions['breaker']

/** `closed`: calls are made. `open`: none is. `half-open`: one may probe. */
export type BreakerPhase = 'closed' | 'open' | 'half-open'

/** Tells what the breaker does with a call now. */
export function breakerPhase({ openUntilMs }: BreakerState, nowMs: number): BreakerPhase {
  if (openUntilMs === null) return 'closed'
  return nowMs < openUntilMs ? 'open' : 'half-open'
}

/**
 * The breaker while a call is under way: one that probes shuts the door behind it for as long as it was shut, so that
 * there is no second, not even after a crash.
 */
export function beginCall(state: BreakerState, nowMs: number, options: BreakerOptions): BreakerState {
  if (breakerPhase(state, nowMs) !== 'half-open') return state
  return { ...state, openUntilMs: nowMs + coolDownMs(state.openings, options) }
}

/**
 * The breaker after a call that ended so; `null`: it was answered. An answered probe closes it and forgets all. What says
 * nothing of the provider changes nothing.
 */
export function endCall(
  state: BreakerState,
  { failure, nowMs }: { failure: FallbackReason | null; nowMs: number },
  options: BreakerOptions,
): BreakerState {
  if (failure === null) {
    return state.openUntilMs === null ? { ...CLOSED_BREAKER, lastTen: lastTen(state, false) } : CLOSED_BREAKER
  }
  if (!isFailureOfProvider(failure)) return state
  const failuresInARow = state.failuresInARow + 1
  const recent = lastTen(state, true)
  const opens =
    state.openUntilMs !== null ||
    isLasting(failure) ||
    failuresInARow >= options.failuresInARow ||
    recent.filter((failed) => failed).length >= options.failuresOfTen
  if (!opens) return { ...state, failuresInARow, lastTen: recent }
  const openings = state.openings + 1
  const shutMs = isLasting(failure) ? options.maxCoolDownMs : coolDownMs(openings, options)
  return { failuresInARow, lastTen: recent, openings, openUntilMs: nowMs + shutMs }
}

function lastTen(state: BreakerState, failed: boolean): readonly boolean[] {
  return [...state.lastTen, failed].slice(-10)
}

/** Whether a failure counts: it is of the provider or its answer, not of the market, of us, or of what was never asked. */
export function isFailureOfProvider(failure: FallbackReason): boolean {
  return !UNCOUNTED.has(failure)
}

const UNCOUNTED: ReadonlySet<FallbackReason> = new Set(['disabled', 'breaker-open', 'budget', 'stopped', 'stale'])

/** What no waiting mends: somebody has to do something about the account or the settings. */
function isLasting(failure: FallbackReason): boolean {
  return LASTING.has(failure)
}

const LASTING: ReadonlySet<FallbackReason> = new Set(['auth', 'quota', 'model-gone', 'bad-request'])

/** Twice as long with each opening in a row. */
function coolDownMs(openings: number, { coolDownMs: first, maxCoolDownMs }: BreakerOptions): number {
  return Math.min(first * 2 ** Math.max(0, openings - 1), maxCoolDownMs)
}
