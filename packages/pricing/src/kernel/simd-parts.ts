import { MILLS_COEFFICIENTS } from '../mills.js'
import {
  ATANH_SERIES,
  BIAS,
  EXP_SERIES,
  HALFWAY,
  LARGEST_INPUT,
  LN2_HIGH,
  LN2_LOW,
  ROUNDER,
  SMALLEST_INPUT,
} from './elementary.js'
import type { ColumnAddress, Lanes, SimdWriter } from './simd-writer.js'

/** ln(1 + y) for y >= 0. */
export function writeLogOnePlus(simd: SimdWriter, y: Lanes): Lanes {
  const { constant, add, sub } = simd
  const { power, exponent } = writePower(simd, add(constant(1), y))
  const r = simd.div(sub(y, sub(power, constant(1))), add(y, add(power, constant(1))))
  return writeLogOf(simd, exponent, r)
}

/** ln y for y > 0. */
export function writeLogarithm(simd: SimdWriter, y: Lanes): Lanes {
  const { power, exponent } = writePower(simd, y)
  return writeLogOf(simd, exponent, simd.div(simd.sub(y, power), simd.add(y, power)))
}

/** The power of two within √½ and √2 of a positive number, and its exponent. */
function writePower(simd: SimdWriter, value: Lanes): { power: Lanes; exponent: Lanes } {
  const field = simd.shiftRight(simd.addIntegers(value, simd.constant(doubleOfBits(BigInt(HALFWAY) << 32n))), 52)
  // An integer below 2^52 in the lower bits of 2^52 is 2^52 plus that integer.
  const exponent = simd.sub(simd.or(field, simd.constant(2 ** 52)), simd.constant(2 ** 52 + BIAS))
  return { power: simd.shiftLeft(field, 52), exponent }
}

/** exponent·ln 2 + 2·atanh(r) */
function writeLogOf(simd: SimdWriter, exponent: Lanes, r: Lanes): Lanes {
  const { constant, add, mul, addProduct } = simd
  const [a0, a1, a2, a3, a4, a5, a6] = ATANH_SERIES
  const w = mul(r, r)
  const ww = mul(w, w)
  const even = writeHorner(simd, ww, [a6, a4, a2, a0])
  const odd = writeHorner(simd, ww, [a5, a3, a1])
  const twice = add(r, r)
  const tail = addProduct(twice, mul(w, addProduct(odd, w, even)), twice)
  return addProduct(exponent, constant(LN2_HIGH), addProduct(exponent, constant(LN2_LOW), tail))
}

/** e^y for y in `SMALLEST_EXPONENT`..0; anything below. */
export function writeExp(simd: SimdWriter, y: Lanes): Lanes {
  const { constant, sub, mul, addProduct } = simd
  const [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9] = EXP_SERIES
  const rounded = addProduct(y, constant(Math.LOG2E), constant(ROUNDER))
  const k = sub(rounded, constant(ROUNDER))
  const r = sub(sub(y, mul(k, constant(LN2_HIGH))), mul(k, constant(LN2_LOW)))
  const rr = mul(r, r)
  const even = writeHorner(simd, rr, [s8, s6, s4, s2, s0])
  const odd = writeHorner(simd, rr, [s9, s7, s5, s3, s1])
  const mantissa = simd.add(addProduct(addProduct(odd, r, even), rr, r), constant(1))
  // The lower bits of `rounded` are those of k: moved into the exponent they make 2ᵏ.
  const power = simd.shiftLeft(simd.addIntegers(rounded, constant(doubleOfBits(BigInt(BIAS)))), 52)
  return mul(mantissa, power)
}

type MillsLanes = { weight1: Lanes; weight2: Lanes; apart: Lanes; value: Lanes; divided: Lanes }

/** `millsPair`, with even and odd powers apart. */
export function writeMillsPair(
  simd: SimdWriter,
  { first, second, gap }: { first: Lanes; second: Lanes; gap: Lanes },
): MillsLanes {
  const { constant, add, sub, mul, div, addProduct } = simd
  const weight1 = div(constant(10), add(constant(5.25), first))
  const weight2 = div(constant(10), add(constant(5.25), second))
  const apart = mul(mul(mul(weight1, weight2), gap), constant(0.1))
  const q1 = sub(weight1, constant(1))
  const q2 = sub(weight2, constant(1))
  const w1 = mul(q1, q1)
  const w2 = mul(q2, q2)
  const even = writeDividedHorner(
    simd,
    w1,
    w2,
    MILLS_COEFFICIENTS.filter((_, index) => index % 2 === 0),
  )
  const odd = writeDividedHorner(
    simd,
    w1,
    w2,
    MILLS_COEFFICIENTS.filter((_, index) => index % 2 === 1),
  )
  return {
    weight1,
    weight2,
    apart,
    value: addProduct(odd.value, q1, even.value),
    divided: addProduct(addProduct(odd.slope, q2, even.slope), add(q1, q2), odd.value),
  }
}

/** P(a) and (P(a) − P(b))/(a − b) of the polynomial with these coefficients, the highest power first. */
function writeDividedHorner(
  simd: SimdWriter,
  a: Lanes,
  b: Lanes,
  [highest, next, ...others]: readonly number[],
): { value: Lanes; slope: Lanes } {
  let slope = simd.constant(highest as number)
  let value = simd.addProduct(slope, a, simd.constant(next as number))
  for (const coefficient of others) {
    slope = simd.addProduct(slope, b, value)
    value = simd.addProduct(value, a, simd.constant(coefficient))
  }
  return { value, slope }
}

export function writeHorner(simd: SimdWriter, x: Lanes, [highest, ...others]: readonly number[]): Lanes {
  const start = simd.constant(highest as number)
  return others.reduce((value, coefficient) => simd.addProduct(value, x, simd.constant(coefficient)), start)
}

export function writeInRange(simd: SimdWriter, value: Lanes): Lanes {
  return simd.and(simd.ge(value, simd.constant(SMALLEST_INPUT)), simd.le(value, simd.constant(LARGEST_INPUT)))
}

/** Masks of the rows that are calls, and of those that are a call or a put. */
export function writeIsCall(simd: SimdWriter, address: ColumnAddress): { isCall: Lanes; isKind: Lanes } {
  const kind = simd.loadFlags(address)
  const isCall = simd.equalIntegers(kind, simd.constant(INTEGER_ONE))
  return { isCall, isKind: simd.or(isCall, simd.equalIntegers(kind, simd.constant(0))) }
}

/** Integers travel as the doubles with their bits. */
function doubleOfBits(bits: bigint): number {
  return new Float64Array(new BigUint64Array([bits]).buffer)[0] as number
}

const INTEGER_ONE = doubleOfBits(1n)
