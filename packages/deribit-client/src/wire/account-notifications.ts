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
