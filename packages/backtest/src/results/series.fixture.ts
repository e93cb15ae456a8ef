/** An autoregressive series out of a linear congruential generator, which any language repeats to the bit. */
export function autoregressive(phi: number, length: number, seed: number): number[] {
  let state = BigInt(seed)
  let value = 0
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245n + 12_345n) % 2n ** 31n
    value = phi * value + (Number(state) / 2 ** 31 - 0.5)
    return value
  })
}
