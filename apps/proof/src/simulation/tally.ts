/** How often what happened, by name: `fault/reply-lost`, `refusal/cooldown`. A simulation in which nothing happens proves nothing. */
export type Tally = Map<string, number>

/** Counts one more. */
export function count(tally: Tally, name: string, by = 1): void {
  tally.set(name, (tally.get(name) ?? 0) + by)
}

/** Adds one tally to another. */
export function addTally(sum: Tally, other: Iterable<readonly [string, number]>): void {
  for (const [name, by] of other) count(sum, name, by)
}

/** Sum of all whose name begins so. */
export function totalOf(tally: Tally, prefix: string): number {
  let total = 0
  for (const [name, times] of tally) if (name.startsWith(prefix)) total += times
  return total
}
