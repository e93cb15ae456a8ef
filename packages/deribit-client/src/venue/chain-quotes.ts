import { type ChainQuote, parseSymbol } from '@cc/models'
import type { WireBookSummary } from '../wire/book-summary.js'
import { countOrNull, positiveOrNull } from './absent.js'

/** Expiry by symbol, `undefined` for what is no inverse option. Reading a name anew costs more than the rest of its row. */
const expiries = new Map<string, number | undefined>()
const maxExpiries = 20_000

/**
 * The quotes of a chain: prices in coin, volatility as a ratio, no quote as `null`. Left out are the rows that are no
 * inverse option that is alive at `nowMs`, and those without a forward: a chain may list what it does not quote.
 */
export function chainQuotesOf(rows: readonly WireBookSummary[], nowMs: number): ChainQuote[] {
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
