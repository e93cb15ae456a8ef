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
  tradesOfCurrency,
  tradesOfInstrument,
  withSpan,
} from './params.js'

const page = {
  count: count.optional(),
  sorting: sorting.optional(),
  historical: flag.optional(),
  subaccount_id: subaccountId.optional(),
}

export const getUserTradesByInstrument = defineMethod({
  name: 'private/get_user_trades_by_instrument',
  params: z.strictObject({ ...tradesOfInstrument, ...page }),
  result: userTradesSchema,
})

export const getUserTradesByInstrumentAndTime = defineMethod({
  name: 'private/get_user_trades_by_instrument_and_time',
  params: withSpan({ instrument_name: instrumentName, ...page }),
  result: userTradesSchema,
})

export const getUserTradesByCurrency = defineMethod({
  name: 'private/get_user_trades_by_currency',
  params: z.strictObject({ ...tradesOfCurrency, ...page }),
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
