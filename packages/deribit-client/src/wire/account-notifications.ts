import { z } from 'zod'
import { simulatedPortfolioSchema } from './account-summary.js'
import { orderSchema } from './order.js'
import { positionSchema } from './position.js'
import { userTradesSchema } from './trade.js'
import { unreadFieldsOf, wireObject } from './wire-object.js'

/** The account in one currency, in that currency: https://docs.deribit.com/subscriptions/user/userportfoliocurrency */
export const portfolioSchema = wireObject(
  { ...simulatedPortfolioSchema.shape, currency: z.string() },
  unreadFieldsOf(simulatedPortfolioSchema).join(' '),
)
export type WirePortfolio = z.infer<typeof portfolioSchema>

/** What changed at once, and only that: https://docs.deribit.com/subscriptions/user/userchangeskindcurrencyinterval */
export const userChangesSchema = wireObject({
  instrument_name: z.string().nullish(),
  trades: userTradesSchema.shape.trades.nullish(),
  positions: z.array(positionSchema).nullish(),
  orders: z.array(orderSchema).nullish(),
})
export type WireUserChanges = z.infer<typeof userChangesSchema>

/** Quotes of ours that were stopped: https://docs.deribit.com/subscriptions/user/usermmp_triggerindex_name */
export const mmpTriggerSchema = wireObject({
  /** Such as `btc_usd`; `all` of block requests. */
  index_name: z.string(),
  /** UTC epoch milliseconds; 0 until it is reset. */
  frozen_until: z.int(),
  mmp_group: z.string().nullish(),
  block_rfq: z.boolean().nullish(),
})
export type WireMmpTrigger = z.infer<typeof mmpTriggerSchema>

/** Somebody signed in, or tried to: https://docs.deribit.com/subscriptions/user/useraccess_log */
export const accessLogSchema = wireObject(
  {
    /** UTC epoch milliseconds. */
    timestamp: z.int(),
    /** What was done, such as `success`. */
    log: z.string(),
    ip: z.string().nullish(),
    country: z.string().nullish(),
    city: z.string().nullish(),
  },
  'data id',
)
export type WireAccessLog = z.infer<typeof accessLogSchema>
