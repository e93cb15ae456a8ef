import { z } from 'zod'
import { wireObject } from './wire-object.js'

/**
 * A settlement or delivery, of the account or of everybody. Profits in the settlement currency.
 * https://docs.deribit.com/api-reference/trading/private-get_settlement_history_by_currency
 */
const settlementSchema = wireObject(
  {
    /** `settlement`, `delivery` or `bankruptcy`. */
    type: z.string(),
    /** UTC epoch milliseconds. */
    timestamp: z.int(),
    /** Absent on a bankruptcy, as most of what follows. */
    instrument_name: z.string().nullish(),
    position: z.number().nullish(),
    profit_loss: z.number().nullish(),
    session_profit_loss: z.number().nullish(),
    mark_price: z.number().nullish(),
    /** USD. */
    index_price: z.number().nullish(),
  },
  'funded funding session_bankruptcy session_tax session_tax_rate socialized',
)
export type WireSettlement = z.infer<typeof settlementSchema>

/** One page, newest first. Hand `continuation` back for the next; none, or `none`, says that it was the last. */
export const settlementsSchema = wireObject({
  settlements: z.array(settlementSchema),
  continuation: z.string().nullish(),
})
export type WireSettlements = z.infer<typeof settlementsSchema>

/** Delivery prices of an index by day, newest first: https://docs.deribit.com/api-reference/market-data/public-get_delivery_prices */
export const deliveryPricesSchema = wireObject({
  data: z.array(
    wireObject({
      /** Such as `2026-01-02`: deliveries are at 08:00 UTC of it. */
      date: z.string(),
      /** USD. */
      delivery_price: z.number(),
    }),
  ),
  records_total: z.int(),
})
export type WireDeliveryPrices = z.infer<typeof deliveryPricesSchema>
