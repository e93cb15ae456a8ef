import { z } from 'zod'
import { wireObject } from './wire-object.js'

/**
 * One position. Flat ones may linger with size 0. Amounts are in the settlement currency unless said otherwise.
 * https://docs.deribit.com/api-reference/account-management/private-get_positions
 */
export const positionSchema = wireObject(
  {
    instrument_name: z.string(),
    kind: z.string(),
    /** `zero` and, in older replies, `buy` where it is flat. */
    direction: z.enum(['buy', 'sell', 'zero']),
    /** Signed: short is negative. Coin for options, USD for inverse futures. */
    size: z.number(),
    /** Futures only: `size` in coin, signed. */
    size_currency: z.number().nullish(),
    /** Coin per coin on an inverse option. */
    average_price: z.number().nullish(),
    mark_price: z.number().nullish(),
    /** USD. */
    index_price: z.number().nullish(),
    /** Of the whole position, signed: Black-Scholes delta in coin. */
    delta: z.number().nullish(),
    /** Of the whole position, signed. Options only; units as {@link WireTicker}. */
    gamma: z.number().nullish(),
    vega: z.number().nullish(),
    theta: z.number().nullish(),
    initial_margin: z.number().nullish(),
    maintenance_margin: z.number().nullish(),
    /** Initial margin of open orders in this instrument. */
    open_orders_margin: z.number().nullish(),
    /** Since the last settlement. */
    floating_profit_loss: z.number().nullish(),
    realized_profit_loss: z.number().nullish(),
    /** (mark − average price) × size, since it was opened. */
    total_profit_loss: z.number().nullish(),
  },
  'average_price_usd estimated_liquidation_price floating_profit_loss_usd interest_value leverage realized_funding settlement_price',
)
export type WirePosition = z.infer<typeof positionSchema>
