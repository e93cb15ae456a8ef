import type { Span } from '@cc/models'
import { columnsOfBars, cutBars, openAt } from './bars.js'
import type { BarColumns, ChainColumns, CoinSeries } from './chain-columns.js'

/** What lies beside the chains of a coin. */
export type KnownSeries = {
  candles: BarColumns | undefined
  dvol: BarColumns | undefined
  /** By expiry, USD. */
  deliveries: ReadonlyMap<number, number> | undefined
}

/** What of it a span has. */
export type SeriesReading = {
  series: CoinSeries
  /** End of the span, UTC epoch ms. */
  toMs: number
  /** Expiries of the span whose delivery price is the open of the bar at the expiry, and those that have none. */
  stoodIn: number
  undelivered: number
}

/**
 * The bars of a coin that had closed by the end of a span, and the delivery price of every expiry up to it: as the source
 * states it, else the open of the bar at the expiry. A span without an end ends with the last snapshot.
 */
export function seriesOf(
  { currency, expiryMs, timeMs }: ChainColumns,
  { candles = NO_CANDLES, dvol, deliveries = NO_DELIVERIES }: KnownSeries,
  span: Span,
): SeriesReading {
  const [firstMs = 0] = timeMs
  const toMs = Number.isFinite(span.toMs) ? span.toMs : (timeMs.at(-1) ?? firstMs)
  const deliveryUsd = new Map([...deliveries].filter(([expiry]) => expiry <= toMs))
  const open = expiriesOf(expiryMs).filter((expiry) => expiry <= toMs && !deliveryUsd.has(expiry))
  let stoodIn = 0
  for (const expiry of open) {
    const priceUsd = openAt(candles, expiry)
    if (priceUsd === undefined) continue
    deliveryUsd.set(expiry, priceUsd)
    stoodIn += 1
  }
  const bars = barsOf({ currency, candles, dvol, deliveries: deliveryUsd }, { fromMs: span.fromMs, toMs })
  return { series: bars, toMs, stoodIn, undelivered: open.length - stoodIn }
}

/** The bars of a coin that had closed by the end of a span, and the delivery prices that are stated of expiries up to it. */
export function barsOf(
  { currency, candles = NO_CANDLES, dvol, deliveries = NO_DELIVERIES }: KnownSeries & Pick<CoinSeries, 'currency'>,
  span: Span,
): CoinSeries {
  const closed = dvol && cutBars(dvol, span)
  return {
    currency,
    candles: cutBars(candles, span),
    dvol: closed?.openMs.length === 0 ? undefined : closed,
    deliveryUsd: new Map([...deliveries].filter(([expiry]) => expiry <= span.toMs)),
  }
}

const NO_CANDLES = columnsOfBars(3_600_000, [])
const NO_DELIVERIES: ReadonlyMap<number, number> = new Map()

/** Each once, ascending. Rows of an expiry lie side by side, so that few reach the set. */
function expiriesOf(expiryMs: Float64Array): number[] {
  const expiries = new Set<number>()
  let last = 0
  for (let row = 0; row < expiryMs.length; row++) {
    const expiry = expiryMs[row] as number
    if (expiry !== last) expiries.add(expiry)
    last = expiry
  }
  return [...expiries].toSorted((a, b) => a - b)
}
