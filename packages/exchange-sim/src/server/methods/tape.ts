import type { Currency } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Trade } from '../../exchange/order.js'

/** The trades of one currency by book. The account is the only one that trades here: this is what everybody sees. */
type Tape = {
  /** Of one option, oldest first. */
  readonly tradesOf: (symbol: string) => readonly Trade[]
  /** Deribit's number of the tick that a trade made: 0 up, 1 none after up, 2 down, 3 none after down. */
  readonly tickOf: (trade: Trade) => number
}

/** The tape as it is now. */
export function tapeOf(exchange: Exchange, currency: Currency): Tape {
  const reel = reelOf(exchange, currency)
  const trades = exchange.trades(currency)
  for (const trade of trades.slice(reel.read)) append(reel, trade)
  reel.read = trades.length
  return reel
}

/** The tape with trades that an order has just made, for which not everything is read again where nothing is missing. */
export function tapeWith(exchange: Exchange, currency: Currency, trades: readonly Trade[]): Tape {
  const reel = reelOf(exchange, currency)
  return trades.every((trade) => append(reel, trade)) ? reel : tapeOf(exchange, currency)
}

type Book = { trades: Trade[]; ticks: number[] }
type Reel = Tape & { read: number; books: Map<string, Book> }

/** A tape only ever grows, so that what was read of an exchange is kept for as long as the exchange is. */
const reels = new WeakMap<Exchange, Map<Currency, Reel>>()

function reelOf(exchange: Exchange, currency: Currency): Reel {
  const known = reels.get(exchange) ?? new Map<Currency, Reel>()
  reels.set(exchange, known)
  const reel = known.get(currency) ?? emptyReel()
  known.set(currency, reel)
  return reel
}

function emptyReel(): Reel {
  const books = new Map<string, Book>()
  return {
    read: 0,
    books,
    tradesOf: (symbol) => books.get(symbol)?.trades ?? [],
    tickOf: ({ order, tradeSeq }) => books.get(order.instrument.symbol)?.ticks[tradeSeq - 1] ?? FIRST_TICK,
  }
}

/** Whether the trade is on the tape now: it is not where one before it is missing. */
function append({ books }: Reel, trade: Trade): boolean {
  const { symbol } = trade.order.instrument
  const book = books.get(symbol) ?? { trades: [], ticks: [] }
  books.set(symbol, book)
  const count = book.trades.length
  if (trade.tradeSeq !== count + 1) return trade.tradeSeq <= count
  const before = book.trades[count - 1]
  const tick = before === undefined ? FIRST_TICK : tickAfter(trade.priceCoin - before.priceCoin, book.ticks[count - 1])
  book.trades.push(trade)
  book.ticks.push(tick)
  return true
}

function tickAfter(change: number, tickBefore: number | undefined): number {
  if (change !== 0) return change > 0 ? 0 : 2
  return tickBefore === 2 || tickBefore === 3 ? 3 : 1
}

/** Recorded first trades of a book have it. */
const FIRST_TICK = 1
