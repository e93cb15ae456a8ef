import { MARKET_BOUNDS, MARKET_FEATURES } from './world.js'

/** What features are reckoned from: closes of the hours, closes of the days of the volatility index, and smiles. */
export type FeatureSources = {
  /** When each hour closed, ascending, UTC epoch ms, and its last index in USD. */
  hourMs: Float64Array
  hourUsd: Float64Array
  /** When each day closed, ascending, and its volatility index as a ratio. */
  dayMs: Float64Array
  dayIv: Float64Array
}

/** Read off the smiles at a decision time. */
export type SmileFeatures = { callSkew: number; termSlope: number }

/**
 * Creates the reckoning of a row of `MARKET_FEATURES`: as of a time, from bars that had closed. `null` where one of them
 * is not known: there is no bar within the last three hours, fewer than 30 days of bars before, or no volatility index of
 * the last three days.
 */
export function createFeatures(
  sources: FeatureSources,
): (atMs: number, indexUsd: number, smile: SmileFeatures) => readonly number[] | null {
  const { hourMs, hourUsd, dayMs, dayIv } = sources
  const squares = squaredReturns(hourUsd)
  const lastHour = createCursor(hourMs)
  const lastDay = createCursor(dayMs)

  return (atMs, indexUsd, { callSkew, termSlope }) => {
    const hour = lastHour(atMs)
    const day = lastDay(atMs)
    const isKnown =
      hour >= MONTH_HOURS &&
      day >= MONTH_DAYS &&
      atMs - (hourMs[hour] as number) < 3 * HOUR_MS &&
      atMs - (hourMs[hour - MONTH_HOURS] as number) < MONTH_HOURS * HOUR_MS + DAY_MS &&
      atMs - (dayMs[day] as number) < 3 * DAY_MS
    if (!isKnown) return null
    const realised = (hours: number) =>
      Math.sqrt(((squares[hour] as number) - (squares[hour - hours] as number)) * (HOURS_PER_YEAR / hours))
    const month = realised(MONTH_HOURS)
    const iv = dayIv[day] as number
    if (!(month > 0 && iv > 0)) return null
    const since = (hours: number) => Math.log(indexUsd / (hourUsd[hour - hours] as number))
    return [
      since(DAY_HOURS),
      since(7 * DAY_HOURS),
      realised(7 * DAY_HOURS),
      month,
      iv,
      Math.log(iv / month),
      percentileOf(dayIv, day),
      callSkew,
      termSlope,
    ]
  }
}

/** Sums of the squared log returns up to each close. */
function squaredReturns(closeUsd: Float64Array): Float64Array {
  const sums = new Float64Array(closeUsd.length)
  for (let i = 1; i < sums.length; i++) {
    const move = Math.log((closeUsd[i] as number) / (closeUsd[i - 1] as number))
    sums[i] = (sums[i - 1] as number) + move * move
  }
  return sums
}

/** Share of the year up to a day on which the index was at or below that day's. */
function percentileOf(dayIv: Float64Array, day: number): number {
  const from = Math.max(0, day - YEAR_DAYS + 1)
  const now = dayIv[day] as number
  let notHigher = 0
  for (let i = from; i <= day; i++) if ((dayIv[i] as number) <= now) notHigher++
  return notHigher / (day - from + 1)
}

/** The last entry that is not after a time, −1 where all are; times are asked for in ascending order. */
function createCursor(timesMs: Float64Array): (atMs: number) => number {
  let last = -1
  return (atMs) => {
    if (last >= 0 && (timesMs[last] as number) > atMs) last = -1
    while (last + 1 < timesMs.length && (timesMs[last + 1] as number) <= atMs) last++
    return last
  }
}

/** Rows one after another, held to `MARKET_BOUNDS`. */
export function flattenFeatures(rows: readonly (readonly number[])[]): Float64Array {
  const flat = new Float64Array(rows.length * MARKET_FEATURES.length)
  rows.forEach((row, time) => {
    MARKET_BOUNDS.forEach(([low, high], feature) => {
      flat[time * MARKET_FEATURES.length + feature] = Math.min(high, Math.max(low, row[feature] as number))
    })
  })
  return flat
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const DAY_HOURS = 24
const MONTH_DAYS = 30
const MONTH_HOURS = MONTH_DAYS * DAY_HOURS
const YEAR_DAYS = 365
const HOURS_PER_YEAR = 8_760
