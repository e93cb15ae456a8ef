import { z } from 'zod'
import { userTradeSchema } from './trade.js'
import { wireObject } from './wire-object.js'

/**
 * An order as Deribit has it. A cancelled order may have fills.
 * https://docs.deribit.com/api-reference/trading/private-get_order_state
 */
export const orderSchema = wireObject(
  {
    /** Digits on BTC books, `ETH-…` and `USDC-…` on others. */
    order_id: z.string(),
    /** `open`, `filled`, `rejected`, `cancelled`, `untriggered`, `triggered`; more may come. */
    order_state: z.string(),
    /** `limit`, `market` and the kinds of triggers. */
    order_type: z.string(),
    instrument_name: z.string(),
    direction: z.enum(['buy', 'sell']),
    /** Ours; the empty text where there is none. */
    label: z.string().nullish(),
    /** Coin per coin of size on an inverse option; the text `market_price` on a market order that waits for its trigger. */
    price: z.union([z.number(), z.string()]).nullish(),
    /** The total, filled part included. Coin for options. */
    amount: z.number(),
    /** Absent on an order that was not triggered. */
    filled_amount: z.number().nullish(),
    /** 0, `null` or absent before the first fill. */
    average_price: z.number().nullish(),
    time_in_force: z.string().nullish(),
    post_only: z.boolean().nullish(),
    /** Present where `post_only` is true. */
    reject_post_only: z.boolean().nullish(),
    /** Absent on spot. */
    reduce_only: z.boolean().nullish(),
    /** `usd` or `implv`: then `price` follows the market. */
    advanced: z.string().nullish(),
    /** Deribit ordered it to bring the account back within its margin. */
    is_liquidation: z.boolean().nullish(),
    /** Of an order that waits for it: in the unit of `price`. */
    trigger_price: z.number().nullish(),
    /** `user_request`, `autoliquidation`, `edit_post_only_reject`, `settlement`, …; grows. */
    cancel_reason: z.string().nullish(),
    /** It was edited. */
    replaced: z.boolean().nullish(),
    /** UTC epoch milliseconds. */
    creation_timestamp: z.int(),
    last_update_timestamp: z.int(),
  },
  'api app_name auto_replaced block_trade commission contracts display_amount implv is_primary_otoco is_rebalance is_secondary_oto max_show mmp mmp_cancelled mmp_group mobile oco_ref original_order_type oto_order_ids primary_order_id profit_loss quote quote_id quote_set_id refresh_amount risk_reducing starbase_last_update_timestamp starbase_order_id stop_order_id stop_price trigger trigger_fill_condition trigger_offset trigger_order_id trigger_reference_price triggered usd user_id web',
)
export type WireOrder = z.infer<typeof orderSchema>

/** What an accepted order request answers: the order, and the trades that it made at once. */
export const placedOrderSchema = wireObject({ order: orderSchema, trades: z.array(userTradeSchema) })
export type WirePlacedOrder = z.infer<typeof placedOrderSchema>

/** Initial margin of one open order. */
export const orderMarginSchema = wireObject({
  order_id: z.string(),
  initial_margin: z.number(),
  /** What `initial_margin` is in. */
  initial_margin_currency: z.string(),
})
export type WireOrderMargin = z.infer<typeof orderMarginSchema>

/**
 * Initial margin of an order that would be sent, in the settlement currency, by direction, and the band of prices.
 * https://docs.deribit.com/api-reference/trading/private-get_margins
 */
export const marginsSchema = wireObject(
  {
    buy: z.number(),
    sell: z.number(),
    min_price: z.number().nullish(),
    max_price: z.number().nullish(),
  },
  'buy_maker_fee buy_taker_fee sell_maker_fee sell_taker_fee',
)
export type WireMargins = z.infer<typeof marginsSchema>
