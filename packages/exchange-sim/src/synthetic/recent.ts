/**
 * Computes by whole numbers, such as days, and keeps what it gave for the last of them: each takes the place of the one
 * `size` before it. Not a `Map` that is cleared now and then: in V8 its old table holds the next one, with all that is in
 * it, until both are collected among the old.
 */
export function keepRecent<T>(size: number, compute: (number: number) => T): (number: number) => T {
  const kept: ({ number: number; value: T } | undefined)[] = new Array(size)
  return (number) => {
    const place = Math.abs(number) % size
    const last = kept[place]
    if (last?.number === number) return last.value
    const value = compute(number)
    kept[place] = { number, value }
    return value
  }
}
