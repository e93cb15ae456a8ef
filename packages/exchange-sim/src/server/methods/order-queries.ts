import type { Currency } from '@cc/models'
import { DAY_MS } from '../../contract-terms.js'
import type { Order } from '../../exchange/order.js'
import { namedError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import type { Params } from '../params.js'
import { invalidParam } from '../rpc-error.js'
import { wireOrder } from '../wire/order.js'
import { readCount, readCurrency, readKind } from './filters.js'
import { readListed } from './listing.js'

/**
 * What orders there are and were. An order that has ended is told of for 30 minutes, and after that as `historical` only:
 * https://docs.deribit.com/articles/accessing-historical-trades-orders
 */
export const ORDER_QUERIES: readonly Method[] = [
  query('private/get_order_state', orderState),
  query('private/get_order_state_by_label', (call) =>
    ordersWithLabel(call).filter((order) => isRecent(order, call.nowMs)),
  ),
  query('private/get_open_orders', (call) => call.exchange.openOrders().filter(ofKindAndType(call.params))),
  query('private/get_open_orders_by_currency', (call) =>
    readCurrency(call).flatMap((currency) => call.exchange.openOrders(currency).filter(ofKindAndType(call.params))),
  ),
  query('private/get_open_orders_by_instrument', (call) =>
    ofInstrument(call, call.exchange.openOrders).filter(ofKindAndType(call.params)),
  ),
  query('private/get_open_orders_by_label', (call) => ordersWithLabel(call).filter(isOpen)),
  {
    name: 'private/get_order_history_by_currency',
    pool: 'non-matching',
    scope: 'trade:read',
    handle(call) {
      const isKind = readKind(call.params)
      const orders = readCurrency(call).flatMap((currency) => call.exchange.orders(currency))
      return orderHistory(call, isKind('option') ? orders : [])
    },
  },
  {
    name: 'private/get_order_history_by_instrument',
    pool: 'non-matching',
    scope: 'trade:read',
    handle(call) {
      return orderHistory(call, ofInstrument(call, call.exchange.orders))
    },
  },
]

function query(name: Method['name'], read: (call: MethodCall) => Order | readonly Order[]): Method {
  return {
    name,
    pool: 'non-matching',
    scope: 'trade:read',
    handle(call) {
      const orders = read(call)
      return isList(orders) ? orders.map(wireOrder) : wireOrder(orders)
    },
  }
}

function orderState({ exchange, params, nowMs }: MethodCall): Order {
  const order = exchange.order(params.text('order_id'))
  if (order !== undefined && isRecent(order, nowMs)) return order
  throw namedError('order_not_found')
}

/** Without a label those that have none. */
function ordersWithLabel(call: MethodCall): readonly Order[] {
  const label = call.params.optionalText('label') ?? ''
  return readCurrency(call).flatMap((currency) => call.exchange.ordersWithLabel(currency, label))
}

function ofInstrument(call: MethodCall, ordersOf: (currency: Currency) => readonly Order[]): readonly Order[] {
  const listed = readListed(call)
  if (listed.kind === 'future') return []
  return ordersOf(listed.currency).filter(({ instrument }) => instrument.symbol === listed.instrument.symbol)
}

/** Newest first. What never filled is left out unless asked for, and so is what ended more than two days ago. */
function orderHistory({ params, nowMs }: MethodCall, orders: readonly Order[]): unknown {
  const count = readCount(params, 20)
  const offset = params.optionalInteger('offset', { min: 0 }) ?? 0
  const includeOld = params.truth('include_old', false)
  const includeUnfilled = params.truth('include_unfilled', false)
  const historical = params.truth('historical', false)
  const ended = orders
    .filter(
      (order) =>
        !isOpen(order) &&
        isRecent(order, nowMs) !== historical &&
        (includeUnfilled || order.filledCoin > 0) &&
        (includeOld || nowMs - order.updatedMs <= OLD_MS),
    )
    .toReversed()
  const begin = offset + placeAfter(ended, params.optionalText('continuation'))
  const page = ended.slice(begin, begin + count)
  if (!params.truth('with_continuation', false)) return page.map(wireOrder)
  const last = begin + count < ended.length ? page.at(-1) : undefined
  return { orders: page.map(wireOrder), continuation: last?.orderId ?? null }
}

/** A continuation is the id of the last order that was handed out. */
function placeAfter(orders: readonly Order[], continuation: string | undefined): number {
  if (continuation === undefined) return 0
  const place = orders.findIndex(({ orderId }) => orderId === continuation)
  if (place >= 0) return place + 1
  throw invalidParam('continuation', 'wrong format')
}

/** All orders here are limit orders on options. */
function ofKindAndType(params: Params): () => boolean {
  const isKind = readKind(params)
  const type = params.optionalOneOf('type', OPEN_TYPES) ?? 'all'
  return () => isKind('option') && (type === 'all' || type === 'limit')
}

function isOpen({ state }: Order): boolean {
  return state === 'open'
}

function isRecent(order: Order, nowMs: number): boolean {
  return isOpen(order) || nowMs - order.updatedMs <= RECENT_MS
}

function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value)
}

const RECENT_MS = 1_800_000
const OLD_MS = 2 * DAY_MS
const OPEN_TYPES = [
  'all',
  'limit',
  'trigger_all',
  'stop_all',
  'stop_limit',
  'stop_market',
  'take_all',
  'take_limit',
  'take_market',
  'trailing_all',
  'trailing_stop',
] as const
