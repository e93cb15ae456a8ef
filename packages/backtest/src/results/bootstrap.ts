import { createRandom } from '../env/seeding.js'
import { quantileOf } from './statistics.js'

/** A statistic of a series and how its interval is drawn. */
export type BootstrapInput = {
  /** One value a day, in order. */
  values: readonly number[]
  /** `null` where it cannot be stated of a resample. */
  statistic: (resample: Float64Array) => number | null
  seed: number
  /** Default 1,000. */
  resamples?: number
  /** Mean days of a block. Default {@link blockLength} of the values. */
  meanBlock?: number
  /** Share that the interval is to hold. Default 0.95. */
  level?: number
}

/** Ends of an interval. */
export type Interval = { low: number; high: number }

/**
 * Percentile interval of a statistic by the stationary bootstrap: blocks of consecutive days, of geometric length,
 * wrapped around the end, so that what hangs together from day to day stays together. Equal seeds give equal intervals.
 * Days that hang together make it a little too narrow: of 95 %, 94 % are held without dependence, 90 to 93 % at a
 * correlation of 0.3 and 88 to 93 % at 0.5 from day to day (150 to 1,000 days, measured).
 * `null` below 30 values and where the statistic cannot be stated of a tenth of the resamples.
 *
 * Politis and Romano, The Stationary Bootstrap, JASA 89 (1994).
 */
export function bootstrapInterval(input: BootstrapInput): Interval | null {
  const { values, statistic, seed, resamples = 1_000, level = 0.95 } = input
  if (values.length < BOOTSTRAP_MIN) return null
  const draw = createResampler(values, { seed, meanBlock: input.meanBlock ?? blockLength(values) })
  const found: number[] = []
  for (let turn = 0; turn < resamples; turn++) {
    const value = statistic(draw())
    if (value !== null) found.push(value)
  }
  if (found.length < 0.9 * resamples) return null
  const low = quantileOf(found, (1 - level) / 2)
  const high = quantileOf(found, (1 + level) / 2)
  return low === null || high === null ? null : { low, high }
}

/**
 * Mean block length that suits the dependence of a series, in days, at least 1: the automatic choice of Politis and White
 * (Econometric Reviews 23, 2004) with the correction of Patton, Politis and White (28, 2009), for the stationary bootstrap.
 * A series without dependence, or that does not vary, gives 1.
 */
export function blockLength(values: readonly number[]): number {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  const centred = values.map((value) => value - mean)
  const patience = Math.max(5, Math.floor(Math.sqrt(Math.log10(n))))
  const mostLags = Math.min(n - 1, Math.ceil(Math.sqrt(n)) + patience)
  const covariance = Array.from({ length: mostLags + 1 }, (_, lag) => autocovariance(centred, lag))
  const variance = covariance[0] ?? 0
  if (!(variance > 0)) return 1
  const bound = 2 * Math.sqrt(Math.log10(n) / n)
  const bandwidth = Math.min(2 * firstQuietLag(covariance, bound, patience), mostLags)
  let spread = 0
  let density = variance
  for (let lag = 1; lag <= bandwidth; lag++) {
    const taper = Math.min(1, 2 * (1 - lag / bandwidth))
    spread += 2 * taper * lag * (covariance[lag] as number)
    density += 2 * taper * (covariance[lag] as number)
  }
  const length = ((2 * spread * spread) / (2 * density * density)) ** (1 / 3) * n ** (1 / 3)
  const longest = Math.ceil(Math.min(3 * Math.sqrt(n), n / 3))
  return Number.isFinite(length) ? Math.min(Math.max(1, length), longest) : longest
}

/** Draws one resample after the other into the same column. */
function createResampler(values: readonly number[], { seed, meanBlock }: { seed: number; meanBlock: number }) {
  const days = values.length
  // Twice in a row, no block runs into an end.
  const twice = Float64Array.of(...values, ...values)
  const random = createRandom(seed)
  const resample = new Float64Array(days)
  const logGoesOn = Math.log(1 - 1 / meanBlock)
  /** Geometric, of the given mean: as if each day ended the block with the chance 1 / mean. */
  const blockOf = () => (meanBlock > 1 ? 1 + Math.floor(Math.log(1 - random.uniform()) / logGoesOn) : 1)
  return () => {
    for (let day = 0; day < days; ) {
      const from = random.integer(days)
      const until = Math.min(day + blockOf(), days)
      for (let at = from; day < until; day++, at++) resample[day] = twice[at] as number
    }
    return resample
  }
}

/**
 * The first lag from which on `patience` autocorrelations in a row are within the noise, as Patton's own code and its
 * translations count it (the paper has one less); the last notable lag if there is none.
 */
function firstQuietLag(covariance: readonly number[], bound: number, patience: number): number {
  const variance = covariance[0] as number
  const notable = (lag: number) => Math.abs((covariance[lag] as number) / variance) >= bound
  let quiet = 0
  for (let lag = 1; lag < covariance.length; lag++) {
    quiet = notable(lag) ? 0 : quiet + 1
    if (quiet === patience) return lag - patience + 1
  }
  for (let lag = covariance.length - 1; lag > 0; lag--) if (notable(lag)) return lag
  return 1
}

function autocovariance(centred: readonly number[], lag: number): number {
  let sum = 0
  for (let i = lag; i < centred.length; i++) sum += (centred[i] as number) * (centred[i - lag] as number)
  return sum / centred.length
}

/** Fewest values that an interval is drawn from. */
const BOOTSTRAP_MIN = 30
