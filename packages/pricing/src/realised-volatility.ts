import { type GapRule, logReturns, type RealisedVolatility } from './realised-volatility-bars.js'
import { createBlocks, deviationsOf, totalOf } from './realised-volatility-blocks.js'
import { type ReturnMemory, squaredReturns } from './realised-volatility-memory.js'
import { requireEither, requirePositive } from './validation.js'

/** Bars in a year of a market that never closes. */
export const PERIODS_PER_YEAR = { minute: 525_600, hour: 8_760, day: 365 } as const

/** A series of closes and how to read it. */
export type CloseToCloseInput = GapRule & {
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

/**
 * Realised volatility from closes: the annualised root mean square, or standard deviation, of log returns.
 *
 * `zero`: σ² = N/n·Σr²; `sample`: σ² = N/(n−1)·Σ(r − r̄)²; r = ln(C/C₋₁), N = periods per year.
 *
 * @throws RangeError below 1 return (`zero`) or 2 returns (`sample`), for a close that is not finite and > 0, and for a
 * gap that `gaps` does not allow.
 */
export function closeToCloseVolatility(input: CloseToCloseInput): RealisedVolatility {
  const where = 'closeToCloseVolatility'
  const { closes, periodsPerYear, mean } = input
  requirePositive(where, 'periodsPerYear', periodsPerYear)
  requireEither(where, 'mean', mean, ['zero', 'sample'])

  const { returns, missingBars } = logReturns(where, closes, input)
  const n = returns.length
  const lostDegrees = mean === 'zero' ? 0 : 1
  if (n <= lostDegrees) {
    throw new RangeError(`${where}: number of returns must be at least ${lostDegrees + 1} for mean '${mean}', got ${n}`)
  }

  const terms = createBlocks(n)
  for (let i = 0; i < n; i++) terms.values[i] = mean === 'zero' ? (returns[i] as number) ** 2 : (returns[i] as number)
  const squares = mean === 'zero' ? totalOf(terms, { from: 0, to: n }) : deviationsOf(terms, { from: 0, to: n })

  return { volatility: Math.sqrt((periodsPerYear * squares) / (n - lostDegrees)), n, missingBars }
}

/** A series of closes and how fast the past fades. */
export type EwmaInput = GapRule & {
  /** Consecutive closes, oldest first, all > 0 and equally spaced. */
  closes: ArrayLike<number>
  /** Returns in a year, > 0: one of `PERIODS_PER_YEAR`. */
  periodsPerYear: number
  /** Weight of a squared return against the next newer one, between 0 and 1. RiskMetrics: 0.94 daily, 0.97 monthly. */
  lambda: number
}

/**
 * `effectiveReturns` is the number of equally weighted returns that know as much, (Σw)²/Σw²: it grows with n towards
 * (1 + λ)/(1 − λ), some 32 returns at 0.94.
 */
export type EwmaVolatility = RealisedVolatility & { effectiveReturns: number }

/**
 * Volatility that forgets: the annualised root of exponentially weighted squared log returns, without a mean.
 *
 * σ² = N·Σλⁱr²₍ₜ₋ᵢ₎ / Σλⁱ, i = 0 … n−1. The weights add up to 1 from the first return on, so there is no start value
 * to choose: this is RiskMetrics' recursion σ² = λσ²₋₁ + (1 − λ)r², begun at 0 and divided by the 1 − λⁿ it has seen.
 * A return skipped in a gap does not age the older ones.
 *
 * Source: J.P. Morgan and Reuters, RiskMetrics Technical Document, 4th edition, 1996, chapter 5.
 *
 * @param memory a `{}` that is kept from call to call, so that of a series that grows only new logarithms are taken; columns that are
 * `Float64Array`s must not be written to afterwards
 * @throws RangeError below 1 return, for a lambda that is not between 0 and 1, a close that is not finite and > 0, and
 * a gap that `gaps` does not allow.
 */
export function ewmaVolatility(input: EwmaInput, memory?: ReturnMemory): EwmaVolatility {
  const where = 'ewmaVolatility'
  const { closes, periodsPerYear, lambda } = input
  requirePositive(where, 'periodsPerYear', periodsPerYear)
  if (!(lambda > 0 && lambda < 1)) {
    throw new RangeError(`${where}: lambda must be a number > 0 and < 1, got ${lambda}`)
  }

  const { squares: squared, part, missingBars } = squaredReturns(where, { closes, rule: input }, memory)
  const n = part.to - part.from
  if (n === 0) throw new RangeError(`${where}: number of returns must be at least 1, got 0`)

  const { values } = squared
  const second = lambda * lambda
  const third = second * lambda
  const fourth = second * second
  let squares = 0
  let weights = 0
  let squaredWeights = 0
  let i = part.from
  for (; (part.to - i) % 4 !== 0; i++) {
    squares = lambda * squares + (values[i] as number)
    weights = lambda * weights + 1
    squaredWeights = second * squaredWeights + 1
  }
  // Four returns a step, so that a quarter of the products wait for each other.
  for (; i < part.to; i += 4) {
    const older = third * (values[i] as number) + second * (values[i + 1] as number)
    const newer = lambda * (values[i + 2] as number) + (values[i + 3] as number)
    squares = fourth * squares + (older + newer)
    weights = fourth * weights + (third + second + (lambda + 1))
    squaredWeights = fourth ** 2 * squaredWeights + (third ** 2 + second ** 2 + (second + 1))
  }
  return {
    volatility: Math.sqrt((periodsPerYear * squares) / weights),
    n,
    missingBars,
    effectiveReturns: weights ** 2 / squaredWeights,
  }
}
