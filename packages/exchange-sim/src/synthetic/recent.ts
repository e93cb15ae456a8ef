/**
 * Computes by whole numbers, such as days, and keeps what it gave for some of them: each takes the place of the one that
 * leaves the same remainder by `size`. Not a `Map` that is cleared now and then: in V8 its old table holds the next one,
 * with all that is in it, until both are collected among the old.
 */
export function createRecent<T>(size: number, compute: (at: number) => T): (at: number) => T {
  const kept: ({ at: number; value: T } | undefined)[] = new Array(size)
  return (at) => {
    const place = ((at % size) + size) % size
    const last = kept[place]
    if (last?.at === at) return last.value
    const value = compute(at)
    kept[place] = { at, value }
    return value
  }
}
