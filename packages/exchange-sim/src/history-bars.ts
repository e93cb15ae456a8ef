import { CcError, type Currency, type Span, type VenueHistory } from '@cc/models'

/** A series that holds one value per step. */
export type StepSeries = { firstMs: number; stepMs: number; at(stepStartMs: number): number }

/**
 * Folds a series into the bars that start inside the span, lie on multiples of the resolution (UTC) and had closed at
 * `nowMs`. A bar's close is the last value before its end.
 *
 * @throws CcError `exchange-sim/unknown-resolution` (recovery `halt`) unless the resolution is a multiple of the step.
 */
export function foldBars(
  series: StepSeries,
  request: Span & { kind: VenueHistory['kind']; currency: Currency; resolutionMs: number; nowMs: number },
): VenueHistory {
  const { kind, currency, resolutionMs } = request
  if (!(resolutionMs > 0) || resolutionMs % series.stepMs !== 0) {
    throw new CcError('The history has no bars of this resolution.', {
      code: 'exchange-sim/unknown-resolution',
      recovery: 'halt',
      facts: { field: 'resolutionMs', value: resolutionMs, expected: `a multiple of ${series.stepMs}` },
    })
  }
  const columns = { openMs: [], open: [], high: [], low: [], close: [] } as Record<Column, number[]>
  const fromMs = Math.max(request.fromMs, series.firstMs)
  for (let openMs = Math.ceil(fromMs / resolutionMs) * resolutionMs; openMs < request.toMs; openMs += resolutionMs) {
    const endMs = openMs + resolutionMs
    if (endMs > request.nowMs) break
    const open = series.at(openMs)
    let high = open
    let low = open
    let close = open
    for (let stepMs = openMs + series.stepMs; stepMs < endMs; stepMs += series.stepMs) {
      close = series.at(stepMs)
      if (close > high) high = close
      if (close < low) low = close
    }
    columns.openMs.push(openMs)
    columns.open.push(open)
    columns.high.push(high)
    columns.low.push(low)
    columns.close.push(close)
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
  return { kind, currency, resolutionMs, openMs: [], open: [], high: [], low: [], close: [] }
}

type Column = 'openMs' | 'open' | 'high' | 'low' | 'close'
