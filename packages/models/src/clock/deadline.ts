import { CcError } from '../errors.js'
import type { Clock } from '../ports.js'

/**
 * Runs `work` for at most `durationMs` of `clock`'s time. Its signal is aborted at the deadline, or when
 * `signal` is. Work that goes on regardless is left behind: its result is dropped.
 *
 * @throws CcError `models/deadline-passed`
 */
export async function withDeadline<T>(
  clock: Clock,
  { what, durationMs, signal }: { what: string; durationMs: number; signal?: AbortSignal | undefined },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const stop = new AbortController()
  // A listener of its own costs a tenth of a joined signal, and does not stay on one that outlives the work.
  const follow = () => stop.abort(signal?.reason)
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  const timer = clock.sleep(durationMs, ended.signal).then(
    () => {
      const error = new CcError(`${what} took longer than ${durationMs} ms.`, {
        code: 'models/deadline-passed',
        recovery: 'skip',
        facts: { what, durationMs },
      })
      stop.abort(error)
      throw error
    },
    (error) => {
      if (!ended.signal.aborted) throw error
      // The work ended first and woke its own timer.
      return new Promise<never>(() => {})
    },
  )
  try {
    return await Promise.race([work(stop.signal), timer])
  } finally {
    signal?.removeEventListener('abort', follow)
    ended.abort(ENDED)
  }
}

/** Named once: without a reason every end would make an error of its own, with its stack. */
const ENDED = new Error('the work has ended')
