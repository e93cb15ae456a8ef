import type { Span, VenueHistory } from '@cc/models'
import { firstAt } from './bars.js'
import type { BarColumns, CoinSeries } from './chain-columns.js'

/** Answers what a venue is asked for: bars of a span that had closed by `nowMs`. */
export type SeriesBars = (
  request: Span & { kind: VenueHistory['kind']; resolutionMs: number; nowMs: number },
) => VenueHistory

/**
 * Makes bars of any multiple of what a series has, on multiples of the resolution (UTC). A bar that lacks a part is left
 * out, and a finer resolution than the series has is an empty history: what is missing is missing.
 */
export function createSeriesBars({ currency, candles, dvol }: CoinSeries): SeriesBars {
  const folded = { candles: new Map<number, Bars>(), dvol: new Map<number, Bars>() }

  function barsOf(kind: VenueHistory['kind'], resolutionMs: number): Bars {
    const known = folded[kind].get(resolutionMs)
    if (known !== undefined) return known
    const columns = kind === 'candles' ? candles : dvol
    const bars = columns === undefined ? emptyBars(0) : fold(columns, resolutionMs)
    folded[kind].set(resolutionMs, bars)
    return bars
  }

  return ({ kind, resolutionMs, fromMs, toMs, nowMs }) => {
    const bars = barsOf(kind, resolutionMs)
    const from = firstAt(bars.openMs, fromMs)
    const to = Math.max(from, firstAt(bars.openMs, Math.min(toMs, nowMs - resolutionMs + 1)))
    return { kind, currency, resolutionMs, ...rowsOf(bars, from, to) }
  }
}

type Bars = Pick<BarColumns, 'openMs' | 'open' | 'high' | 'low' | 'close'>

function fold(columns: BarColumns, resolutionMs: number): Bars {
  const parts = resolutionMs / columns.resolutionMs
  if (!(Number.isInteger(parts) && parts > 0)) return emptyBars(0)
  const bars = emptyBars(Math.floor(columns.openMs.length / parts))
  let rows = 0
  for (let first = 0; first + parts <= columns.openMs.length; first += 1) {
    const openMs = columns.openMs[first] as number
    if (openMs % resolutionMs !== 0) continue
    const last = first + parts - 1
    if (columns.openMs[last] !== openMs + resolutionMs - columns.resolutionMs) continue
    setBar(bars, rows, { columns, first, last })
    rows += 1
    first = last
  }
  return rowsOf(bars, 0, rows)
}

function setBar(
  bars: Bars,
  row: number,
  { columns, first, last }: { columns: BarColumns; first: number; last: number },
): void {
  let high = columns.high[first] as number
  let low = columns.low[first] as number
  for (let part = first + 1; part <= last; part += 1) {
    high = Math.max(high, columns.high[part] as number)
    low = Math.min(low, columns.low[part] as number)
  }
  bars.openMs[row] = columns.openMs[first] as number
  bars.open[row] = columns.open[first] as number
  bars.high[row] = high
  bars.low[row] = low
  bars.close[row] = columns.close[last] as number
}

/** Views: nothing is copied. */
function rowsOf({ openMs, open, high, low, close }: Bars, from: number, to: number): Bars {
  return {
    openMs: openMs.subarray(from, to),
    open: open.subarray(from, to),
    high: high.subarray(from, to),
    low: low.subarray(from, to),
    close: close.subarray(from, to),
  }
}

function emptyBars(rows: number): Bars {
  const column = () => new Float64Array(rows)
  return { openMs: column(), open: column(), high: column(), low: column(), close: column() }
}
