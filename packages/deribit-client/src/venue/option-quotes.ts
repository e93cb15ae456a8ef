import { greeksSchema, type OptionQuote } from '@cc/models'
import type { WireTicker } from '../wire/ticker.js'
import { countOrNull, positiveOrNull } from './absent.js'
import { unfitReply } from './unfit-reply.js'

/**
 * One ticker as a quote: prices in coin, volatilities as ratios, no quote as `null`. A side without a price or without an
 * amount is no quote.
 *
 * @throws CcError `deribit/unfit-reply` without forward or index, and for the ticker of another book
 */
export function optionQuoteOf(ticker: WireTicker, symbol: string): OptionQuote {
  const method = 'public/ticker'
  if (ticker.instrument_name !== symbol)
    throw unfitReply(method, `it is of ${ticker.instrument_name}, not of ${symbol}`)
  const forwardUsd = positiveOrNull(ticker.underlying_price)
  const indexUsd = positiveOrNull(ticker.index_price)
  if (forwardUsd === null || indexUsd === null) {
    throw unfitReply(method, `${symbol} has no ${forwardUsd === null ? 'underlying_price' : 'index_price'}`, { symbol })
  }
  if (ticker.mark_price < 0) throw unfitReply(method, `${symbol} has mark_price ${ticker.mark_price}`, { symbol })
  const markPercent = positiveOrNull(ticker.mark_iv)
  return {
    symbol,
    timestampMs: ticker.timestamp,
    ...side('bid', ticker.best_bid_price, ticker.best_bid_amount),
    ...side('ask', ticker.best_ask_price, ticker.best_ask_amount),
    markPriceCoin: ticker.mark_price,
    markIv: markPercent === null ? null : markPercent / 100,
    forwardUsd,
    indexUsd,
    greeks: greeksOf(ticker),
    minPriceCoin: countOrNull(ticker.min_price),
    maxPriceCoin: positiveOrNull(ticker.max_price),
    openInterestCoin: countOrNull(ticker.open_interest),
    volumeCoin: countOrNull(ticker.stats?.volume),
  }
}

function side<Name extends 'bid' | 'ask'>(
  name: Name,
  price: number | null | undefined,
  amount: number | null | undefined,
): Record<`${Name}PriceCoin` | `${Name}SizeCoin`, number | null> {
  const priceCoin = positiveOrNull(price)
  const sizeCoin = positiveOrNull(amount)
  const isQuoted = priceCoin !== null && sizeCoin !== null
  return {
    [`${name}PriceCoin`]: isQuoted ? priceCoin : null,
    [`${name}SizeCoin`]: isQuoted ? sizeCoin : null,
  } as Record<`${Name}PriceCoin` | `${Name}SizeCoin`, number | null>
}

/** Greeks that cannot be are none. */
function greeksOf({ greeks }: WireTicker): OptionQuote['greeks'] {
  if (greeks == null) return null
  const { delta, gamma, vega, theta, rho } = greeks
  return greeksSchema.safeParse({ delta, gamma, vega, theta, rho }).data ?? null
}
