import type { Side } from '@cc/models'
import { addSizes } from './exact-size.js'
import type { Level } from './exchange-port.js'
import { type LiveOrder, leftCoin } from './order-store.js'
import { cashOfTrade } from './trade-cash.js'

/** Own resting orders of one option and side: the better price first, at one price the older. */
export type BookSide = {
  isEmpty(): boolean
  /** Left of all of them. */
  sizeCoin(): number
  /** What buys pay if all of them trade, fees included; 0 for sells. The same whichever way they came to rest. */
  costCoin(): number
  bestCoin(): number | undefined
  /** Those that may only reduce a position, in order of priority. */
  reduceOnly(): readonly LiveOrder[]
  /** Behind all others of its price. */
  add(order: LiveOrder): void
  /** With all that is left of it; before its price or size changes. */
  remove(order: LiveOrder): void
  /** Takes off a part of what is left of an order, which keeps its place; before its size changes. */
  reduce(order: LiveOrder, sizeCoin: number): void
  /** Those that trade with a price of the other side, in order of priority. */
  reachedBy(oppositeCoin: number): readonly LiveOrder[]
  orders(): readonly LiveOrder[]
  /** Best first, at most `depth`. */
  levels(depth: number): readonly Level[]
}

export function createBookSide(side: Side): BookSide {
  const queues = new Map<number, Set<LiveOrder>>()
  /** Worst first: most changes are near the best price, which is the end. */
  const prices: number[] = []
  let sizeCoin = 0
  let costUnits = 0
  let reducing = 0

  function isBetter(aCoin: number, bCoin: number): boolean {
    return side === 'buy' ? aCoin > bCoin : aCoin < bCoin
  }

  /** Place of the first price that is not worse, by halving. */
  function placeOf(priceCoin: number): number {
    let low = 0
    let high = prices.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBetter(priceCoin, prices[middle] as number)) low = middle + 1
      else high = middle
    }
    return low
  }

  function count({ instrument, priceCoin }: LiveOrder, signedCoin: number): void {
    sizeCoin = addSizes(sizeCoin, signedCoin)
    if (side === 'sell') return
    const size = Math.abs(signedCoin)
    const { changeCoin } = cashOfTrade(instrument, { side, sizeCoin: size, priceCoin, liquidity: 'maker' })
    costUnits -= Math.sign(signedCoin) * Math.round(changeCoin * COST_UNITS_PER_COIN)
  }

  function orders(): readonly LiveOrder[] {
    return prices.toReversed().flatMap((priceCoin) => [...(queues.get(priceCoin) ?? [])])
  }

  function leave(order: LiveOrder): void {
    const queue = queues.get(order.priceCoin)
    queue?.delete(order)
    if (order.reduceOnly) reducing -= 1
    if (queue?.size !== 0) return
    queues.delete(order.priceCoin)
    prices.splice(placeOf(order.priceCoin), 1)
  }

  return {
    isEmpty: () => prices.length === 0,
    sizeCoin: () => sizeCoin,
    costCoin: () => costUnits / COST_UNITS_PER_COIN,
    bestCoin: () => prices.at(-1),
    orders,
    reduceOnly: () => (reducing === 0 ? [] : orders().filter((order) => order.reduceOnly)),
    add(order) {
      const { priceCoin } = order
      let queue = queues.get(priceCoin)
      if (queue === undefined) {
        queue = new Set()
        queues.set(priceCoin, queue)
        prices.splice(placeOf(priceCoin), 0, priceCoin)
      }
      queue.add(order)
      if (order.reduceOnly) reducing += 1
      count(order, leftCoin(order))
    },
    remove(order) {
      leave(order)
      count(order, -leftCoin(order))
    },
    reduce(order, reducedCoin) {
      if (reducedCoin === leftCoin(order)) leave(order)
      count(order, -reducedCoin)
    },
    reachedBy(oppositeCoin) {
      const best = prices.at(-1)
      if (best === undefined || isBetter(oppositeCoin, best)) return []
      return orders().filter(({ priceCoin }) => !isBetter(oppositeCoin, priceCoin))
    },
    levels(depth) {
      const levels: Level[] = []
      for (let place = prices.length - 1; place >= 0 && levels.length < depth; place--) {
        const priceCoin = prices[place] as number
        let levelCoin = 0
        for (const order of queues.get(priceCoin) ?? []) levelCoin = addSizes(levelCoin, leftCoin(order))
        levels.push([priceCoin, levelCoin])
      }
      return levels
    },
  }
}

/** Finer than any product of a listed tick, size step and fee, so that whole units add up without rounding. */
const COST_UNITS_PER_COIN = 1e10
