import { z } from 'zod'
import { tickerFields, unreadTickerFields } from './ticker.js'
import { wireObject } from './wire-object.js'

/** `[price, amount]`. */
const levelSchema = z.tuple([z.number(), z.number()], z.unknown())

/** A ticker with the depth of its book, best first: https://docs.deribit.com/api-reference/market-data/public-get_order_book */
export const orderBookSchema = wireObject(
  { ...tickerFields, change_id: z.int().nullish(), bids: z.array(levelSchema), asks: z.array(levelSchema) },
  `${unreadTickerFields} settlement_period`,
)
export type WireOrderBook = z.infer<typeof orderBookSchema>
