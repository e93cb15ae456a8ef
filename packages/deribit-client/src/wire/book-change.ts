import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** What became of a price, the price, and the amount that rests there now: 0 where it was deleted. */
const changeSchema = z.tuple([z.enum(['new', 'change', 'delete']), z.number(), z.number()], z.unknown())
export type WireLevelChange = z.infer<typeof changeSchema>

/**
 * A whole book, or what has changed in it since.
 * https://docs.deribit.com/subscriptions/orderbook/bookinstrument_nameinterval
 */
export const bookChangeSchema = wireObject({
  /** Absent before 2020: what has no `prev_change_id` was a snapshot then. */
  type: z.enum(['snapshot', 'change']).nullish(),
  instrument_name: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
  /** One count of many books: it jumps. */
  change_id: z.int(),
  /** Of a change: the `change_id` before it. Another one means that something was missed. */
  prev_change_id: z.int().nullish(),
  bids: z.array(changeSchema),
  asks: z.array(changeSchema),
})
export type WireBookChange = z.infer<typeof bookChangeSchema>

/** `[price, amount]`. */
const levelSchema = z.tuple([z.number(), z.number()], z.unknown())

/**
 * The best levels of a book, best first, whole each time.
 * https://docs.deribit.com/subscriptions/orderbook/bookinstrument_namegroupdepthinterval
 */
export const groupedBookSchema = wireObject({
  instrument_name: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
  change_id: z.int(),
  bids: z.array(levelSchema),
  asks: z.array(levelSchema),
})
export type WireGroupedBook = z.infer<typeof groupedBookSchema>
