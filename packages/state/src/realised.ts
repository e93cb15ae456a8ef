import type { RealisedWindow, VolState } from '@cc/models'
import {
  ewmaVolatility,
  PERIODS_PER_YEAR,
  type ReturnMemory,
  realisedVolatilityWindows,
  type VolatilityWindow,
  type WindowMemory,
} from '@cc/pricing'
import { attempt, type Datum } from './datum.js'
import { DAY_MS, HOUR_MS, type KnownBars, LEAST_SHARE, rowClosedAfter, rowOfDayAgo, rowsOf } from './known-bars.js'
import { HAR_DAYS, HAR_LONGEST_HORIZON } from './vol-forecast.js'

/** Windows that realised volatility is always given for, and implied volatility too. */
export const STANDARD_DAYS = [7, 30, 90] as const

/** Days of hourly candles that the volatility of a horizon is computed from: the widest window's, and those of HAR. */
export function candleDaysOf(horizonDays: number): number {
  const widest = Math.max(...STANDARD_DAYS, horizonDays, horizonDays <= HAR_LONGEST_HORIZON ? HAR_DAYS : 0)
  // Between two full hours the first bar of a window opens before it does.
  return widest + 1
}

/** Change of the index against its hourly close of 24 hours ago, percent. */
export function dayChangePct(candles: Datum<KnownBars>, timeMs: number, spotUsd: number): Datum<number> {
  if ('missing' in candles) return candles
  const { history } = candles.value
  const row = rowOfDayAgo(candles.value, timeMs)
  if ('missing' in row) return row
  const close = history.close[row.value] as number
  if (!(close > 0 && close < Infinity))
    return { missing: `close[${row.value}] must be a finite number > 0, got ${close}` }
  return { value: (spotUsd / close - 1) * 100 }
}

/**
 * Realised volatility over each number of days, of the hourly bars that closed in them up to `timeMs`. What reaches
 * across a missing bar is left out. A window that lacks more than a tenth of its bars, or holds a broken one, is missing.
 */
export function realisedWindows(
  candles: Datum<KnownBars>,
  { windowDays, timeMs, kept }: { windowDays: readonly number[]; timeMs: number; kept?: WindowMemory | undefined },
): Datum<RealisedWindow>[] {
  if ('missing' in candles) return windowDays.map(() => candles)
  const bars = candles.value
  const windows = windowDays.map((days) => {
    const first = rowClosedAfter(bars, timeMs - days * DAY_MS)
    const expected = Math.round((days * DAY_MS) / HOUR_MS)
    return { days, first, expected, isFull: bars.rows - first >= LEAST_SHARE * expected }
  })
  const firstRows = windows.filter(({ isFull }) => isFull).map(({ first }) => first)
  const read = volatilities(bars, firstRows, kept)
  return windows.map(({ days, first, expected, isFull }) => {
    if (!isFull) return { missing: `${bars.rows - first} of ${expected} hourly bars` }
    const found = read.shift() as Datum<VolatilityWindow>
    return 'missing' in found ? found : { value: windowOf(bars, { days, first }, found.value) }
  })
}

/**
 * RiskMetrics' exponentially weighted volatility, of the hourly returns of the last 90 days, whose weights fade by 0.94 a
 * day. Of daily closes it would depend on the hour of the day. Missing below 20 days of returns, where the weights that
 * they lack would still be 0.29.
 */
export function ewmaOf(candles: Datum<KnownBars>, kept?: ReturnMemory): Datum<NonNullable<VolState['ewma']>> {
  if ('missing' in candles) return candles
  const { history, rows } = candles.value
  const first = Math.max(0, rows - 1 - EWMA_DAYS * 24)
  const found = attempt(() =>
    ewmaVolatility(
      {
        closes: rowsOf(history.close, first, rows),
        openMs: rowsOf(history.openMs, first, rows),
        barMs: HOUR_MS,
        gaps: 'skip',
        periodsPerYear: PERIODS_PER_YEAR.hour,
        lambda: DAILY_LAMBDA ** (1 / 24),
      },
      kept,
    ),
  )
  if ('missing' in found) return found
  const { volatility, n } = found.value
  if (n < LEAST_EWMA_RETURNS) return { missing: `${n} of ${LEAST_EWMA_RETURNS} hourly returns` }
  return { value: { vol: volatility, lambda: DAILY_LAMBDA, returns: n } }
}

/** All windows in one pass, or, where a broken bar forbids it, each alone: it costs those that hold it. */
function volatilities(
  bars: KnownBars,
  firstRows: readonly number[],
  kept: WindowMemory | undefined,
): Datum<VolatilityWindow>[] {
  if (firstRows.length === 0) return []
  const start = Math.min(...firstRows)
  const column = (name: 'openMs' | 'open' | 'high' | 'low' | 'close') => rowsOf(bars.history[name], start, bars.rows)
  const together = attempt(() =>
    realisedVolatilityWindows(
      {
        openMs: column('openMs'),
        open: column('open'),
        high: column('high'),
        low: column('low'),
        close: column('close'),
        barMs: HOUR_MS,
        gaps: 'skip',
        periodsPerYear: PERIODS_PER_YEAR.hour,
        firstRows: firstRows.map((first) => first - start),
      },
      kept,
    ),
  )
  if ('value' in together) return together.value.map((value) => ({ value }))
  if (firstRows.length > 1) return firstRows.flatMap((first) => volatilities(bars, [first], undefined))
  const firstMs = bars.history.openMs[start] as number
  return [{ missing: `${together.missing}; row 0 opened at ${new Date(firstMs).toISOString()}` }]
}

function windowOf(
  { history, rows }: KnownBars,
  { days, first }: { days: number; first: number },
  found: VolatilityWindow,
): RealisedWindow {
  return {
    windowDays: days,
    fromMs: history.openMs[first] as number,
    toMs: (history.openMs[rows - 1] as number) + HOUR_MS,
    bars: found.bars,
    // Times were given, so it is a number.
    missingBars: found.missingBars as number,
    closeToClose: found.closeToClose,
    parkinson: found.parkinson,
    garmanKlass: found.garmanKlass,
    rogersSatchell: found.rogersSatchell,
    yangZhang: found.yangZhang,
  }
}

const DAILY_LAMBDA = 0.94
const EWMA_DAYS = 90
const LEAST_EWMA_RETURNS = 20 * 24
