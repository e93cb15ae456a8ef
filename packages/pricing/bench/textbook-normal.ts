/** N after Hart 5666 as given by West (Wilmott, May 2005): what textbooks price with. */
export function normal(x: number): number {
  const z = Math.abs(x)
  const exponential = Math.exp((-z * z) / 2)
  let tail: number
  if (z < 7.07106781186547) {
    let top = 3.52624965998911e-2 * z + 0.700383064443688
    top = ((top * z + 6.37396220353165) * z + 33.912866078383) * z + 112.079291497871
    top = (top * z + 221.213596169931) * z + 220.206867912376
    let bottom = 8.83883476483184e-2 * z + 1.75566716318264
    bottom = ((bottom * z + 16.064177579207) * z + 86.7807322029461) * z + 296.564248779674
    bottom = ((bottom * z + 637.333633378831) * z + 793.826512519948) * z + 440.413735824752
    tail = (exponential * top) / bottom
  } else {
    tail = exponential / (z + 1 / (z + 2 / (z + 3 / (z + 4 / (z + 0.65))))) / 2.506628274631
  }
  return x > 0 ? 1 - tail : tail
}
