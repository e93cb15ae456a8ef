import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../ports.js'
import { createVirtualClock } from './virtual-clock.js'

/*
 * The one file of the packages that touches ambient time. Whoever needs a clock is given one.
 */

/** Longest delay of a Node timer; a longer sleep is cut into pieces. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Real time that a paced clock waits at a stretch, so that whoever comes in between is heard soon. */
const PACE_MS = 100

/**
 * Real time: starts at the wall clock, or where it is told to, and runs with the monotonic clock, so that it never goes
 * back.
 */
export function createSystemClock({ startMs = Date.now() }: { startMs?: number } = {}): Clock {
  const origin = performance.now()
  const now = () => startMs + Math.floor(performance.now() - origin)
  return {
    now,
    async sleep(durationMs, signal) {
      const wakeMs = now() + durationMs
      signal?.throwIfAborted()
      try {
        do {
          const leftMs = Math.max(0, wakeMs - now())
          await delay(Math.min(leftMs, MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal })
        } while (now() < wakeMs)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    },
    hold: (work) => work(),
  }
}

/**
 * Simulated time at a pace that a person can watch: a virtual clock that takes real time to wait, `speed` simulated
 * milliseconds for each real one. What the work itself takes costs no simulated time.
 */
export function createPacedClock({ startMs, speed }: { startMs: number; speed: number }): Clock {
  if (!(speed > 0 && Number.isFinite(speed))) throw new RangeError(`speed must be a positive number, got ${speed}`)
  return createVirtualClock({
    startMs,
    async pass(gapMs) {
      const begunAt = performance.now()
      await delay(Math.min(Math.ceil(gapMs / speed), PACE_MS))
      return Math.floor((performance.now() - begunAt) * speed)
    },
  })
}
