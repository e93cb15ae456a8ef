import type { VolState } from '@cc/models'
import { harForecast, type ReturnMemory, recentVariances } from '@cc/pricing'
import { attempt, type Datum } from './datum.js'
import { HOUR_MS, type KnownBars, rowsOf } from './known-bars.js'
import { HIGHEST_IV, isUsableIv, LOWEST_IV } from './market-view.js'

/**
 * Volatility expected over the coming horizon: the mean of the trailing volatility and of HAR on the newest unbroken days
 * of 24 h that end with the last bar, or the trailing one alone. Missing where that is missing, where the index did not
 * move, and outside 0.01..10.
 *
 * Equal weights, because they beat both: over hourly BTC, then ETH, QLIKE at 30 days from 2018 on is 0.23 and 0.18 (HAR
 * 0.24 and 0.20, trailing 0.32 and 0.24), from 2022 on 0.14 and 0.14 (0.15 and 0.16, 0.19 and 0.18). One stormy hour
 * moves it half as much as HAR. It lies 2 to 3 vol points above what came, as HAR lies 3 to 5 above, in part because
 * that expects a variance: an edge over it is understated.
 *
 * HAR is not trusted below ten independent targets, days being counted as `29 + 11 × horizonDays`; nor where its
 * regression fell below all that it was fitted on; nor outside a fifth to five times the trailing volatility.
 */
export function forecastVol(
  candles: Datum<KnownBars>,
  { horizonDays, trailing, kept }: { horizonDays: number; trailing: Datum<number>; kept?: ReturnMemory | undefined },
): Datum<NonNullable<VolState['forecast']>> {
  if ('missing' in trailing) return trailing
  if (trailing.value === 0) return { missing: INDEX_STOOD_STILL }
  if (!isUsableIv(trailing.value)) return { missing: `${trailing.value} is outside ${LOWEST_IV}..${HIGHEST_IV}` }
  const har = harOf(candles, horizonDays, kept)
  const isTrusted = 'value' in har && isUsableIv(har.value.vol) && isNear(har.value.vol, trailing.value)
  if (!isTrusted) return { value: { vol: trailing.value, model: 'trailing', days: horizonDays } }
  return { value: { vol: (har.value.vol + trailing.value) / 2, model: 'har-and-trailing', days: har.value.days } }
}

/** A volatility of 0 is no market's: whoever divides by it, or expects it, would be led astray. */
export const INDEX_STOOD_STILL = 'the index did not move'

/**
 * Days of history that HAR gets. Its QLIKE loss at 30 days over hourly BTC and ETH, 2018 to mid-2026, is 0.24 and 0.20 when
 * fitted on a year and 0.37 and 0.30 when fitted on half a year (t of the difference −2, months apart); the trailing
 * volatility has 0.32 and 0.24, which is not told apart from the year's (t −1). From 2022 on all three are alike.
 */
export const HAR_DAYS = 365

/** Longest horizon that {@link HAR_DAYS} have enough independent targets for. */
export const HAR_LONGEST_HORIZON = 30

function harOf(
  candles: Datum<KnownBars>,
  horizonDays: number,
  kept: ReturnMemory | undefined,
): Datum<{ vol: number; days: number }> {
  if ('missing' in candles) return candles
  const { history, rows } = candles.value
  const variances = attempt(() =>
    recentVariances(
      {
        closes: rowsOf(history.close, 0, rows),
        openMs: rowsOf(history.openMs, 0, rows),
        barMs: HOUR_MS,
        returnsPerPeriod: 24,
        leastReturns: LEAST_RETURNS,
      },
      kept,
    ),
  )
  if ('missing' in variances) return variances
  const days = variances.value.length
  const wanted = MONTH_DAYS - 1 + (TARGETS + 1) * horizonDays
  if (days < wanted) return { missing: `${days} of ${wanted} unbroken days` }
  const forecast = attempt(() => harForecast({ dailyVariances: variances.value, horizonDays }))
  if ('missing' in forecast) return forecast
  if (forecast.value.floored) return { missing: 'its regression fell below all that it was fitted on' }
  return { value: { vol: forecast.value.volatility, days } }
}

function isNear(vol: number, trailing: number): boolean {
  return vol >= trailing / MOST_CHANGE && vol <= trailing * MOST_CHANGE
}

/** Nine tenths of a day. */
const LEAST_RETURNS = 22
/** Of the longest average that HAR looks at. */
const MONTH_DAYS = 30
/** Targets of h days overlap: this many of them must not. */
const TARGETS = 10
const MOST_CHANGE = 5
