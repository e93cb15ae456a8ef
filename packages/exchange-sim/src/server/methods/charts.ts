import { closeToCloseVolatility, PERIODS_PER_YEAR } from '@cc/pricing'
import { DAY_MS } from '../../contract-terms.js'
import type { Method, MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import { coinOf, percentOf } from '../wire/rounding.js'
import { type Bar, marketBars, tradeBars } from './bars.js'
import { readCount, readCurrency, readIndexCurrency, readSpan } from './filters.js'
import { readListed } from './listing.js'
import { tapeOf } from './tape.js'

/** Prices and volatilities of the past. */
export const CHART_METHODS: readonly Method[] = [
  { name: 'public/get_index_chart_data', pool: 'non-matching', scope: null, handle: indexChart },
  { name: 'public/get_historical_volatility', pool: 'non-matching', scope: null, handle: historicalVolatility },
  { name: 'public/get_volatility_index_data', pool: 'non-matching', scope: null, handle: volatilityIndex },
  { name: 'public/get_tradingview_chart_data', pool: 'non-matching', scope: null, handle: tradingViewChart },
  { name: 'public/get_mark_price_history', pool: 'non-matching', scope: null, handle: markPriceHistory },
  { name: 'public/get_delivery_prices', pool: 'non-matching', scope: null, handle: deliveryPrices },
]

/** Closes of the index: `[time, price]`, oldest first. How dense they lie in each range is not documented. */
function indexChart(call: MethodCall): readonly unknown[] {
  const { exchange, params } = call
  const currency = readIndexCurrency(call)
  const { spanMs, resolutionMs } = INDEX_RANGES[params.oneOf('range', ['1h', '1d', '2d', '1m', '1y', 'all'])]
  const nowMs = exchange.nowMs()
  const bars = marketBars(exchange, currency, { kind: 'candles', resolutionMs, fromMs: nowMs - spanMs, toMs: nowMs })
  return bars.map(({ startMs, close }) => [startMs, close])
}

/** Realised volatility in percent, by hour: each from the hourly closes of the 15 days before it. */
function historicalVolatility(call: MethodCall): readonly unknown[] {
  const { exchange } = call
  const nowMs = exchange.nowMs()
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS
  return readCurrency(call).flatMap((currency) => {
    const { openMs, close } = exchange.market.history(currency, {
      kind: 'candles',
      resolutionMs: HOUR_MS,
      fromMs: hourMs - 2 * VOLATILITY_HOURS * HOUR_MS,
      toMs: nowMs,
      nowMs,
    })
    return Array.from(openMs.slice(VOLATILITY_HOURS), (startMs, hour) => {
      const closes = close.slice(hour, hour + VOLATILITY_HOURS + 1)
      const { volatility } = closeToCloseVolatility({ closes, periodsPerYear: PERIODS_PER_YEAR.hour, mean: 'sample' })
      return [startMs + HOUR_MS, volatility * 100]
    })
  })
}

/** DVOL candles in percent, oldest first. A page is the newest of the span; `continuation` is the next `end_timestamp`. */
function volatilityIndex(call: MethodCall): object {
  const { exchange, params } = call
  const [currency] = readCurrency(call)
  const { fromMs, toMs } = readSpan(params)
  const resolutionMs = readResolution(params, DVOL_RESOLUTIONS_MS)
  const lastMs = Math.min(toMs, exchange.nowMs())
  const pageMs = Math.max(fromMs, lastMs - DVOL_PAGE * resolutionMs + 1)
  const bars =
    currency === undefined
      ? []
      : marketBars(exchange, currency, { kind: 'dvol', resolutionMs, fromMs: pageMs, toMs: lastMs })
  const [first] = bars
  return {
    data: bars.map(({ startMs, ...bar }) => [startMs, ...ohlc(bar).map(percentOf)]),
    continuation: first === undefined || pageMs === fromMs ? null : first.startMs - 1,
  }
}

function tradingViewChart(call: MethodCall): object {
  const { exchange, params } = call
  const { fromMs, toMs } = readSpan(params)
  const resolutionMs = readResolution(params, CHART_RESOLUTIONS_MS)
  const listed = readListed(call)
  const nowMs = exchange.nowMs()
  const lastMs = Math.min(toMs, nowMs)
  const span = { fromMs: Math.max(fromMs, lastMs - CHART_BARS * resolutionMs + 1), toMs: lastMs, resolutionMs }
  if (listed.kind === 'future') {
    // Nothing trades in futures here: their chart is the index they follow.
    return chartOf(
      marketBars(exchange, listed.currency, { ...span, kind: 'candles' }).map((bar) => ({ ...bar, ...NO_VOLUME })),
    )
  }
  const { symbol, expiryMs } = listed.instrument
  const trades = tapeOf(exchange, listed.currency).tradesOf(symbol)
  return chartOf(tradeBars(trades, { ...span, nowMs: exchange.market.frozen ? nowMs : Math.min(nowMs, expiryMs - 1) }))
}

/** Marks every five minutes, newest first, of the options that the volatility index is made of; of others none. */
function markPriceHistory(call: MethodCall): readonly unknown[] {
  const { exchange, params } = call
  const { fromMs, toMs } = readSpan(params)
  const listed = readListed(call)
  const { market } = exchange
  if (market.frozen || listed.kind === 'future') return []
  const { symbol, currency, expiryMs } = listed.instrument
  const expiriesMs = exchange.instruments(currency).map((option) => option.expiryMs)
  if (!volatilityExpiries(expiriesMs, exchange.nowMs()).includes(expiryMs)) return []
  const points: unknown[] = []
  const lastMs = Math.floor(Math.min(toMs, exchange.nowMs()) / MARK_EVERY_MS) * MARK_EVERY_MS
  const firstMs = Math.max(fromMs, market.startMs)
  for (let atMs = lastMs; atMs >= firstMs && points.length < MARK_POINTS; atMs -= MARK_EVERY_MS) {
    const mark = market.quote(symbol, atMs)?.markPriceCoin
    if (mark !== undefined) points.push([atMs, mark])
  }
  return points
}

/** One price a day, newest first, for as far back as the market has a history. */
function deliveryPrices(call: MethodCall): object {
  const { exchange, params } = call
  const currency = readIndexCurrency(call)
  const offset = params.optionalInteger('offset', { min: 0 }) ?? 0
  const count = readCount(params, 10)
  const nowMs = exchange.nowMs()
  const lastMs = Math.floor((nowMs - DELIVERY_OF_DAY_MS) / DAY_MS) * DAY_MS + DELIVERY_OF_DAY_MS
  const priceOf = (daysAgo: number) => exchange.market.deliveryUsd(currency, lastMs - daysAgo * DAY_MS, nowMs)
  const total = countDays((daysAgo) => priceOf(daysAgo) !== undefined)
  const data = Array.from({ length: Math.max(0, Math.min(count, total - offset)) }, (_, row) => ({
    date: new Date(lastMs - (offset + row) * DAY_MS).toISOString().slice(0, 10),
    delivery_price: priceOf(offset + row),
  }))
  return { data, records_total: total }
}

/** Resolutions are words, though those that are numbers are sent as numbers too. */
function readResolution(params: Params, resolutionsMs: Readonly<Record<string, number>>): number {
  const word = String(params.json('resolution'))
  const resolutionMs = Object.hasOwn(resolutionsMs, word) ? resolutionsMs[word] : undefined
  if (resolutionMs !== undefined) return resolutionMs
  throw invalidParam('resolution', 'invalid resolution')
}

function chartOf(bars: readonly (Bar & { volumeCoin: number; costCoin: number })[]): object {
  return {
    status: bars.length === 0 ? 'no_data' : 'ok',
    ticks: bars.map(({ startMs }) => startMs),
    open: bars.map(({ open }) => open),
    high: bars.map(({ high }) => high),
    low: bars.map(({ low }) => low),
    close: bars.map(({ close }) => close),
    volume: bars.map(({ volumeCoin }) => coinOf(volumeCoin)),
    cost: bars.map(({ costCoin }) => coinOf(costCoin)),
  }
}

function ohlc({ open, high, low, close }: Omit<Bar, 'startMs'>): readonly number[] {
  return [open, high, low, close]
}

/** The two expiries around 30 days, as a 30-day volatility index is read off them. */
function volatilityExpiries(expiriesMs: readonly number[], nowMs: number): readonly number[] {
  const targetMs = nowMs + 30 * DAY_MS
  const nearest = (side: readonly number[], pick: (...values: number[]) => number) =>
    side.length === 0 ? [] : [pick(...side)]
  const distinct = [...new Set(expiriesMs)]
  return [
    ...nearest(
      distinct.filter((expiryMs) => expiryMs <= targetMs),
      Math.max,
    ),
    ...nearest(
      distinct.filter((expiryMs) => expiryMs > targetMs),
      Math.min,
    ),
  ]
}

/** How many days back from the last there are, by halving: once there is none, there is none before. */
function countDays(has: (daysAgo: number) => boolean): number {
  if (!has(0)) return 0
  let known = 0
  let missing = MOST_DAYS
  while (missing - known > 1) {
    const middle = (known + missing) >>> 1
    if (has(middle)) known = middle
    else missing = middle
  }
  return known + 1
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DELIVERY_OF_DAY_MS = 8 * HOUR_MS
const MOST_DAYS = 10_000
const VOLATILITY_HOURS = 15 * 24
const NO_VOLUME = { volumeCoin: 0, costCoin: 0 }

const MARK_EVERY_MS = 5 * MINUTE_MS
const MARK_POINTS = 1_000
/** Deribit answers with about so many bars at most. */
const CHART_BARS = 5_000
const DVOL_PAGE = 1_000

const CHART_RESOLUTIONS_MS: Readonly<Record<string, number>> = {
  ...Object.fromEntries([1, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => [minutes, minutes * MINUTE_MS])),
  '1D': DAY_MS,
}
const DVOL_RESOLUTIONS_MS: Readonly<Record<string, number>> = {
  ...Object.fromEntries([1, 60, 3_600, 43_200].map((seconds) => [seconds, seconds * 1_000])),
  '1D': DAY_MS,
}
const INDEX_RANGES = {
  '1h': { spanMs: HOUR_MS, resolutionMs: MINUTE_MS },
  '1d': { spanMs: DAY_MS, resolutionMs: 10 * MINUTE_MS },
  '2d': { spanMs: 2 * DAY_MS, resolutionMs: 20 * MINUTE_MS },
  '1m': { spanMs: 30 * DAY_MS, resolutionMs: 6 * HOUR_MS },
  '1y': { spanMs: 365 * DAY_MS, resolutionMs: DAY_MS },
  all: { spanMs: 10 * 365 * DAY_MS, resolutionMs: DAY_MS },
}
