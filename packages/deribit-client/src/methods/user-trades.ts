import { z } from 'zod'
import { userTradeSchema, userTradesSchema } from '../wire/trade.js'
import { defineMethod } from './define-method.js'
import {
  count,
  currency,
  flag,
  instrumentName,
  kindFilter,
  orderId,
  sorting,
  subaccountId,
  timestamp,
  wholeNumber,
  withSpan,
} from './params.js'

const sequence = wholeNumber(0, Number.MAX_SAFE_INTEGER)
const times = { start_timestamp: timestamp.optional(), end_timestamp: timestamp.optional() }
const page = {
  count: count.optional(),
  sorting: sorting.optional(),
  historical: flag.optional(),
  subaccount_id: subaccountId.optional(),
}

export const getUserTradesByInstrument = defineMethod({
  name: 'private/get_user_trades_by_instrument',
  params: z.strictObject({
    instrument_name: instrumentName,
    start_seq: sequence.optional(),
    end_seq: sequence.optional(),
    ...times,
    ...page,
  }),
  result: userTradesSchema,
})

export const getUserTradesByInstrumentAndTime = defineMethod({
  name: 'private/get_user_trades_by_instrument_and_time',
  params: withSpan({ instrument_name: instrumentName, ...page }),
  result: userTradesSchema,
})

export const getUserTradesByCurrency = defineMethod({
  name: 'private/get_user_trades_by_currency',
  params: z.strictObject({
    currency,
    kind: kindFilter.optional(),
    start_id: z.string().optional(),
    end_id: z.string().optional(),
    ...times,
    ...page,
  }),
  result: userTradesSchema,
})

export const getUserTradesByCurrencyAndTime = defineMethod({
  name: 'private/get_user_trades_by_currency_and_time',
  params: withSpan({ currency, kind: kindFilter.optional(), ...page }),
  result: userTradesSchema,
})

export const getUserTradesByOrder = defineMethod({
  name: 'private/get_user_trades_by_order',
  params: z.strictObject({
    order_id: orderId,
    sorting: sorting.optional(),
    historical: flag.optional(),
    subaccount_id: subaccountId.optional(),
  }),
  result: z.array(userTradeSchema),
})
