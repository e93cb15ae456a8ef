import type { Currency, OptionInstrument } from '@cc/models'
import { payoutCoin } from '@cc/pricing'
import type { Exchange } from '../../exchange/exchange-port.js'
import { type DayStats, dayStatsOf } from '../wire/day-stats.js'
import type { Future } from '../wire/future.js'
import { rounded } from '../wire/rounding.js'
import type { FutureTop, OptionTop } from '../wire/ticker.js'
import { tapeOf } from './tape.js'

/** Everything that a ticker of a listed option shows. @throws CcError `exchange-sim/unknown-symbol` */
export function optionTopOf(exchange: Exchange, instrument: OptionInstrument): OptionTop {
  const { symbol, currency, expiryMs } = instrument
  return {
    instrument,
    quote: exchange.quote(symbol),
    stats: statsOf(exchange, instrument),
    settlementPriceCoin: exchange.settlementPriceCoin(symbol),
    estimatedDeliveryUsd: estimatedDeliveryUsd(exchange, currency, expiryMs),
  }
}

/** Statistics of what traded in an option. */
export function statsOf(exchange: Exchange, { symbol, currency }: OptionInstrument): DayStats {
  return dayStatsOf(tapeOf(exchange, currency).tradesOf(symbol), exchange.nowMs())
}

/** What an option that expired was paid out at, in coin per coin; `undefined` where no delivery price is known. */
export function payoutOf(
  exchange: Exchange,
  { currency, kind, strikeUsd, expiryMs }: OptionInstrument,
): { deliveryUsd: number; payoutCoin: number } | undefined {
  const deliveryUsd = exchange.market.deliveryUsd(currency, expiryMs, exchange.nowMs())
  return deliveryUsd === undefined
    ? undefined
    : { deliveryUsd, payoutCoin: payoutCoin({ kind, strikeUsd, deliveryUsd }) }
}

/**
 * Everything that a ticker of a future shows: its mark is the index for the perpetual, the forward of the options of its
 * expiry for a dated one, and the delivery price once it expired. `undefined` where none is known any more.
 */
export function futureTopOf(exchange: Exchange, future: Future): FutureTop | undefined {
  const { currency, expiryMs } = future
  const nowMs = exchange.nowMs()
  const indexUsd = exchange.market.indexUsd(currency, nowMs)
  const markUsd = expiryMs === null ? indexUsd : (forwardUsd(exchange, currency, expiryMs) ?? deliveredUsd())
  if (markUsd === undefined) return undefined
  return {
    future,
    markUsd: rounded(markUsd, 2),
    indexUsd,
    estimatedDeliveryUsd: estimatedDeliveryUsd(exchange, currency, expiryMs),
    timestampMs: nowMs,
  }

  function deliveredUsd(): number | undefined {
    return expiryMs === null ? undefined : exchange.market.deliveryUsd(currency, expiryMs, nowMs)
  }
}

/**
 * What an expiry would be delivered at now: the index, and in the half hour before it the mean of the index since that
 * began. Once delivered, the delivery price.
 */
export function estimatedDeliveryUsd(exchange: Exchange, currency: Currency, expiryMs: number | null): number {
  const { market } = exchange
  const nowMs = exchange.nowMs()
  const indexUsd = market.indexUsd(currency, nowMs)
  if (expiryMs === null || market.frozen || nowMs < expiryMs - DELIVERY_WINDOW_MS) return indexUsd
  if (nowMs >= expiryMs) return market.deliveryUsd(currency, expiryMs, nowMs) ?? indexUsd
  const { stepMs } = market
  const fromMs = expiryMs - DELIVERY_WINDOW_MS
  const { close } = market.history(currency, { kind: 'candles', resolutionMs: stepMs, fromMs, toMs: nowMs, nowMs })
  return rounded(meanOf([...close, indexUsd]), 2)
}

function forwardUsd(exchange: Exchange, currency: Currency, expiryMs: number): number | undefined {
  const option = exchange.instruments(currency).find((each) => each.expiryMs === expiryMs)
  return option && exchange.quote(option.symbol).forwardUsd
}

/** Mean of prices that lie evenly in time, taken on straight lines between them as delivery prices are. */
function meanOf(prices: readonly number[]): number {
  const [first = 0] = prices
  const last = prices.at(-1) ?? first
  const sum = prices.reduce((total, price) => total + price, 0) - (first + last) / 2
  return prices.length < 2 ? first : sum / (prices.length - 1)
}

/** https://support.deribit.com/hc/en-us/articles/25944688327069-Inverse-Options */
const DELIVERY_WINDOW_MS = 1_800_000
