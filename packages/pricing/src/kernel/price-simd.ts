import { HALF_A_DAY, INVERSE_ROOT_TWO_PI } from '../black76.js'
import { SMALLEST_EXPONENT } from './elementary.js'
import { writeExp, writeInRange, writeIsCall, writeLogOnePlus, writeMillsPair } from './simd-parts.js'
import type { ColumnAddress, Lanes, SimdWriter } from './simd-writer.js'

/** Addresses of the columns of a price block. */
export type PriceAddresses = Record<
  'forwardUsd' | 'strikeUsd' | 'expiryYears' | 'iv' | 'isCall' | ResultColumn,
  ColumnAddress
>
type ResultColumn = 'priceUsd' | 'priceCoin' | 'delta' | 'gamma' | 'vega' | 'theta' | 'rho' | 'netDelta'

/** The price kernel as a SIMD loop: operation for operation `price-typescript.ts`, where the formulas are explained. */
export function writePrices(simd: SimdWriter, at: PriceAddresses): void {
  const { load, store, constant, add, sub, mul, div, and, select, lt } = simd
  const forward = load(at.forwardUsd)
  const strike = load(at.strikeUsd)
  const years = load(at.expiryYears)
  const volatility = load(at.iv)
  const { isCall, isKind } = writeIsCall(simd, at.isCall)

  const isLowStrike = lt(strike, forward)
  const lower = select(isLowStrike, strike, forward)
  const upper = select(isLowStrike, forward, strike)
  const gapUsd = sub(upper, lower)
  const root = simd.sqrt(years)
  const deviation = mul(volatility, root)
  const distance = div(writeLogOnePlus(simd, div(gapUsd, lower)), deviation)

  const half = mul(deviation, constant(0.5))
  const z1 = sub(distance, half)
  const z2 = add(distance, half)
  const exponent = mul(mul(z1, z1), constant(-0.5))
  const density = mul(writeExp(simd, exponent), mul(lower, constant(INVERSE_ROOT_TWO_PI)))
  const scale = and(density, simd.ge(exponent, constant(SMALLEST_EXPONENT)))

  const isMirrored = lt(z1, constant(-0.25))
  const mills = writeMillsPair(simd, {
    first: select(isMirrored, simd.abs(z1), z1),
    second: z2,
    gap: select(isMirrored, add(distance, distance), deviation),
  })
  const tail1 = mul(mul(mills.weight1, mills.value), scale)
  const upperLeg = mul(mul(mills.weight2, sub(mills.value, mul(mills.apart, mills.divided))), scale)
  const lowerLeg = select(isMirrored, sub(lower, tail1), tail1)
  const near = mul(mul(mills.apart, simd.addProduct(mills.weight2, mills.divided, mills.value)), scale)
  const otm = select(isMirrored, sub(lowerLeg, upperLeg), near)

  const zero = constant(0)
  const isRegular = [forward, strike, years, volatility].reduce(
    (mask, input) => and(mask, writeInRange(simd, input)),
    isKind,
  )
  simd.count(isRegular)

  // The option is in the money if `isLowStrike` equals `isCall`.
  const isOut = simd.xor(isLowStrike, isCall)
  const perCoin = div(constant(1), forward)
  const priceUsd = add(otm, select(isOut, zero, gapUsd))
  const forwardLeg = mul(select(isLowStrike, upperLeg, lowerLeg), perCoin)
  const strikeLeg = select(isLowStrike, lowerLeg, upperLeg)
  const delta = select(isOut, forwardLeg, sub(constant(1), forwardLeg))
  const paid = select(isOut, strikeLeg, sub(strike, strikeLeg))
  const netDelta = mul(paid, perCoin)
  const rho = mul(mul(paid, years), constant(0.01))
  const perDeviation = div(scale, deviation)
  const lifetime = simd.least(constant(1), mul(years, constant(365)))
  const decay = mul(mul(mul(mul(perDeviation, volatility), volatility), constant(HALF_A_DAY)), lifetime)
  const signed = (value: Lanes) => select(isCall, value, sub(zero, value))

  store(at.priceUsd, select(isRegular, priceUsd, constant(Number.NaN)))
  store(at.priceCoin, mul(priceUsd, perCoin))
  store(at.delta, signed(delta))
  store(at.gamma, mul(mul(perDeviation, perCoin), perCoin))
  store(at.vega, mul(mul(scale, root), constant(0.01)))
  store(at.theta, sub(zero, simd.least(decay, priceUsd)))
  store(at.rho, signed(rho))
  store(at.netDelta, signed(netDelta))
}
