import type { Span } from '@cc/models'
import type { BarColumns } from './chain-columns.js'
import { IV_LEAST, IV_MOST, isMoment, numberText, type RowProblem } from './chain-row.js'

/** One bar. */
export type Bar = { openMs: number; open: number; high: number; low: number; close: number }

/** Columns of bars. */
export function columnsOfBars(resolutionMs: number, bars: readonly Bar[]): BarColumns {
  const column = (name: keyof Bar) => Float64Array.from(bars, (bar) => bar[name])
  return {
    resolutionMs,
    openMs: column('openMs'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
  }
}

/** Says why a bar cannot be taken: off the grid of its resolution, not after the one before, or prices that contradict it. */
export function barProblem(
  bar: Bar,
  { lastMs, resolutionMs }: { lastMs: number; resolutionMs: number },
): RowProblem | undefined {
  const { openMs, open, high, low, close } = bar
  if (!(openMs % resolutionMs === 0) || !isMoment(openMs)) {
    const value = isMoment(openMs) ? new Date(openMs).toISOString() : numberText(openMs)
    return { field: 'ts', value, expected: `the time at which a bar of ${resolutionMs / 60_000} minutes opens` }
  }
  if (openMs <= lastMs) {
    const expected = `a time after ${new Date(lastMs).toISOString()}, the row before`
    return { field: 'ts', value: new Date(openMs).toISOString(), expected }
  }
  const least = Math.min(open, close)
  const most = Math.max(open, close)
  if (low > 0 && low <= least && high >= most && high < Number.POSITIVE_INFINITY) return undefined
  const expected = 'prices above 0, none below the low or above the high'
  return { field: 'open, high, low, close', value: [open, high, low, close].map(numberText).join(', '), expected }
}

/** Says why a bar of a volatility index cannot be taken, whose prices are ratios. */
export function volatilityProblem({ open, high, low, close }: Bar): RowProblem | undefined {
  const values = [open, high, low, close]
  if (values.every((iv) => iv >= IV_LEAST && iv <= IV_MOST)) return undefined
  const expected = `volatilities as ratios from ${IV_LEAST} to ${IV_MOST}`
  return { field: 'open, high, low, close', value: values.map(numberText).join(', '), expected }
}

/** Open of the bar that opens at a time; `undefined`: there is no such bar. */
export function openAt({ openMs, open }: BarColumns, timeMs: number): number | undefined {
  const place = firstAt(openMs, timeMs)
  return openMs[place] === timeMs ? open[place] : undefined
}

/** The bars that do not open before `fromMs` and had closed by `toMs`. */
export function cutBars(bars: BarColumns, { fromMs, toMs }: Span): BarColumns {
  const from = firstAt(bars.openMs, fromMs)
  const to = firstAt(bars.openMs, toMs - bars.resolutionMs + 1)
  const cut = (column: Float64Array) => column.slice(from, Math.max(from, to))
  return {
    resolutionMs: bars.resolutionMs,
    openMs: cut(bars.openMs),
    open: cut(bars.open),
    high: cut(bars.high),
    low: cut(bars.low),
    close: cut(bars.close),
  }
}

/** Place of the first time at or after another, in ascending times, by halving. */
export function firstAt(timesMs: ArrayLike<number>, atMs: number): number {
  let low = 0
  let high = timesMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timesMs[middle] as number) < atMs) low = middle + 1
    else high = middle
  }
  return low
}
