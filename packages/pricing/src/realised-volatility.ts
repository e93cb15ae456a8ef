import { requireEither, requirePositive } from './validation.js'

/** Bars in a year of a market that never closes. */
export const PERIODS_PER_YEAR = { minute: 525_600, hour: 8_760, day: 365 } as const

/** A series of closes and how to read it. */
export type CloseToCloseInput = {
  /** Consecutive closes, oldest first, all > 0 and equally spaced. */
  closes: ArrayLike<number>
  /** Returns in a year, > 0: one of `PERIODS_PER_YEAR`. */
  periodsPerYear: number
  /**
   * `zero` takes the drift as zero and divides by n: prefer it up to some 30 returns. `sample` subtracts the mean and
   * divides by n − 1.
   */
  mean: 'zero' | 'sample'
}

/** `volatility` is annual and a ratio (0.52 = 52 %); `returns` counts the log returns behind it. */
export type RealisedVolatility = { volatility: number; returns: number }

/**
 * Realised volatility from closes: the annualised root mean square, or standard deviation, of log returns.
 *
 * `zero`: σ² = N/n·Σr²; `sample`: σ² = N/(n−1)·Σ(r − r̄)²; r = ln(C/C₋₁), N = periods per year.
 *
 * @throws RangeError below 1 return (`zero`) or 2 returns (`sample`), and for a close that is not finite and > 0.
 */
export function closeToCloseVolatility(input: CloseToCloseInput): RealisedVolatility {
  const { closes, periodsPerYear, mean } = input
  requirePositive('closeToCloseVolatility', 'periodsPerYear', periodsPerYear)
  requireEither('closeToCloseVolatility', 'mean', mean, ['zero', 'sample'])

  const returns = logReturns(closes)
  const lostDegrees = mean === 'zero' ? 0 : 1
  if (returns.length <= lostDegrees) {
    throw new RangeError(
      `closeToCloseVolatility: closes must hold at least ${lostDegrees + 2} prices for mean '${mean}', got ${closes.length}`,
    )
  }

  let sum = 0
  for (const value of returns) sum += value
  const centre = mean === 'zero' ? 0 : sum / returns.length
  let squares = 0
  for (const value of returns) squares += (value - centre) ** 2

  return {
    volatility: Math.sqrt((periodsPerYear * squares) / (returns.length - lostDegrees)),
    returns: returns.length,
  }
}

function logReturns(closes: ArrayLike<number>): Float64Array {
  const returns = new Float64Array(Math.max(0, closes.length - 1))
  let previous = 0
  for (let i = 0; i < closes.length; i++) {
    const close = closes[i] as number
    if (!(close > 0 && close < Infinity)) requirePositive('closeToCloseVolatility', `closes[${i}]`, close)
    if (i > 0) returns[i - 1] = logReturn(previous, close)
    previous = close
  }
  return returns
}

/** ln(to/from), in the digits of minute returns too, which `log` of a ratio near 1 drops. */
function logReturn(from: number, to: number): number {
  return to >= from ? Math.log1p((to - from) / from) : -Math.log1p((from - to) / to)
}
