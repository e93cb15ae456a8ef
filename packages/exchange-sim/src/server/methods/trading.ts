import type { Side } from '@cc/models'
import { isRejection, type Order, type Placed, type Rejection } from '../../exchange/order.js'
import { namedError, rejectionError } from '../error-table.js'
import type { Method, MethodCall } from '../method.js'
import { wireOrder, wirePlaced } from '../wire/order.js'
import { CANCEL_ALL_METHODS } from './cancel-all.js'
import { readChanges, readLabel, readTradable, readWish } from './order-wish.js'
import { tapeWith } from './tape.js'

/** What the matching engine does. Source: https://docs.deribit.com/articles/order-management-best-practices */
export const TRADING_METHODS: readonly Method[] = [
  { name: 'private/buy', pool: 'matching', scope: 'trade:read_write', handle: (call) => place(call, 'buy') },
  { name: 'private/sell', pool: 'matching', scope: 'trade:read_write', handle: (call) => place(call, 'sell') },
  { name: 'private/edit', pool: 'matching', scope: 'trade:read_write', handle: edit },
  { name: 'private/edit_by_label', pool: 'matching', scope: 'trade:read_write', handle: editByLabel },
  { name: 'private/cancel', pool: 'matching', scope: 'trade:read_write', handle: cancel },
  { name: 'private/close_position', pool: 'matching', scope: 'trade:read_write', handle: closePosition },
  ...CANCEL_ALL_METHODS,
]

function place(call: MethodCall, side: Side): object {
  return answer(call, bound(call, call.exchange.place(readWish(call, side))))
}

/** Notes the order for the connection that it is cancelled with, where there is one. Edits change nothing about that. */
function bound({ connection }: MethodCall, outcome: Placed | Rejection): Placed | Rejection {
  const { session } = connection
  if (session?.cancelOnDisconnect && !isRejection(outcome)) session.boundOrders.add(outcome.order.orderId)
  return outcome
}

function edit(call: MethodCall): object {
  const orderId = call.params.text('order_id')
  return answer(call, call.exchange.edit(orderId, readChanges(call.params)))
}

/** There must be exactly one such order open. */
function editByLabel(call: MethodCall): object {
  const label = readLabel(call.params)
  const symbol = readTradable(call)
  const changes = readChanges(call.params)
  const orders = call.exchange
    .openOrders()
    .filter((order) => order.label === label && order.instrument.symbol === symbol)
  const [order] = orders
  if (order === undefined) throw namedError('order_not_found')
  if (orders.length > 1) throw namedError('non_unique_order_label')
  return answer(call, call.exchange.edit(order.orderId, changes))
}

function cancel({ exchange, params }: MethodCall): object {
  return wireOrder(accepted<Order>(exchange.cancel(params.text('order_id'))))
}

/** A reduce-only order of the size of the position. */
function closePosition(call: MethodCall): object {
  const { exchange, params } = call
  const symbol = readTradable(call)
  const kind = params.oneOf('type', ['limit', 'market'])
  const priceCoin = kind === 'limit' ? params.number('price') : null
  const held = exchange.currencies
    .flatMap((currency) => exchange.positions(currency))
    .find(({ instrument }) => instrument.symbol === symbol)
  if (held === undefined) throw namedError('already_closed', { reason: `there is no position in ${symbol}` })
  const placed = exchange.place({
    symbol,
    side: held.sizeCoin > 0 ? 'sell' : 'buy',
    sizeCoin: Math.abs(held.sizeCoin),
    kind,
    priceCoin,
    label: '',
    timeInForce: 'good_til_cancelled',
    postOnly: false,
    rejectPostOnly: false,
    reduceOnly: true,
    validUntilMs: null,
  })
  return answer(call, bound(call, placed))
}

function answer({ exchange }: MethodCall, outcome: Placed | Rejection): object {
  const placed = accepted(outcome)
  return wirePlaced(placed, tapeWith(exchange, placed.order.instrument.currency, placed.trades).tickOf)
}

/** @throws RpcError with the exchange's word. */
function accepted<T extends object>(outcome: T | Rejection): T {
  if (isRejection(outcome)) throw rejectionError(outcome)
  return outcome
}
