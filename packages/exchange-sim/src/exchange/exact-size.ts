const UNITS_PER_COIN = 1e8

/** The largest size that is counted to the unit. */
export const LARGEST_SIZE_COIN = Number.MAX_SAFE_INTEGER / UNITS_PER_COIN

/** Sum of two signed sizes as an exact decimal: counted in 1e-8 coin, 0.1 + 0.2 is 0.3 and 0.3 − 0.3 is 0. */
export function addSizes(aCoin: number, bCoin: number): number {
  return (Math.round(aCoin * UNITS_PER_COIN) + Math.round(bCoin * UNITS_PER_COIN)) / UNITS_PER_COIN
}
