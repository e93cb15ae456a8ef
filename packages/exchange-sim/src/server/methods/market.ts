import type { Method } from '../method.js'
import { CHART_METHODS } from './charts.js'
import { FUNDING_METHODS } from './funding.js'
import { INSTRUMENT_METHODS } from './instruments.js'
import { PUBLIC_TRADE_METHODS } from './public-trades.js'
import { TICKER_METHODS } from './tickers.js'

/** Public data. Source: https://docs.deribit.com/api-reference/market-data/public-ticker */
export const MARKET_METHODS: readonly Method[] = [
  ...INSTRUMENT_METHODS,
  ...TICKER_METHODS,
  ...CHART_METHODS,
  ...FUNDING_METHODS,
  ...PUBLIC_TRADE_METHODS,
]
