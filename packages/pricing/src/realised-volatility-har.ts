import { PERIODS_PER_YEAR } from './realised-volatility.js'
import { sumOf, sumOfProducts } from './realised-volatility-sums.js'
import { requireNonNegative } from './validation.js'

/** A history of daily variances and how far to look ahead. */
export type HarInput = {
  /** Realised variance of each day, oldest first, not annualised, >= 0: `realisedVariances` makes them. */
  dailyVariances: ArrayLike<number>
  /** Days that the forecast averages over, from tomorrow on: an integer >= 1. */
  horizonDays: number
}

/** A forecast and the regression behind it. */
export type HarForecast = {
  /** Annual volatility over the horizon, a ratio: the root of 365 × `dailyVariance`. */
  volatility: number
  /** Mean daily variance over the horizon. */
  dailyVariance: number
  /** Days the regression was fitted on. Over a horizon of h days their targets overlap: n/h of them are independent. */
  n: number
  /** `dailyVariance` = intercept + daily·RV + weekly·mean of 7 RV + monthly·mean of 30 RV, before any floor. */
  coefficients: { intercept: number; daily: number; weekly: number; monthly: number }
  /** Share of the targets' variance explained within the sample; `null` when they did not vary. */
  rSquared: number | null
  /** Whether the regression fell below every target it was fitted on, and the least of those stands in. */
  floored: boolean
}

/** Days that the longer regressors average over, up to and with today. */
const WEEK_DAYS = 7
const MONTH_DAYS = 30
/** Ten per coefficient. */
const LEAST_ROWS = 40
/** What rounding leaves of a column that the others explain, as a share of its length. */
const SINGULAR = 1e-10

/**
 * Forecasts volatility by the heterogeneous autoregression of realised variance: mean RV of the next h days on the RV
 * of the last day, of the last 7 and of the last 30 (a market that never closes; Corsi's 1, 5 and 22 trading days),
 * fitted by ordinary least squares on the given days for this very horizon, without a jump term.
 *
 * A linear forecast can fall below 0, so none is lower than the least target in the sample.
 *
 * Source: Corsi, "A Simple Approximate Long-Memory Model of Realized Volatility", Journal of Financial Econometrics
 * 7(2), 2009.
 *
 * @throws RangeError below 69 + `horizonDays` days (40 rows to fit), for a variance that is not finite and >= 0, and
 * for days that do not vary enough to tell the coefficients apart.
 */
export function harForecast(input: HarInput): HarForecast {
  const { dailyVariances, horizonDays } = input
  const scale = requireVariances(dailyVariances, horizonDays)
  const n = dailyVariances.length - MONTH_DAYS + 1 - horizonDays

  // In units of the mean variance every column is about as long as any other, so rounding treats them alike.
  const days = quotients(new Float64Array(dailyVariances), scale)
  const means = [days, trailingMeans(days, WEEK_DAYS), trailingMeans(days, MONTH_DAYS)]
  const [today, week, month] = means.map((each) => each.at(-1)) as [number, number, number]
  // Over a week or a month the targets are the regressors of later days.
  const ahead = means[[1, WEEK_DAYS, MONTH_DAYS].indexOf(horizonDays)] ?? trailingMeans(days, horizonDays)
  const targets = ahead.slice(MONTH_DAYS - 1 + horizonDays)
  let least = Infinity
  for (const target of targets) if (target < least) least = target

  const regressors = means.map((each) => each.subarray(MONTH_DAYS - 1, MONTH_DAYS - 1 + n))
  const { intercept, slopes, rSquared } = leastSquares(regressors, targets)
  const [daily, weekly, monthly] = slopes as [number, number, number]
  const fitted = intercept + daily * today + weekly * week + monthly * month
  const dailyVariance = scale * Math.max(fitted, least)

  return {
    volatility: Math.sqrt(PERIODS_PER_YEAR.day * dailyVariance),
    dailyVariance,
    n,
    coefficients: { intercept: intercept * scale, daily, weekly, monthly },
    rSquared,
    floored: fitted < least,
  }
}

/** Throws unless the days can be fitted, and returns their mean. */
function requireVariances(dailyVariances: ArrayLike<number>, horizonDays: number): number {
  if (!(Number.isInteger(horizonDays) && horizonDays >= 1)) {
    throw new RangeError(`harForecast: horizonDays must be an integer >= 1, got ${horizonDays}`)
  }
  const days = dailyVariances.length
  const leastDays = MONTH_DAYS - 1 + horizonDays + LEAST_ROWS
  if (days < leastDays) {
    throw new RangeError(`harForecast: dailyVariances must hold at least ${leastDays} days, got ${days}`)
  }
  let sum = 0
  for (let day = 0; day < days; day++) {
    const variance = dailyVariances[day] as number
    if (!(variance >= 0 && variance < Infinity)) {
      requireNonNegative('harForecast', `dailyVariances[${day}]`, variance)
    }
    sum += variance
  }
  if (sum === 0) throw tooAlike()
  return sum / days
}

/** Means of so many days by the last of them. Those of too few days mean nothing, and nobody reads them. */
function trailingMeans(days: Float64Array, window: number): Float64Array {
  const sums = days.slice()
  // Sums of sums, by the factors of the window: of a month that takes 7 additions a day, not 29.
  let span = 1
  for (let factor = 2; span < window; factor++) {
    while ((window / span) % factor === 0) {
      const reach = span * factor
      // From the newest day back, so that what is added is still of `span` days.
      for (let day = sums.length - 1; day >= reach - 1; day--) {
        let sum = sums[day] as number
        for (let from = day - span; from > day - reach; from -= span) sum += sums[from] as number
        sums[day] = sum
      }
      span = reach
    }
  }
  return quotients(sums, window)
}

function quotients(values: Float64Array, divisor: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / divisor
  return values
}

/**
 * Least squares with an intercept: all less their means, then modified Gram-Schmidt with the targets as the last column,
 * which is as exact as Householder's reflections (Björck 1967). Overwrites its arguments.
 */
function leastSquares(
  columns: readonly Float64Array[],
  targets: Float64Array,
): { intercept: number; slopes: number[]; rSquared: number | null } {
  const size = columns.length
  const lengths = columns.map((column) => sumOfProducts(column, column))
  const targetLength = sumOfProducts(targets, targets)
  const means = columns.map(centre)
  const targetMean = centre(targets)
  const total = sumOfProducts(targets, targets)

  const upper = new Float64Array(size * size)
  const slopes: number[] = new Array(size).fill(0)
  for (let j = 0; j < size; j++) {
    const column = columns[j] as Float64Array
    const square = sumOfProducts(column, column)
    if (!(square > SINGULAR ** 2 * (lengths[j] as number))) throw tooAlike()
    for (let k = j + 1; k < size; k++) {
      const other = columns[k] as Float64Array
      const share = sumOfProducts(column, other) / square
      upper[j * size + k] = share
      subtract(other, share, column)
    }
    slopes[j] = sumOfProducts(column, targets) / square
    subtract(targets, slopes[j] as number, column)
  }

  let intercept = targetMean
  for (let j = size - 1; j >= 0; j--) {
    let slope = slopes[j] as number
    for (let k = j + 1; k < size; k++) slope -= (upper[j * size + k] as number) * (slopes[k] as number)
    slopes[j] = slope
    intercept -= slope * (means[j] as number)
  }
  const varied = total > SINGULAR ** 2 * targetLength
  return { intercept, slopes, rSquared: varied ? 1 - sumOfProducts(targets, targets) / total : null }
}

/** Takes their mean from all values, and returns it. */
function centre(values: Float64Array): number {
  const mean = sumOf(values) / values.length
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - mean
  return mean
}

function subtract(from: Float64Array, share: number, column: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] as number) - share * (column[i] as number)
}

function tooAlike(): RangeError {
  return new RangeError(
    'harForecast: dailyVariances must vary from day to day, week to week and month to month, got days too alike to fit',
  )
}
