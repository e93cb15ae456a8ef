import { z } from 'zod'
import { chartSchema, pointsSchema, volatilityIndexSchema } from '../wire/charts.js'
import { deliveryPricesSchema, settlementsSchema } from '../wire/settlement.js'
import { defineMethod } from './define-method.js'
import { count, currency, indexName, instrumentName, offset, timestamp, withSpan } from './params.js'

export const getIndexChartData = defineMethod({
  name: 'public/get_index_chart_data',
  params: z.strictObject({ index_name: indexName, range: z.enum(['1h', '1d', '2d', '1m', '1y', 'all']) }),
  result: pointsSchema,
})

export const getHistoricalVolatility = defineMethod({
  name: 'public/get_historical_volatility',
  params: z.strictObject({ currency }),
  result: pointsSchema,
})

export const getVolatilityIndexData = defineMethod({
  name: 'public/get_volatility_index_data',
  params: withSpan({ currency, resolution: z.enum(['1', '60', '3600', '43200', '1D']) }),
  result: volatilityIndexSchema,
})

export const getTradingviewChartData = defineMethod({
  name: 'public/get_tradingview_chart_data',
  params: withSpan({
    instrument_name: instrumentName,
    resolution: z.enum(['1', '3', '5', '10', '15', '30', '60', '120', '180', '360', '720', '1D']),
  }),
  result: chartSchema,
})

export const getMarkPriceHistory = defineMethod({
  name: 'public/get_mark_price_history',
  params: withSpan({ instrument_name: instrumentName }),
  result: pointsSchema,
})

export const getDeliveryPrices = defineMethod({
  name: 'public/get_delivery_prices',
  params: z.strictObject({ index_name: indexName, offset: offset.optional(), count: count.optional() }),
  result: deliveryPricesSchema,
})

/** What pages of settlements are asked with. */
export const settlementPage = {
  type: z.enum(['settlement', 'delivery', 'bankruptcy']).optional(),
  count: count.optional(),
  continuation: z.string().optional(),
  search_start_timestamp: timestamp.optional(),
}

export const getLastSettlementsByCurrency = defineMethod({
  name: 'public/get_last_settlements_by_currency',
  params: z.strictObject({ currency, ...settlementPage }),
  result: settlementsSchema,
})

export const getLastSettlementsByInstrument = defineMethod({
  name: 'public/get_last_settlements_by_instrument',
  params: z.strictObject({ instrument_name: instrumentName, ...settlementPage }),
  result: settlementsSchema,
})
