import type { Currency } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import { namedError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import { invalidParam } from '../rpc-error.js'
import { wireFutureSummary, wireOptionSummary } from '../wire/book-summary.js'
import { dayStatsOf } from '../wire/day-stats.js'
import type { Future } from '../wire/future.js'
import { futureBook } from '../wire/ticker.js'
import { type WrittenJson, writtenOnce } from '../written-json.js'
import { readCurrency, readIndexCurrency, readKind } from './filters.js'
import { futuresOf, instrumentNotFound, isOver, type Listed, readListed } from './listing.js'
import { estimatedDeliveryUsd, futureTopOf, optionTopOf, type Ticker, tickerOf } from './market-reads.js'
import { tapeOf } from './tape.js'

/** Prices as they are now: tickers, order books, chains and the index. */
export const TICKER_METHODS: readonly Method[] = [
  {
    name: 'public/ticker',
    pool: 'non-matching',
    scope: null,
    handle: (call) => readTicker(call, readListed(call, instrumentNotFound)),
  },
  { name: 'public/get_order_book', pool: 'non-matching', scope: null, handle: orderBook },
  { name: 'public/get_book_summary_by_currency', pool: 'non-matching', scope: null, handle: summariesOfCurrency },
  { name: 'public/get_book_summary_by_instrument', pool: 'non-matching', scope: null, handle: summaryOfInstrument },
  { name: 'public/get_index_price', pool: 'non-matching', scope: null, handle: indexPrice },
]

function readTicker({ exchange }: MethodCall, listed: Listed): Ticker {
  const ticker = tickerOf(exchange, listed)
  if (ticker !== undefined) return ticker
  if (listed.kind === 'future') throw namedError('not_found')
  throw listed.instrument.state === 'archivized' ? instrumentNotFound() : namedError('orderbook_closed')
}

function orderBook(call: MethodCall): object {
  const { exchange, params } = call
  const listed = readListed(call, instrumentNotFound)
  const depth = params.optionalInteger('depth') ?? DEFAULT_DEPTH
  if (!DEPTHS.includes(depth)) throw invalidParam('depth', 'invalid depth')
  const ticker = readTicker(call, listed)
  if (listed.kind === 'option') {
    const change_id = exchange.changeId()
    if (listed.instrument.state === 'delivered') return { ...ticker, ...EMPTY_BOOK, change_id }
    return { ...ticker, ...exchange.book(listed.instrument.symbol, depth), change_id }
  }
  const change_id = Math.floor(exchange.nowMs() / exchange.market.stepMs)
  if (listed.future.state === 'delivered') return { ...ticker, ...EMPTY_BOOK, change_id }
  const { bid, ask } = futureBook(futureTop(exchange, listed.future))
  return { ...ticker, bids: [bid], asks: [ask], change_id }
}

function summariesOfCurrency(call: MethodCall): WrittenJson {
  const { exchange } = call
  const isKind = readKind(call.params)
  const currencies = readCurrency(call)
  const kinds = (['future', 'option'] as const).filter(isKind)
  return writtenOnce(exchange, `${currencies} ${kinds}`, () =>
    currencies.flatMap((currency) => kinds.flatMap((kind) => SUMMARIES[kind](exchange, currency))),
  )
}

const SUMMARIES = { future: futureSummaries, option: optionSummaries }

function futureSummaries(exchange: Exchange, currency: Currency): readonly object[] {
  return futuresOf(exchange, currency).map((future) => wireFutureSummary(futureTop(exchange, future)))
}

function optionSummaries(exchange: Exchange, currency: Currency): readonly object[] {
  const tape = tapeOf(exchange, currency)
  const nowMs = exchange.nowMs()
  const instruments = new Map(exchange.instruments(currency).map((each) => [each.symbol, each]))
  const deliveries = new Map<number, number>()
  return exchange.chain(currency).flatMap((quote) => {
    const instrument = instruments.get(quote.symbol)
    if (instrument === undefined) return []
    const { expiryMs } = instrument
    const estimate = deliveries.get(expiryMs) ?? estimatedDeliveryUsd(exchange, currency, expiryMs)
    deliveries.set(expiryMs, estimate)
    const top = {
      instrument,
      quote,
      stats: dayStatsOf(tape.tradesOf(quote.symbol), nowMs),
      estimatedDeliveryUsd: estimate,
      timestampMs: nowMs,
    }
    return [wireOptionSummary(top)]
  })
}

function summaryOfInstrument(call: MethodCall): readonly object[] {
  const { exchange } = call
  const listed = readListed(call)
  if (listed.kind === 'future') return [wireFutureSummary(futureTop(exchange, listed.future))]
  if (isOver(listed.instrument.state)) throw namedError('not_found')
  return [wireOptionSummary(optionTopOf(exchange, listed.instrument))]
}

function indexPrice(call: MethodCall): object {
  const { exchange } = call
  const currency = readIndexCurrency(call)
  const nearestMs = exchange.instruments(currency).reduce((least, { expiryMs }) => Math.min(least, expiryMs), Infinity)
  return {
    index_price: exchange.market.indexUsd(currency, exchange.nowMs()),
    estimated_delivery_price: estimatedDeliveryUsd(exchange, currency, nearestMs),
  }
}

/** @throws RpcError `not_found` for one that expired and has no delivery price. */
function futureTop(exchange: Exchange, future: Future) {
  const top = futureTopOf(exchange, future)
  if (top !== undefined) return top
  throw namedError('not_found')
}

const EMPTY_BOOK = { bids: [], asks: [] }
const DEPTHS: readonly number[] = [1, 5, 10, 20, 50, 100, 1_000, 10_000]
/** Deribit names none. */
const DEFAULT_DEPTH = 5
