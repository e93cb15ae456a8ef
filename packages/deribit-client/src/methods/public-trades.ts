import { z } from 'zod'
import { publicTradesSchema } from '../wire/trade.js'
import { defineMethod } from './define-method.js'
import { count, currency, instrumentName, kindFilter, sorting, timestamp, wholeNumber, withSpan } from './params.js'

const sequence = wholeNumber(0, Number.MAX_SAFE_INTEGER)
const page = { count: count.optional(), sorting: sorting.optional() }
const times = { start_timestamp: timestamp.optional(), end_timestamp: timestamp.optional() }

export const getLastTradesByInstrument = defineMethod({
  name: 'public/get_last_trades_by_instrument',
  params: z.strictObject({
    instrument_name: instrumentName,
    start_seq: sequence.optional(),
    end_seq: sequence.optional(),
    ...times,
    ...page,
  }),
  result: publicTradesSchema,
})

export const getLastTradesByInstrumentAndTime = defineMethod({
  name: 'public/get_last_trades_by_instrument_and_time',
  params: withSpan({ instrument_name: instrumentName, ...page }),
  result: publicTradesSchema,
})

export const getLastTradesByCurrency = defineMethod({
  name: 'public/get_last_trades_by_currency',
  params: z.strictObject({
    currency,
    kind: kindFilter.optional(),
    start_id: z.string().optional(),
    end_id: z.string().optional(),
    ...times,
    ...page,
  }),
  result: publicTradesSchema,
})

export const getLastTradesByCurrencyAndTime = defineMethod({
  name: 'public/get_last_trades_by_currency_and_time',
  params: withSpan({ currency, kind: kindFilter.optional(), ...page }),
  result: publicTradesSchema,
})
