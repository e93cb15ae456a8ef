import { z } from 'zod'
import { orderSchema } from '../wire/order.js'
import { defineMethod } from './define-method.js'
import { currency, currencyOrAny, flag, instrumentName, kindFilter, label, noParams, orderId } from './params.js'

const type = z.enum(['all', 'limit', 'trigger_all', 'stop', 'take', 'trailing_stop'])
const cancelled = z.int()

export const cancel = defineMethod({
  name: 'private/cancel',
  pool: 'matching',
  effect: 'change',
  params: z.strictObject({ order_id: orderId }),
  result: orderSchema,
})

/** Deribit takes it without a currency too, from another pool of credits; here it is asked for. */
export const cancelByLabel = defineMethod({
  name: 'private/cancel_by_label',
  pool: 'matching',
  effect: 'change',
  params: z.strictObject({ label, currency }),
  result: cancelled,
})

export const cancelAll = defineMethod({
  name: 'private/cancel_all',
  pool: 'cancel-all',
  effect: 'change',
  params: noParams,
  result: cancelled,
})

export const cancelAllByCurrency = defineMethod({
  name: 'private/cancel_all_by_currency',
  pool: 'matching',
  effect: 'change',
  params: z.strictObject({ currency, kind: kindFilter.optional(), type: type.optional() }),
  result: cancelled,
})

export const cancelAllByInstrument = defineMethod({
  name: 'private/cancel_all_by_instrument',
  pool: 'matching',
  effect: 'change',
  params: z.strictObject({ instrument_name: instrumentName, type: type.optional(), include_combos: flag.optional() }),
  result: cancelled,
})

export const cancelAllByKindOrType = defineMethod({
  name: 'private/cancel_all_by_kind_or_type',
  pool: 'matching',
  effect: 'change',
  params: z.strictObject({
    currency: z.union([currencyOrAny, z.array(currency).min(1, 'expected at least one currency')]),
    kind: kindFilter.optional(),
    type: type.optional(),
  }),
  result: cancelled,
})
