import type { Clock, Store } from '@cc/models'
import { withDeadline } from '@cc/models/clock'
import { untilAborted } from './until-aborted.js'

/** How long a turn is waited for, ms by the clock, and what ends the wait before. */
export type Wait = { clock: Clock; durationMs: number; signal: AbortSignal | undefined }

/** Why the turn never came: the wait took too long, or was called off. The work is not done then. */
export type NoTurn = { kind: 'fallback'; reason: 'deadline' | 'stopped' }

/**
 * Does work that reads and writes breaker and budgets of a store, after all earlier work on the same store has ended:
 * whoever reads them in between would not see the call that is under way.
 *
 * @throws what the work throws
 */
export async function inTurn<T>(store: Store, wait: Wait, work: () => Promise<T>): Promise<T | NoTurn> {
  const earlier = lastOf.get(store)
  let end = () => {}
  const mine = new Promise<void>((resolve) => {
    end = resolve
  })
  // Where this one gives up, the next still waits for those before it.
  const last = earlier === undefined ? mine : earlier.then(() => mine)
  lastOf.set(store, last)
  try {
    const noTurn = earlier === undefined ? undefined : await waitFor(earlier, wait)
    return noTurn ?? (await work())
  } finally {
    end()
    if (lastOf.get(store) === last) lastOf.delete(store)
  }
}

/** The end of the last work on each store, where some is under way. */
const lastOf = new WeakMap<Store, Promise<void>>()

async function waitFor(earlier: Promise<void>, { clock, durationMs, signal }: Wait): Promise<NoTurn | undefined> {
  const isStopped = () => signal?.aborted === true
  if (isStopped()) return { kind: 'fallback', reason: 'stopped' }
  try {
    const limit = { what: 'The wait for an earlier call', durationMs, signal }
    await withDeadline(clock, limit, (stop) => untilAborted(stop, () => earlier))
    return undefined
  } catch {
    // A clock that fails ends the wait too, and nobody knows how long it was.
    return { kind: 'fallback', reason: isStopped() ? 'stopped' : 'deadline' }
  }
}
