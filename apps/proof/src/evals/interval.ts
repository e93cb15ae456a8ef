/** A share of something, with the bounds of its 95 % interval. All are ratios; of nothing they are 0, 0 and 1. */
export type Share = { rate: number; low: number; high: number }

/** The 97.5 % quantile of the normal distribution. */
const Z = 1.959963984540054

/**
 * A share of `hits` among `count`, with Wilson's score interval, which stays within 0..1 and holds at its ends too.
 * `hits` may be a sum of rates. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927), 209-212.
 */
export function shareOf(hits: number, count: number): Share {
  if (count === 0) return { rate: 0, low: 0, high: 1 }
  const rate = hits / count
  const scale = 1 + Z ** 2 / count
  const centre = (rate + Z ** 2 / (2 * count)) / scale
  const half = (Z / scale) * Math.sqrt((rate * (1 - rate)) / count + Z ** 2 / (4 * count ** 2))
  return { rate, low: Math.max(0, centre - half), high: Math.min(1, centre + half) }
}
