/** Those who wait until they may send. */
export type Readiness = {
  /** Resolves when told to go; rejects with the signal's reason, and with what ends everything. */
  wait(isOfGreeting: boolean, signal: AbortSignal): Promise<void>
  /** Lets the greeting go, or everyone. */
  go(who: 'greeting' | 'all'): void
  fail(error: unknown): void
}

export function createReadiness(): Readiness {
  const waiting = new Set<{ isOfGreeting: boolean; resolve: () => void; reject: (reason: unknown) => void }>()
  return {
    wait: (isOfGreeting, signal) =>
      new Promise((resolve, reject) => {
        const done = () => {
          waiting.delete(waiter)
          signal.removeEventListener('abort', stop)
        }
        const waiter = {
          isOfGreeting,
          resolve() {
            done()
            resolve()
          },
          reject(reason: unknown) {
            done()
            reject(reason)
          },
        }
        const stop = () => waiter.reject(signal.reason)
        if (signal.aborted) return reject(signal.reason)
        waiting.add(waiter)
        signal.addEventListener('abort', stop, { once: true })
      }),
    go(who) {
      for (const waiter of [...waiting]) if (who === 'all' || waiter.isOfGreeting) waiter.resolve()
    },
    fail(error) {
      for (const waiter of [...waiting]) waiter.reject(error)
    },
  }
}
