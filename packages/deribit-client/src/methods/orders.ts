import { z } from 'zod'
import { placedOrderSchema } from '../wire/order.js'
import { defineMethod } from './define-method.js'
import { instrumentName, label, orderId } from './params.js'

/** One that finds the order again, whatever carries it. */
const orderLabel = label.regex(/^[\x20-\x7e]*$/, 'expected a label of 1 to 64 ASCII characters')

/** In the instrument's own units: an option's price in coin per coin of size, its amount in coin. */
const priceAndAmount = {
  price: z.number('expected a price above 0').positive('expected a price above 0'),
  amount: z.number('expected an amount above 0').positive('expected an amount above 0'),
}

/** Deribit documents `post_only` as true unless said otherwise: nothing of the kind is left unsaid here. */
const conditions = {
  post_only: z.boolean(),
  /** Refuse, rather than move the price, where it would trade at once. */
  reject_post_only: z.boolean(),
  reduce_only: z.boolean(),
  /** Venue time after which Deribit no longer begins to process it: the end of not knowing what became of it. */
  valid_until: z.int('expected UTC epoch milliseconds').min(1_000_000_000_000, 'expected UTC epoch milliseconds'),
}

/** Deribit moves the price of a post-only order that it may not reject. */
function isRejectedOrFree({ post_only, reject_post_only }: { post_only: boolean; reject_post_only: boolean }): boolean {
  return post_only === reject_post_only
}

const rejectedOrFree = { path: ['reject_post_only'], error: 'expected the same as post_only' }

/** A limit order that can be found again by its label. There are no market orders, triggers or prices in USD or IV. */
const newOrder = z
  .strictObject({
    instrument_name: instrumentName,
    type: z.literal('limit', 'expected limit: other types of orders are not sent'),
    ...priceAndAmount,
    label: orderLabel,
    time_in_force: z.enum(['good_til_cancelled', 'good_til_day', 'fill_or_kill', 'immediate_or_cancel']),
    ...conditions,
  })
  .refine(isRejectedOrFree, rejectedOrFree)
  .refine(({ post_only, time_in_force }) => !post_only || time_in_force === 'good_til_cancelled', {
    path: ['post_only'],
    error: 'expected false: only an order that is good_til_cancelled can be post-only',
  })

const change = { ...priceAndAmount, ...conditions }

export const buy = defineMethod({
  name: 'private/buy',
  pool: 'matching',
  effect: 'order',
  params: newOrder,
  result: placedOrderSchema,
})

export const sell = defineMethod({
  name: 'private/sell',
  pool: 'matching',
  effect: 'order',
  params: newOrder,
  result: placedOrderSchema,
})

export const edit = defineMethod({
  name: 'private/edit',
  pool: 'matching',
  effect: 'order',
  params: z.strictObject({ order_id: orderId, ...change }).refine(isRejectedOrFree, rejectedOrFree),
  result: placedOrderSchema,
})

export const editByLabel = defineMethod({
  name: 'private/edit_by_label',
  pool: 'matching',
  effect: 'order',
  params: z
    .strictObject({ label: orderLabel, instrument_name: instrumentName, ...change })
    .refine(isRejectedOrFree, rejectedOrFree),
  result: placedOrderSchema,
})

export const closePosition = defineMethod({
  name: 'private/close_position',
  pool: 'matching',
  effect: 'order',
  params: z.strictObject({
    instrument_name: instrumentName,
    type: z.literal('limit', 'expected limit: other types of orders are not sent'),
    price: priceAndAmount.price,
  }),
  result: placedOrderSchema,
})
