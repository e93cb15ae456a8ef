import type { NumberColumn, VolState } from '@cc/models'
import type { Datum } from './datum.js'
import { DAY_MS, type KnownBars, LEAST_SHARE, rowClosedAfter, rowOfDayAgo, rowsOf } from './known-bars.js'
import { HIGHEST_IV, isUsableIv, LOWEST_IV } from './market-view.js'

/** The last hourly close of the venue's volatility index, of those known within a day before `timeMs`. */
export function lastDvol(hours: Datum<KnownBars>, timeMs: number): Datum<number> {
  if ('missing' in hours) return hours
  const closes = closesFrom(hours.value, rowClosedAfter(hours.value, timeMs - DAY_MS))
  if ('missing' in closes) return closes
  const last = closes.value.at(-1)
  return last === undefined ? { missing: 'none within a day' } : { value: last }
}

/** What the volatility index rose, since its hourly close of 24 hours ago, to what it is now. */
export function dvolDayChange(hours: Datum<KnownBars>, now: Datum<number>, timeMs: number): Datum<number> {
  if ('missing' in hours) return hours
  if ('missing' in now) return now
  const row = rowOfDayAgo(hours.value, timeMs)
  if ('missing' in row) return row
  const closes = closesFrom({ ...hours.value, rows: row.value + 1 }, row.value)
  return 'missing' in closes ? closes : { value: now.value - (closes.value[0] as number) }
}

/**
 * Where the volatility index stands among its daily closes of the last 365 days. A day's close is known once the day is
 * over. Now may lie outside those closes: then it is itself the least or the most, and the rank 0 or 1.
 *
 * Missing below nine tenths of the days, for a broken close, and where the index never moved.
 */
export function ivRankOf(
  days: Datum<KnownBars>,
  now: Datum<number>,
  timeMs: number,
): Datum<NonNullable<VolState['ivRank']>> {
  if ('missing' in days) return days
  const { history, rows } = days.value
  const first = rowClosedAfter(days.value, timeMs - RANK_DAYS * DAY_MS)
  const closes = closesFrom(days.value, first)
  if ('missing' in closes) return closes
  const count = closes.value.length
  if (count < LEAST_SHARE * RANK_DAYS) return { missing: `${count} of ${RANK_DAYS} daily closes` }
  if ('missing' in now) return now

  const { leastIv, mostIv, below } = rangeOf(closes.value, now.value)
  if (leastIv === mostIv) return { missing: 'the volatility index did not move' }
  return {
    value: {
      rank: (now.value - leastIv) / (mostIv - leastIv),
      percentile: below / count,
      leastIv,
      mostIv,
      days: count,
      fromMs: history.openMs[first] as number,
      toMs: (history.openMs[rows - 1] as number) + DAY_MS,
    },
  }
}

const RANK_DAYS = 365

/** The least and the most of the closes and now, and how many closes are below now. */
function rangeOf(closes: NumberColumn, now: number): { leastIv: number; mostIv: number; below: number } {
  let leastIv = now
  let mostIv = now
  let below = 0
  for (let day = 0; day < closes.length; day++) {
    const close = closes[day] as number
    if (close < leastIv) leastIv = close
    if (close > mostIv) mostIv = close
    if (close < now) below += 1
  }
  return { leastIv, mostIv, below }
}

function closesFrom({ history, rows }: KnownBars, first: number): Datum<NumberColumn> {
  const { close } = history
  for (let row = first; row < rows; row++) {
    // Percent points instead of a ratio would show here.
    if (isUsableIv(close[row] ?? null)) continue
    return { missing: `close[${row}] must be in ${LOWEST_IV}..${HIGHEST_IV}, got ${String(close[row])}` }
  }
  return { value: rowsOf(close, first, rows) }
}
