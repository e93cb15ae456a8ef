import { AsyncLocalStorage } from 'node:async_hooks'
import { CcError } from '../errors.js'
import type { Clock } from '../ports.js'

type Sleeper = { wakeMs: number; order: number; wake: () => void }

/**
 * Turns of the event loop without a call of this clock after which nobody is taken to be at work.
 * One would do for work that only awaits promises; the second covers work begun by the first.
 */
const QUIET_TURNS = 2

/**
 * Simulated time. It stands still while anybody works and jumps to the next sleeper when the event loop is
 * idle and nothing is in `hold`. Sleepers wake in order of time, then of going to sleep: deterministic.
 *
 * Real input and output (disk, sockets, worker threads) leaves the event loop idle, so it must run inside
 * `hold`. Sleeping on the clock inside one's own `hold` would never end and throws `models/sleep-in-hold`.
 */
export function createVirtualClock({ startMs }: { startMs: number }): Clock {
  const holding = new AsyncLocalStorage<true>()
  const sleepers = new Set<Sleeper>()
  let nowMs = startMs
  let order = 0
  let held = 0
  let calls = 0
  let watching = false

  function watch(): void {
    calls += 1
    if (watching || held > 0 || sleepers.size === 0) return
    watching = true
    holding.exit(() => setImmediate(turn, 0, calls))
  }

  function turn(quietTurns: number, callsBefore: number): void {
    if (held > 0 || sleepers.size === 0) {
      watching = false
    } else if (calls !== callsBefore) {
      setImmediate(turn, 0, calls)
    } else if (quietTurns + 1 < QUIET_TURNS) {
      setImmediate(turn, quietTurns + 1, calls)
    } else {
      watching = false
      jump()
      watch()
    }
  }

  function jump(): void {
    let next: Sleeper | undefined
    for (const sleeper of sleepers) if (next === undefined || isBefore(sleeper, next)) next = sleeper
    if (next === undefined) return
    sleepers.delete(next)
    nowMs = Math.max(nowMs, next.wakeMs)
    next.wake()
  }

  return {
    now: () => nowMs,
    sleep(durationMs, signal) {
      if (holding.getStore() === true) {
        return Promise.reject(
          new CcError('Work inside hold() slept on the clock that it holds.', {
            code: 'models/sleep-in-hold',
            recovery: 'halt',
            facts: { durationMs },
          }),
        )
      }
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper: Sleeper = { wakeMs: nowMs + Math.max(0, durationMs), order: order++, wake }
        function wake(): void {
          signal?.removeEventListener('abort', abort)
          resolve()
        }
        function abort(): void {
          sleepers.delete(sleeper)
          watch()
          reject(signal?.reason)
        }
        signal?.addEventListener('abort', abort, { once: true })
        sleepers.add(sleeper)
        watch()
      })
    },
    async hold(work) {
      held += 1
      calls += 1
      try {
        return await holding.run(true, work)
      } finally {
        held -= 1
        watch()
      }
    },
  }
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.wakeMs < b.wakeMs || (a.wakeMs === b.wakeMs && a.order < b.order)
}
