import type { WireUserChanges } from '../wire/account-notifications.js'
import type { WireOrder } from '../wire/order.js'
import type { WirePosition } from '../wire/position.js'
import { userTradeKey, type WireUserTrade } from '../wire/trade.js'

/** What happened in the account. */
export type UserEvent =
  | { readonly kind: 'trade'; readonly trade: WireUserTrade }
  | { readonly kind: 'order'; readonly order: WireOrder }
  | { readonly kind: 'position'; readonly position: WirePosition }

/** What was read of the account, rather than heard. */
export type UserRead = { readonly trades: readonly WireUserTrade[]; readonly orders: readonly WireOrder[] }

/** Remembers what has been told, and so knows what is new. Each function returns the events that are to be told now. */
export type UserLedger = {
  /** Remembers what was there when it began, without telling of it. */
  seed(read: UserRead): void
  hear(changes: WireUserChanges): UserEvent[]
  /**
   * Joins what was read and what was heard meanwhile: trades first, then states of orders. `completeMs`: all that happened
   * before is in there.
   */
  join(read: UserRead, heard: readonly WireUserChanges[], completeMs: number): UserEvent[]
  /** Positions as they are: all of them, and those that are gone with a size of 0. */
  settle(positions: readonly WirePosition[]): UserEvent[]
  /** Whether these are all the positions that were told last, by their sizes. */
  agrees(positions: readonly WirePosition[]): boolean
  /**
   * Orders of which several states of one millisecond were told, since the last call: which came last is to be asked, and
   * handed to `confirm`.
   */
  doubts(): string[]
  confirm(order: WireOrder): UserEvent[]
  /** Ids of orders that were last told to be open, or wait for a trigger. */
  openOrders(): readonly string[]
  /** From when on the account is to be read after notifications may have been missed. */
  readFromMs(): number
  /** How many trades, orders and positions are remembered. */
  size(): number
}

/** How far the exchange's answers may lag behind what it did, and notifications behind each other, with room. */
export const OVERLAP_MS = 300_000
/** What was told is remembered for so long, and for as long as an order is open. */
export const KEEP_MS = 14_400_000

type KnownOrder = {
  order: WireOrder
  /** States that were told of its last millisecond: a list with more than one entry only where several fell into it. */
  readonly told: string[]
}

/**
 * A ledger that begins at `bornMs`: what happened before is not told. All times are the exchange's.
 *
 * Why nothing is told twice or left out. Everything up to `certainMs` has been told: it moves on with notifications, which
 * come in order while a connection lasts, and with each joined read. A read begins at `certainMs − OVERLAP_MS`, so it covers
 * whatever a lost connection swallowed, what was under way, and what answers lag behind. What was told is remembered back to
 * `certainMs − KEEP_MS`, which is before any read begins; what is older than that and not remembered has been told and
 * forgotten, so it is old news. Open orders are never forgotten.
 *
 * Of one order a state is newer where it was updated later; in the same millisecond one that has ended is newer than an open
 * one, and a larger filled amount than a smaller. An older state is never told after a newer one. Where none of this decides,
 * as between two edits of one millisecond, the order in which they were heard counts until the exchange was asked.
 */
export function createUserLedger(bornMs: number): UserLedger {
  /** Time of each trade by its key. */
  const trades = new Map<string, number>()
  const orders = new Map<string, KnownOrder>()
  /** Last told of each instrument, and the newest trade that it can have in it. */
  const positions = new Map<string, { position: WirePosition; tradeSeq: number; atMs: number }>()
  const doubtful = new Set<string>()
  let certainMs = bornMs
  let sweptMs = bornMs

  const isForgotten = (atMs: number) => atMs < Math.max(bornMs, certainMs - KEEP_MS)

  /** Whether it is new. */
  function takeTrade(trade: WireUserTrade): boolean {
    const key = userTradeKey(trade)
    if (trades.has(key) || isForgotten(trade.timestamp)) return false
    trades.set(key, trade.timestamp)
    return true
  }

  /** Whether it is new. */
  function takeOrder(order: WireOrder): boolean {
    const known = orders.get(order.order_id)
    const state = stateText(order)
    if (known === undefined) {
      if (isForgotten(order.last_update_timestamp)) return false
      orders.set(order.order_id, { order, told: [state] })
      return true
    }
    const isLater = order.last_update_timestamp - known.order.last_update_timestamp
    const newer = isLater || rankOf(order) - rankOf(known.order) || filled(order) - filled(known.order)
    if (newer < 0 || known.told.includes(state)) return false
    if (isLater > 0) known.told.length = 0
    if (newer === 0) doubtful.add(order.order_id)
    known.told.push(state)
    known.order = order
    return true
  }

  function takePositions({ positions: changed, trades: made }: WireUserChanges): UserEvent[] {
    const events: UserEvent[] = []
    for (const position of changed ?? []) {
      const symbol = position.instrument_name
      const known = positions.get(symbol)
      const own = made?.filter((trade) => trade.instrument_name === symbol) ?? []
      const tradeSeq = Math.max(known?.tradeSeq ?? 0, ...own.map((trade) => trade.trade_seq))
      // A newer trade has been told with a newer position.
      if (own.length > 0 && own.every((trade) => trade.trade_seq < tradeSeq)) continue
      const isSame = known !== undefined && JSON.stringify(known.position) === JSON.stringify(position)
      positions.set(symbol, { position, tradeSeq, atMs: certainMs })
      if (!isSame) events.push({ kind: 'position', position })
    }
    return events
  }

  function moveOn(toMs: number): void {
    if (toMs <= certainMs) return
    certainMs = toMs
    if (certainMs - sweptMs < KEEP_MS / 8) return
    sweptMs = certainMs
    for (const [id, atMs] of trades) if (isForgotten(atMs)) trades.delete(id)
    for (const [id, { order }] of orders) {
      if (hasEnded(order) && isForgotten(order.last_update_timestamp)) orders.delete(id)
    }
    for (const [symbol, { position, atMs }] of positions) {
      if (position.size === 0 && isForgotten(atMs)) positions.delete(symbol)
    }
  }

  function hear(changes: WireUserChanges): UserEvent[] {
    const fresh = {
      trades: (changes.trades ?? []).toSorted(byTime).filter(takeTrade),
      orders: (changes.orders ?? []).filter(takeOrder),
    }
    const events: UserEvent[] = [...fresh.trades.map(tradeEvent), ...fresh.orders.map(orderEvent)]
    const said = (changes.trades?.length ?? 0) + (changes.orders?.length ?? 0)
    // Where all the rest is old news, so is the position.
    if (said === 0 || events.length > 0) events.push(...takePositions(changes))
    moveOn(latestOf(fresh))
    return events
  }

  return {
    seed(read) {
      for (const trade of read.trades) trades.set(userTradeKey(trade), trade.timestamp)
      for (const order of read.orders) orders.set(order.order_id, { order, told: [stateText(order)] })
    },
    hear,
    join(read, heard, completeMs) {
      const made = [...read.trades, ...heard.flatMap((changes) => changes.trades ?? [])].toSorted(byTime)
      const states = [
        ...heard.flatMap((changes) => changes.orders ?? []),
        ...read.orders.toSorted((a, b) => a.last_update_timestamp - b.last_update_timestamp),
      ]
      const events = [...made.filter(takeTrade).map(tradeEvent), ...states.filter(takeOrder).map(orderEvent)]
      for (const { instrument_name, trade_seq } of made) {
        const known = positions.get(instrument_name)
        if (known !== undefined) known.tradeSeq = Math.max(known.tradeSeq, trade_seq)
      }
      moveOn(completeMs)
      return events
    },
    settle(held) {
      const now = new Map(held.map((position) => [position.instrument_name, position]))
      for (const [symbol, { position, tradeSeq }] of positions) {
        if (now.has(symbol) || position.size === 0) continue
        const { kind } = position
        now.set(symbol, { instrument_name: symbol, kind, direction: 'zero', size: 0 })
        positions.set(symbol, { position, tradeSeq, atMs: certainMs })
      }
      for (const [symbol, position] of now) {
        positions.set(symbol, { position, tradeSeq: positions.get(symbol)?.tradeSeq ?? 0, atMs: certainMs })
      }
      return [...now.values()].map((position) => ({ kind: 'position', position }))
    },
    agrees(held) {
      const sizes = new Map(held.map(({ instrument_name, size }) => [instrument_name, size]))
      const told = [...positions].filter(([, { position }]) => position.size !== 0)
      return (
        told.every(([symbol, { position }]) => sizes.get(symbol) === position.size) &&
        held.every(({ instrument_name, size }) => size === 0 || positions.get(instrument_name)?.position.size === size)
      )
    },
    doubts() {
      const ids = [...doubtful]
      doubtful.clear()
      return ids
    },
    confirm(order) {
      const known = orders.get(order.order_id)
      const isOfSameTime = known?.order.last_update_timestamp === order.last_update_timestamp
      if (known === undefined || !isOfSameTime) return takeOrder(order) ? [orderEvent(order)] : []
      if (stateText(known.order) === stateText(order)) return []
      known.order = order
      known.told.push(stateText(order))
      return [orderEvent(order)]
    },
    openOrders: () => [...orders.values()].filter(({ order }) => !hasEnded(order)).map(({ order }) => order.order_id),
    readFromMs: () => Math.max(bornMs, certainMs - OVERLAP_MS),
    size: () => trades.size + orders.size + positions.size,
  }
}

/** In the order in which orders go through them. What is not listed has ended. */
const LIVING_STATES = ['untriggered', 'triggered', 'open']

/** Whether nothing becomes of an order any more. */
export function hasEnded({ order_state }: WireOrder): boolean {
  return !LIVING_STATES.includes(order_state)
}

function rankOf(order: WireOrder): number {
  return hasEnded(order) ? LIVING_STATES.length : LIVING_STATES.indexOf(order.order_state)
}

function filled({ filled_amount }: WireOrder): number {
  return filled_amount ?? 0
}

/** What tells one state of an order from another of the same millisecond. */
function stateText(order: WireOrder): string {
  const { last_update_timestamp, order_state, price, amount, post_only, reduce_only } = order
  const flags = [post_only ?? false, reduce_only ?? false]
  return JSON.stringify([last_update_timestamp, order_state, filled(order), price ?? null, amount, ...flags])
}

function byTime(a: WireUserTrade, b: WireUserTrade): number {
  return a.timestamp - b.timestamp || a.trade_seq - b.trade_seq
}

function latestOf({ trades, orders }: UserRead): number {
  const times = [...trades.map(({ timestamp }) => timestamp), ...orders.map((order) => order.last_update_timestamp)]
  return Math.max(Number.NEGATIVE_INFINITY, ...times)
}

function tradeEvent(trade: WireUserTrade): UserEvent {
  return { kind: 'trade', trade }
}

function orderEvent(order: WireOrder): UserEvent {
  return { kind: 'order', order }
}
