import { AsyncLocalStorage } from 'node:async_hooks'
import { CcError } from '../errors.js'
import type { Clock } from '../ports.js'

/** Where time starts, and how it passes. */
export type VirtualClockOptions = {
  startMs: number
  /**
   * How waiting takes time: resolves, and never rejects, with how much of the gap has passed. Default: all of it, at
   * once.
   */
  pass?: (gapMs: number) => Promise<number>
}

type Sleeper = { wakeMs: number; order: number; wake: () => void }

/**
 * Turns of the event loop without a call of this clock after which nobody is taken to be at work.
 * One would do for work that only awaits promises; the second covers work begun by the first.
 */
const QUIET_TURNS = 2

/**
 * Simulated time: it stands still while anybody works, and passes while all sleep. That is so once the event loop has
 * been idle for two turns and no work is held. Sleepers wake in order of time, then of going to sleep: deterministic.
 *
 * A disk, a socket or a worker thread leaves the event loop idle while it works, so waiting for one belongs inside
 * `hold`. Sleeping there, on the clock that is held, could never end and throws `models/sleep-in-hold`.
 */
export function createVirtualClock({ startMs, pass }: VirtualClockOptions): Clock {
  const holding = new AsyncLocalStorage<{ isOver: boolean }>()
  const sleepers = new Set<Sleeper>()
  let nowMs = startMs
  let order = 0
  let held = 0
  let holds = 0
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
      advance()
    }
  }

  function advance(): void {
    const next = earliest(sleepers)
    if (next === undefined) {
      watching = false
    } else if (pass === undefined || next.wakeMs <= nowMs) {
      wakeUp(next)
      watching = false
      watch()
    } else {
      void wait(pass, next.wakeMs - nowMs)
    }
  }

  /** Lets time pass until somebody is due, unless work was held meanwhile: then nothing passed. */
  async function wait(passTime: NonNullable<typeof pass>, gapMs: number): Promise<void> {
    const holdsBefore = holds
    const passedMs = await passTime(gapMs)
    const dueMs = (earliest(sleepers)?.wakeMs ?? nowMs) - nowMs
    if (holds === holdsBefore) nowMs += Math.max(0, Math.min(Math.round(passedMs), dueMs))
    turn(0, calls)
  }

  function wakeUp(sleeper: Sleeper): void {
    sleepers.delete(sleeper)
    nowMs = Math.max(nowMs, sleeper.wakeMs)
    sleeper.wake()
  }

  return {
    now: () => nowMs,
    sleep(durationMs, signal) {
      if (!Number.isFinite(durationMs)) {
        return Promise.reject(new RangeError(`sleep: durationMs must be a finite number, got ${durationMs}`))
      }
      if (holding.getStore()?.isOver === false) {
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
        const sleeper: Sleeper = { wakeMs: nowMs + Math.max(0, Math.ceil(durationMs)), order: order++, wake }
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
      const hold = { isOver: false }
      held += 1
      holds += 1
      calls += 1
      try {
        return await holding.run(hold, work)
      } finally {
        hold.isOver = true
        held -= 1
        watch()
      }
    },
  }
}

function earliest(sleepers: Iterable<Sleeper>): Sleeper | undefined {
  let first: Sleeper | undefined
  for (const sleeper of sleepers) if (first === undefined || isBefore(sleeper, first)) first = sleeper
  return first
}

function isBefore(a: Sleeper, b: Sleeper): boolean {
  return a.wakeMs < b.wakeMs || (a.wakeMs === b.wakeMs && a.order < b.order)
}
