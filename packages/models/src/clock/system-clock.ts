import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../ports.js'

/*
 * The one file of the packages that touches ambient time. Whoever needs a clock is given one.
 */

/** Longest delay of a Node timer; a longer sleep is cut into pieces. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Real time: starts at the wall clock and runs with the monotonic clock, so that it never goes back. */
export function createSystemClock(): Clock {
  return createPacedClock({ startMs: Date.now(), speed: 1 })
}

/**
 * Time that begins at `startMs` and runs `speed` times as fast as real time: a simulated world at a pace
 * that a person can watch.
 */
export function createPacedClock({ startMs, speed }: { startMs: number; speed: number }): Clock {
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed must be a positive number, got ${speed}`)
  const origin = performance.now()
  const now = () => startMs + Math.floor((performance.now() - origin) * speed)
  return {
    now,
    async sleep(durationMs, signal) {
      const wakeMs = now() + durationMs
      signal?.throwIfAborted()
      try {
        do {
          const leftMs = Math.max(0, wakeMs - now()) / speed
          await delay(Math.min(Math.ceil(leftMs), MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal })
        } while (now() < wakeMs)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    },
    hold: (work) => work(),
  }
}
