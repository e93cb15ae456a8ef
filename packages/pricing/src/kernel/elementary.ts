/**
 * Constants of the logarithm and the exponential that both kernels compute from `+ − × ÷` and the bits of a double, so
 * that their results depend on no engine's `Math.log` and `Math.exp`. Fitted with mpmath at 60 digits.
 */

/** ln 2 in two parts: the first has 31 bits, so that its product with an exponent is exact. */
export const LN2_HIGH = 0.6931471801362932
export const LN2_LOW = 4.236521365809284e-10

/**
 * (atanh(r)/r − 1)/r² in ascending powers of r², for |r| <= 3 − 2√2: Chebyshev series cut after degree 6, which costs
 * the logarithm 5e-18.
 */
export const ATANH_SERIES = [
  0.3333333333333335, 0.19999999999949478, 0.14285714313098116, 0.11111105551174168, 0.09091445640054642,
  0.07665827831701023, 0.07308603044037272,
] as const

/** (eʳ − 1 − r)/r² in ascending powers of r, for |r| <= ½ ln 2: Chebyshev series cut after degree 9, which costs 2e-17. */
export const EXP_SERIES = [
  0.5000000000000001, 0.1666666666666667, 0.04166666666662413, 0.008333333333326136, 0.001388888891721154,
  0.00019841269874817515, 2.4801521299750923e-5, 2.75572554044176e-6, 2.7620086491464514e-7, 2.5105215165649368e-8,
] as const

/** Added to a number below 2^51 and taken off again, it leaves the nearest integer. */
export const ROUNDER = 1.5 * 2 ** 52

/** Exponent bias of a double. */
export const BIAS = 1023

/**
 * Added to the upper word of a double in [√½, √2)·2ᵏ it makes the exponent field k + `BIAS`: the distance between the
 * upper words of 1 and of √½.
 */
export const HALFWAY = 0x3ff00000 - 0x3fe6a09e

/** e to this and less is taken for 0: 2^−1000. It keeps nearly all subnormal numbers, which cost several times as much, out. */
export const SMALLEST_EXPONENT = -1000 * Math.LN2

/** Outside of these a row is left to the scalar functions; inside no intermediate result overflows. */
export const SMALLEST_INPUT = 1e-60
export const LARGEST_INPUT = 1e60

/** 2^k at k + `BIAS`, k from −1022 to 1023; 0 before and `Infinity` after. */
export const POWERS_OF_TWO = Float64Array.from({ length: 2048 }, (_, index) => (index === 0 ? 0 : 2 ** (index - BIAS)))

/** Where the upper word of a double lies among its two words in memory. */
export const UPPER_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0

/**
 * Out-of-the-money values below this share of the lower price are left to `impliedVolatility`, since squares of the
 * inverse overflow; so are quotients above the second.
 */
export const SMALLEST_KERNEL_SHARE = 1e-140
export const LARGEST_QUOTIENT = 1e290

/** ln(1 + y) for y >= 0: with 1 + y = m·2ᵏ and r = (m − 1)/(m + 1) it is k·ln 2 + 2·atanh(r). */
export function logOnePlus(y: number): number {
  const field = exponentField(1 + y)
  const power = POWERS_OF_TWO[field] as number
  return power < Infinity ? logarithmOf(field - BIAS, (y - (power - 1)) / (y + (power + 1))) : y
}

/** ln y for y >= 0. */
export function logarithm(y: number): number {
  const field = exponentField(y)
  const power = POWERS_OF_TWO[field] as number
  // 0, subnormal numbers and `Infinity`, none of which a kernel settles.
  if (!(power > 0 && power < Infinity)) return Math.log(y)
  return logarithmOf(field - BIAS, (y - power) / (y + power))
}

/** e^y for y <= 0: 0 below `SMALLEST_EXPONENT`. */
export function expOfNegative(y: number): number {
  if (!(y >= SMALLEST_EXPONENT)) return 0
  const [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9] = EXP_SERIES
  const k = y * Math.LOG2E + ROUNDER - ROUNDER
  const r = y - k * LN2_HIGH - k * LN2_LOW
  const rr = r * r
  const even = (((s8 * rr + s6) * rr + s4) * rr + s2) * rr + s0
  const odd = (((s9 * rr + s7) * rr + s5) * rr + s3) * rr + s1
  return ((odd * r + even) * rr + r + 1) * (POWERS_OF_TWO[k + BIAS] as number)
}

function logarithmOf(exponent: number, r: number): number {
  const [a0, a1, a2, a3, a4, a5, a6] = ATANH_SERIES
  const w = r * r
  const ww = w * w
  const even = ((a6 * ww + a4) * ww + a2) * ww + a0
  const odd = (a5 * ww + a3) * ww + a1
  const twice = r + r
  return exponent * LN2_HIGH + (exponent * LN2_LOW + (twice * (w * (odd * w + even)) + twice))
}

function exponentField(value: number): number {
  double[0] = value
  return (((words[UPPER_WORD] as number) + HALFWAY) >>> 20) & 2047
}

const double = new Float64Array(1)
const words = new Int32Array(double.buffer)
