import type { OrderParams } from './order-check.js'
import type { WireOrder } from './wire/order.js'

const TOLERANCE = 1e-9

/**
 * The first field in which the order of a reply is not the order that was sent, if any: such a reply proves nothing about
 * ours. A reduce-only order may be smaller than sent.
 */
export function mismatchOf(method: string, sent: OrderParams, order: WireOrder): string | undefined {
  const isReduceOnly = sent.reduce_only === true
  const isSame: Record<string, boolean> = {
    order_id: sent.order_id === undefined || order.order_id === sent.order_id,
    label: sent.label === undefined || order.label === sent.label,
    instrument_name: sent.instrument_name === undefined || order.instrument_name === sent.instrument_name,
    direction: DIRECTIONS[method] === undefined || order.direction === DIRECTIONS[method],
    order_type: order.order_type === 'limit',
    amount:
      sent.amount === undefined ||
      isNear(order.amount, sent.amount) ||
      (isReduceOnly && order.amount > 0 && order.amount < sent.amount),
    price: sent.price === undefined || isNear(order.price, sent.price),
    post_only: sent.post_only === undefined || (order.post_only ?? false) === sent.post_only,
    // Deribit leaves it out where post_only is false.
    reject_post_only: !sent.reject_post_only || order.reject_post_only === true,
    reduce_only: !isReduceOnly || order.reduce_only === true,
  }
  return Object.keys(isSame).find((field) => !isSame[field])
}

const DIRECTIONS: Readonly<Record<string, string>> = { 'private/buy': 'buy', 'private/sell': 'sell' }

function isNear(value: unknown, sent: number): boolean {
  return typeof value === 'number' && Math.abs(value - sent) <= TOLERANCE * Math.max(1, sent)
}
