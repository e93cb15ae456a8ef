/** Multiples of `everyMs` from `fromMs` to `toMs`, both included. UTC epoch ms. */
export function stepTimes({ fromMs, toMs, everyMs }: { fromMs: number; toMs: number; everyMs: number }): Float64Array {
  const firstMs = Math.ceil(fromMs / everyMs) * everyMs
  const count = Math.max(0, Math.floor((toMs - firstMs) / everyMs) + 1)
  return Float64Array.from({ length: count }, (_, step) => firstMs + step * everyMs)
}
