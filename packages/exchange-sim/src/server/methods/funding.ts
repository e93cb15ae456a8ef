import type { Currency, Span } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Method, MethodCall } from '../method.js'
import { invalidParam } from '../rpc-error.js'
import { marketBars } from './bars.js'
import { readSpan } from './filters.js'
import { readListed } from './listing.js'

/**
 * Funding of the perpetuals. Nothing trades in them here: the rate is 0 at all times.
 * Source: https://docs.deribit.com/api-reference/market-data/public-get_funding_rate_history
 */
export const FUNDING_METHODS: readonly Method[] = [
  { name: 'public/get_funding_rate_value', pool: 'non-matching', scope: null, handle: rateValue },
  { name: 'public/get_funding_rate_history', pool: 'non-matching', scope: null, handle: rateHistory },
  { name: 'public/get_funding_chart_data', pool: 'non-matching', scope: null, handle: chartData },
]

function rateValue(call: MethodCall): number {
  readPerpetual(call)
  readSpan(call.params)
  return 0
}

/** By the hour, oldest first. */
function rateHistory(call: MethodCall): readonly object[] {
  const currency = readPerpetual(call)
  return hoursOf(call.exchange, currency, readSpan(call.params)).map(({ startMs, indexUsd, indexBeforeUsd }) => ({
    timestamp: startMs,
    index_price: indexUsd,
    prev_index_price: indexBeforeUsd,
    interest_8h: 0,
    interest_1h: 0,
  }))
}

function chartData(call: MethodCall): object {
  const { exchange, params } = call
  const currency = readPerpetual(call)
  const toMs = exchange.nowMs()
  const fromMs = toMs - LENGTHS_MS[params.oneOf('length', ['8h', '24h', '1m'])]
  const data = hoursOf(exchange, currency, { fromMs, toMs }).map(({ startMs, indexUsd }) => ({
    timestamp: startMs,
    index_price: indexUsd,
    interest_8h: 0,
  }))
  return { current_interest: 0, interest_8h: 0, data }
}

function readPerpetual(call: MethodCall): Currency {
  const listed = readListed(call)
  if (listed.kind === 'future' && listed.future.expiryMs === null) return listed.currency
  throw invalidParam('instrument_name', 'value must be a perpetual')
}

/** The last full hours of a span, and the index at each and at the one before. */
function hoursOf(exchange: Exchange, currency: Currency, { fromMs, toMs }: Span) {
  const lastMs = Math.min(toMs, exchange.nowMs())
  const firstMs = Math.max(fromMs, lastMs - MOST_HOURS * HOUR_MS + 1)
  const bars = marketBars(exchange, currency, {
    kind: 'candles',
    resolutionMs: HOUR_MS,
    fromMs: firstMs - HOUR_MS,
    toMs: lastMs,
  })
  return bars.slice(1).map(({ startMs, open }, hour) => ({
    startMs,
    indexUsd: open,
    indexBeforeUsd: bars[hour]?.open ?? open,
  }))
}

const HOUR_MS = 3_600_000
/** As many as clients see Deribit give at once: 31 days. */
const MOST_HOURS = 744
const LENGTHS_MS = { '8h': 8 * HOUR_MS, '24h': 24 * HOUR_MS, '1m': 30 * 24 * HOUR_MS }
