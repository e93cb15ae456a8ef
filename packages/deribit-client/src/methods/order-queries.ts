import { z } from 'zod'
import { marginsSchema, orderMarginSchema, orderSchema } from '../wire/order.js'
import { defineMethod } from './define-method.js'
import { count, currency, flag, instrumentName, kind, kindFilter, label, offset, orderId } from './params.js'

const orders = z.array(orderSchema)

const type = z.enum([
  'all',
  'limit',
  'trigger_all',
  'stop_all',
  'stop_limit',
  'stop_market',
  'take_all',
  'take_limit',
  'take_market',
  'trailing_all',
  'trailing_stop',
])

export const getOrderState = defineMethod({
  name: 'private/get_order_state',
  params: z.strictObject({ order_id: orderId }),
  result: orderSchema,
})

export const getOrderStateByLabel = defineMethod({
  name: 'private/get_order_state_by_label',
  params: z.strictObject({ currency, label }),
  result: orders,
})

export const getOpenOrders = defineMethod({
  name: 'private/get_open_orders',
  params: z.strictObject({ kind: kind.optional(), type: type.optional() }),
  result: orders,
})

export const getOpenOrdersByCurrency = defineMethod({
  name: 'private/get_open_orders_by_currency',
  params: z.strictObject({ currency, kind: kind.optional(), type: type.optional() }),
  result: orders,
})

export const getOpenOrdersByInstrument = defineMethod({
  name: 'private/get_open_orders_by_instrument',
  params: z.strictObject({ instrument_name: instrumentName, type: type.optional() }),
  result: orders,
})

export const getOpenOrdersByLabel = defineMethod({
  name: 'private/get_open_orders_by_label',
  params: z.strictObject({ currency, label }),
  result: orders,
})

const historyPage = {
  count: count.optional(),
  offset: offset.optional(),
  include_old: flag.optional(),
  include_unfilled: flag.optional(),
  historical: flag.optional(),
}

export const getOrderHistoryByCurrency = defineMethod({
  name: 'private/get_order_history_by_currency',
  params: z.strictObject({ currency, kind: kindFilter.optional(), ...historyPage }),
  result: orders,
})

export const getOrderHistoryByInstrument = defineMethod({
  name: 'private/get_order_history_by_instrument',
  params: z.strictObject({ instrument_name: instrumentName, ...historyPage }),
  result: orders,
})

export const getOrderMarginByIds = defineMethod({
  name: 'private/get_order_margin_by_ids',
  params: z.strictObject({ ids: z.array(orderId).min(1, 'expected at least one order id') }),
  result: z.array(orderMarginSchema),
})

export const getMargins = defineMethod({
  name: 'private/get_margins',
  params: z.strictObject({
    instrument_name: instrumentName,
    amount: z.number('expected an amount above 0').positive('expected an amount above 0'),
    price: z.number('expected a price above 0').positive('expected a price above 0'),
  }),
  result: marginsSchema,
})
