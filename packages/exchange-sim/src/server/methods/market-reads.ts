import type { Currency, OptionInstrument } from '@cc/models'
import { payoutCoin } from '@cc/pricing'
import type { Exchange } from '../../exchange/exchange-port.js'
import { type DayStats, dayStatsOf } from '../wire/day-stats.js'
import type { Future } from '../wire/future.js'
import { wireFlatOption, wirePosition } from '../wire/position.js'
import { rounded } from '../wire/rounding.js'
import {
  type FutureTop,
  type OptionTop,
  wireDeliveredTicker,
  wireFutureTicker,
  wireOptionTicker,
} from '../wire/ticker.js'
import { isOver, type Listed } from './listing.js'
import { tapeOf } from './tape.js'

/** As `public/ticker` has it. */
export type Ticker = ReturnType<typeof wireOptionTicker | typeof wireDeliveredTicker | typeof wireFutureTicker>

/** The ticker of what is listed, or was until a day ago; `undefined` where there is none any more. */
export function tickerOf(exchange: Exchange, listed: Listed): Ticker | undefined {
  if (listed.kind === 'future') {
    const top = listed.future.state === 'archivized' ? undefined : futureTopOf(exchange, listed.future)
    return top && wireFutureTicker(top)
  }
  const { instrument } = listed
  if (instrument.state === 'archivized') return undefined
  if (instrument.state !== 'delivered') return wireOptionTicker(optionTopOf(exchange, instrument))
  const payout = payoutOf(exchange, instrument)
  if (payout === undefined) return undefined
  return wireDeliveredTicker({
    instrument,
    ...payout,
    stats: statsOf(exchange, instrument),
    settlementPriceCoin: exchange.settlementPriceCoin(instrument.symbol),
  })
}

/** Everything that a ticker of a listed option shows. @throws CcError `exchange-sim/unknown-symbol` */
export function optionTopOf(exchange: Exchange, instrument: OptionInstrument): OptionTop {
  const { symbol, currency, expiryMs } = instrument
  return {
    instrument,
    quote: exchange.quote(symbol),
    stats: statsOf(exchange, instrument),
    settlementPriceCoin: exchange.settlementPriceCoin(symbol),
    estimatedDeliveryUsd: estimatedDeliveryUsd(exchange, currency, expiryMs),
    timestampMs: exchange.nowMs(),
  }
}

/**
 * What is held of an option; zeros where that is nothing, at the payout where it has expired. `undefined` of an expired one
 * whose delivery price is not known.
 */
export function optionPosition(exchange: Exchange, instrument: OptionInstrument): object | undefined {
  const { symbol, currency } = instrument
  const held = exchange.positions(currency).find((each) => each.instrument.symbol === symbol)
  if (held !== undefined) return wirePosition(held)
  const settlementPriceCoin = exchange.settlementPriceCoin(symbol)
  if (isOver(instrument.state)) {
    const payout = payoutOf(exchange, instrument)
    if (payout === undefined) return undefined
    const { payoutCoin: markPriceCoin, deliveryUsd: indexUsd } = payout
    return wireFlatOption({ instrument, markPriceCoin, indexUsd, settlementPriceCoin, openOrdersMarginCoin: 0 })
  }
  const resting = exchange.openOrders(currency).filter((order) => order.instrument.symbol === symbol)
  return wireFlatOption({
    instrument,
    ...exchange.quote(symbol),
    settlementPriceCoin,
    openOrdersMarginCoin: resting.reduce((sum, { orderId }) => sum + (exchange.orderMarginCoin(orderId) ?? 0), 0),
  })
}

/** Statistics of what traded in an option. */
function statsOf(exchange: Exchange, { symbol, currency }: OptionInstrument): DayStats {
  return dayStatsOf(tapeOf(exchange, currency).tradesOf(symbol), exchange.nowMs())
}

/** What an option that expired was paid out at, in coin per coin; `undefined` where no delivery price is known. */
function payoutOf(
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
