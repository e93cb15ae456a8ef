import type { ChainQuote, SmileTerm } from '@cc/models'
import { impliedVolChain, priceChain, readSmileNodes, type SmileNodesReading } from '@cc/pricing'
import { isUsableIv, type Listing, type MarketView } from './market-view.js'
import { createScratch } from './scratch-columns.js'

/** The smile of one expiry, and all that was read off it. */
export type ExpirySmile = {
  expiryMs: number
  dte: number
  /** Time to expiry in years of 365 days. */
  expiryYears: number
  /** Median forward of its quotes. */
  forwardUsd: number
  source: SmileTerm['source']
  reading: SmileNodesReading & { atmIv: number }
}

/**
 * Reads the smile of each expiry ahead, by time, off its out-of-the-money options (puts below the forward, calls from it
 * up, each on its own forward), whatever the state of their books. `unread` are the expiries that give no volatility at
 * the money.
 *
 * The nodes are middles of bid and ask, where both are there, not crossed and at most 10 vol points apart, inside
 * 0.01..10. Where those do not reach the money and both 25 deltas, and the marks tell more, they are the marks. Nothing
 * is read beyond the nodes.
 */
export function readSmiles({ listings }: MarketView): { smiles: ExpirySmile[]; unread: number[] } {
  const expiries = expiriesAhead(listings)
  addMiddles(expiries.flatMap(({ options }) => options))
  const smiles: ExpirySmile[] = []
  const unread: number[] = []
  for (const { listing, forwards, options } of expiries) {
    const { instrument, dte, expiryYears } = listing
    const smile = forwards.length === 0 ? null : bestReading({ forwardUsd: median(forwards), expiryYears }, options)
    if (smile === null) unread.push(instrument.expiryMs)
    else smiles.push({ expiryMs: instrument.expiryMs, dte, expiryYears, ...smile })
  }
  return { smiles, unread }
}

/** What the state says of a smile. */
export function smileTermOf({ expiryMs, dte, forwardUsd, source, reading }: ExpirySmile): SmileTerm {
  const { atmIv, riskReversal25, butterfly25, nodes } = reading
  return { expiryMs, dte, forwardUsd, atmIv, riskReversal25, butterfly25, source, nodes }
}

/** A quoted option out of the money. */
type OtmOption = {
  listing: Listing
  quote: ChainQuote
  strikeUsd: number
  /** Volatility of the middle of its book; NaN where the book gives none that counts. */
  iv: number
}

/** The quotes of one expiry; `listing` is any of its options. */
type Expiry = { listing: Listing; forwards: number[]; options: OtmOption[] }

function expiriesAhead(listings: readonly Listing[]): Expiry[] {
  const expiries: Expiry[] = []
  let expiry: Expiry | undefined
  for (const listing of listings) {
    const { instrument, quote, dte } = listing
    if (!(dte > 0)) continue
    if (expiry?.listing.instrument.expiryMs !== instrument.expiryMs) {
      expiry = { listing, forwards: [], options: [] }
      expiries.push(expiry)
    }
    if (quote === undefined || !(quote.forwardUsd > 0 && quote.forwardUsd < Infinity)) continue
    expiry.forwards.push(quote.forwardUsd)
    if (isOutOfTheMoney(listing, quote)) {
      expiry.options.push({ listing, quote, strikeUsd: instrument.strikeUsd, iv: Number.NaN })
    }
  }
  return expiries
}

function isOutOfTheMoney({ instrument: { kind, strikeUsd } }: Listing, { forwardUsd }: ChainQuote): boolean {
  return kind === 'call' ? strikeUsd >= forwardUsd && strikeUsd < Infinity : strikeUsd < forwardUsd && strikeUsd > 0
}

/** Solves the middles of all expiries in one pass. */
function addMiddles(options: readonly OtmOption[]): void {
  const booked = options.filter(({ quote }) => hasTwoSides(quote))
  const rows = booked.length
  const { priceUsd, iv, ...market } = quoted(rows)
  const columns = { ...market, isCall: new Uint8Array(rows) }
  for (let row = 0; row < rows; row++) {
    const { listing, quote } = booked[row] as OtmOption
    columns.forwardUsd[row] = quote.forwardUsd
    columns.strikeUsd[row] = listing.instrument.strikeUsd
    columns.expiryYears[row] = listing.expiryYears
    columns.isCall[row] = listing.instrument.kind === 'call' ? 1 : 0
    priceUsd[row] = (((quote.bidPriceCoin as number) + (quote.askPriceCoin as number)) / 2) * quote.forwardUsd
  }
  const outcome = new Uint8Array(rows)
  impliedVolChain({ ...columns, priceUsd }, { iv, outcome })
  const greeks = { ...prices(rows), outcome }
  priceChain({ ...columns, iv }, greeks)
  for (let row = 0; row < rows; row++) {
    const { quote } = booked[row] as OtmOption
    const spreadUsd = ((quote.askPriceCoin as number) - (quote.bidPriceCoin as number)) * quote.forwardUsd
    // A wide book says nothing of where between its sides the price is. Vega is USD per vol point.
    const spreadIv = spreadUsd / ((greeks.vega[row] as number) * 100)
    if (spreadIv <= MOST_SPREAD_IV) (booked[row] as OtmOption).iv = iv[row] as number
  }
}

const quoted = createScratch(['forwardUsd', 'strikeUsd', 'expiryYears', 'priceUsd', 'iv'])
const prices = createScratch(['priceUsd', 'priceCoin', 'delta', 'gamma', 'vega', 'theta', 'rho', 'netDelta'])

function hasTwoSides({ bidPriceCoin, askPriceCoin }: ChainQuote): boolean {
  return bidPriceCoin !== null && askPriceCoin !== null && bidPriceCoin > 0 && bidPriceCoin <= askPriceCoin
}

type Found = Pick<ExpirySmile, 'forwardUsd' | 'source' | 'reading'>

function bestReading(market: { forwardUsd: number; expiryYears: number }, options: readonly OtmOption[]): Found | null {
  const book = readSmileNodes({ ...market, nodes: options.filter(hasUsableIv) })
  if (book.atmIv !== null && book.riskReversal25 !== null) return found(market, 'book', book)
  const marks = options.map(({ strikeUsd, quote }) => ({ strikeUsd, iv: quote.markIv }))
  const mark = readSmileNodes({ ...market, nodes: marks.filter(hasUsableIv) })
  return told(mark) > told(book) ? found(market, 'mark', mark) : found(market, 'book', book)
}

function hasUsableIv<T extends { iv: number | null }>(node: T): node is T & { iv: number } {
  return isUsableIv(node.iv)
}

/** How much of what the state says of an expiry a reading has. */
function told({ atmIv, riskReversal25 }: SmileNodesReading): number {
  return (atmIv === null ? 0 : 1) + (riskReversal25 === null ? 0 : 1)
}

function found(
  { forwardUsd }: { forwardUsd: number },
  source: SmileTerm['source'],
  reading: SmileNodesReading,
): Found | null {
  const { atmIv } = reading
  return atmIv === null ? null : { forwardUsd, source, reading: { ...reading, atmIv } }
}

/** The middle one, or the mean of the two in the middle. */
function median(values: readonly number[]): number {
  // Mostly an expiry has one forward.
  if (values.every((value) => value === values[0])) return values[0] as number
  const sorted = new Float64Array(values).sort()
  const half = sorted.length >> 1
  const upper = sorted[half] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2
}

const MOST_SPREAD_IV = 0.1
