import { PERIODS_PER_YEAR } from './realised-volatility.js'
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

const MONTH_DAYS = 30
/** Days that each variance regressor averages over, up to and with today. */
const WINDOWS = [1, 7, MONTH_DAYS] as const
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

  // In units of the mean variance every column is as long as the intercept's, so rounding treats them alike.
  const scaled = (means: Float64Array, from: number) => quotients(means.slice(from, from + n), scale)
  const means = WINDOWS.map((window) => trailingMeans(dailyVariances, window))
  // Over a month the targets are the monthly means of later days.
  const ahead = horizonDays === MONTH_DAYS ? (means[2] as Float64Array) : trailingMeans(dailyVariances, horizonDays)
  const columns = [new Float64Array(n).fill(1), ...means.map((each) => scaled(each, MONTH_DAYS - 1))]
  const firstTarget = MONTH_DAYS - 1 + horizonDays
  let least = Infinity
  for (let day = firstTarget; day < ahead.length; day++) least = Math.min(least, ahead[day] as number)

  const { solution, rSquared } = leastSquares(columns, scaled(ahead, firstTarget))
  const [intercept, daily, weekly, monthly] = solution as [number, number, number, number]
  const [today, week, month] = means.map((each) => each.at(-1)) as [number, number, number]
  const fitted = intercept * scale + daily * today + weekly * week + monthly * month
  const dailyVariance = Math.max(fitted, least)

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

/** Means of so many days by the last of them. Those of too few days are 0, and nobody reads them. */
function trailingMeans(column: ArrayLike<number>, window: number): Float64Array {
  const means = new Float64Array(column.length)
  // Day by day inside: so no sum waits for the one before it, and each is still taken from its oldest day on.
  for (let back = window - 1; back >= 0; back--) {
    for (let day = window - 1; day < means.length; day++)
      means[day] = (means[day] as number) + (column[day - back] as number)
  }
  return quotients(means, window)
}

function quotients(values: Float64Array, divisor: number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / divisor
  return values
}

/**
 * Least squares by modified Gram-Schmidt with the targets as the last column, which is as exact as Householder's
 * reflections (Björck 1967); the first column is the intercept's. Overwrites its arguments.
 */
function leastSquares(
  columns: readonly Float64Array[],
  targets: Float64Array,
): { solution: number[]; rSquared: number | null } {
  const size = columns.length
  const upper = new Float64Array(size * size)
  const right = new Float64Array(size)
  const lengths = columns.map((column) => dot(column, column))
  const targetLength = dot(targets, targets)
  let total = 0

  for (let j = 0; j < size; j++) {
    const column = columns[j] as Float64Array
    const square = dot(column, column)
    if (!(square > SINGULAR ** 2 * (lengths[j] as number))) throw tooAlike()
    upper[j * size + j] = 1
    for (let k = j + 1; k < size; k++) {
      const other = columns[k] as Float64Array
      const share = dot(column, other) / square
      upper[j * size + k] = share
      subtract(other, share, column)
    }
    right[j] = dot(column, targets) / square
    subtract(targets, right[j] as number, column)
    if (j === 0) total = dot(targets, targets)
  }

  const solution: number[] = new Array(size).fill(0)
  for (let j = size - 1; j >= 0; j--) {
    let value = right[j] as number
    for (let k = j + 1; k < size; k++) value -= (upper[j * size + k] as number) * (solution[k] as number)
    solution[j] = value
  }
  const varied = total > SINGULAR ** 2 * targetLength
  return { solution, rSquared: varied ? 1 - dot(targets, targets) / total : null }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}

function subtract(from: Float64Array, share: number, column: Float64Array): void {
  for (let i = 0; i < from.length; i++) from[i] = (from[i] as number) - share * (column[i] as number)
}

function tooAlike(): RangeError {
  return new RangeError(
    'harForecast: dailyVariances must vary from day to day, week to week and month to month, got days too alike to fit',
  )
}
