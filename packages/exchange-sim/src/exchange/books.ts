import type { ChainQuote, Currency, OptionInstrument, OptionQuote, Side } from '@cc/models'
import type { Market } from '../market.js'
import { type BookSide, createBookSide } from './book-side.js'
import { addSizes } from './exact-size.js'
import type { Level } from './exchange-port.js'
import type { Listing } from './listing.js'

/** A price and size that an order meets. */
export type Offer = { priceCoin: number; sizeCoin: number }

/** What there is of one option now: the market's quote, and own orders beside it. */
export type Book = {
  readonly instrument: OptionInstrument
  /** Own resting orders. */
  readonly sides: Readonly<Record<Side, BookSide>>
  /** The market's, of one step, less what own orders took of it. */
  quote: OptionQuote
  /** Trades of this instrument so far. */
  tradeCount: number
}

/**
 * The books of all options. What own orders take of the market's quote is gone until the next step; a frozen market has
 * one step for ever. A side that is used up shows no quote of the market.
 */
export type Books = {
  /** In its present step; `undefined` for what is not listed at that time. */
  find(symbol: string, atMs: number): Book | undefined
  /** As it was last found: of an option with a position or orders. */
  of(instrument: OptionInstrument): Book
  /** Brings a book to the step of a time, from its expiry on to the last before; false where the market has no quote. */
  refresh(book: Book, atMs: number): boolean
  /** Start of the step that holds a time. */
  stepMs(atMs: number): number
  take(book: Book, side: Side, sizeCoin: number): void
  /** Quotes with own orders in their top. */
  quote(symbol: string, atMs: number): OptionQuote | undefined
  chain(currency: Currency, atMs: number): readonly OptionQuote[]
  /** The same as a chain shows it, in objects of their own. */
  chainRows(currency: Currency, atMs: number): readonly ChainQuote[]
  /** Best first, at most `depth` levels. */
  levels(book: Book, side: Side, depth: number): readonly Level[]
  /** Forgets what has expired. */
  dropExpired(atMs: number): void
}

/** `isTaken`: own orders took of the quote of its step. */
type SteppedBook = Book & { stepMs: number; isTaken: boolean }

export function createBooks(market: Market, listing: Listing): Books {
  const books = new Map<string, SteppedBook>()

  function find(symbol: string, atMs: number): Book | undefined {
    const known = books.get(symbol)
    if (known !== undefined) return bringTo(known, atMs) ? known : undefined
    const instrument = listing.listed(symbol, atMs)
    const quote = instrument && market.quote(symbol, atMs)
    if (instrument === undefined || quote === undefined) return undefined
    const sides = { buy: createBookSide('buy'), sell: createBookSide('sell') }
    const book: SteppedBook = {
      instrument,
      sides,
      quote,
      tradeCount: 0,
      stepMs: stepStartMs(market, atMs),
      isTaken: false,
    }
    books.set(symbol, book)
    return book
  }

  /** `quote` where it is known already. */
  function bringTo(book: SteppedBook, atMs: number, quote?: OptionQuote): boolean {
    const stepMs = stepStartMs(market, atMs)
    if (book.stepMs === stepMs) return true
    const fresh = quote ?? market.quote(book.instrument.symbol, atMs)
    if (fresh === undefined) return false
    book.quote = fresh
    book.stepMs = stepMs
    book.isTaken = false
    return true
  }

  function chain(currency: Currency, atMs: number): readonly OptionQuote[] {
    const quotes = market.chain(currency, atMs)
    if (books.size === 0) return quotes
    return quotes.map((quote) => {
      const book = books.get(quote.symbol)
      return book !== undefined && bringTo(book, atMs, quote) ? withOwn(book) : quote
    })
  }

  /** Whether any book of a currency differs from what the market quotes: by orders that rest, or by what they took of it. */
  function differsFromMarket(currency: Currency, atMs: number): boolean {
    const stepMs = stepStartMs(market, atMs)
    for (const { instrument, sides, isTaken, stepMs: lastMs } of books.values()) {
      if (instrument.currency !== currency) continue
      if ((isTaken && lastMs === stepMs) || !sides.buy.isEmpty() || !sides.sell.isEmpty()) return true
    }
    return false
  }

  return {
    find,
    of({ symbol }) {
      const book = books.get(symbol)
      if (book === undefined) throw new Error(`${symbol} has no book.`)
      return book
    },
    refresh(book, atMs) {
      const lastMs = market.frozen ? atMs : Math.min(atMs, book.instrument.expiryMs - 1)
      return bringTo(book as SteppedBook, lastMs)
    },
    stepMs: (atMs) => stepStartMs(market, atMs),
    take(book, side, sizeCoin) {
      const taken = side === 'sell' ? 'bid' : 'ask'
      const left = remains(book.quote[`${taken}PriceCoin`], book.quote[`${taken}SizeCoin`], sizeCoin)
      book.quote = {
        ...book.quote,
        [`${taken}PriceCoin`]: left?.priceCoin ?? null,
        [`${taken}SizeCoin`]: left?.sizeCoin ?? null,
      }
      ;(book as SteppedBook).isTaken = true
    },
    quote(symbol, atMs) {
      const book = books.get(symbol)
      if (book !== undefined) return bringTo(book, atMs) ? withOwn(book) : undefined
      return listing.listed(symbol, atMs) && market.quote(symbol, atMs)
    },
    chain,
    chainRows(currency, atMs) {
      if (market.chainRows === undefined) return chain(currency, atMs).map(chainQuoteOf)
      const rows = market.chainRows(currency, atMs)
      if (!differsFromMarket(currency, atMs)) return rows
      return rows.map((row) => {
        const book = books.get(row.symbol)
        return book !== undefined && bringTo(book, atMs) ? chainQuoteOf(withOwn(book)) : row
      })
    },
    levels(book, side, depth) {
      const own = book.sides[side].levels(depth)
      const quoted = marketOffer(book, side)
      return quoted === undefined ? own : merged(own, { side, quoted }).slice(0, depth)
    },
    dropExpired(atMs) {
      for (const [symbol, { instrument }] of books) if (instrument.expiryMs <= atMs) books.delete(symbol)
    },
  }
}

/** Start of the step that holds a time: the moment its quotes are of, of any coin or of one. */
export function stepStartMs(market: Market, atMs: number, currency?: Currency): number {
  if (market.frozen) return market.startMs
  if (market.steps !== undefined) return market.steps.startMs(atMs, currency)
  return Math.max(market.startMs, Math.floor(atMs / market.stepMs) * market.stepMs)
}

/** The first step after a time. */
export function nextStepMs(market: Market, atMs: number): number {
  if (market.steps !== undefined) return market.steps.nextMs(atMs)
  return (Math.floor(atMs / market.stepMs) + 1) * market.stepMs
}

export function oppositeOf(side: Side): Side {
  return side === 'buy' ? 'sell' : 'buy'
}

/** What the market quotes on a side of the book; `undefined` where it quotes no price or no size. */
export function marketOffer({ quote }: Book, side: Side): Offer | undefined {
  return side === 'buy'
    ? remains(quote.bidPriceCoin, quote.bidSizeCoin, 0)
    : remains(quote.askPriceCoin, quote.askSizeCoin, 0)
}

/** Best price of a side of the book, of the market or of own orders. */
export function bestPriceCoin(book: Book, side: Side): number | undefined {
  const own = book.sides[side].bestCoin()
  const quoted = marketOffer(book, side)?.priceCoin
  if (own === undefined || quoted === undefined) return own ?? quoted
  return side === 'buy' ? Math.max(own, quoted) : Math.min(own, quoted)
}

/** Whether an order with this limit trades at that price. */
export function crosses(side: Side, limitCoin: number, priceCoin: number): boolean {
  return side === 'sell' ? priceCoin >= limitCoin : priceCoin <= limitCoin
}

function withOwn(book: Book): OptionQuote {
  const { quote, sides } = book
  if (sides.buy.isEmpty() && sides.sell.isEmpty()) return quote
  const bid = topOf(book, 'buy', { priceCoin: quote.bidPriceCoin, sizeCoin: quote.bidSizeCoin })
  const ask = topOf(book, 'sell', { priceCoin: quote.askPriceCoin, sizeCoin: quote.askSizeCoin })
  return {
    ...quote,
    bidPriceCoin: bid.priceCoin,
    bidSizeCoin: bid.sizeCoin,
    askPriceCoin: ask.priceCoin,
    askSizeCoin: ask.sizeCoin,
  }
}

/** A chain shows no sizes, no greeks and no band. */
function chainQuoteOf(quote: OptionQuote): ChainQuote {
  return {
    symbol: quote.symbol,
    bidPriceCoin: quote.bidPriceCoin,
    askPriceCoin: quote.askPriceCoin,
    markPriceCoin: quote.markPriceCoin,
    markIv: quote.markIv,
    forwardUsd: quote.forwardUsd,
    openInterestCoin: quote.openInterestCoin,
    volumeCoin: quote.volumeCoin,
  }
}

type Top = { priceCoin: number | null; sizeCoin: number | null }

function topOf({ sides }: Book, side: Side, quoted: Top): Top {
  const [own] = sides[side].levels(1)
  if (own === undefined) return quoted
  const [priceCoin, sizeCoin] = own
  if (quoted.priceCoin === priceCoin) return { priceCoin, sizeCoin: addSizes(sizeCoin, quoted.sizeCoin ?? 0) }
  return quoted.priceCoin !== null && isBetter(side, quoted.priceCoin, priceCoin) ? quoted : { priceCoin, sizeCoin }
}

function merged(own: readonly Level[], { side, quoted }: { side: Side; quoted: Offer }): readonly Level[] {
  const { priceCoin, sizeCoin } = quoted
  const better = own.filter(([price]) => isBetter(side, price, priceCoin))
  const worse = own.filter(([price]) => isBetter(side, priceCoin, price))
  const [same] = own.filter(([price]) => price === priceCoin)
  return [...better, [priceCoin, addSizes(sizeCoin, same?.[1] ?? 0)], ...worse]
}

function isBetter(side: Side, aCoin: number, bCoin: number): boolean {
  return side === 'buy' ? aCoin > bCoin : aCoin < bCoin
}

function remains(priceCoin: number | null, sizeCoin: number | null, takenCoin: number): Offer | undefined {
  if (priceCoin === null || sizeCoin === null) return undefined
  const leftCoin = addSizes(sizeCoin, -takenCoin)
  return leftCoin > 0 ? { priceCoin, sizeCoin: leftCoin } : undefined
}
