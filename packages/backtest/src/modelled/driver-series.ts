import { CcError } from '@cc/models'
import type { BarColumns, CoinSeries } from '../history/chain-columns.js'
import type { SurfaceDrivers } from './surface-model.js'

/**
 * Reads the drivers of a coin's surface at any time: of bars that had closed by then and of nothing later. Daily closes are
 * those of UTC days; through a gap the last one known stays. `undefined` before history: with fewer than 30 daily closes of
 * the volatility index, or without closes of 7 and 30 days ago.
 *
 * @throws CcError `backtest/no-volatility-index` (recovery `halt`) for a coin without one.
 */
export function createDriverSeries({
  currency,
  candles,
  dvol,
}: CoinSeries): (atMs: number) => SurfaceDrivers | undefined {
  if (dvol === undefined) {
    throw new CcError(`A surface of ${currency} needs its volatility index, and there is none.`, {
      code: 'backtest/no-volatility-index',
      recovery: 'halt',
      facts: { currency },
    })
  }
  const coinDays = dailyCloses(candles)
  const dvolDays = dailyCloses(dvol)
  const sums = dvolDays.closes.slice()
  for (let day = 1; day < sums.length; day++) sums[day] = (sums[day] as number) + (sums[day - 1] as number)

  return (atMs) => {
    const v = dvol.close[lastClosed(dvol, atMs)]
    if (v === undefined) return undefined
    const until = dvolDays.lastBefore(atMs)
    const from = Math.max(0, until + 1 - MEAN_DAYS)
    const days = until + 1 - from
    if (days < LEAST_DAYS) return undefined
    const mean = ((sums[until] as number) - (from === 0 ? 0 : (sums[from - 1] as number))) / days

    const day = Math.floor(atMs / DAY_MS)
    const today = coinDays.closeAt(day)
    const weekAgo = coinDays.closeAt(day - 7)
    const monthAgo = coinDays.closeAt(day - 30)
    if (today === undefined || weekAgo === undefined || monthAgo === undefined) return undefined
    return { v, x: Math.log(v / mean), m30: Math.log(today / monthAgo), m7: Math.log(today / weekAgo) }
  }
}

/** The last row that had closed at a time; −1 where none had. */
export function lastClosed({ openMs, resolutionMs }: BarColumns, atMs: number): number {
  let low = 0
  let high = openMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((openMs[middle] as number) + resolutionMs <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

const DAY_MS = 86_400_000
const MEAN_DAYS = 180
const LEAST_DAYS = 30

/** Closes of UTC days: of each the last bar that had closed by its end. */
function dailyCloses(bars: BarColumns) {
  const firstDay = Math.ceil(((bars.openMs[0] ?? 0) + bars.resolutionMs) / DAY_MS)
  const lastMs = (bars.openMs.at(-1) ?? Number.NEGATIVE_INFINITY) + bars.resolutionMs
  const days = Math.max(0, Math.floor(lastMs / DAY_MS) - firstDay + 1)
  const closes = Float64Array.from(
    { length: days },
    (_, day) => bars.close[lastClosed(bars, (firstDay + day) * DAY_MS)] ?? Number.NaN,
  )
  return {
    closes,
    /** Of the day that ended with the start of this one; the last there is for a later one, `undefined` before the first. */
    closeAt: (day: number): number | undefined => closes[Math.min(day - firstDay, days - 1)],
    /** Place of the last day that had ended; −1 where none had. */
    lastBefore: (atMs: number): number => Math.min(Math.floor(atMs / DAY_MS) - firstDay, days - 1),
  }
}
