import { CLOSE, DISTANCE_FIT, LAST_FITTED, ROOT_TWO_PI, WIDE_SHARE } from '../implied-volatility.js'
import { LARGEST_QUOTIENT, SMALLEST_KERNEL_SHARE } from './elementary.js'
import {
  writeHorner,
  writeInRange,
  writeIsCall,
  writeLogarithm,
  writeLogOnePlus,
  writeMillsPair,
} from './simd-parts.js'
import type { ColumnAddress, SimdWriter } from './simd-writer.js'

/** Addresses of the columns of a block of implied volatilities. */
export type ImpliedAddresses = Record<
  'forwardUsd' | 'strikeUsd' | 'expiryYears' | 'priceUsd' | 'isCall' | 'iv',
  ColumnAddress
>

/**
 * The start and the step of `impliedVolatility` as a SIMD loop: operation for operation `implied-typescript.ts`, where
 * the steps are explained.
 */
export function writeImpliedVolatilities(simd: SimdWriter, at: ImpliedAddresses): void {
  const { load, constant, add, sub, mul, div, and, select, lt, le, addProduct } = simd
  const forward = load(at.forwardUsd)
  const strike = load(at.strikeUsd)
  const years = load(at.expiryYears)
  const price = load(at.priceUsd)
  const { isCall, isKind } = writeIsCall(simd, at.isCall)
  const zero = constant(0)

  const isLowStrike = lt(strike, forward)
  const lower = select(isLowStrike, strike, forward)
  const upper = select(isLowStrike, forward, strike)
  const gapUsd = sub(upper, lower)
  const isOut = simd.xor(isLowStrike, isCall)
  const above = and(lt(gapUsd, price), add(sub(price, gapUsd), add(lower, sub(gapUsd, upper))))
  const share = div(select(isOut, price, above), lower)
  const bachelier = mul(share, constant(ROOT_TWO_PI))
  const gap = div(gapUsd, lower)
  const quotient = div(gap, bachelier)

  const x = writeLogOnePlus(simd, gap)
  const y = writeLogOnePlus(simd, quotient)
  const position = simd.least(constant(LAST_FITTED), div(y, add(y, constant(8))))
  const squared = mul(position, position)
  const even = writeHorner(
    simd,
    squared,
    DISTANCE_FIT.filter((_, index) => index % 2 === 1),
  )
  const odd = writeHorner(
    simd,
    squared,
    DISTANCE_FIT.filter((_, index) => index % 2 === 0),
  )
  const fit = addProduct(odd, position, even)
  const away = div(mul(x, simd.sqrt(addProduct(y, constant(0.5), constant(1)))), mul(y, fit))
  const deviation = select(lt(zero, y), away, bachelier)
  const quarter = mul(mul(deviation, deviation), constant(0.25))
  const curve = addProduct(
    addProduct(quarter, constant(127 / 5040), constant(7 / 120)),
    quarter,
    addProduct(mul(x, x), constant(-1 / 720), constant(1 / 6)),
  )
  const start = mul(deviation, addProduct(quarter, curve, constant(1)))

  const distance = div(x, start)
  const half = mul(start, constant(0.5))
  const z1 = sub(distance, half)
  const mills = writeMillsPair(simd, { first: z1, second: add(distance, half), gap: start })
  const ratio = mul(mills.apart, addProduct(mills.weight2, mills.divided, mills.value))
  const log = writeLogarithm(simd, div(ratio, bachelier))

  const inverse = div(constant(1), start)
  const slope = div(constant(1), ratio)
  const newton = mul(sub(mul(mul(z1, z1), constant(0.5)), log), ratio)
  const squares = mul(distance, distance)
  const bend = sub(sub(mul(squares, inverse), mul(start, constant(0.25))), slope)
  const twist = sub(
    mul(bend, sub(bend, slope)),
    addProduct(mul(mul(squares, constant(3)), inverse), inverse, constant(0.25)),
  )
  const top = mul(newton, addProduct(mul(bend, newton), constant(0.5), constant(1)))
  const bottom = addProduct(newton, addProduct(mul(twist, newton), constant(1 / 6), bend), constant(1))
  const step = div(top, bottom)

  const isSettled = [
    writeInRange(simd, forward),
    writeInRange(simd, strike),
    writeInRange(simd, years),
    le(constant(SMALLEST_KERNEL_SHARE), share),
    le(share, constant(WIDE_SHARE)),
    le(quotient, constant(LARGEST_QUOTIENT)),
    le(constant(-0.25), z1),
    le(simd.abs(step), mul(start, constant(CLOSE))),
  ].reduce(and, isKind)
  simd.count(isSettled)
  simd.store(at.iv, select(isSettled, div(add(start, step), simd.sqrt(years)), constant(Number.NaN)))
}
