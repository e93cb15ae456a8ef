/** Digits that a number in a prompt has: more say nothing to a model, and would tell two equal markets apart. */
const SIGNIFICANT_DIGITS = 4

/**
 * Rounds a number to 4 significant digits, halves away from zero: what stands in a prompt. `null` for what is no number
 * that JSON can carry, whatever its type says (nothing, NaN, an infinity, a text), and from 1e15 on, which no market has.
 * Below 1e-12 it is 0, and never −0.
 *
 * A product and a quotient with exact powers of ten, so that it is the same on every machine and its shortest decimal
 * has no more digits; five times as fast as `toPrecision`, which a prompt would call some thousand times.
 */
export function significant(value: unknown): number | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return null
  const size = Math.abs(value)
  if (size < SMALLEST) return 0
  if (size >= LARGEST) return null
  const rounded = size < SCALE ? roundFraction(size) : roundWhole(size)
  return value < 0 ? -rounded : rounded
}

const SMALLEST = 1e-12
const LARGEST = 1e15
/** The least number that has all its significant digits before the point. */
const SCALE = 10 ** (SIGNIFICANT_DIGITS - 1)
/** Up to 10^22 a double holds them exactly; `SMALLEST` needs the fifteenth. */
const POWERS = Array.from({ length: 16 }, (_, exponent) => Number(`1e${exponent}`))

function roundFraction(size: number): number {
  let exponent = 0
  while (size * powerOfTen(exponent) < SCALE) exponent += 1
  return Math.round(size * powerOfTen(exponent)) / powerOfTen(exponent)
}

function roundWhole(size: number): number {
  let exponent = 0
  while (size / powerOfTen(exponent) >= 10 * SCALE) exponent += 1
  return Math.round(size / powerOfTen(exponent)) * powerOfTen(exponent)
}

function powerOfTen(exponent: number): number {
  return POWERS[exponent] as number
}
