import type { Clock } from '@cc/models'

/** Time of an exchange whose clients come and go: it runs fast, stands still, and jumps. */
export type VenueClock = Clock & {
  /** Time stands still from now on. */
  freeze(): void
  /** Jumps by `durationMs`, and runs. */
  resume(durationMs?: number): void
}

/** How long it waits on the wall at a stretch, so that a jump is seen soon. */
const LOOK_MS = 20

/** Runs `speed` times as fast as `wall`. It never goes back. */
export function createVenueClock(wall: Clock, { startMs, speed }: { startMs: number; speed: number }): VenueClock {
  let base = { venueMs: startMs, wallMs: wall.now() }
  let isFrozen = false
  const now = () => base.venueMs + (isFrozen ? 0 : Math.floor((wall.now() - base.wallMs) * speed))
  return {
    now,
    freeze() {
      base = { venueMs: now(), wallMs: wall.now() }
      isFrozen = true
    },
    resume(durationMs = 0) {
      base = { venueMs: now() + durationMs, wallMs: wall.now() }
      isFrozen = false
    },
    async sleep(durationMs, signal) {
      const wakeMs = now() + durationMs
      do {
        const leftMs = Math.max(0, Math.ceil((wakeMs - now()) / speed))
        await wall.sleep(Math.min(leftMs, LOOK_MS), signal)
      } while (now() < wakeMs)
    },
    hold: (work) => work(),
  }
}
