import { z } from 'zod'
import { bookSummarySchema } from '../wire/book-summary.js'
import { indexPriceSchema } from '../wire/charts.js'
import { orderBookSchema } from '../wire/order-book.js'
import { tickerSchema } from '../wire/ticker.js'
import { defineMethod } from './define-method.js'
import { currency, indexName, instrumentName, kind } from './params.js'

export const getBookSummaryByCurrency = defineMethod({
  name: 'public/get_book_summary_by_currency',
  params: z.strictObject({ currency, kind: kind.optional() }),
  result: z.array(bookSummarySchema),
})

export const getBookSummaryByInstrument = defineMethod({
  name: 'public/get_book_summary_by_instrument',
  params: z.strictObject({ instrument_name: instrumentName }),
  result: z.array(bookSummarySchema),
})

export const ticker = defineMethod({
  name: 'public/ticker',
  params: z.strictObject({ instrument_name: instrumentName }),
  result: tickerSchema,
})

export const getOrderBook = defineMethod({
  name: 'public/get_order_book',
  params: z.strictObject({
    instrument_name: instrumentName,
    depth: z.literal([1, 5, 10, 20, 50, 100, 1000, 10000], 'expected 1, 5, 10, 20, 50, 100, 1000 or 10000').optional(),
  }),
  result: orderBookSchema,
})

export const getIndexPrice = defineMethod({
  name: 'public/get_index_price',
  params: z.strictObject({ index_name: indexName }),
  result: indexPriceSchema,
})
