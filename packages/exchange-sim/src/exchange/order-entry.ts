import type { OptionInstrument } from '@cc/models'
import type { Fills } from '../options.js'
import { reject } from './acceptance.js'
import type { AccountBook } from './account-book.js'
import type { Book } from './books.js'
import { checkFunds } from './funds.js'
import {
  isRejection,
  type Order,
  type OrderChanges,
  type OrderWish,
  type Placed,
  type Rejection,
  type Trade,
} from './order.js'
import type { OrderDesk } from './order-desk.js'
import { type OrderPlan, planOrder, type WantedOrder } from './order-plan.js'
import type { LiveOrder, OrderStore } from './order-store.js'
import type { ExchangeWatcher } from './watcher.js'

/** The door for orders: checks, plans, pays for and lets in what is placed, edited and cancelled. */
export type OrderEntry = {
  place(wish: OrderWish, nowMs: number): Placed | Rejection
  edit(orderId: string, changes: OrderChanges, nowMs: number): Placed | Rejection
  cancel(orderId: string, nowMs: number): Order | Rejection
  cancelAll(
    which: (order: Order) => boolean,
    at: { reason: string | null; nowMs: number },
  ): readonly Order[] | Rejection
}

export function createOrderEntry(exchange: {
  orders: OrderStore
  desk: OrderDesk
  accountOf(instrument: OptionInstrument): AccountBook
  /** The book of a listed option of this exchange, or why there is none. */
  bookOf(symbol: string, nowMs: number): Book | Rejection
  isPaused(atMs: number): boolean
  /** At what an order trades that crosses. */
  fills: Fills['kind']
  watcher: ExchangeWatcher
}): OrderEntry {
  const { orders, desk, accountOf, bookOf, isPaused, fills, watcher } = exchange

  function place(wish: OrderWish, nowMs: number): Placed | Rejection {
    const book = late(wish, nowMs) ?? bookOf(wish.symbol, nowMs)
    if (isRejection(book)) return book
    if (isPaused(nowMs)) return PAUSED
    const plan = planWithin(book, wish, { nowMs, replaced: undefined })
    if (isRejection(plan)) return plan
    const { sizeCoin, priceCoin } = plan
    const order = orders.add(book.instrument, wish, { sizeCoin, priceCoin, nowMs })
    return entered(order, enter(order, book, { plan, nowMs }))
  }

  function edit(orderId: string, changes: OrderChanges, nowMs: number): Placed | Rejection {
    const order = late(changes, nowMs) ?? openOrder(orderId)
    if (isRejection(order)) return order
    const book = bookOf(order.instrument.symbol, nowMs)
    if (isRejection(book)) return book
    if (isPaused(nowMs)) return PAUSED
    const priceCoin = changes.priceCoin ?? order.priceCoin
    // Whatever it was sent as, it rests as a limit.
    const wanted = { ...order, ...changes, kind: 'limit' as const, priceCoin }
    const plan = planWithin(book, wanted, { nowMs, replaced: order })
    if (isRejection(plan)) {
      if (plan.code !== 'post_only_reject') return plan
      desk.cancel(order, { reason: 'edit_post_only_reject', nowMs })
      return { order, trades: NO_TRADES }
    }
    const keepsPlace = plan.sizeCoin <= order.sizeCoin && isSameButSize(order, { ...wanted, ...plan })
    if (keepsPlace) desk.shrink(order, book, plan.sizeCoin)
    else desk.lift(order, book)
    order.sizeCoin = plan.sizeCoin
    order.priceCoin = plan.priceCoin
    order.postOnly = wanted.postOnly
    order.rejectPostOnly = wanted.rejectPostOnly
    order.reduceOnly = wanted.reduceOnly
    order.replaced = true
    order.updatedMs = nowMs
    return entered(order, keepsPlace ? NO_TRADES : enter(order, book, { plan, nowMs }))
  }

  function entered(order: Order, trades: readonly Trade[]): Placed {
    watcher.onOrder(order)
    return { order, trades }
  }

  /** Plan and funds. */
  function planWithin(
    book: Book,
    wanted: WantedOrder,
    { nowMs, replaced }: { nowMs: number; replaced: Order | undefined },
  ): OrderPlan | Rejection {
    const account = accountOf(book.instrument)
    const positionCoin = account.positionCoin(book.instrument.symbol)
    const plan = planOrder(book, wanted, { filledCoin: replaced?.filledCoin ?? 0, positionCoin, fills })
    if (isRejection(plan)) return plan
    account.tally.turnTo(nowMs)
    return checkFunds(account, book, { wanted, plan, replaced }) ?? plan
  }

  /** Trades what can be traded at once, then rests or ends. */
  function enter(order: LiveOrder, book: Book, { plan, nowMs }: { plan: OrderPlan; nowMs: number }): readonly Trade[] {
    const { trade, restCoin } = plan
    const trades = trade === undefined ? NO_TRADES : [desk.trade(order, book, { ...trade, liquidity: 'taker', nowMs })]
    if (restCoin > 0) desk.rest(order, book)
    else if (order.state === 'open') orders.cancel(order, { reason: null, nowMs })
    return trades
  }

  function openOrder(orderId: string): LiveOrder | Rejection {
    const order = orders.get(orderId)
    if (order === undefined) return reject('order_not_found', `There is no order ${orderId}.`)
    switch (order.state) {
      case 'open':
        return order
      case 'filled':
        return reject('already_filled', `Order ${orderId} is filled.`)
      case 'cancelled':
        return reject('not_open_order', `Order ${orderId} was cancelled.`)
    }
  }

  function cancelOpen(order: LiveOrder, at: { reason: string | null; nowMs: number }): Order {
    desk.cancel(order, at)
    return order
  }

  return {
    place,
    edit,
    cancel(orderId, nowMs) {
      const order = openOrder(orderId)
      if (isRejection(order)) return order
      return isPaused(nowMs) ? PAUSED : cancelOpen(order, { reason: 'user_request', nowMs })
    },
    cancelAll(which, at) {
      if (isPaused(at.nowMs)) return PAUSED
      return [...orders.open()].filter(which).map((order) => cancelOpen(order, at))
    },
  }
}

const NO_TRADES: readonly Trade[] = []
const PAUSED = reject('settlement_in_progress', 'Trading rests after the settlement of 08:00 UTC.')

function late({ validUntilMs }: { validUntilMs?: number | null }, nowMs: number): Rejection | undefined {
  if (validUntilMs === undefined || validUntilMs === null || nowMs <= validUntilMs) return undefined
  return reject('timed_out', `It arrived ${nowMs - validUntilMs} ms after it was valid.`)
}

type Terms = Pick<Order, 'priceCoin' | 'postOnly' | 'rejectPostOnly' | 'reduceOnly'>

function isSameButSize(a: Terms, b: Terms): boolean {
  return (
    a.priceCoin === b.priceCoin &&
    a.postOnly === b.postOnly &&
    a.rejectPostOnly === b.rejectPostOnly &&
    a.reduceOnly === b.reduceOnly
  )
}
