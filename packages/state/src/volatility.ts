import type { VenueHistory, VolState } from '@cc/models'
import { closeToCloseVolatility, PERIODS_PER_YEAR } from '@cc/pricing'
import { atmIvAt, skewNear, smilesOf } from './implied-volatility.js'
import type { Datum, DatumReader, Listing } from './readings.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS

/** Below this share of the horizon's hourly closes, volatility would be that of another period. */
const LEAST_SHARE_OF_CLOSES = 0.9
const NO_HISTORY = 'no history at this venue'

/** Implied beside realised volatility at one horizon. Every `null` has its reason in `data.missing`. */
export function assembleVol(
  market: { listings: readonly Listing[]; candles: Datum<VenueHistory>; dvol: Datum<VenueHistory>; timeMs: number },
  horizonDays: number,
  data: DatumReader,
): VolState {
  const smiles = smilesOf(market.listings)
  const atmIv = atmIvAt(smiles, horizonDays)
  const realisedVol = realisedVolatility(market.candles, market.timeMs, horizonDays)
  const skew = skewNear(smiles, horizonDays)
  return {
    atmIv: data.read('vol.atmIv', atmIv),
    realisedVol: data.read('vol.realisedVol', realisedVol),
    ivrv: data.read('vol.ivrv', ratio(atmIv, realisedVol)),
    skew25: data.read('vol.skew25', 'value' in skew ? { value: skew.value.skew25 } : skew),
    skewDte: data.read('vol.skewDte', 'value' in skew ? { value: skew.value.skewDte } : skew),
    dvol: data.read('vol.dvol', lastDvol(market.dvol, market.timeMs)),
    horizonDays,
  }
}

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

function ratio(atmIv: Datum<number>, realisedVol: Datum<number>): Datum<number> {
  if (!('value' in atmIv)) return atmIv
  if (!('value' in realisedVol)) return realisedVol
  if (realisedVol.value === 0) return { missing: 'the index did not move' }
  return { value: atmIv.value / realisedVol.value }
}

/** A close and the time from which it is known. */
type Close = { knownMs: number; close: number }

/** The closes that became known after `afterMs` and not later than `untilMs`, oldest first. */
function closesBetween(history: VenueHistory, afterMs: number, untilMs: number): readonly Close[] {
  return history.close.flatMap((close, bar) => {
    const openMs = history.openMs[bar]
    if (openMs === undefined) return []
    const knownMs = openMs + history.resolutionMs
    return knownMs > afterMs && knownMs <= untilMs ? [{ knownMs, close }] : []
  })
}

function returnsPerYear(closes: readonly Close[]): number {
  const spannedMs = (closes.at(-1)?.knownMs ?? 0) - (closes[0]?.knownMs ?? 0)
  return PERIODS_PER_YEAR.hour * ((closes.length - 1) / (spannedMs / HOUR_MS))
}
