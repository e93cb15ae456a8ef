import { futureName } from './future.js'
import { coinOf, markOf, percentOf, rounded } from './rounding.js'
import { type FutureTop, futureBook, type OptionTop } from './ticker.js'

/**
 * The row of an option in a whole chain. A side without a quote is `null` here, where a ticker has 0.
 * https://docs.deribit.com/api-reference/market-data/public-get_book_summary_by_currency
 */
export function wireOptionSummary({
  instrument,
  quote,
  stats,
  estimatedDeliveryUsd,
  timestampMs,
}: Omit<OptionTop, 'settlementPriceCoin'>) {
  const { symbol, currency, expiryMs } = instrument
  const { bidPriceCoin, askPriceCoin, markIv } = quote
  return {
    high: stats.highCoin,
    low: stats.lowCoin,
    last: stats.lastPriceCoin,
    instrument_name: symbol,
    bid_price: bidPriceCoin,
    ask_price: askPriceCoin,
    mid_price: bidPriceCoin === null || askPriceCoin === null ? null : rounded((bidPriceCoin + askPriceCoin) / 2, 8),
    mark_price: markOf(quote.markPriceCoin),
    ...(markIv === null ? {} : { mark_iv: percentOf(markIv) }),
    open_interest: quote.openInterestCoin ?? 0,
    interest_rate: 0,
    creation_timestamp: timestampMs,
    price_change: stats.changePercent === null ? null : rounded(stats.changePercent, 4),
    volume: coinOf(stats.volumeCoin + (quote.volumeCoin ?? 0)),
    volume_usd: rounded(stats.volumeUsd, 2),
    estimated_delivery_price: estimatedDeliveryUsd,
    underlying_price: quote.forwardUsd,
    underlying_index: futureName(currency, expiryMs),
    base_currency: currency,
    quote_currency: currency,
  }
}

/** The row of a future, in which nothing trades. */
export function wireFutureSummary(top: FutureTop) {
  const { future, markUsd, estimatedDeliveryUsd, timestampMs } = top
  const { bid, ask } = futureBook(top)
  const [bidPrice] = bid
  const [askPrice] = ask
  return {
    high: null,
    low: null,
    last: null,
    instrument_name: future.name,
    bid_price: bidPrice,
    ask_price: askPrice,
    mid_price: rounded((bidPrice + askPrice) / 2, 4),
    mark_price: markUsd,
    open_interest: 0,
    creation_timestamp: timestampMs,
    price_change: null,
    volume: 0,
    volume_usd: 0,
    volume_notional: 0,
    estimated_delivery_price: estimatedDeliveryUsd,
    base_currency: future.currency,
    quote_currency: 'USD',
    ...(future.expiryMs === null ? { current_funding: 0, funding_8h: 0 } : {}),
  }
}
