import type { Currency, VenueHistory } from '@cc/models'
import type { BarColumns, CoinSeries } from '../history/chain-columns.js'
import type { History } from '../history/history.js'

/**
 * Takes out of a history what is known of a coin beside its chains, up to its last snapshot: hourly candles, and the bars of
 * the volatility index, hourly where they reach the last two days, else daily ones. Deliveries are those of the candles.
 */
export function seriesOfHistory({ market, card }: History, currency: Currency): CoinSeries {
  const bars = (kind: VenueHistory['kind'], resolutionMs: number) =>
    columnsOf(market.history(currency, { kind, resolutionMs, fromMs: 0, toMs: card.toMs, nowMs: card.toMs }))
  const hours = bars('dvol', HOUR_MS)
  const reachesEnd = (hours.openMs.at(-1) ?? Number.NEGATIVE_INFINITY) > card.toMs - 2 * DAY_MS
  const dvol = reachesEnd ? hours : bars('dvol', DAY_MS)
  return {
    currency,
    candles: bars('candles', HOUR_MS),
    dvol: dvol.openMs.length === 0 ? undefined : dvol,
    deliveryUsd: new Map(),
  }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

function columnsOf({ resolutionMs, openMs, open, high, low, close }: VenueHistory): BarColumns {
  return {
    resolutionMs,
    openMs: Float64Array.from(openMs),
    open: Float64Array.from(open),
    high: Float64Array.from(high),
    low: Float64Array.from(low),
    close: Float64Array.from(close),
  }
}
