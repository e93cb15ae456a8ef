import type { Currency } from '@cc/models'

/**
 * All recorded quotes of one coin, in columns. Rows of a snapshot lie side by side, soonest expiry first, lowest strike
 * first, calls before puts. Prices in coin, IV a ratio, sizes in coin; NaN is "none", never 0.
 */
export type ChainColumns = {
  readonly currency: Currency
  /** One for each snapshot, ascending. UTC epoch ms. */
  readonly timeMs: Float64Array
  /** Index at the snapshot, USD. */
  readonly indexUsd: Float64Array
  /** Where the rows of a snapshot begin; one more than there are snapshots. */
  readonly firstRow: Uint32Array
  readonly expiryMs: Float64Array
  readonly strikeUsd: Float64Array
  /** 1: a put. */
  readonly isPut: Uint8Array
  readonly bidCoin: Float64Array
  readonly askCoin: Float64Array
  /** NaN where the source has none: Black-76 of `iv` and `forwardUsd` stands in. */
  readonly markCoin: Float64Array
  readonly iv: Float64Array
  readonly forwardUsd: Float64Array
  readonly bidSizeCoin: Float64Array
  readonly askSizeCoin: Float64Array
  readonly openInterestCoin: Float64Array
  readonly volumeCoin: Float64Array
}

/** Bars in columns, oldest first, complete bars only. Index in USD; the volatility index as a ratio. */
export type BarColumns = {
  readonly resolutionMs: number
  readonly openMs: Float64Array
  readonly open: Float64Array
  readonly high: Float64Array
  readonly low: Float64Array
  readonly close: Float64Array
}

/** What is known of a coin beside its chains. */
export type CoinSeries = {
  readonly currency: Currency
  /** Hourly bars of the index, or what stands in for it. */
  readonly candles: BarColumns
  /** Bars of the 30-day volatility index; `undefined` where there is none. */
  readonly dvol: BarColumns | undefined
  /** Delivery price by expiry, where the source has one; else the open of the bar at the expiry stands in. */
  readonly deliveryUsd: ReadonlyMap<number, number>
}
