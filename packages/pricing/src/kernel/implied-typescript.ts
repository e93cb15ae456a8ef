import { CLOSE, DISTANCE_FIT, LAST_FITTED, ROOT_TWO_PI, WIDE_SHARE } from '../implied-volatility.js'
import { createImpliedBlock, type ImpliedKernel } from './chain-kernel.js'
import { LARGEST_INPUT, LARGEST_QUOTIENT, SMALLEST_INPUT, SMALLEST_KERNEL_SHARE } from './elementary.js'
import { logarithmColumn, logOnePlusColumn, mills, millsPairs, PASS_ROWS, passColumn } from './passes.js'

/**
 * The start and the step of `impliedVolatility` in TypeScript: operation for operation `implied-simd.ts`, hence the
 * same bits. A row whose step is not small enough is left to the scalar function.
 */
export function createTypeScriptImpliedKernel(): ImpliedKernel {
  const block = createImpliedBlock(passColumn, new Uint8Array(PASS_ROWS))
  const { forwardUsd, strikeUsd, expiryYears, priceUsd, isCall, iv } = block
  const share = passColumn()
  const gap = passColumn()
  const bachelier = passColumn()
  const quotient = passColumn()
  const logRatio = passColumn()
  const growth = passColumn()
  const start = passColumn()
  const distance = passColumn()
  const ratio = passColumn()
  const excess = passColumn()
  const log = passColumn()

  function run(count: number): number {
    values(count)
    logOnePlusColumn(logRatio, gap, count)
    logOnePlusColumn(growth, quotient, count)
    starts(count)
    millsPairs(count)
    excesses(count)
    logarithmColumn(log, excess, count)
    return steps(count)
  }

  /** The out-of-the-money value as a share of the lower price, and Bachelier's deviation at the money. */
  function values(count: number): void {
    for (let i = 0; i < count; i++) {
      const forward = forwardUsd[i] as number
      const strike = strikeUsd[i] as number
      const price = priceUsd[i] as number
      const isLowStrike = strike < forward
      const lower = isLowStrike ? strike : forward
      const upper = isLowStrike ? forward : strike
      const gapUsd = upper - lower
      const isInTheMoney = isLowStrike === (isCall[i] === 1)
      const above = gapUsd < price ? price - gapUsd + (lower + (gapUsd - upper)) : 0
      const part = (isInTheMoney ? above : price) / lower
      const atTheMoney = part * ROOT_TWO_PI
      share[i] = part
      gap[i] = gapUsd / lower
      bachelier[i] = atTheMoney
      quotient[i] = (gap[i] as number) / atTheMoney
    }
  }

  function starts(count: number): void {
    const [D13, D12, D11, D10, D9, D8, D7, D6, D5, D4, D3, D2, D1, D0] = DISTANCE_FIT
    for (let i = 0; i < count; i++) {
      const x = logRatio[i] as number
      const y = growth[i] as number
      const farthest = y / (y + 8)
      const position = Math.min(farthest, LAST_FITTED)
      const squared = position * position
      const even =
        (((((D12 * squared + D10) * squared + D8) * squared + D6) * squared + D4) * squared + D2) * squared + D0
      const odd =
        (((((D13 * squared + D11) * squared + D9) * squared + D7) * squared + D5) * squared + D3) * squared + D1
      const fit = odd * position + even
      const away = (x * Math.sqrt(y * 0.5 + 1)) / (y * fit)
      const deviation = 0 < y ? away : (bachelier[i] as number)
      const quarter = deviation * deviation * 0.25
      const bend = (quarter * (127 / 5040) + 7 / 120) * quarter + (x * x * (-1 / 720) + 1 / 6)
      const first = deviation * (quarter * bend + 1)
      const deviations = x / first
      start[i] = first
      distance[i] = deviations
      mills.first[i] = deviations - first * 0.5
      mills.second[i] = deviations + first * 0.5
      mills.gap[i] = first
    }
  }

  /** The quotient whose logarithmColumn is the excess of the value over the goal, without its density. */
  function excesses(count: number): void {
    const { weight2, apart, value, divided } = mills
    for (let i = 0; i < count; i++) {
      const difference = (apart[i] as number) * ((weight2[i] as number) * (divided[i] as number) + (value[i] as number))
      ratio[i] = difference
      excess[i] = difference / (bachelier[i] as number)
    }
  }

  /** One step of Householder's third-order method; counts the rows that it settles. */
  function steps(count: number): number {
    let settled = 0
    for (let i = 0; i < count; i++) {
      const deviation = start[i] as number
      const deviations = distance[i] as number
      const z1 = mills.first[i] as number
      const years = expiryYears[i] as number
      const inverse = 1 / deviation
      const slope = 1 / (ratio[i] as number)
      const newton = (z1 * z1 * 0.5 - (log[i] as number)) * (ratio[i] as number)
      const squares = deviations * deviations
      const bend = squares * inverse - deviation * 0.25 - slope
      const twist = bend * (bend - slope) - (squares * 3 * inverse * inverse + 0.25)
      const step = (newton * (bend * newton * 0.5 + 1)) / (newton * (twist * newton * (1 / 6) + bend) + 1)
      const isSettled =
        inRange(forwardUsd[i] as number) &&
        inRange(strikeUsd[i] as number) &&
        inRange(years) &&
        (isCall[i] as number) <= 1 &&
        SMALLEST_KERNEL_SHARE <= (share[i] as number) &&
        (share[i] as number) <= WIDE_SHARE &&
        (quotient[i] as number) <= LARGEST_QUOTIENT &&
        -0.25 <= z1 &&
        Math.abs(step) <= deviation * CLOSE
      iv[i] = isSettled ? (deviation + step) / Math.sqrt(years) : Number.NaN
      if (isSettled) settled++
    }
    return settled
  }

  return { block, rows: PASS_ROWS, run }
}

function inRange(value: number): boolean {
  return SMALLEST_INPUT <= value && value <= LARGEST_INPUT
}
