import { HALF_A_DAY, INVERSE_ROOT_TWO_PI } from '../black76.js'
import { createPriceBlock, type PriceKernel } from './chain-kernel.js'
import {
  BIAS,
  EXP_SERIES,
  LARGEST_INPUT,
  LN2_HIGH,
  LN2_LOW,
  POWERS_OF_TWO,
  ROUNDER,
  SMALLEST_EXPONENT,
  SMALLEST_INPUT,
} from './elementary.js'
import { logOnePlusColumn, mills, millsPairs, PASS_ROWS, passColumn } from './passes.js'

/** The price kernel in TypeScript: operation for operation `price-simd.ts`, hence the same bits. */
export function createTypeScriptPriceKernel(): PriceKernel {
  const block = createPriceBlock(passColumn, new Uint8Array(PASS_ROWS))
  const { forwardUsd, strikeUsd, expiryYears, iv, isCall } = block
  const lower = passColumn()
  const gap = passColumn()
  const rootYears = passColumn()
  const deviation = passColumn()
  const log = passColumn()
  const isMirroredRow = new Uint8Array(PASS_ROWS)
  const density = passColumn()
  const lowerLeg = passColumn()
  const upperLeg = passColumn()
  const otm = passColumn()

  function run(count: number): number {
    spread(count)
    logOnePlusColumn(log, gap, count)
    densities(count)
    legs(count)
    return values(count)
  }

  /** Distance of strike and forward, and the deviation. */
  function spread(count: number): void {
    for (let i = 0; i < count; i++) {
      const forward = forwardUsd[i] as number
      const strike = strikeUsd[i] as number
      const low = Math.min(strike, forward)
      const high = Math.max(strike, forward)

      const root = Math.sqrt(expiryYears[i] as number)
      lower[i] = low
      gap[i] = (high - low) / low
      rootYears[i] = root
      deviation[i] = (iv[i] as number) * root
    }
  }

  /** The two distances z₁ and z₂ of `black76`, and lower·n(z₁), which is forward·n(d₁). */
  function densities(count: number): void {
    const [S0, S1, S2, S3, S4, S5, S6, S7, S8, S9] = EXP_SERIES
    for (let i = 0; i < count; i++) {
      const deviations = (log[i] as number) / (deviation[i] as number)
      const wide = deviation[i] as number
      const z1 = deviations - wide * 0.5
      const isMirrored = z1 < -0.25
      isMirroredRow[i] = isMirrored ? 1 : 0
      mills.first[i] = isMirrored ? 0 - z1 : z1
      mills.second[i] = deviations + wide * 0.5
      mills.gap[i] = isMirrored ? deviations + deviations : wide

      const y = z1 * z1 * -0.5
      const k = y * Math.LOG2E + ROUNDER - ROUNDER
      const r = y - k * LN2_HIGH - k * LN2_LOW
      const rr = r * r
      const even = (((S8 * rr + S6) * rr + S4) * rr + S2) * rr + S0
      const odd = (((S9 * rr + S7) * rr + S5) * rr + S3) * rr + S1
      const mantissa = (odd * r + even) * rr + r + 1
      density[i] =
        y >= SMALLEST_EXPONENT
          ? mantissa * (POWERS_OF_TWO[k + BIAS] as number) * ((lower[i] as number) * INVERSE_ROOT_TWO_PI)
          : 0
    }
  }

  /** The legs of the out-of-the-money value and their difference, from Mills ratios. */
  function legs(count: number): void {
    millsPairs(count)
    const { weight1, weight2, apart, value, divided } = mills
    for (let i = 0; i < count; i++) {
      const scale = density[i] as number
      const weight = weight2[i] as number
      const tail1 = (weight1[i] as number) * (value[i] as number) * scale
      const tail2 = weight * ((value[i] as number) - (apart[i] as number) * (divided[i] as number)) * scale
      const isMirrored = isMirroredRow[i] === 1
      const low = isMirrored ? (lower[i] as number) - tail1 : tail1
      lowerLeg[i] = low
      upperLeg[i] = tail2
      otm[i] = isMirrored
        ? low - tail2
        : (apart[i] as number) * (weight * (divided[i] as number) + (value[i] as number)) * scale
    }
  }

  /** Price and greeks as Deribit quotes them; counts the rows that it could price. */
  function values(count: number): number {
    let priced = 0
    for (let i = 0; i < count; i++) {
      const forward = forwardUsd[i] as number
      const strike = strikeUsd[i] as number
      const years = expiryYears[i] as number
      const volatility = iv[i] as number
      const kind = isCall[i] as number
      const isRegular =
        forward >= SMALLEST_INPUT &&
        forward <= LARGEST_INPUT &&
        strike >= SMALLEST_INPUT &&
        strike <= LARGEST_INPUT &&
        years >= SMALLEST_INPUT &&
        years <= LARGEST_INPUT &&
        volatility >= SMALLEST_INPUT &&
        volatility <= LARGEST_INPUT &&
        kind <= 1
      if (!isRegular) {
        block.priceUsd[i] = Number.NaN
        continue
      }
      priced++
      const call = kind === 1
      const isLowStrike = strike < forward
      const isInTheMoney = isLowStrike === call
      const scale = density[i] as number
      const low = lowerLeg[i] as number
      const high = upperLeg[i] as number
      const perCoin = 1 / forward
      const gapUsd = isLowStrike ? forward - strike : strike - forward

      const priceUsd = (otm[i] as number) + (isInTheMoney ? gapUsd : 0)
      const forwardLeg = (isLowStrike ? high : low) * perCoin
      const strikeLeg = isLowStrike ? low : high
      const delta = isInTheMoney ? 1 - forwardLeg : forwardLeg
      const paid = isInTheMoney ? strike - strikeLeg : strikeLeg
      const netDelta = paid * perCoin
      const rho = paid * years * 0.01
      const perDeviation = scale / (deviation[i] as number)
      const days = years * 365
      const decay = perDeviation * volatility * volatility * HALF_A_DAY * Math.min(days, 1)

      block.priceUsd[i] = priceUsd
      block.priceCoin[i] = priceUsd * perCoin
      block.delta[i] = call ? delta : 0 - delta
      block.gamma[i] = perDeviation * perCoin * perCoin
      block.vega[i] = scale * (rootYears[i] as number) * 0.01
      block.theta[i] = 0 - Math.min(priceUsd, decay)
      block.rho[i] = call ? rho : 0 - rho
      block.netDelta[i] = call ? netDelta : 0 - netDelta
    }
    return priced
  }

  return { block, rows: PASS_ROWS, run }
}
