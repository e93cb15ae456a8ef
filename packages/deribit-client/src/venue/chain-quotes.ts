import { type ChainQuote, parseSymbol } from '@cc/models'
import type { WireBookSummary } from '../wire/book-summary.js'
import type { WireTicker } from '../wire/ticker.js'
import { countOrNull, positiveOrNull } from './absent.js'

/** Expiry by symbol, `undefined` for what is no inverse option. Reading a name anew costs more than the rest of its row. */
const expiries = new Map<string, number | undefined>()
const maxExpiries = 20_000

/** What a chain reads of a row. */
export type ChainRow = Pick<
  WireBookSummary,
  | 'instrument_name'
  | 'bid_price'
  | 'ask_price'
  | 'mark_price'
  | 'mark_iv'
  | 'underlying_price'
  | 'open_interest'
  | 'volume'
>

/** The top of a ticker as a row of a chain. A side without an amount is no quote. */
export function chainRowOf(ticker: WireTicker): ChainRow {
  const side = (price: number | null | undefined, amount: number | null | undefined) =>
    positiveOrNull(amount) === null ? null : price
  return {
    instrument_name: ticker.instrument_name,
    bid_price: side(ticker.best_bid_price, ticker.best_bid_amount),
    ask_price: side(ticker.best_ask_price, ticker.best_ask_amount),
    mark_price: ticker.mark_price,
    mark_iv: ticker.mark_iv,
    underlying_price: ticker.underlying_price,
    open_interest: ticker.open_interest,
    volume: ticker.stats?.volume,
  }
}

/**
 * The quotes of a chain: prices in coin, volatility as a ratio, no quote as `null`. Left out are the rows that are no
 * inverse option that is alive at `nowMs`, and those without a forward: a chain may list what it does not quote.
 */
export function chainQuotesOf(rows: readonly ChainRow[], nowMs: number): ChainQuote[] {
  const quotes: ChainQuote[] = []
  for (const row of rows) {
    const expiryMs = expiryOf(row.instrument_name)
    const forwardUsd = positiveOrNull(row.underlying_price)
    if (expiryMs === undefined || expiryMs <= nowMs || forwardUsd === null || row.mark_price < 0) continue
    quotes.push({
      symbol: row.instrument_name,
      bidPriceCoin: positiveOrNull(row.bid_price),
      askPriceCoin: positiveOrNull(row.ask_price),
      markPriceCoin: row.mark_price,
      markIv: positiveOrNull((row.mark_iv ?? 0) / 100),
      forwardUsd,
      openInterestCoin: countOrNull(row.open_interest),
      volumeCoin: countOrNull(row.volume),
    })
  }
  return quotes
}

function expiryOf(symbol: string): number | undefined {
  const known = expiries.get(symbol)
  if (known !== undefined || expiries.has(symbol)) return known
  if (expiries.size >= maxExpiries) expiries.clear()
  const expiryMs = parseSymbol(symbol)?.expiryMs
  expiries.set(symbol, expiryMs)
  return expiryMs
}
