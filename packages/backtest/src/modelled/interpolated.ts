/** Reads a row of values over ascending places: linear between them, flat outside. */
export function interpolated(places: readonly number[], values: readonly number[], at: number): number {
  const last = places.length - 1
  let upper = 0
  while (upper < last && (places[upper] as number) < at) upper++
  const to = places[upper] as number
  const toValue = values[upper] as number
  if (upper === 0 || at >= to) return toValue
  const from = places[upper - 1] as number
  const fromValue = values[upper - 1] as number
  return fromValue + ((toValue - fromValue) * (at - from)) / (to - from)
}
