import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** As Deribit quotes them: `vega` USD per vol point, `theta` USD per day, `rho` USD per 1 %, `gamma` per USD, Black-Scholes `delta`. */
const greeksSchema = wireObject({
  delta: z.number().nullish(),
  gamma: z.number().nullish(),
  vega: z.number().nullish(),
  theta: z.number().nullish(),
  rho: z.number().nullish(),
})

/** Of the last 24 hours. `null` where nothing traded. */
const statsSchema = wireObject(
  { volume: z.number().nullish(), volume_usd: z.number().nullish() },
  'high low price_change volume_notional',
)

/** What a ticker and an order book have in common. */
export const tickerFields = {
  instrument_name: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
  /** Life of the book: see {@link WireInstrument}. Absent before 2022. */
  state: z.string().nullish(),
  /** Option prices in coin per coin of size. An empty side is 0, `null` or absent: treat them alike. */
  best_bid_price: z.number().nullish(),
  best_ask_price: z.number().nullish(),
  /** Coin for options. An empty side is 0, `null` or absent. */
  best_bid_amount: z.number().nullish(),
  best_ask_amount: z.number().nullish(),
  mark_price: z.number(),
  last_price: z.number().nullish(),
  /** USD. */
  index_price: z.number().nullish(),
  /** Prices outside this band are refused now. */
  min_price: z.number().nullish(),
  max_price: z.number().nullish(),
  /** Coin for options, USD for inverse futures. */
  open_interest: z.number().nullish(),
  /** Mark at the last settlement, 08:00 UTC. Absent until the first. */
  settlement_price: z.number().nullish(),
  /** USD, once delivered. */
  delivery_price: z.number().nullish(),
  /** USD. The text `expired` on a book that has expired. */
  estimated_delivery_price: z.union([z.number(), z.string()]).nullish(),
  stats: statsSchema.nullish(),
  /** Percent: 31.2 is 31.2 %. Options only; `bid_iv` is 0 where there is no bid. */
  mark_iv: z.number().nullish(),
  bid_iv: z.number().nullish(),
  ask_iv: z.number().nullish(),
  /** Forward of the expiry in USD. Options only. */
  underlying_price: z.number().nullish(),
  underlying_index: z.string().nullish(),
  /** Ratio. Options only. */
  interest_rate: z.number().nullish(),
  /** Options only. */
  greeks: greeksSchema.nullish(),
}

/** Of perpetuals and combos. */
export const unreadTickerFields = 'combo_state current_funding funding_8h implied_ask implied_bid interest_value'

/** The top of one book, with greeks: https://docs.deribit.com/api-reference/market-data/public-ticker */
export const tickerSchema = wireObject(tickerFields, unreadTickerFields)
export type WireTicker = z.infer<typeof tickerSchema>
