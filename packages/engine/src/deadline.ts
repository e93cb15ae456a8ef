import { CcError, type Clock } from '@cc/models'
import { withDeadline } from '@cc/models/clock'

/** How long a piece of work may take, and what else ends it. */
export type Limits = { what: string; durationMs: number; signal?: AbortSignal | undefined }

/**
 * Runs work that may be abandoned: at its deadline or when aborted it is told to stop and left behind, whether it
 * heeds that or not. Where it is aborted or its time is up before, the work does not begin.
 *
 * @throws CcError `models/deadline-passed`; the signal's reason.
 */
export async function abandonAt<T>(
  clock: Clock,
  limits: Limits,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limits.signal?.throwIfAborted()
  requireTime(limits)
  return withDeadline(clock, limits, (signal) => unlessAborted(signal, work(signal)))
}

/**
 * Runs work that must never be under way unseen: at its deadline or when aborted it is told to stop, and waited for.
 * Where its time is up before, the work does not begin: a process that was suspended must not act on what it saw then.
 *
 * @throws CcError `models/deadline-passed`, after the work has ended.
 */
export async function stopAt(
  clock: Clock,
  limits: Limits,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  requireTime(limits)
  const running: Promise<void>[] = []
  await withDeadline(clock, limits, (signal) => {
    running.push(work(signal))
    return Promise.all(running)
  }).finally(() => Promise.all(running))
}

function requireTime({ what, durationMs }: Limits): void {
  if (durationMs > 0) return
  throw new CcError(`${what} would have begun after its deadline.`, {
    code: 'models/deadline-passed',
    recovery: 'skip',
    facts: { what, durationMs },
  })
}

/** The signal may outlive the work by far, so that nothing may stay on it. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let abort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason)
  })
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
