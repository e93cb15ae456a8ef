import { z } from 'zod'
import { publicTradesSchema } from '../wire/trade.js'
import { defineMethod } from './define-method.js'
import {
  count,
  currency,
  instrumentName,
  kindFilter,
  sorting,
  tradesOfCurrency,
  tradesOfInstrument,
  withSpan,
} from './params.js'

const page = { count: count.optional(), sorting: sorting.optional() }

export const getLastTradesByInstrument = defineMethod({
  name: 'public/get_last_trades_by_instrument',
  params: z.strictObject({ ...tradesOfInstrument, ...page }),
  result: publicTradesSchema,
})

export const getLastTradesByInstrumentAndTime = defineMethod({
  name: 'public/get_last_trades_by_instrument_and_time',
  params: withSpan({ instrument_name: instrumentName, ...page }),
  result: publicTradesSchema,
})

export const getLastTradesByCurrency = defineMethod({
  name: 'public/get_last_trades_by_currency',
  params: z.strictObject({ ...tradesOfCurrency, ...page }),
  result: publicTradesSchema,
})

export const getLastTradesByCurrencyAndTime = defineMethod({
  name: 'public/get_last_trades_by_currency_and_time',
  params: withSpan({ currency, kind: kindFilter.optional(), ...page }),
  result: publicTradesSchema,
})
