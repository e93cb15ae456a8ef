import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** The top of a book: https://docs.deribit.com/subscriptions/market-data/quoteinstrument_name */
export const quoteSchema = wireObject({
  instrument_name: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
  /** Option prices in coin per coin of size. An empty side is 0, `null` or absent: treat them alike. */
  best_bid_price: z.number().nullish(),
  best_ask_price: z.number().nullish(),
  /** Coin for options. An empty side is 0, `null` or absent. */
  best_bid_amount: z.number().nullish(),
  best_ask_amount: z.number().nullish(),
})
export type WireQuote = z.infer<typeof quoteSchema>

/** Marks of options on one index: https://docs.deribit.com/subscriptions/market-data/markpriceoptionsindex_name */
export const markPricesSchema = z.array(
  wireObject({
    instrument_name: z.string(),
    /** UTC epoch milliseconds. Clients of 2020 know of none. */
    timestamp: z.int().nullish(),
    /** Coin per coin of size on an inverse option. */
    mark_price: z.number(),
    /** A fraction, unlike everywhere else at Deribit: 0.9 is 90 %. */
    iv: z.number().nullish(),
  }),
)
export type WireMarkPrices = z.infer<typeof markPricesSchema>

/** An index: https://docs.deribit.com/subscriptions/market-data/deribit_price_indexindex_name */
export const priceIndexSchema = wireObject({
  index_name: z.string(),
  /** USD. */
  price: z.number(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
})
export type WirePriceIndex = z.infer<typeof priceIndexSchema>

/** DVOL: https://docs.deribit.com/subscriptions/market-data/deribit_volatility_indexindex_name */
export const volatilityIndexPointSchema = wireObject(
  {
    index_name: z.string(),
    /** Percent: 52 is 52 %. */
    volatility: z.number(),
    /** UTC epoch milliseconds. */
    timestamp: z.int(),
  },
  'estimated_delivery',
)
export type WireVolatilityIndexPoint = z.infer<typeof volatilityIndexPointSchema>

/**
 * What the next expiry would be delivered at.
 * https://docs.deribit.com/subscriptions/market-data/estimated_expiration_priceindex_name
 */
export const expirationPriceSchema = wireObject({
  /** USD: the index, or in the last half hour the average so far. */
  price: z.number(),
  /** Until the next expiry. */
  seconds: z.number(),
  /** Whether `price` is the average. */
  is_estimated: z.boolean(),
})
export type WireExpirationPrice = z.infer<typeof expirationPriceSchema>

/** One candle, which may still grow: https://docs.deribit.com/subscriptions/market-data/charttradesinstrument_nameresolution */
export const candleSchema = wireObject({
  /** Its beginning, UTC epoch milliseconds. */
  tick: z.int(),
  open: z.number(),
  high: z.number(),
  low: z.number(),
  close: z.number(),
  /** Coin. */
  volume: z.number(),
  /** USD for inverse futures, quote currency otherwise. */
  cost: z.number(),
})
export type WireCandle = z.infer<typeof candleSchema>
