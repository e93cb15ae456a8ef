import type { Exchange } from '../../exchange/exchange-port.js'
import { findListed } from '../methods/listing.js'
import { type Ticker, tickerOf } from '../methods/market-reads.js'
import type { Feed } from './feed.js'
import { bodyOf, type Stamped, stamped, stampedFeed } from './feed-kinds.js'

type Written = Stamped & { readonly ticker: Ticker }

/**
 * Tickers as `public/ticker` has them, each worked out and written once until its book or the market has changed, and told
 * with the time of the telling.
 */
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
    const ticker = tickerOf(exchange, listed)
    const written = ticker && writtenOf(ticker)
    const kept = listed.kind === 'option' ? ofOption : ofFuture
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
export function tickerFeed({ exchange, tickers, instrumentName }: TickerParts, gapMs: number): Feed {
  return stampedFeed({
    gapMs,
    symbol: instrumentName,
    hearsMarket: true,
    repeats: true,
    nowMs: exchange.nowMs,
    bodyNow: () => tickers.of(instrumentName),
  })
}

/** `incremental_ticker`: the whole of it once, then the fields that have changed; at most once a second, as documented. */
export function incrementalTickerFeed({ exchange, tickers, instrumentName }: TickerParts): Feed {
  let last: Ticker | undefined
  return {
    gapMs: 1_000,
    symbol: instrumentName,
    hearsMarket: true,
    opening() {
      const written = tickers.of(instrumentName)
      last = written?.ticker
      return written === undefined ? [] : [stamped(written, exchange.nowMs()).replace('{', '{"type":"snapshot",')]
    },
    news() {
      const written = tickers.of(instrumentName)
      if (written === undefined || written.ticker === last) return []
      const { timestamp, instrument_name, ...rest } = written.ticker
      const changes = changedFields(last ?? {}, rest)
      if (changes === undefined) return []
      last = written.ticker
      const change = { type: 'change', timestamp: written.pastMs ?? exchange.nowMs(), instrument_name }
      return [JSON.stringify({ ...change, ...changes })]
    },
  }
}

/** `quote`: the top of the book, when it changes. */
export function quoteFeed({ exchange, tickers, instrumentName }: TickerParts): Feed {
  return stampedFeed({
    gapMs: 0,
    symbol: instrumentName,
    hearsMarket: true,
    nowMs: exchange.nowMs,
    bodyNow() {
      const ticker = tickers.of(instrumentName)?.ticker
      if (ticker === undefined) return undefined
      const { instrument_name, best_bid_price, best_bid_amount, best_ask_price, best_ask_amount } = ticker
      return { body: bodyOf({ instrument_name, best_bid_price, best_bid_amount, best_ask_price, best_ask_amount }) }
    },
  })
}

type TickerParts = { readonly exchange: Exchange; readonly tickers: Tickers; readonly instrumentName: string }

function writtenOf(ticker: Ticker): Written {
  const { timestamp, ...rest } = ticker
  return { ticker, body: bodyOf(rest), ...(ticker.state === 'delivered' ? { pastMs: timestamp } : {}) }
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
