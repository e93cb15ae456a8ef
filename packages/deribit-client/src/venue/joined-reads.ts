/**
 * Lets reads that are asked for in one breath share one request: those of one key that were asked for before it began.
 * A read that is under way is never joined: its answer may be older than the question.
 */
export type JoinedReads = <T>(key: string, read: () => Promise<T>) => Promise<T>

/** A request begins once the turn that asked for it is over. */
export function createJoinedReads(): JoinedReads {
  const waiting = new Map<string, Promise<unknown>>()

  return <T>(key: string, read: () => Promise<T>) => {
    const joined = waiting.get(key) as Promise<T> | undefined
    if (joined !== undefined) return joined
    const begun = Promise.resolve().then(() => {
      waiting.delete(key)
      return read()
    })
    waiting.set(key, begun)
    return begun
  }
}
