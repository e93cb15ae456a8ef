import { z } from 'zod'
import { wireObject } from './wire-object.js'

const column = z.array(z.number()).nullish()

/**
 * Candles in columns of equal length, oldest first. The columns may be absent where `status` is `no_data`.
 * https://docs.deribit.com/api-reference/market-data/public-get_tradingview_chart_data
 */
export const chartSchema = wireObject({
  /** `ok` or `no_data`. */
  status: z.string(),
  /** Start of each candle, UTC epoch milliseconds. */
  ticks: z.array(z.int()).nullish(),
  /** In the quote currency: coin for an inverse option, USD for an inverse future. */
  open: column,
  high: column,
  low: column,
  close: column,
  /** In the base currency. */
  volume: column,
  /** Volume in the quote currency. */
  cost: column,
})
export type WireChart = z.infer<typeof chartSchema>

/**
 * DVOL candles, `[start in ms, open, high, low, close]` in percent, oldest first. `continuation` is the `end_timestamp` to
 * ask with next; `null` says that it was all.
 * https://docs.deribit.com/api-reference/market-data/public-get_volatility_index_data
 */
export const volatilityIndexSchema = wireObject({
  data: z.array(z.tuple([z.int(), z.number(), z.number(), z.number(), z.number()], z.unknown())),
  continuation: z.int().nullish(),
})
export type WireVolatilityIndex = z.infer<typeof volatilityIndexSchema>

/** `[UTC epoch milliseconds, value]`. */
export const pointsSchema = z.array(z.tuple([z.int(), z.number()], z.unknown()))
export type WirePoints = z.infer<typeof pointsSchema>

/** An index now, in USD, and what a delivery on it would be at. */
export const indexPriceSchema = wireObject({
  index_price: z.number(),
  estimated_delivery_price: z.union([z.number(), z.string()]).nullish(),
})
export type WireIndexPrice = z.infer<typeof indexPriceSchema>
