import { z } from 'zod'
import { wireObject } from './wire-object.js'

/**
 * One row of a whole chain, republished about every two seconds. No greeks and no sizes.
 * https://docs.deribit.com/api-reference/market-data/public-get_book_summary_by_currency
 */
export const bookSummarySchema = wireObject(
  {
    instrument_name: z.string(),
    /** Option prices in coin per coin of size. `null`: no such quote. */
    bid_price: z.number().nullish(),
    ask_price: z.number().nullish(),
    mark_price: z.number(),
    /** Price of the last trade; `null` where there was none. */
    last: z.number().nullish(),
    /** Percent: 31.2 is 31.2 %. Options only. */
    mark_iv: z.number().nullish(),
    /** Forward of the expiry in USD. Options only. */
    underlying_price: z.number().nullish(),
    /** The future that the forward is of, such as `BTC-15SEP26`, formerly `SYN.BTC-15SEP26`, or `index_price`. */
    underlying_index: z.string().nullish(),
    /** Coin for options, USD for inverse futures. */
    open_interest: z.number().nullish(),
    /** Of 24 hours, in coin. */
    volume: z.number().nullish(),
    /** Index in USD, or the average of it in the half hour before an expiry; the text `expired` after it. */
    estimated_delivery_price: z.union([z.number(), z.string()]).nullish(),
    /** UTC epoch milliseconds of the snapshot. */
    creation_timestamp: z.int(),
  },
  'base_currency current_funding funding_8h high interest_rate low mid_price price_change quote_currency volume_notional volume_usd',
)
export type WireBookSummary = z.infer<typeof bookSummarySchema>
