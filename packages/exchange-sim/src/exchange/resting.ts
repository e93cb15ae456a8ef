import { reducibleCoin } from './exposure.js'
import { crosses, type Opposite } from './liquidity.js'
import { leftCoin, type Order } from './order-store.js'

/** Which resting orders of a symbol could only open now, where they may only close. */
export function idleReduceOnly(resting: readonly Order[], symbol: string, positionCoin: number): readonly Order[] {
  return resting.filter(
    ({ terms }) => terms.symbol === symbol && terms.reduceOnly && reducibleCoin(positionCoin, terms.side) === 0,
  )
}

/** Sells before buys, the better price first, then the older: the order in which resting orders are served. */
export function byPriority(a: Order, b: Order): number {
  if (a.terms.side !== b.terms.side) return a.terms.side === 'sell' ? -1 : 1
  const better = a.terms.side === 'sell' ? a.terms.priceCoin - b.terms.priceCoin : b.terms.priceCoin - a.terms.priceCoin
  return better || a.sequence - b.sequence
}

/** What a resting order trades when a quote reaches it: never more than is left, offered, or there to reduce. */
export function restingFillCoin(order: Order, opposite: Opposite | undefined, positionCoin: number): number {
  if (opposite === undefined || !crosses(order.terms.side, order.terms.priceCoin, opposite.priceCoin)) return 0
  const mostCoin = order.terms.reduceOnly ? reducibleCoin(positionCoin, order.terms.side) : Number.POSITIVE_INFINITY
  return Math.min(leftCoin(order), opposite.sizeCoin, mostCoin)
}
