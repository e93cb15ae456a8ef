/**
 * Works until the signal is aborted, whatever the work makes of that: a connection may take no notice. The work gets a
 * signal of its own, because what listens to one that is made of others is kept for as long as those are.
 *
 * @throws the reason of the signal, and what the work throws
 */
export async function untilAborted<T>(signal: AbortSignal, work: (own: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController()
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      own.abort(signal.reason)
      reject(signal.reason)
    }
  })
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work(own.signal), aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
