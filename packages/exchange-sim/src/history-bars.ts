import { CcError, type Currency, type Span, type VenueHistory } from '@cc/models'

/** Open, high, low and close of a stretch of time. */
type Bar = { open: number; high: number; low: number; close: number }

/** A series with one value per step that folds into bars. */
export type BarSeries = {
  readonly firstMs: number
  readonly stepMs: number
  /** Of the values from `fromMs` inclusive to `toMs` exclusive, both on steps. The close is the last of them. */
  bar(fromMs: number, toMs: number): Bar
  /** The bars of whole hours that were folded so far, by their length. */
  readonly folded: Map<number, FoldedBars>
}

/** Bars side by side, the first of which starts at `startMs`. What is behind the last of them is room for more. */
type FoldedBars = { startMs: number; rows: number; columns: Columns }
type Columns = Record<'openMs' | keyof Bar, Float64Array>

/** Makes a series of a function of time; whole UTC hours are folded once and kept. The step divides the hour. */
export function createBarSeries(series: {
  firstMs: number
  stepMs: number
  at(stepStartMs: number): number
  /** The values of an hour only rise or only fall, so that the first and the last of them tell its bar. Default: false. */
  monotoneHours?: boolean
}): BarSeries {
  const { firstMs, stepMs, at, monotoneHours = false } = series
  const hours = new Map<number, Bar>()

  function hour(startMs: number): Bar {
    const count = startMs / HOUR_MS
    let bar = hours.get(count)
    if (bar === undefined) {
      bar = fold(startMs, startMs + HOUR_MS, monotoneHours ? HOUR_MS - stepMs : stepMs, stepBar)
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
    folded: new Map(),
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
  const firstMs = Math.ceil(Math.max(request.fromMs, series.firstMs) / resolutionMs) * resolutionMs
  const endMs = Math.ceil(Math.min(toMs, nowMs - resolutionMs + 1) / resolutionMs) * resolutionMs
  const { startMs, columns } = barsWithin(series, { firstMs, endMs, resolutionMs })
  const [from, to] = [(firstMs - startMs) / resolutionMs, Math.max(firstMs, endMs) - startMs]
  // Views: a bar that has closed is not written again.
  const within = (column: Float64Array) => column.subarray(from, to / resolutionMs)
  return {
    ...{ kind, currency, resolutionMs },
    openMs: within(columns.openMs),
    open: within(columns.open),
    high: within(columns.high),
    low: within(columns.low),
    close: within(columns.close),
  }
}

/** Bars that hold those of the span. Bars of whole hours are kept, and an agent asks for the same year again and again. */
function barsWithin(
  series: BarSeries,
  { firstMs, endMs, resolutionMs }: { firstMs: number; endMs: number; resolutionMs: number },
): FoldedBars {
  const kept = resolutionMs % HOUR_MS === 0 ? series.folded.get(resolutionMs) : undefined
  if (kept === undefined || firstMs < kept.startMs) {
    const folded = { startMs: firstMs, rows: 0, columns: emptyColumns() }
    addBars(series, folded, { endMs, resolutionMs })
    if (resolutionMs % HOUR_MS === 0) series.folded.set(resolutionMs, folded)
    return folded
  }
  addBars(series, kept, { endMs, resolutionMs })
  return kept
}

function addBars(
  series: BarSeries,
  bars: FoldedBars,
  { endMs, resolutionMs }: { endMs: number; resolutionMs: number },
): void {
  const rows = Math.max(bars.rows, Math.ceil((endMs - bars.startMs) / resolutionMs))
  if (rows > bars.columns.openMs.length) bars.columns = roomier(bars.columns, 2 * rows)
  const { openMs, open, high, low, close } = bars.columns
  for (let row = bars.rows; row < rows; row += 1) {
    const startMs = bars.startMs + row * resolutionMs
    const bar = series.bar(startMs, startMs + resolutionMs)
    openMs[row] = startMs
    open[row] = bar.open
    high[row] = bar.high
    low[row] = bar.low
    close[row] = bar.close
  }
  bars.rows = rows
}

/** Whoever holds views of the old columns keeps them. */
function roomier({ openMs, open, high, low, close }: Columns, rows: number): Columns {
  const moved = (column: Float64Array) => {
    const wide = new Float64Array(rows)
    wide.set(column)
    return wide
  }
  return { openMs: moved(openMs), open: moved(open), high: moved(high), low: moved(low), close: moved(close) }
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

function emptyColumns(): Columns {
  const none = new Float64Array(0)
  return { openMs: none, open: none, high: none, low: none, close: none }
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
