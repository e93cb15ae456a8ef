import { CcError, type Currency, type Span, type VenueHistory } from '@cc/models'

/** Open, high, low and close of a stretch of time. */
type Bar = { open: number; high: number; low: number; close: number }

/** A series with one value per step that folds into bars. */
export type BarSeries = {
  readonly firstMs: number
  readonly stepMs: number
  /** Of the values from `fromMs` inclusive to `toMs` exclusive, both on steps. The close is the last of them. */
  bar(fromMs: number, toMs: number): Bar
}

/** Makes a series of a function of time; whole UTC hours are folded once and kept. The step divides the hour. */
export function createBarSeries(series: {
  firstMs: number
  stepMs: number
  at(stepStartMs: number): number
}): BarSeries {
  const { firstMs, stepMs, at } = series
  const hours = new Map<number, Bar>()

  function hour(startMs: number): Bar {
    const count = startMs / HOUR_MS
    let bar = hours.get(count)
    if (bar === undefined) {
      bar = fold(startMs, startMs + HOUR_MS, stepMs, stepBar)
      hours.set(count, bar)
    }
    return bar
  }

  function stepBar(startMs: number): Bar {
    const value = at(startMs)
    return { open: value, high: value, low: value, close: value }
  }

  return {
    firstMs,
    stepMs,
    bar: (fromMs, toMs) =>
      fromMs % HOUR_MS === 0 && toMs % HOUR_MS === 0
        ? fold(fromMs, toMs, HOUR_MS, hour)
        : fold(fromMs, toMs, stepMs, stepBar),
  }
}

/**
 * Lists the bars that start inside the span, lie on multiples of the resolution (UTC) and had closed at `nowMs`.
 *
 * @throws CcError `exchange-sim/unknown-resolution` (recovery `halt`) unless the resolution is a multiple of the step.
 */
export function foldBars(
  series: BarSeries,
  request: Span & { kind: VenueHistory['kind']; currency: Currency; resolutionMs: number; nowMs: number },
): VenueHistory {
  const { kind, currency, resolutionMs, toMs, nowMs } = request
  if (!(resolutionMs > 0) || resolutionMs % series.stepMs !== 0) {
    throw new CcError(`There are no bars of ${resolutionMs} ms, only of multiples of ${series.stepMs} ms.`, {
      code: 'exchange-sim/unknown-resolution',
      recovery: 'halt',
      facts: { field: 'resolutionMs', value: resolutionMs, expected: `a multiple of ${series.stepMs}` },
    })
  }
  const columns = emptyColumns()
  const firstMs = Math.ceil(Math.max(request.fromMs, series.firstMs) / resolutionMs) * resolutionMs
  for (let startMs = firstMs; startMs < toMs && startMs + resolutionMs <= nowMs; startMs += resolutionMs) {
    const bar = series.bar(startMs, startMs + resolutionMs)
    columns.openMs.push(startMs)
    columns.open.push(bar.open)
    columns.high.push(bar.high)
    columns.low.push(bar.low)
    columns.close.push(bar.close)
  }
  return { kind, currency, resolutionMs, ...columns }
}

/** What a market that has no past answers. */
export function emptyHistory(request: {
  kind: VenueHistory['kind']
  currency: Currency
  resolutionMs: number
}): VenueHistory {
  const { kind, currency, resolutionMs } = request
  return { kind, currency, resolutionMs, ...emptyColumns() }
}

const HOUR_MS = 3_600_000

function emptyColumns(): Record<'openMs' | keyof Bar, number[]> {
  return { openMs: [], open: [], high: [], low: [], close: [] }
}

function fold(fromMs: number, toMs: number, pieceMs: number, piece: (startMs: number) => Bar): Bar {
  const first = piece(fromMs)
  if (toMs - fromMs === pieceMs) return first
  const folded = { ...first }
  for (let startMs = fromMs + pieceMs; startMs < toMs; startMs += pieceMs) {
    const { high, low, close } = piece(startMs)
    if (high > folded.high) folded.high = high
    if (low < folded.low) folded.low = low
    folded.close = close
  }
  return folded
}
