import { type BarTimes, logReturns } from './realised-volatility-bars.js'
import { sumOfSquares } from './realised-volatility-sums.js'

/** A series of closes and how many returns make a period. */
export type RealisedVariancesInput = BarTimes & {
  /** Consecutive closes, oldest first, all > 0 and equally spaced. */
  closes: ArrayLike<number>
  /** Returns in one period, an integer >= 2: 24 for days of hourly closes. */
  returnsPerPeriod: number
}

/**
 * One row per period, oldest first, the newest ending with the last close. Not annualised: the variance of a day is
 * that of a day. `unusedReturns` counts the oldest returns, too few for a period of their own.
 */
export type RealisedVariances = {
  /** Σr². */
  variance: Float64Array
  /** (π/2)·Σ|r|·|r₋₁|, which tends to the variance without its jumps. */
  bipower: Float64Array
  /** What of the variance came in jumps: max(0, variance − bipower). */
  jump: Float64Array
  unusedReturns: number
}

/**
 * Realised variance period by period, with its part that came in jumps, from returns within the period.
 *
 * A bar missing inside a period would understate it, so a gap is always an error here.
 *
 * Source: Barndorff-Nielsen and Shephard, "Power and Bipower Variation with Stochastic Volatility and Jumps", Journal
 * of Financial Econometrics 2(1), 2004; without the factor n/(n − 1) for short periods.
 *
 * @throws RangeError below one full period, for a close that is not finite and > 0, and for any gap.
 */
export function realisedVariances(input: RealisedVariancesInput): RealisedVariances {
  const where = 'realisedVariances'
  const { closes, returnsPerPeriod } = input
  if (!(Number.isInteger(returnsPerPeriod) && returnsPerPeriod >= 2)) {
    throw new RangeError(`${where}: returnsPerPeriod must be an integer >= 2, got ${returnsPerPeriod}`)
  }
  const { returns } = logReturns(where, closes, { ...input, gaps: 'refuse' })
  const periods = Math.floor(returns.length / returnsPerPeriod)
  if (periods === 0) {
    throw new RangeError(`${where}: number of returns must be at least ${returnsPerPeriod}, got ${returns.length}`)
  }

  const unusedReturns = returns.length - periods * returnsPerPeriod
  const variance = new Float64Array(periods)
  const bipower = new Float64Array(periods)
  const jump = new Float64Array(periods)
  for (let period = 0; period < periods; period++) {
    const from = unusedReturns + period * returnsPerPeriod
    const squares = sumOfSquares(returns, { from, to: from + returnsPerPeriod })
    let products = 0
    let previous = 0
    for (let i = from; i < from + returnsPerPeriod; i++) {
      const size = Math.abs(returns[i] as number)
      products += size * previous
      previous = size
    }
    variance[period] = squares
    bipower[period] = (Math.PI / 2) * products
    jump[period] = Math.max(0, squares - (Math.PI / 2) * products)
  }
  return { variance, bipower, jump, unusedReturns }
}
