import type { Currency, OptionInstrument } from '@cc/models'
import type { Exchange } from '../../exchange/exchange-port.js'
import type { Order, Trade } from '../../exchange/order.js'
import { optionPosition } from '../methods/market-reads.js'
import { tapeOf } from '../methods/tape.js'
import { wireAccountSummary, wireEmptySummary } from '../wire/account-summary.js'
import { wireOrder } from '../wire/order.js'
import { wirePublicTrade, wireUserTrade } from '../wire/trade.js'
import type { BookFilter, Interval } from './channel-name.js'
import type { Feed } from './feed.js'
import { gapMsOf, stateFeed } from './feed-kinds.js'

/** What orders and trades are told of. */
type Activity = { readonly of: BookFilter; readonly interval: Interval }

/** `trades` and `user.trades`: every trade once. */
export function tradesFeed(exchange: Exchange, { of, interval }: Activity, face: 'public' | 'own'): Feed {
  const wire = face === 'public' ? wirePublicTrade : wireUserTrade
  let trades: Trade[] = []
  return {
    gapMs: gapMsOf(interval),
    onTrade(trade) {
      const isNews = isIn(of, trade.order.instrument)
      if (isNews) trades.push(trade)
      return isNews
    },
    opening: () => [],
    news() {
      const told = trades
      trades = []
      return told.length === 0 ? [] : [JSON.stringify(told.map((trade) => wire(trade, tickOf(exchange, trade))))]
    },
  }
}

/** `user.orders`: orders as they stand when they are told of; each by itself where the interval is `raw`. */
export function ordersFeed({ of, interval }: Activity): Feed {
  let orders = new Set<Order>()
  return {
    gapMs: gapMsOf(interval),
    onOrder(order) {
      const isNews = isIn(of, order.instrument)
      if (isNews) orders.add(order)
      return isNews
    },
    opening: () => [],
    news() {
      const told = [...orders].map(wireOrder)
      orders = new Set()
      if (interval === 'raw') return told.map((order) => JSON.stringify(order))
      return told.length === 0 ? [] : [JSON.stringify(told)]
    },
  }
}

/** `user.changes`: of each book in one message its trades, the position if they or its delivery changed it, and its orders. */
export function changesFeed(exchange: Exchange, { of, interval }: Activity): Feed {
  let books = new Map<string, { orders: Set<Order>; trades: Trade[]; instrument: OptionInstrument; isMoved: boolean }>()

  function bookOf(instrument: OptionInstrument) {
    if (!isIn(of, instrument)) return undefined
    const book = books.get(instrument.symbol) ?? { orders: new Set(), trades: [], instrument, isMoved: false }
    books.set(instrument.symbol, book)
    return book
  }

  function movedIn(instrument: OptionInstrument) {
    const book = bookOf(instrument)
    if (book !== undefined) book.isMoved = true
    return book
  }

  function positionIn({ instrument, isMoved }: { instrument: OptionInstrument; isMoved: boolean }): readonly object[] {
    const position = isMoved
      ? optionPosition(exchange, exchange.instrument(instrument.symbol) ?? instrument)
      : undefined
    return position === undefined ? [] : [position]
  }

  return {
    gapMs: gapMsOf(interval),
    onOrder: (order) => bookOf(order.instrument)?.orders.add(order) !== undefined,
    onTrade: (trade) => movedIn(trade.order.instrument)?.trades.push(trade) !== undefined,
    onDelivery: (instrument) => movedIn(instrument) !== undefined,
    opening: () => [],
    news() {
      const told = books
      books = new Map()
      return [...told].map(([symbol, book]) =>
        JSON.stringify({
          instrument_name: symbol,
          trades: book.trades.map((trade) => wireUserTrade(trade, tickOf(exchange, trade))),
          positions: positionIn(book),
          orders: [...book.orders].map(wireOrder),
        }),
      )
    },
  }
}

/** `user.portfolio`: the account in one currency, when it has changed. Marks change it too. */
export function portfolioFeed(exchange: Exchange, currency: Currency): Feed {
  const isOfIt = (instrument: OptionInstrument) => instrument.currency === currency
  return stateFeed({
    gapMs: PORTFOLIO_GAP_MS,
    hearsMarket: true,
    onOrder: (order) => isOfIt(order.instrument),
    onTrade: (trade) => isOfIt(trade.order.instrument),
    textNow: () => portfolioText(wireAccountSummary(exchange.account(currency))),
  })
}

/** `user.portfolio.any`: each currency for itself. */
export function portfoliosFeed(exchange: Exchange): Feed {
  const feeds = exchange.currencies.map((currency) => portfolioFeed(exchange, currency))
  return {
    gapMs: PORTFOLIO_GAP_MS,
    hearsMarket: true,
    onOrder: () => true,
    onTrade: () => true,
    opening: () => feeds.flatMap((feed) => feed.opening()),
    news: (again) => feeds.flatMap((feed) => feed.news(again)),
  }
}

/** The account in a currency that Deribit has and this exchange has not. */
export function emptyPortfolioText(currency: string): string {
  return portfolioText(wireEmptySummary(currency))
}

function isIn(of: BookFilter, { symbol, currency }: OptionInstrument): boolean {
  if (of.instrumentName !== undefined) return of.instrumentName === symbol
  return (of.kind === 'option' || of.kind === 'any') && (of.currency === currency || of.currency === 'any')
}

function tickOf(exchange: Exchange, trade: Trade): number {
  return tapeOf(exchange, trade.order.instrument.currency).tickOf(trade)
}

/** Without the limits of the account, as recorded. */
function portfolioText({ limits, ...portfolio }: ReturnType<typeof wireEmptySummary>): string {
  return JSON.stringify(portfolio)
}

/** How often Deribit tells of it is not documented; an account that trades fast is summed up no oftener than this. */
const PORTFOLIO_GAP_MS = 100
