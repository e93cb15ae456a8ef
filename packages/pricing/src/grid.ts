/**
 * How far, relative to its size, a number may lie from a multiple of the step and still count as it: room for the noise
 * of float arithmetic, yet less than one satoshi in 10,000 coins.
 */
const NOISE = 1e-12

/** Whole steps in `value`; float noise does not cost the last one. */
export function countDown(value: number, step: number): number {
  return wholeCount(value / step) ?? Math.floor(value / step)
}

/** Steps that `value` fills or begins; float noise does not begin one. */
export function countUp(value: number, step: number): number {
  return wholeCount(value / step) ?? Math.ceil(value / step)
}

/**
 * `count` steps as the double of their exact decimal: 3 steps of 0.1 are 0.3, where the product is 0.30000000000000004.
 *
 * The step becomes a fraction of integers, so that the one division at the end is the only rounding.
 */
export function multipleOf(step: number, count: number): number {
  let scale = 1
  // 10^22 is the last power of ten that a double holds exactly.
  while (Math.round(step * scale) / scale !== step && scale < 1e22) scale *= 10
  return (count * Math.round(step * scale)) / scale
}

function wholeCount(steps: number): number | undefined {
  const nearest = Math.round(steps)
  return Math.abs(steps - nearest) <= NOISE * Math.max(1, nearest) ? nearest : undefined
}
