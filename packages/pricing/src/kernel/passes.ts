import { MILLS_COEFFICIENTS } from '../mills.js'
import { ATANH_SERIES, BIAS, HALFWAY, LN2_HIGH, LN2_LOW, POWERS_OF_TWO, UPPER_WORD } from './elementary.js'

/**
 * Passes over columns that the TypeScript kernels share.
 *
 * Each runs over the whole block before the next begins: the rows of one pass do not wait for each other, while the
 * steps of one option do. One loop over all steps takes half as long again. Coefficients are local to a pass: as
 * variables of the module, which bundlers make of constants, each use of them would be a load.
 */
export const PASS_ROWS = 500

export const passColumn = () => new Float64Array(PASS_ROWS)

/** ln(1 + y) for y >= 0. */
export function logOnePlusColumn(log: Float64Array, y: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) split[i] = 1 + (y[i] as number)
  for (let i = 0; i < count; i++) {
    const field = (((splitWords[2 * i + UPPER_WORD] as number) + HALFWAY) >>> 20) & 2047
    const power = POWERS_OF_TWO[field] as number
    const value = y[i] as number
    exponents[i] = field - BIAS
    log[i] = (value - (power - 1)) / (value + (power + 1))
  }
  finishLogarithms(log, count)
}

/** ln y for y > 0. */
export function logarithmColumn(log: Float64Array, y: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) split[i] = y[i] as number
  for (let i = 0; i < count; i++) {
    const field = (((splitWords[2 * i + UPPER_WORD] as number) + HALFWAY) >>> 20) & 2047
    const power = POWERS_OF_TWO[field] as number
    const value = y[i] as number
    exponents[i] = field - BIAS
    log[i] = (value - power) / (value + power)
  }
  finishLogarithms(log, count)
}

/** From r to exponent·ln 2 + 2·atanh(r): with y = m·2ᵏ and r = (m − 1)/(m + 1) that is ln y. */
function finishLogarithms(log: Float64Array, count: number): void {
  const [A0, A1, A2, A3, A4, A5, A6] = ATANH_SERIES
  for (let i = 0; i < count; i++) {
    const exponent = exponents[i] as number
    const r = log[i] as number
    const w = r * r
    const ww = w * w
    const even = ((A6 * ww + A4) * ww + A2) * ww + A0
    const odd = (A5 * ww + A3) * ww + A1
    const twice = r + r
    log[i] = exponent * LN2_HIGH + (exponent * LN2_LOW + (twice * (w * (odd * w + even)) + twice))
  }
}

/** What `millsPairs` reads (`first`, `second`, `gap`) and writes. */
export const mills = {
  first: passColumn(),
  second: passColumn(),
  gap: passColumn(),
  weight1: passColumn(),
  weight2: passColumn(),
  apart: passColumn(),
  value: passColumn(),
  divided: passColumn(),
}

/**
 * `millsPair` with even and odd powers apart, which halves the way through the polynomial: R(z₁) is weight1·value,
 * R(z₁) − R(z₂) is apart·(value + weight2·divided).
 */
export function millsPairs(count: number): void {
  const { first, second, gap, weight1, weight2, apart, value, divided } = mills
  const [
    C24,
    C23,
    C22,
    C21,
    C20,
    C19,
    C18,
    C17,
    C16,
    C15,
    C14,
    C13,
    C12,
    C11,
    C10,
    C9,
    C8,
    C7,
    C6,
    C5,
    C4,
    C3,
    C2,
    C1,
    C0,
  ] = MILLS_COEFFICIENTS
  for (let i = 0; i < count; i++) {
    const firstWeight = 10 / (5.25 + (first[i] as number))
    const secondWeight = 10 / (5.25 + (second[i] as number))
    const q1 = firstWeight - 1
    const q2 = secondWeight - 1
    const w1 = q1 * q1
    const w2 = q2 * q2

    let slope = C24
    let even = C24 * w1 + C22
    slope = slope * w2 + even
    even = even * w1 + C20
    slope = slope * w2 + even
    even = even * w1 + C18
    slope = slope * w2 + even
    even = even * w1 + C16
    slope = slope * w2 + even
    even = even * w1 + C14
    slope = slope * w2 + even
    even = even * w1 + C12
    slope = slope * w2 + even
    even = even * w1 + C10
    slope = slope * w2 + even
    even = even * w1 + C8
    slope = slope * w2 + even
    even = even * w1 + C6
    slope = slope * w2 + even
    even = even * w1 + C4
    slope = slope * w2 + even
    even = even * w1 + C2
    slope = slope * w2 + even
    even = even * w1 + C0

    let oddSlope = C23
    let odd = C23 * w1 + C21
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C19
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C17
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C15
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C13
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C11
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C9
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C7
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C5
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C3
    oddSlope = oddSlope * w2 + odd
    odd = odd * w1 + C1

    weight1[i] = firstWeight
    weight2[i] = secondWeight
    apart[i] = firstWeight * secondWeight * (gap[i] as number) * 0.1
    value[i] = odd * q1 + even
    divided[i] = (oddSlope * q2 + slope) * (q1 + q2) + odd
  }
}

const split = passColumn()
const exponents = passColumn()
const splitWords = new Int32Array(split.buffer)
