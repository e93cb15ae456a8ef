import { MS_PER_YEAR } from '@cc/pricing'
import { bootstrapInterval } from './bootstrap.js'
import { returnsOf } from './daily.js'
import { drawdownOf } from './drawdown.js'
import type { Estimate, Metrics } from './result.js'
import { deviationOf, meanOf, quantileOf, ratioOf, shapeOf, statable } from './statistics.js'

/** A curve by day in one unit, and holding the deposit in the same unit over the same days. */
type MetricsInput = {
  timeMs: readonly number[]
  values: readonly number[]
  /** `null` where holding does not move: in coin. */
  held: readonly number[] | null
  /** Of the bootstrap. */
  seed: number
  resamples?: number
}

/**
 * Figures of a curve by the conventions of empyrical, with 365 periods a year and no risk-free rate. Of fewer than
 * {@link MIN_DAYS} daily returns only the return and the falls are stated.
 *
 * @throws RangeError when the columns are empty or differ in length.
 */
export function metricsOf(input: MetricsInput): Metrics {
  const { timeMs, values, held, seed, resamples } = input
  requireColumns(input)
  const first = values[0] as number
  const last = values.at(-1) as number
  const totalReturn = first > 0 ? last / first - 1 : 0
  const fall = drawdownOf(timeMs, values)
  const returns = returnsOf(values)
  const enough = returns.length >= MIN_DAYS
  const years = ((timeMs.at(-1) as number) - (timeMs[0] as number)) / MS_PER_YEAR
  const cagr = enough ? annualReturn(1 + totalReturn, years) : null
  const stated = enough ? returns : []
  const shape = shapeOf(stated)
  const var95 = quantileOf(stated, 0.05)
  return {
    totalReturn: statable(totalReturn) ?? 0,
    cagr,
    volatility: volatilityOf(stated),
    sharpe: estimateOf(stated, sharpeOf, { seed, ...(resamples === undefined ? {} : { resamples }) }),
    sortino: sortinoOf(stated),
    calmar: ratioOf(cagr, -fall.depth),
    maxDrawdown: fall.depth,
    drawdownFromMs: fall.fromMs,
    drawdownLowMs: fall.lowMs,
    drawdownToMs: fall.toMs,
    ulcer: fall.ulcer,
    upi: ratioOf(cagr, fall.ulcer),
    var95,
    cvar95: var95 === null ? null : meanOf(stated.filter((value) => value <= var95)),
    skew: shape?.skew ?? null,
    kurtosis: shape?.kurtosis ?? null,
    tailRatio: tailRatioOf(stated),
    ...againstHolding(stated, held === null ? [] : returnsOf(held)),
  }
}

/** Fewest daily returns that anything annualised or about their distribution is stated of. */
export const MIN_DAYS = 30

/** The year of a market that never closes. */
export const DAYS_PER_YEAR = 365

/** Compound return a year of a growth factor over so many years; `null` where nothing was left or no time passed. */
export function annualReturn(growth: number, years: number): number | null {
  return growth > 0 && years > 0 ? statable(growth ** (1 / years) - 1) : null
}

/** Sample deviation of returns, annualised. */
export function volatilityOf(returns: ArrayLike<number>, periodsPerYear = DAYS_PER_YEAR): number | null {
  const deviation = deviationOf(returns)
  return deviation === null ? null : deviation * Math.sqrt(periodsPerYear)
}

/** Mean over sample deviation, annualised; `null` where nothing varies. */
export function sharpeOf(returns: ArrayLike<number>, periodsPerYear = DAYS_PER_YEAR): number | null {
  const sharpe = ratioOf(meanOf(returns), deviationOf(returns))
  return sharpe === null ? null : sharpe * Math.sqrt(periodsPerYear)
}

/** Mean over √mean(min(r, 0)²), annualised; `null` where no return is below 0. */
export function sortinoOf(returns: ArrayLike<number>, periodsPerYear = DAYS_PER_YEAR): number | null {
  let squares = 0
  for (let i = 0; i < returns.length; i++) squares += Math.min(returns[i] as number, 0) ** 2
  const sortino = ratioOf(meanOf(returns), Math.sqrt(squares / returns.length))
  return sortino === null ? null : sortino * Math.sqrt(periodsPerYear)
}

/** A statistic with its interval; the interval is missing where the statistic is. */
export function estimateOf(
  values: readonly number[],
  statistic: (values: ArrayLike<number>) => number | null,
  draw: { seed: number; resamples?: number },
): Estimate {
  const value = statistic(values)
  const interval = value === null ? null : bootstrapInterval({ values, statistic, ...draw })
  return { value, low: interval?.low ?? null, high: interval?.high ?? null }
}

/** Covariance with holding over its variance, in all periods and in those in which holding lost; shares of its moves. */
function againstHolding(
  returns: readonly number[],
  held: readonly number[],
): Pick<Metrics, 'beta' | 'downsideBeta' | 'upCapture' | 'downCapture'> {
  const pairs = returns.slice(0, held.length).map((own, day) => ({ own, held: held[day] as number }))
  const up = pairs.filter((pair) => pair.held > 0)
  const down = pairs.filter((pair) => pair.held < 0)
  return {
    ...{ beta: betaOf(pairs), downsideBeta: betaOf(down) },
    ...{ upCapture: captureOf(up), downCapture: captureOf(down) },
  }
}

type Pair = { own: number; held: number }

function betaOf(pairs: readonly Pair[]): number | null {
  const held = pairs.map((pair) => pair.held)
  const deviation = deviationOf(held)
  const ownMean = meanOf(pairs.map((pair) => pair.own))
  const heldMean = meanOf(held)
  if (ownMean === null || heldMean === null || deviation === null) return null
  let together = 0
  for (const pair of pairs) together += (pair.own - ownMean) * (pair.held - heldMean)
  return ratioOf(together / (pairs.length - 1), deviation * deviation)
}

/** Annual return of the strategy in these periods over that of holding. */
function captureOf(pairs: readonly Pair[]): number | null {
  const years = pairs.length / DAYS_PER_YEAR
  const growthOf = (values: readonly number[]) => values.reduce((growth, value) => growth * (1 + value), 1)
  const own = annualReturn(growthOf(pairs.map((pair) => pair.own)), years)
  return ratioOf(own, annualReturn(growthOf(pairs.map((pair) => pair.held)), years))
}

/** 95th percentile over the 5th, without sign. */
function tailRatioOf(returns: readonly number[]): number | null {
  const right = quantileOf(returns, 0.95)
  const left = quantileOf(returns, 0.05)
  return right === null || left === null ? null : ratioOf(Math.abs(right), Math.abs(left))
}

function requireColumns({ timeMs, values, held }: MetricsInput): void {
  if (values.length === 0) throw new RangeError('metricsOf: values must be at least one, got 0')
  for (const [field, column] of Object.entries({ timeMs, held })) {
    if (column !== null && column.length !== values.length) {
      throw new RangeError(`metricsOf: ${field} must have ${values.length} values, got ${column.length}`)
    }
  }
}
