const UNITS_PER_COIN = 1e8

/** Sum of signed sizes as an exact decimal: sizes are counted in 1e-8 coin, so that 0.1 + 0.2 is 0.3 and 0.3 − 0.3 is 0. */
export function sumSizes(...sizesCoin: readonly number[]): number {
  let units = 0
  for (const sizeCoin of sizesCoin) units += Math.round(sizeCoin * UNITS_PER_COIN)
  return units / UNITS_PER_COIN
}
