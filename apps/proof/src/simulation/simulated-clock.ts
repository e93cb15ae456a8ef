import type { Clock } from '@cc/models'

/** The one time of a simulated world. It jumps to its next sleeper whenever nothing else is left to do. */
export type SimulatedClock = Clock & {
  /** A sleep of somebody who may die: where `isAlive` says no at its end, it never ends. */
  sleepOf(isAlive: () => boolean, durationMs: number, signal?: AbortSignal): Promise<void>
  /** Resolves when the world stands still for ever: everybody waits, and nobody sleeps. */
  readonly stalled: Promise<void>
  /** The world ends: whoever sleeps does not wake. */
  stop(): void
}

type Sleeper = { wakeMs: number; order: number; wake: (() => void) | null }

/**
 * Creates the time of one world. All that happens in a world happens in microtasks, for disk and network are simulated too:
 * once they are all done there is nothing to wait for, which a tick of Node's own queue shows without a turn of the
 * event loop.
 */
export function createSimulatedClock({ startMs, endMs }: { startMs: number; endMs: number }): SimulatedClock {
  const queue = createQueue()
  let nowMs = startMs
  let order = 0
  let isDue = false
  let isStopped = false
  let stall = () => {}
  const stalled = new Promise<void>((resolve) => {
    stall = resolve
  })

  function jump(): void {
    isDue = false
    if (isStopped) return
    const next = queue.pop()
    if (next === undefined || next.wakeMs > endMs) {
      stall()
      return
    }
    nowMs = Math.max(nowMs, next.wakeMs)
    next.wake?.()
    awaitQuiet()
  }

  /** From a microtask, so that those which are queued already come before the tick. */
  function awaitQuiet(): void {
    if (isDue) return
    isDue = true
    queueMicrotask(() => process.nextTick(jump))
  }

  function sleepOf(isAlive: () => boolean, durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason)
        return
      }
      const sleeper: Sleeper = { wakeMs: nowMs + Math.max(0, Math.ceil(durationMs)), order: order++, wake: null }
      const abort = () => {
        sleeper.wake = null
        if (isAlive()) reject(signal?.reason)
      }
      sleeper.wake = () => {
        signal?.removeEventListener('abort', abort)
        if (isAlive()) resolve()
      }
      signal?.addEventListener('abort', abort, { once: true })
      if (Number.isFinite(sleeper.wakeMs)) queue.push(sleeper)
      awaitQuiet()
    })
  }

  return {
    now: () => nowMs,
    sleep: (durationMs, signal) => sleepOf(() => true, durationMs, signal),
    sleepOf,
    // No real work is under way in a simulated world that the clock could overtake.
    hold: (work) => work(),
    stalled,
    stop() {
      isStopped = true
    },
  }
}

/** A binary heap by time, then by who went to sleep first. */
function createQueue(): { push(sleeper: Sleeper): void; pop(): Sleeper | undefined } {
  const heap: Sleeper[] = []
  const isBefore = (a: Sleeper, b: Sleeper) => a.wakeMs < b.wakeMs || (a.wakeMs === b.wakeMs && a.order < b.order)
  const at = (index: number) => heap[index] as Sleeper

  function popAny(): Sleeper | undefined {
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    let index = 0
    for (;;) {
      const left = 2 * index + 1
      if (left >= heap.length) break
      const child = left + 1 < heap.length && isBefore(at(left + 1), at(left)) ? left + 1 : left
      if (!isBefore(at(child), last)) break
      heap[index] = at(child)
      index = child
    }
    heap[index] = last
    return first
  }

  return {
    push(sleeper) {
      let index = heap.length
      heap.push(sleeper)
      while (index > 0) {
        const parent = (index - 1) >> 1
        if (!isBefore(sleeper, at(parent))) break
        heap[index] = at(parent)
        index = parent
      }
      heap[index] = sleeper
    },
    pop() {
      let next = popAny()
      while (next !== undefined && next.wake === null) next = popAny()
      return next
    },
  }
}
