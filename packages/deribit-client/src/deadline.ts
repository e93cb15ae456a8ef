import type { Clock } from '@cc/models'

/** The time that one call may take. */
export type Deadline = {
  /** Of the clock that it runs on. */
  readonly atMs: number
  /** Aborted when the time is up, with the deadline's error, or when a signal that ends the call earlier is. */
  readonly signal: AbortSignal
  /** Lets go of the timer. */
  end(): void
}

/** Starts the time of a call. Unlike a race, it leaves to the work when to stop, so that the work says how far it got. */
export function startDeadline(
  clock: Clock,
  {
    durationMs,
    error,
    signals,
  }: { durationMs: number; error: () => unknown; signals: readonly (AbortSignal | undefined)[] },
): Deadline {
  const passed = new AbortController()
  const ended = new AbortController()
  clock.sleep(durationMs, ended.signal).then(
    () => passed.abort(error()),
    (reason) => {
      if (!ended.signal.aborted) passed.abort(reason)
    },
  )
  const earlier = signals.filter((signal) => signal !== undefined)
  return {
    atMs: clock.now() + durationMs,
    signal: AbortSignal.any([passed.signal, ...earlier]),
    end: () => ended.abort(),
  }
}

/** The result of work that somebody else also waits for; or the signal's reason, and the work goes on. */
export function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
