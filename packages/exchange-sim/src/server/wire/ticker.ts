import type { OptionInstrument, OptionQuote } from '@cc/models'
import type { Level } from '../../exchange/exchange-port.js'
import { impliedIv } from '../../exchange/implied-iv.js'
import type { DayStats } from './day-stats.js'
import { type Future, futureName, futureTermsOf } from './future.js'
import { coinOf, markOf, percentOf, rounded } from './rounding.js'

/** What a ticker of an option is made of. */
export type OptionTop = {
  readonly instrument: OptionInstrument
  readonly quote: OptionQuote
  readonly stats: DayStats
  readonly settlementPriceCoin: number | null
  readonly estimatedDeliveryUsd: number
  /** When it is told. The quote is that of the market's last step. */
  readonly timestampMs: number
}

/**
 * The ticker of a listed option: https://docs.deribit.com/api-reference/market-data/public-ticker
 * A side without a quote is 0, as Deribit has it. So is the open interest where the market has no model of it.
 */
export function wireOptionTicker(top: OptionTop) {
  const { instrument, quote, stats, settlementPriceCoin, estimatedDeliveryUsd, timestampMs } = top
  const { symbol, currency, expiryMs, state } = instrument
  const { bidPriceCoin, bidSizeCoin, askPriceCoin, askSizeCoin, markIv, greeks } = quote
  const ivOf = (priceCoin: number | null) => sideIvPercent(instrument, quote, priceCoin)
  return {
    timestamp: timestampMs,
    state,
    stats: wireStats(stats, quote.volumeCoin ?? 0),
    ...(greeks === null ? {} : { greeks: wireGreeks(greeks) }),
    index_price: quote.indexUsd,
    instrument_name: symbol,
    last_price: stats.lastPriceCoin,
    ...(settlementPriceCoin === null ? {} : { settlement_price: markOf(settlementPriceCoin) }),
    min_price: quote.minPriceCoin ?? 0,
    max_price: quote.maxPriceCoin ?? 0,
    open_interest: quote.openInterestCoin ?? 0,
    mark_price: rounded(quote.markPriceCoin, 4),
    interest_rate: 0,
    estimated_delivery_price: estimatedDeliveryUsd,
    best_ask_price: askPriceCoin ?? 0,
    best_bid_price: bidPriceCoin ?? 0,
    ...(markIv === null ? {} : { mark_iv: percentOf(markIv) }),
    bid_iv: ivOf(bidPriceCoin),
    ask_iv: ivOf(askPriceCoin),
    underlying_price: quote.forwardUsd,
    underlying_index: futureName(currency, expiryMs),
    best_ask_amount: askSizeCoin ?? 0,
    best_bid_amount: bidSizeCoin ?? 0,
  }
}

/** The ticker of an option after its delivery, for as long as it is not put away: an empty book and the payout as mark. */
export function wireDeliveredTicker(delivered: {
  instrument: OptionInstrument
  stats: DayStats
  payoutCoin: number
  deliveryUsd: number
  settlementPriceCoin: number | null
}) {
  const { instrument, stats, payoutCoin, deliveryUsd, settlementPriceCoin } = delivered
  return {
    timestamp: instrument.expiryMs,
    state: instrument.state,
    stats: wireStats(stats, 0),
    index_price: deliveryUsd,
    instrument_name: instrument.symbol,
    last_price: stats.lastPriceCoin,
    ...(settlementPriceCoin === null ? {} : { settlement_price: markOf(settlementPriceCoin) }),
    delivery_price: deliveryUsd,
    min_price: 0,
    max_price: 0,
    open_interest: 0,
    mark_price: markOf(payoutCoin),
    interest_rate: 0,
    estimated_delivery_price: deliveryUsd,
    ...EMPTY_TOP,
    underlying_price: deliveryUsd,
    underlying_index: futureName(instrument.currency, instrument.expiryMs),
  }
}

/** What a ticker of a future is made of. The mark of a dated one is the forward of its expiry, of a perpetual the index. */
export type FutureTop = {
  readonly future: Future
  readonly markUsd: number
  readonly indexUsd: number
  readonly estimatedDeliveryUsd: number
  readonly timestampMs: number
}

/** The book of a future: one level a side, one tick apart, around its mark. */
export function futureBook({ future, markUsd }: Pick<FutureTop, 'future' | 'markUsd'>): { bid: Level; ask: Level } {
  const { tickUsd } = futureTermsOf(future)
  const bidTicks = Math.ceil(markUsd / tickUsd) - 1
  const levelAt = (ticks: number): Level => [rounded(ticks * tickUsd, 4), FUTURE_AMOUNT_USD]
  return { bid: levelAt(bidTicks), ask: levelAt(bidTicks + 1) }
}

/** The ticker of a future. It is public data only: nothing trades in it, and its funding is 0. */
export function wireFutureTicker(top: FutureTop) {
  const { future, markUsd, indexUsd, estimatedDeliveryUsd, timestampMs } = top
  const isDelivered = future.state === 'delivered'
  const { bid, ask } = futureBook(top)
  const { tickUsd } = futureTermsOf(future)
  const bandAt = (share: number) => rounded(Math.round((markUsd * share) / tickUsd) * tickUsd, 4)
  return {
    timestamp: timestampMs,
    state: future.state,
    stats: { high: null, low: null, price_change: null, volume: 0, volume_usd: 0, volume_notional: 0 },
    index_price: indexUsd,
    instrument_name: future.name,
    last_price: null,
    min_price: bandAt(1 - FUTURE_BAND),
    max_price: bandAt(1 + FUTURE_BAND),
    open_interest: 0,
    mark_price: markUsd,
    estimated_delivery_price: estimatedDeliveryUsd,
    ...(isDelivered ? { delivery_price: markUsd, ...EMPTY_TOP } : bookTop(bid, ask)),
    ...(future.expiryMs === null ? { current_funding: 0, funding_8h: 0, interest_value: 0 } : {}),
  }
}

function bookTop([bidPrice, bidAmount]: Level, [askPrice, askAmount]: Level) {
  return {
    best_bid_price: bidPrice,
    best_bid_amount: bidAmount,
    best_ask_price: askPrice,
    best_ask_amount: askAmount,
  }
}

function wireStats(stats: DayStats, otherVolumeCoin: number) {
  const { highCoin, lowCoin, changePercent, volumeCoin, volumeUsd } = stats
  return {
    high: highCoin,
    low: lowCoin,
    price_change: changePercent === null ? null : rounded(changePercent, 4),
    volume: coinOf(volumeCoin + otherVolumeCoin),
    volume_usd: rounded(volumeUsd, 2),
  }
}

function wireGreeks({ delta, gamma, vega, theta, rho }: NonNullable<OptionQuote['greeks']>) {
  return {
    delta: rounded(delta, 5),
    gamma: rounded(gamma, 5),
    vega: rounded(vega, 5),
    theta: rounded(theta, 5),
    rho: rounded(rho, 5),
  }
}

/** 0 without a quote and at or below the intrinsic value; never more than 500 %. So it is in recorded tickers. */
function sideIvPercent(instrument: OptionInstrument, quote: OptionQuote, priceCoin: number | null): number {
  if (priceCoin === null) return 0
  const { strikeUsd, kind } = instrument
  const { forwardUsd, timestampMs } = quote
  const intrinsicUsd = kind === 'call' ? forwardUsd - strikeUsd : strikeUsd - forwardUsd
  if (priceCoin * forwardUsd <= intrinsicUsd) return 0
  const iv = impliedIv(instrument, { priceCoin, forwardUsd, atMs: timestampMs })
  return percentOf(Math.min(iv ?? HIGHEST_IV, HIGHEST_IV))
}

const HIGHEST_IV = 5
const EMPTY_TOP = { best_bid_price: 0, best_bid_amount: 0, best_ask_price: 0, best_ask_amount: 0 }
/** Assumed: enough to look like a market. */
const FUTURE_AMOUNT_USD = 100_000
/** Prices of a perpetual lie within 1.5 % of the index: https://support.deribit.com/hc/en-us/articles/31424954847133 */
const FUTURE_BAND = 0.015
