import type { NumberColumn, VenueHistory } from '@cc/models'
import type { Datum } from './datum.js'
import type { UnderlyingReadings } from './readings.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** What history a window may lack: below this share of its bars it would be that of another period. */
export const LEAST_SHARE = 0.9

/** A history whose first `rows` bars had closed, by rising time. */
export type KnownBars = { history: VenueHistory; rows: number }

/** What was known of each history that was read. */
export type KnownHistories = Record<'candles' | 'dvolHours' | 'dvolDays', Datum<KnownBars>>

/**
 * The rows of opening times that were found in order last, so that of a view which moves on over the same memory new rows
 * alone are looked at. Such a column must not be written to afterwards.
 */
export type OrderMemory = { inOrder?: Float64Array }

/** The bars of all histories that had closed at `timeMs`. */
export function knownHistories(
  { candles, dvolHours, dvolDays }: Pick<UnderlyingReadings, keyof KnownHistories>,
  timeMs: number,
  kept?: Record<keyof KnownHistories, OrderMemory>,
): KnownHistories {
  return {
    candles: knownBars(candles, { timeMs, resolutionMs: HOUR_MS, kept: kept?.candles }),
    dvolHours: knownBars(dvolHours, { timeMs, resolutionMs: HOUR_MS, kept: kept?.dvolHours }),
    dvolDays: knownBars(dvolDays, { timeMs, resolutionMs: DAY_MS, kept: kept?.dvolDays }),
  }
}

/**
 * The bars that had closed at `timeMs`; those that closed later change nothing. Missing without a bar, for bars of
 * another length, and where a bar does not open after the one before it, which is named by its row.
 */
export function knownBars(
  history: Datum<VenueHistory>,
  { timeMs, resolutionMs, kept }: { timeMs: number; resolutionMs: number; kept?: OrderMemory | undefined },
): Datum<KnownBars> {
  if ('missing' in history) return history
  const { value } = history
  const { openMs } = value
  if (openMs.length === 0) return { missing: 'no history at this venue' }
  if (value.resolutionMs !== resolutionMs) {
    return { missing: `bars of ${value.resolutionMs} ms where bars of ${resolutionMs} ms were expected` }
  }
  let rows = openMs.length
  while (rows > 0 && (openMs[rows - 1] as number) + resolutionMs > timeMs) rows--
  if (rows === 0) return { missing: 'no bar had closed yet' }
  for (let row = rowsInOrder(openMs, kept); row < rows; row++) {
    const opened = openMs[row] as number
    const before = row === 0 ? Number.NEGATIVE_INFINITY : (openMs[row - 1] as number)
    if (!(Number.isSafeInteger(opened) && opened > before)) {
      return { missing: `openMs[${row}] must be an integer after that of the bar before, ${before}, got ${opened}` }
    }
  }
  if (kept !== undefined && openMs instanceof Float64Array) kept.inOrder = openMs.subarray(0, rows)
  return { value: { history: value, rows } }
}

/** How many rows, from the first on, lie in memory that was found in order. */
function rowsInOrder(column: NumberColumn, kept: OrderMemory | undefined): number {
  const known = kept?.inOrder
  if (known === undefined || !(column instanceof Float64Array) || column.buffer !== known.buffer) return 0
  const ahead = (column.byteOffset - known.byteOffset) / known.BYTES_PER_ELEMENT
  return ahead < 0 ? 0 : Math.max(0, known.length - ahead)
}

/** Some rows of a column: a view where it is one, for a year is long. */
export function rowsOf(column: NumberColumn, from: number, to: number): NumberColumn {
  if (from === 0 && to === column.length) return column
  return column instanceof Float64Array ? column.subarray(from, to) : column.slice(from, to)
}

/** The first row that closed after a time; `rows` where none did. */
export function rowClosedAfter({ history, rows }: KnownBars, afterMs: number): number {
  const { openMs, resolutionMs } = history
  let low = 0
  let high = rows
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((openMs[middle] as number) + resolutionMs > afterMs) high = middle
    else low = middle + 1
  }
  return low
}

/** The row of hourly bars whose close was that of 24 hours ago: it had closed by then, within the hour before. */
export function rowOfDayAgo(hours: KnownBars, timeMs: number): Datum<number> {
  const row = rowClosedAfter(hours, timeMs - DAY_MS) - 1
  const openedMs = row < 0 ? Number.NEGATIVE_INFINITY : (hours.history.openMs[row] as number)
  return openedMs > timeMs - DAY_MS - 2 * HOUR_MS ? { value: row } : { missing: 'no hourly close of 24 hours ago' }
}

/** When the last bar closed; `null` without one. */
export function lastCloseMs(bars: Datum<KnownBars>): number | null {
  if ('missing' in bars) return null
  const { history, rows } = bars.value
  return (history.openMs[rows - 1] as number) + history.resolutionMs
}

/** The bars, where the last of them closed within a day before `timeMs`: what speaks of today is not told by older ones. */
export function recentBars(bars: Datum<KnownBars>, timeMs: number): Datum<KnownBars> {
  const closedMs = lastCloseMs(bars)
  if (closedMs === null || timeMs - closedMs <= DAY_MS) return bars
  return { missing: `the last bar closed at ${new Date(closedMs).toISOString()}` }
}
