import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@cc/models'

/** Time of the machine, some times faster, and how many sleep in it. */
export type FastClock = Clock & { sleepers(): number }

/**
 * Runs `speed` times as fast as the machine's time, for everything that waits on real sockets: market steps, heartbeats and
 * back-offs pass in milliseconds. What takes real time, such as a round trip, looks that much longer.
 */
export function createFastClock({ startMs, speed }: { startMs: number; speed: number }): FastClock {
  const origin = performance.now()
  const now = () => startMs + Math.floor((performance.now() - origin) * speed)
  let sleeping = 0
  return {
    now,
    sleepers: () => sleeping,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted()
      const wakeMs = now() + durationMs
      sleeping += 1
      try {
        do {
          const leftMs = Math.max(0, wakeMs - now()) / speed
          await delay(Math.ceil(leftMs), undefined, signal === undefined ? {} : { signal })
        } while (now() < wakeMs)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      } finally {
        sleeping -= 1
      }
    },
    hold: (work) => work(),
  }
}
