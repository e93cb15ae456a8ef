import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '@cc/models'

/** Time of the machine, some times faster, and how many sleep in it. */
export type FastClock = Clock & { sleepers(): number }

/** What a machine that is busy elsewhere has all of us stand still for counts as no more than this, in real ms. */
const LONGEST_PIECE_MS = 50
const TICK_MS = 10

/**
 * Runs `speed` times as fast as the machine's time, for everything that waits on real sockets: market steps, heartbeats and
 * back-offs pass in milliseconds. What takes real time, such as a round trip, looks that much longer; what stood still with
 * the whole process does not, and all clocks of the process agree on that.
 */
export function createFastClock({ startMs, speed }: { startMs: number; speed: number }): FastClock {
  const origin = countedMs()
  const now = () => startMs + Math.floor((countedMs() - origin) * speed)
  let sleeping = 0
  return {
    now,
    sleepers: () => sleeping,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted()
      const wakeMs = now() + durationMs
      sleeping += 1
      beginCounting()
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
        endCounting()
      }
    },
    hold: (work) => work(),
  }
}

let counted = 0
let lookedAtMs = performance.now()
let counting = 0
let ticking: NodeJS.Timeout | undefined

/** Real time as this process had it. */
function countedMs(): number {
  const atMs = performance.now()
  counted += Math.min(atMs - lookedAtMs, LONGEST_PIECE_MS)
  lookedAtMs = atMs
  return counted
}

/** Looks at the time while anybody sleeps, so that none of it is taken for standing still. */
function beginCounting(): void {
  counting += 1
  ticking ??= setInterval(countedMs, TICK_MS)
}

function endCounting(): void {
  counting -= 1
  if (counting > 0) return
  clearInterval(ticking)
  ticking = undefined
}
