import type { Clock } from '@cc/models'

/** A clock that stands still until it is told to move: for work on real sockets, which no virtual clock waits for. */
export type ManualClock = Clock & {
  /** Moves on and wakes whoever is due, in order. */
  advance(ms: number): void
  /** Who sleeps. */
  sleepers(): number
}

export function createManualClock(startMs = 1_000_000): ManualClock {
  let nowMs = startMs
  const sleeping = new Set<{ wakeMs: number; wake: () => void }>()
  return {
    now: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { wakeMs: nowMs + durationMs, wake: resolve }
        sleeping.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleeping.delete(sleeper)
          reject(signal.reason)
        })
      }),
    hold: (work) => work(),
    advance(ms) {
      nowMs += ms
      const due = [...sleeping].filter(({ wakeMs }) => wakeMs <= nowMs).sort((a, b) => a.wakeMs - b.wakeMs)
      for (const sleeper of due) {
        sleeping.delete(sleeper)
        sleeper.wake()
      }
    },
    sleepers: () => sleeping.size,
  }
}
