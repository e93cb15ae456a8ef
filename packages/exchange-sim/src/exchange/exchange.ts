import type { Currency } from '@cc/models'
import { clockBeforeMarket, unknownCurrency, unknownSymbol } from '../failures.js'
import type { Market } from '../market.js'
import type { Fills } from '../options.js'
import { reject } from './acceptance.js'
import { type AccountBook, createAccountBook } from './account-book.js'
import { listPositions, summarise } from './account-summary.js'
import { type Book, createBooks, nextStepMs, stepStartMs } from './books.js'
import type { Exchange } from './exchange-port.js'
import { createListing } from './listing.js'
import { exposureOf, flat, marginOf, withResting } from './margin.js'
import { isRejection, type Order, type Rejection } from './order.js'
import { createOrderDesk } from './order-desk.js'
import { createOrderEntry } from './order-entry.js'
import { createOrderStore, leftCoin } from './order-store.js'
import { nextSettlementMs } from './session.js'
import { settleAccounts } from './settlement.js'
import { createWatchers } from './watcher.js'

/** How an exchange begins. */
export type ExchangeOptions = {
  market: Market
  currencies: readonly Currency[]
  depositsCoin: Readonly<Partial<Record<Currency, number | undefined>>>
  /** Venue time of the deposits and the start. Default: the start of the market. */
  openedMs?: number
  /** How long trading rests after 08:00 UTC. Default 5,000; a frozen market has no settlement. */
  settlementPauseMs?: number
  /** How orders trade with the market's quotes. Default: at the touch, with all of it. */
  fills?: Fills
}

/**
 * Opens an exchange with a funded account.
 *
 * At one time things happen in this order: at 08:00 UTC orders of expiring options and those good for the day are
 * cancelled, all positions of an expiry are delivered at one price, and the session of every account ends; then resting
 * orders meet the quotes of the new step.
 *
 * Orders are cancelled on entry into settlement:
 * https://docs.deribit.com/subscriptions/market-data/instrumentstatekindcurrency
 *
 * @throws CcError `exchange-sim/clock-before-market`
 */
export function createExchange(options: ExchangeOptions): Exchange {
  const {
    market,
    currencies,
    depositsCoin,
    openedMs = market.startMs,
    settlementPauseMs = 5_000,
    fills = AT_THE_TOUCH,
  } = options
  if (openedMs < market.startMs) throw clockBeforeMarket(openedMs, market.startMs)
  const listing = createListing(market, { currencies, openedMs, pauseMs: settlementPauseMs })
  const books = createBooks(market, listing)
  const orders = createOrderStore()
  const counters = { trades: 0, rows: 0 }
  const watchers = createWatchers()
  let nowMs = openedMs
  const accounts = new Map(currencies.map((currency) => [currency, openAccount(currency)]))
  const desk = createOrderDesk({
    orders,
    books,
    accountOf: ({ currency }) => account(currency),
    queueShare: fills.queueShare,
    watcher: watchers,
  })
  const entry = createOrderEntry({
    orders,
    desk,
    bookOf,
    accountOf: ({ currency }) => account(currency),
    isPaused: listing.isPaused,
    fills: fills.kind,
    watcher: watchers,
  })

  function openAccount(currency: Currency): AccountBook {
    const opened = createAccountBook(currency, { books, counters })
    const amountCoin = depositsCoin[currency] ?? 0
    if (amountCoin > 0) opened.bookDeposit({ amountCoin, indexUsd: market.indexUsd(currency, nowMs), nowMs })
    return opened
  }

  function account(currency: Currency): AccountBook {
    const known = accounts.get(currency)
    if (known !== undefined) return known
    throw unknownCurrency(currency, currencies)
  }

  function requireCurrency(currency: Currency): Currency {
    return account(currency).currency
  }

  function advanceTo(toMs: number): void {
    if (!market.frozen) {
      for (let eventMs = nextEventMs(); eventMs <= toMs; eventMs = nextEventMs()) {
        if (eventMs === nextSettlementMs(nowMs)) settle(eventMs)
        if (stepStartMs(market, eventMs) === eventMs) matchResting(eventMs)
        nowMs = eventMs
      }
    }
    nowMs = Math.max(nowMs, toMs)
  }

  /** Without resting orders nothing happens before the next settlement: the steps between are skipped. */
  function nextEventMs(): number {
    const settlementMs = nextSettlementMs(nowMs)
    if (!orders.hasOpen()) return settlementMs
    return Math.min(settlementMs, nextStepMs(market, nowMs))
  }

  function matchResting(atMs: number): void {
    for (const { tally } of accounts.values()) {
      for (const { instrument, sides } of tally.engaged()) {
        if (sides.buy.isEmpty() && sides.sell.isEmpty()) continue
        const book = books.find(instrument.symbol, atMs)
        if (book !== undefined) desk.matchResting(book, atMs)
      }
    }
  }

  function settle(atMs: number): void {
    for (const order of [...orders.open()]) {
      const isOver = order.instrument.expiryMs <= atMs || order.timeInForce === 'good_til_day'
      if (isOver) desk.cancel(order, { reason: 'settlement', nowMs: atMs })
    }
    settleAccounts(market, [...accounts.values()], { atMs, delivered: watchers.onDelivery })
    books.dropExpired(atMs)
  }

  function bookOf(symbol: string, atMs: number): Book | Rejection {
    const book = books.find(symbol, atMs)
    if (book !== undefined) return book
    return listing.find(symbol, atMs) === undefined
      ? reject('invalid_or_unsupported_instrument', `${symbol} is not listed.`)
      : reject('orderbook_closed', `${symbol} has expired.`)
  }

  /** @throws CcError `exchange-sim/unknown-symbol` */
  function listedBook(symbol: string): Book {
    const book = bookOf(symbol, nowMs)
    if (isRejection(book)) throw unknownSymbol(symbol)
    return book
  }

  return {
    market,
    currencies,
    nowMs: () => nowMs,
    advanceTo,

    instruments: (currency) => listing.instruments(requireCurrency(currency), nowMs),
    expired: (currency) => listing.expired(requireCurrency(currency), nowMs),
    instrument: (symbol) => listing.find(symbol, nowMs),
    settlementPriceCoin: (symbol) => listing.settlementPriceCoin(symbol, nowMs),

    quote(symbol) {
      const quote = books.quote(symbol, nowMs)
      if (quote !== undefined) return quote
      throw unknownSymbol(symbol)
    },
    chain: (currency) => books.chain(requireCurrency(currency), nowMs),
    chainRows: (currency) => books.chainRows(requireCurrency(currency), nowMs),
    book(symbol, depth) {
      const book = listedBook(symbol)
      return { bids: books.levels(book, 'buy', depth), asks: books.levels(book, 'sell', depth) }
    },
    changeId() {
      const stepsOpen = market.frozen ? 0 : (books.stepMs(nowMs) - books.stepMs(market.startMs)) / market.stepMs
      return 1 + Math.floor(stepsOpen) + desk.changes()
    },

    place: (wish) => entry.place(wish, nowMs),
    edit: (orderId, changes) => entry.edit(orderId, changes, nowMs),
    cancel: (orderId) => entry.cancel(orderId, nowMs),
    cancelAll: (which, reason = 'user_request') => entry.cancelAll(which, { reason, nowMs }),

    order: (orderId) => orders.get(orderId),
    openOrders,
    ordersWithLabel: (currency, label) => orders.withLabel(requireCurrency(currency), label),
    orders: (currency) => orders.of(requireCurrency(currency)),
    trades: (currency) => account(currency).trades,
    tradesOfOrder(orderId) {
      const order = orders.get(orderId)
      return order === undefined ? [] : account(order.instrument.currency).tradesOf(orderId)
    },

    account: (currency) =>
      summarise(account(currency), {
        books,
        openOrders: openOrders(currency),
        nearestExpiryMs: listing.nearestExpiryMs(currency, nowMs),
        nowMs,
      }),
    positions: (currency) => listPositions(account(currency), { books, nowMs }),
    margins(request) {
      const book = listedBook(request.symbol)
      const { quote } = book
      const before = exposureOf(book, account(book.instrument.currency).positionCoin(request.symbol))
      const after = marginOf(withResting(before, request), quote)
      return {
        initialMarginCoin: Math.max(0, after.ordersMarginCoin - marginOf(before, quote).ordersMarginCoin),
        minPriceCoin: quote.minPriceCoin,
        maxPriceCoin: quote.maxPriceCoin,
      }
    },
    orderMarginCoin(orderId) {
      const order = orders.get(orderId)
      if (order?.state !== 'open') return undefined
      const { instrument, side, priceCoin } = order
      const book = listedBook(instrument.symbol)
      const alone = withResting(flat(instrument), { side, sizeCoin: leftCoin(order), priceCoin })
      return marginOf(alone, book.quote).ordersMarginCoin
    },
    ledger: (currency) => account(currency).ledger,
    settlements: (currency) => account(currency).settlements,

    watch: (watcher) => watchers.add(watcher),
  }

  function openOrders(currency?: Currency): readonly Order[] {
    const open = [...orders.open()]
    return currency === undefined ? open : open.filter(({ instrument }) => instrument.currency === currency)
  }
}

const AT_THE_TOUCH: Fills = { kind: 'touch', queueShare: 1 }
