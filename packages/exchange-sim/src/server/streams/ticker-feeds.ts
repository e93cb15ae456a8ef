import type { Exchange } from '../../exchange/exchange-port.js'
import { findListed } from '../methods/listing.js'
import { futureTopOf, optionTopOf, payoutOf, statsOf } from '../methods/market-reads.js'
import { wireDeliveredTicker, wireFutureTicker, wireOptionTicker } from '../wire/ticker.js'
import type { Feed } from './feed.js'
import { stateFeed } from './feed-kinds.js'

type Ticker = ReturnType<typeof wireOptionTicker | typeof wireDeliveredTicker | typeof wireFutureTicker>
type Written = { readonly ticker: Ticker; readonly text: string }

/** Tickers as `public/ticker` has them, each worked out and written once until its book or the market has changed. */
export type Tickers = {
  /** `undefined` for what has no ticker any more. */
  of(instrumentName: string): Written | undefined
  onBook(symbol: string): void
  onTime(moved: { market: boolean }): void
}

export function createTickers(exchange: Exchange): Tickers {
  const ofOption = new Map<string, Written | undefined>()
  /** Those of futures are of the moment. */
  const ofFuture = new Map<string, Written | undefined>()

  function read(instrumentName: string): Written | undefined {
    const listed = findListed(exchange, instrumentName)
    if (listed === undefined) return undefined
    const isOption = listed.kind === 'option'
    const ticker = isOption ? optionTicker(exchange, listed) : futureTicker(exchange, listed)
    const written = ticker && { ticker, text: JSON.stringify(ticker) }
    const kept = isOption ? ofOption : ofFuture
    kept.set(instrumentName, written)
    return written
  }

  return {
    of: (instrumentName) => ofOption.get(instrumentName) ?? ofFuture.get(instrumentName) ?? read(instrumentName),
    onBook: (symbol) => void ofOption.delete(symbol),
    onTime({ market }) {
      ofFuture.clear()
      if (market) ofOption.clear()
    },
  }
}

/** `ticker`: the whole of it on every change, and about once a second, as marks hardly ever stand still. */
export function tickerFeed(tickers: Tickers, instrumentName: string, gapMs: number): Feed {
  return stateFeed({
    gapMs,
    symbol: instrumentName,
    hearsMarket: true,
    repeats: true,
    textNow: () => tickers.of(instrumentName)?.text,
  })
}

/** `incremental_ticker`: the whole of it once, then the fields that have changed; at most once a second, as documented. */
export function incrementalTickerFeed(tickers: Tickers, instrumentName: string): Feed {
  let last: Ticker | undefined
  return {
    gapMs: 1_000,
    symbol: instrumentName,
    hearsMarket: true,
    opening() {
      last = tickers.of(instrumentName)?.ticker
      return last === undefined ? [] : [JSON.stringify({ type: 'snapshot', ...last })]
    },
    news() {
      const ticker = tickers.of(instrumentName)?.ticker
      if (ticker === undefined || ticker === last) return []
      const { timestamp, instrument_name, ...rest } = ticker
      const changes = changedFields(last ?? {}, rest)
      if (changes === undefined) return []
      last = ticker
      return [JSON.stringify({ type: 'change', timestamp, instrument_name, ...changes })]
    },
  }
}

/** `quote`: the top of the book, when it changes. */
export function quoteFeed(tickers: Tickers, instrumentName: string, nowMs: () => number): Feed {
  let top = ''
  let text: string | undefined
  return stateFeed({
    gapMs: 0,
    symbol: instrumentName,
    hearsMarket: true,
    textNow() {
      const ticker = tickers.of(instrumentName)?.ticker
      if (ticker === undefined) return text
      const { best_bid_price, best_bid_amount, best_ask_price, best_ask_amount } = ticker
      const quote = {
        instrument_name: instrumentName,
        best_bid_price,
        best_bid_amount,
        best_ask_price,
        best_ask_amount,
      }
      const topNow = JSON.stringify(quote)
      if (topNow !== top) text = JSON.stringify({ timestamp: nowMs(), ...quote })
      top = topNow
      return text
    },
  })
}

function optionTicker(exchange: Exchange, { instrument }: Extract<ReturnType<typeof findListed>, { kind: 'option' }>) {
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

function futureTicker(exchange: Exchange, { future }: Extract<ReturnType<typeof findListed>, { kind: 'future' }>) {
  const top = future.state === 'archivized' ? undefined : futureTopOf(exchange, future)
  return top && wireFutureTicker(top)
}

type Fields = Readonly<Record<string, unknown>>

/** Fields that are not as they were, of objects among them again only those; `undefined` where none is. */
function changedFields(before: Fields, now: Fields): Fields | undefined {
  const changed: Record<string, unknown> = {}
  let count = 0
  for (const [name, value] of Object.entries(now)) {
    const was = before[name]
    if (value === was) continue
    const change = isFields(value) && isFields(was) ? changedFields(was, value) : value
    if (change === undefined) continue
    changed[name] = change
    count += 1
  }
  return count === 0 ? undefined : changed
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
