import type { OptionInstrument, Side } from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import type { AccountBook, Execution } from './account-book.js'
import { type Book, type Books, marketOffer, oppositeOf } from './books.js'
import { addSizes } from './exact-size.js'
import { reducibleCoin } from './margin.js'
import type { Trade } from './order.js'
import { type LiveOrder, leftCoin, type OrderStore } from './order-store.js'
import type { ExchangeWatcher } from './watcher.js'

/**
 * Everything that changes an order passes here, so that the store, the book, the account and the count of changes stay
 * in step.
 */
export type OrderDesk = {
  rest(order: LiveOrder, book: Book): void
  /** Ends what rests; a `reason` of `null` where Deribit gives none. */
  cancel(order: LiveOrder, at: { reason: string | null; nowMs: number }): void
  /** Takes a resting order out of its book; it must rest or trade again at once. */
  lift(order: LiveOrder, book: Book): void
  /** Makes what is left of a resting order smaller where it stands. */
  shrink(order: LiveOrder, book: Book, sizeCoin: number): void
  /** A maker rests in its book, a taker does not. */
  trade(order: LiveOrder, book: Book, execution: Execution): Trade
  /** Trades what rests and is reached by the market's quote of a new step: sells before buys, by priority. */
  matchResting(book: Book, nowMs: number): void
  /** Changes of any book so far. */
  changes(): number
}

export function createOrderDesk({
  orders,
  books,
  accountOf,
  queueShare,
  watcher,
}: {
  orders: OrderStore
  books: Books
  accountOf(instrument: OptionInstrument): AccountBook
  /** Of a quote that only equals a limit. */
  queueShare: number
  watcher: ExchangeWatcher
}): OrderDesk {
  let changes = 0

  function changed(book: Book): void {
    changes += 1
    accountOf(book.instrument).tally.update(book)
    watcher.onBook(book.instrument.symbol)
  }

  function cancel(order: LiveOrder, at: { reason: string | null; nowMs: number }): void {
    const book = books.of(order.instrument)
    book.sides[order.side].remove(order)
    orders.cancel(order, at)
    changed(book)
    watcher.onOrder(order)
  }

  /** Resting orders that could only open now, where they may only close. */
  function cancelIdle(book: Book, { positionCoin, nowMs }: { positionCoin: number; nowMs: number }): void {
    for (const side of ['sell', 'buy'] as const) {
      if (reducibleCoin(positionCoin, side) > 0) continue
      for (const order of book.sides[side].reduceOnly()) cancel(order, { reason: null, nowMs })
    }
  }

  function trade(order: LiveOrder, book: Book, execution: Execution): Trade {
    const { symbol } = order.instrument
    const account = accountOf(order.instrument)
    // May fail for want of a quote, so it comes before anything is changed.
    account.tally.turnTo(execution.nowMs)
    const beforeCoin = account.positionCoin(symbol)
    books.take(book, order.side, execution.sizeCoin)
    if (execution.liquidity === 'maker') book.sides[order.side].reduce(order, execution.sizeCoin)
    orders.fill(order, execution)
    changes += 1
    const traded = account.bookTrade(order, book, execution)
    watcher.onBook(symbol)
    watcher.onTrade(traded)
    watcher.onOrder(order)
    const positionCoin = account.positionCoin(symbol)
    if (beforeCoin !== 0 && Math.sign(positionCoin) !== Math.sign(beforeCoin)) {
      cancelIdle(book, { positionCoin, nowMs: execution.nowMs })
    }
    return traded
  }

  function matchSide(book: Book, side: Side, nowMs: number): void {
    const offer = marketOffer(book, oppositeOf(side))
    if (offer === undefined) return
    // Where the quote only equals the limit, others stood there before.
    let equalCoin =
      queueShare === 1 ? offer.sizeCoin : roundSizeDown(offer.sizeCoin * queueShare, book.instrument.sizeStepCoin)
    for (const order of book.sides[side].reachedBy(offer.priceCoin)) {
      const offeredCoin = marketOffer(book, oppositeOf(side))?.sizeCoin ?? 0
      if (offeredCoin === 0) return
      const positionCoin = accountOf(book.instrument).positionCoin(book.instrument.symbol)
      const mostCoin = order.reduceOnly ? reducibleCoin(positionCoin, side) : offeredCoin
      const { priceCoin } = order
      const isEqual = priceCoin === offer.priceCoin
      const sizeCoin = Math.min(leftCoin(order), offeredCoin, mostCoin, isEqual ? equalCoin : offeredCoin)
      if (order.state !== 'open' || sizeCoin === 0) continue
      if (isEqual) equalCoin = addSizes(equalCoin, -sizeCoin)
      trade(order, book, { sizeCoin, priceCoin, liquidity: 'maker', nowMs })
    }
  }

  return {
    changes: () => changes,
    cancel,
    trade,
    matchResting(book, nowMs) {
      matchSide(book, 'sell', nowMs)
      matchSide(book, 'buy', nowMs)
    },
    rest(order, book) {
      book.sides[order.side].add(order)
      orders.rest(order)
      changed(book)
    },
    lift(order, book) {
      book.sides[order.side].remove(order)
    },
    shrink(order, book, sizeCoin) {
      book.sides[order.side].reduce(order, addSizes(order.sizeCoin, -sizeCoin))
      order.sizeCoin = sizeCoin
      changed(book)
    },
  }
}
