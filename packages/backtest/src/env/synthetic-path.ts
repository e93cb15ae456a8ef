import type { FeatureSources } from './market-features.js'
import { createRandom } from './seeding.js'
import type { SyntheticWorldOptions } from './synthetic-options.js'

/** A path of index, volatility and skew. */
export type SyntheticPath = FeatureSources & {
  /** Decision times. */
  timeMs: Float64Array
  indexUsd: Float64Array
  /** Annual volatility that the index moves with. */
  volatility: Float64Array
  /** Slope of the smile per standard deviation. */
  skew: Float64Array
  /** At 08:00 UTC of each day, the mean of the half hour before: by time. */
  deliveryUsd: ReadonlyMap<number, number>
}

/**
 * Draws the path: a geometric Brownian motion under a log volatility that returns to its level, in steps of 5 and of 55
 * minutes, so that decisions lie five minutes past the hour and settlements on it. It begins 40 days before the first
 * decision.
 */
export function drawPath(options: SyntheticWorldOptions): SyntheticPath {
  const { seed, startMs, days, everyHours, startUsd, volatility: level, volOfVol, driftPerYear, volPremium } = options
  const random = createRandom(seed)
  const hours = (WARM_UP_DAYS + days) * 24 + 1
  const firstMs = startMs - WARM_UP_DAYS * DAY_MS
  const path = {
    timeMs: [] as number[],
    indexUsd: [] as number[],
    volatility: [] as number[],
    skew: [] as number[],
    hourMs: new Float64Array(hours),
    hourUsd: new Float64Array(hours),
    dayMs: [] as number[],
    dayIv: [] as number[],
    deliveryUsd: new Map<number, number>(),
  }
  let logUsd = Math.log(startUsd)
  let logVolatility = Math.log(level)
  let skew = USUAL_SKEW

  function pass(minutes: number): void {
    const years = minutes / MINUTES_PER_YEAR
    const volatility = Math.exp(logVolatility)
    const shock = random.normal()
    logUsd += (driftPerYear - (volatility * volatility) / 2) * years + volatility * Math.sqrt(years) * shock
    logVolatility +=
      REVERSION * (Math.log(level) - logVolatility) * years + volOfVol * Math.sqrt(years) * random.normal()
  }

  for (let hour = 0; hour < hours; hour++) {
    const atMs = firstMs + hour * HOUR_MS
    path.hourMs[hour] = atMs
    path.hourUsd[hour] = Math.exp(logUsd)
    const inDay = (atMs % DAY_MS) / HOUR_MS
    if (inDay === 0) {
      path.dayMs.push(atMs)
      path.dayIv.push(impliedAt(Math.exp(logVolatility), 30 / 365, { level, volPremium }))
      skew += 0.1 * (USUAL_SKEW - skew) + 0.006 * random.normal()
    }
    if (inDay === 8) path.deliveryUsd.set(atMs, Math.exp(logUsd - windowNoise(logVolatility) * random.normal()))
    pass(5)
    if (atMs >= startMs && hour % everyHours === 0) {
      path.timeMs.push(atMs + 5 * MINUTE_MS)
      path.indexUsd.push(Math.exp(logUsd))
      path.volatility.push(Math.exp(logVolatility))
      path.skew.push(skew)
    }
    pass(55)
  }
  return {
    ...path,
    timeMs: Float64Array.from(path.timeMs),
    indexUsd: Float64Array.from(path.indexUsd),
    volatility: Float64Array.from(path.volatility),
    skew: Float64Array.from(path.skew),
    dayMs: Float64Array.from(path.dayMs),
    dayIv: Float64Array.from(path.dayIv),
  }
}

/** At-the-money IV at a time to expiry: the mean variance that is to be expected until then, times the premium. */
export function impliedAt(
  volatility: number,
  expiryYears: number,
  { level, volPremium }: { level: number; volPremium: number },
): number {
  const decay = 2 * REVERSION * expiryYears
  const weight = decay > 0 ? (1 - Math.exp(-decay)) / decay : 1
  return volPremium * Math.sqrt(level * level + (volatility * volatility - level * level) * weight)
}

/** How far the mean of the half hour before a time lies from its end, as a standard deviation: σ√(T/3). */
function windowNoise(logVolatility: number): number {
  return Math.exp(logVolatility) * Math.sqrt(30 / MINUTES_PER_YEAR / 3)
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MINUTES_PER_YEAR = 365 * 24 * 60
const WARM_UP_DAYS = 40
/** Of the log volatility, a year: half is gone after three weeks. */
const REVERSION = 12
const USUAL_SKEW = 0.02
