import type { Currency } from '@cc/models'
import type { BarColumns, CoinSeries } from '../history/chain-columns.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** First bar of the series below. */
export const FIRST_MS = Date.UTC(2025, 5, 1)

/** Hourly candles of a coin that wanders, and a daily volatility index that does too; all by formula. */
export function wanderingSeries(
  currency: Currency = 'BTC',
  { days = 260, missing = (_openMs: number) => false }: { days?: number; missing?: (openMs: number) => boolean } = {},
): CoinSeries {
  const startUsd = currency === 'BTC' ? 90_000 : 3_000
  const indexAt = (hour: number) =>
    startUsd * Math.exp(0.12 * Math.sin(hour / 700) + 0.01 * Math.sin(hour / 5) + 0.003 * Math.sin(hour * 1.7))
  const hours = Array.from({ length: days * 24 }, (_, hour) => hour).filter(
    (hour) => !missing(FIRST_MS + hour * HOUR_MS),
  )
  return {
    currency,
    candles: barsOf(
      HOUR_MS,
      hours.map((hour) => ({ openMs: FIRST_MS + hour * HOUR_MS, open: indexAt(hour), close: indexAt(hour + 1) })),
    ),
    dvol: barsOf(
      DAY_MS,
      Array.from({ length: days }, (_, day) => ({
        openMs: FIRST_MS + day * DAY_MS,
        open: 0.5 + 0.15 * Math.sin(day / 25),
        close: 0.5 + 0.15 * Math.sin((day + 1) / 25),
      })),
    ),
    deliveryUsd: new Map(),
  }
}

/** The bars that do not open after a time, and nothing of what came later. */
export function cutSeries({ candles, dvol, ...rest }: CoinSeries, atMs: number): CoinSeries {
  return { ...rest, candles: cut(candles, atMs), dvol: dvol && cut(dvol, atMs) }
}

function cut(bars: BarColumns, atMs: number): BarColumns {
  const rows = bars.openMs.findLastIndex((openMs) => openMs <= atMs) + 1
  const of = (column: Float64Array) => column.slice(0, rows)
  // Of a bar that only opens then nothing but the open is known.
  const known = (column: Float64Array) =>
    of(column).map((value, row) => ((bars.openMs[row] as number) + bars.resolutionMs <= atMs ? value : Number.NaN))
  return {
    resolutionMs: bars.resolutionMs,
    openMs: of(bars.openMs),
    open: of(bars.open),
    high: known(bars.high),
    low: known(bars.low),
    close: known(bars.close),
  }
}

function barsOf(resolutionMs: number, rows: readonly { openMs: number; open: number; close: number }[]): BarColumns {
  const column = (value: (row: { openMs: number; open: number; close: number }) => number) =>
    Float64Array.from(rows, (row) => value(row))
  return {
    resolutionMs,
    openMs: column(({ openMs }) => openMs),
    open: column(({ open }) => open),
    high: column(({ open, close }) => Math.max(open, close) * 1.001),
    low: column(({ open, close }) => Math.min(open, close) * 0.999),
    close: column(({ close }) => close),
  }
}
