import type { Currency, Span, VenueHistory } from '@cc/models'
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
    const bars = columns === undefined ? emptyBars() : fold(columns, resolutionMs)
    folded[kind].set(resolutionMs, bars)
    return bars
  }

  return ({ kind, resolutionMs, fromMs, toMs, nowMs }) => {
    const bars = barsOf(kind, resolutionMs)
    const from = firstAt(bars.openMs, fromMs)
    const to = Math.max(from, firstAt(bars.openMs, Math.min(toMs, nowMs - resolutionMs + 1)))
    return historyOf({ kind, currency, resolutionMs }, bars, { from, to })
  }
}

type Bars = { openMs: number[]; open: number[]; high: number[]; low: number[]; close: number[] }

function historyOf(
  head: { kind: VenueHistory['kind']; currency: Currency; resolutionMs: number },
  bars: Bars,
  { from, to }: { from: number; to: number },
): VenueHistory {
  return {
    ...head,
    openMs: bars.openMs.slice(from, to),
    open: bars.open.slice(from, to),
    high: bars.high.slice(from, to),
    low: bars.low.slice(from, to),
    close: bars.close.slice(from, to),
  }
}

function fold(columns: BarColumns, resolutionMs: number): Bars {
  const parts = resolutionMs / columns.resolutionMs
  const bars = emptyBars()
  if (!(Number.isInteger(parts) && parts > 0)) return bars
  for (let first = 0; first + parts <= columns.openMs.length; first += 1) {
    const openMs = columns.openMs[first] as number
    if (openMs % resolutionMs !== 0) continue
    const last = first + parts - 1
    if (columns.openMs[last] !== openMs + resolutionMs - columns.resolutionMs) continue
    addBar(bars, columns, { first, last })
    first = last
  }
  return bars
}

function addBar(bars: Bars, columns: BarColumns, { first, last }: { first: number; last: number }): void {
  let high = columns.high[first] as number
  let low = columns.low[first] as number
  for (let part = first + 1; part <= last; part += 1) {
    high = Math.max(high, columns.high[part] as number)
    low = Math.min(low, columns.low[part] as number)
  }
  bars.openMs.push(columns.openMs[first] as number)
  bars.open.push(columns.open[first] as number)
  bars.high.push(high)
  bars.low.push(low)
  bars.close.push(columns.close[last] as number)
}

function emptyBars(): Bars {
  return { openMs: [], open: [], high: [], low: [], close: [] }
}
