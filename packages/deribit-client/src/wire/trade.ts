import { z } from 'zod'
import { wireObject } from './wire-object.js'

const tradeFields = {
  /** Digits on BTC books, `ETH-…` and `ETH_USDC-…` on others. */
  trade_id: z.string(),
  /** Counts the trades of one instrument. */
  trade_seq: z.int(),
  instrument_name: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
  /** Coin per coin of size on an inverse option. */
  price: z.number(),
  /** Coin for options. */
  amount: z.number(),
  /** USD. Absent on combos of the past. */
  index_price: z.number().nullish(),
  mark_price: z.number().nullish(),
  /** Percent. Options only. */
  iv: z.number().nullish(),
  /** `M`, `T` or `MT`, where a liquidation made it. */
  liquidation: z.string().nullish(),
}

const unreadTradeFields =
  'block_rfq_id block_trade_id block_trade_leg_count combo_id combo_trade_id contracts legs starbase_match_id starbase_timestamp tick_direction'

/** A trade of anybody: https://docs.deribit.com/api-reference/market-data/public-get_last_trades_by_instrument */
const publicTradeSchema = wireObject(
  {
    ...tradeFields,
    /** The taker's. */
    direction: z.enum(['buy', 'sell']),
  },
  unreadTradeFields,
)
export type WirePublicTrade = z.infer<typeof publicTradeSchema>

/** A trade of ours: https://docs.deribit.com/api-reference/trading/private-get_user_trades_by_currency */
export const userTradeSchema = wireObject(
  {
    ...tradeFields,
    order_id: z.string(),
    /** Ours. */
    direction: z.enum(['buy', 'sell']),
    /** Absent where the order had none. */
    label: z.string().nullish(),
    /** Paid if positive, a rebate if negative. */
    fee: z.number(),
    /** What `fee` is in. */
    fee_currency: z.string(),
    /** `M` maker, `T` taker. */
    liquidity: z.string().nullish(),
    /** Forward in USD. Options only. */
    underlying_price: z.number().nullish(),
    /** State of the order after it; `archive` for an old one. */
    state: z.string().nullish(),
  },
  `${unreadTradeFields} advanced api block_rfq_quote_id matching_id mmp order_type post_only profit_loss quote_id quote_set_id reduce_only risk_reducing self_trade subaccount_id trade_allocations user_id`,
)
export type WireUserTrade = z.infer<typeof userTradeSchema>

/** Tells one trade of ours from all others. Where two orders of ours met, both sides have one `trade_id`. */
export function userTradeKey({ trade_id, order_id }: Pick<WireUserTrade, 'trade_id' | 'order_id'>): string {
  return `${trade_id} ${order_id}`
}

/** One page of trades. `has_more`: it is not all of what was asked for. */
export const publicTradesSchema = wireObject({ trades: z.array(publicTradeSchema), has_more: z.boolean() })
export type WirePublicTrades = z.infer<typeof publicTradesSchema>

/** One page of our trades. `has_more`: it is not all of what was asked for. */
export const userTradesSchema = wireObject({ trades: z.array(userTradeSchema), has_more: z.boolean() })
export type WireUserTrades = z.infer<typeof userTradesSchema>
