/** Sum of two signed sizes as an exact decimal: counted in 1e-8 coin, 0.1 + 0.2 is 0.3 and 0.3 − 0.3 is 0. */
export function addSizes(aCoin: number, bCoin: number): number {
  return (Math.round(aCoin * UNITS_PER_COIN) + Math.round(bCoin * UNITS_PER_COIN)) / UNITS_PER_COIN
}

const UNITS_PER_COIN = 1e8
