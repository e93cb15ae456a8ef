/** Reads a row of values by tenor: linear in the logarithm of the tenor, flat outside. */
export function atTenor(tenorsDays: readonly number[], row: readonly number[], days: number): number {
  const last = tenorsDays.length - 1
  let upper = 0
  while (upper <= last && (tenorsDays[upper] ?? 0) < days) upper++
  if (upper === 0) return row[0] ?? Number.NaN
  if (upper > last) return row[last] ?? Number.NaN
  const from = tenorsDays[upper - 1] ?? Number.NaN
  const to = tenorsDays[upper] ?? Number.NaN
  const low = row[upper - 1] ?? Number.NaN
  const high = row[upper] ?? Number.NaN
  return low + ((high - low) * Math.log(days / from)) / Math.log(to / from)
}
