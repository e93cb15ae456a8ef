import type { VenueHistory } from '@cc/models'
import { closeToCloseVolatility, PERIODS_PER_YEAR } from '@cc/pricing'
import { type Close, closesBetween, DAY_MS, HOUR_MS } from './bars.js'
import type { Datum } from './datum.js'

/** Below this share of the horizon's hourly closes, volatility would be that of another period. */
const LEAST_SHARE_OF_CLOSES = 0.9

/**
 * Zero-mean close-to-close volatility of the index over the horizon, from hourly closes, annualised with
 * 365 × 24 hours. A return over a gap counts for the hours it spans.
 */
export function realisedVolatility(candles: Datum<VenueHistory>, timeMs: number, horizonDays: number): Datum<number> {
  if (!('value' in candles)) return candles
  const expected = Math.round(horizonDays * 24)
  const closes = closesBetween(candles.value, timeMs - horizonDays * DAY_MS, timeMs)
  if (closes.length === 0) return { missing: NO_HISTORY }
  if (closes.length < LEAST_SHARE_OF_CLOSES * expected) {
    return { missing: `${closes.length} of ${expected} hourly closes` }
  }
  const { volatility } = closeToCloseVolatility({
    closes: closes.map(({ close }) => close),
    periodsPerYear: returnsPerYear(closes),
    mean: 'zero',
  })
  return { value: volatility }
}

/** Change of the index against its close of 24 hours ago, percent. */
export function dayChangePct(candles: Datum<VenueHistory>, timeMs: number, spotUsd: number): Datum<number> {
  if (!('value' in candles)) return candles
  if (candles.value.close.length === 0) return { missing: NO_HISTORY }
  const dayAgoMs = timeMs - DAY_MS
  const before = closesBetween(candles.value, dayAgoMs - HOUR_MS, dayAgoMs).at(-1)
  if (before === undefined) return { missing: 'no hourly close of 24 hours ago' }
  return { value: (spotUsd / before.close - 1) * 100 }
}

/** The last close of the venue's volatility index within a day. */
export function lastDvol(dvol: Datum<VenueHistory>, timeMs: number): Datum<number> {
  if (!('value' in dvol)) return dvol
  if (dvol.value.close.length === 0) return { missing: NO_HISTORY }
  const last = closesBetween(dvol.value, timeMs - DAY_MS, timeMs).at(-1)
  return last === undefined ? { missing: 'none within a day' } : { value: last.close }
}

function returnsPerYear(closes: readonly Close[]): number {
  const spannedMs = (closes.at(-1)?.knownMs ?? 0) - (closes[0]?.knownMs ?? 0)
  return PERIODS_PER_YEAR.hour * ((closes.length - 1) / (spannedMs / HOUR_MS))
}

const NO_HISTORY = 'no history at this venue'
