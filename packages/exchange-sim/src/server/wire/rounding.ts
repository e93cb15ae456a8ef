/** Rounds to so many decimals, and never to −0. */
export function rounded(value: number, decimals: number): number {
  const scale = 10 ** decimals
  return Math.round(value * scale) / scale + 0
}

/** An IV or another ratio in percent as Deribit writes it, with two decimals: 0.5213 is 52.13. */
export function percentOf(ratio: number): number {
  return rounded(ratio * 100, 2)
}

/** Money in coin without the noise of float arithmetic: 0.3, not 0.30000000000000004. Sums of it hold to 1e-12. */
export function coinOf(amount: number): number {
  return Number(amount.toFixed(12)) + 0
}

/** A mark, settlement price or implied figure in coin, with the eight decimals that Deribit keeps. */
export function markOf(priceCoin: number): number {
  return rounded(priceCoin, 8)
}
