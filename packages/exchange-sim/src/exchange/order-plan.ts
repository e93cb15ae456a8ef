import type { Side } from '@cc/models'
import { isOnTick, nextPriceDown, nextPriceUp, roundPriceDown, roundPriceUp } from '@cc/pricing'
import type { Fills } from '../options.js'
import { checkTerms, reject } from './acceptance.js'
import { type Book, bestPriceCoin, crosses, marketOffer, type Offer, oppositeOf } from './books.js'
import { addSizes } from './exact-size.js'
import { reducibleCoin } from './margin.js'
import type { OrderWish, Rejection, TimeInForce } from './order.js'

/** An order as it is wished for, or as an edit would leave it. */
export type WantedOrder = Omit<OrderWish, 'symbol' | 'validUntilMs'>

/** What an order comes to at the present book: nothing has happened yet. */
export type OrderPlan = {
  /** Total, what has filled included, where reduce-only cut it. */
  sizeCoin: number
  /** Its limit, where post-only moved it. */
  priceCoin: number
  /** What it trades with at once. */
  trade: Offer | undefined
  /** Of the rest, what stays in the book; 0 where it must not rest. */
  restCoin: number
}

/**
 * Plans an order against the market's quote and own resting orders, or says in Deribit's word why it is not taken. Funds
 * are not looked at.
 */
export function planOrder(
  book: Book,
  wanted: WantedOrder,
  { filledCoin, positionCoin, fills }: { filledCoin: number; positionCoin: number; fills: Fills['kind'] },
): OrderPlan | Rejection {
  const { side } = wanted
  const refusal = checkTerms(book, wanted)
  if (refusal !== undefined) return refusal
  const limit = limitOf(book, wanted)
  if (typeof limit !== 'number') return limit
  const priceCoin = wanted.postOnly ? passivePrice(book, wanted, limit) : limit
  if (typeof priceCoin !== 'number') return priceCoin

  const wantedCoin = addSizes(wanted.sizeCoin, -filledCoin)
  const leftCoin = wanted.reduceOnly ? Math.min(wantedCoin, reducibleCoin(positionCoin, side)) : wantedCoin
  if (!(wantedCoin > 0)) return reject('invalid_amount', `${filledCoin} of it has filled: it must be more than that.`)
  if (leftCoin === 0) {
    const { symbol } = book.instrument
    return reject('other_reject', `reduce_only: there is no position in ${symbol} that a ${side} reduces.`)
  }

  const offer = marketOffer(book, oppositeOf(side))
  const isMet = offer !== undefined && crosses(side, priceCoin, offer.priceCoin)
  const own = book.sides[oppositeOf(side)].bestCoin()
  if (own !== undefined && crosses(side, priceCoin, own)) {
    const isServedFirst = isMet && crosses(side, own, offer.priceCoin) && offer.sizeCoin >= leftCoin
    if (!isServedFirst) return reject('order_overlap', `It would trade with an own order at ${own}.`)
  }
  const isAllOrNothing = wanted.timeInForce === 'fill_or_kill'
  const trades = isMet && !(isAllOrNothing && offer.sizeCoin < leftCoin)
  const tradesAt = () => (fills === 'mid' ? midPrice(book, side) : undefined) ?? offer?.priceCoin ?? priceCoin
  const trade = trades ? { priceCoin: tradesAt(), sizeCoin: Math.min(leftCoin, offer.sizeCoin) } : undefined
  const mayRest = wanted.kind !== 'market' && isLasting(wanted.timeInForce)
  return {
    sizeCoin: addSizes(filledCoin, leftCoin),
    priceCoin,
    trade,
    restCoin: mayRest ? addSizes(leftCoin, -(trade?.sizeCoin ?? 0)) : 0,
  }
}

/** The middle of the market's quote, on a tick and never better than it; `undefined` where one side has no quote. */
function midPrice({ instrument, quote }: Book, side: Side): number | undefined {
  const { bidPriceCoin, askPriceCoin } = quote
  if (bidPriceCoin === null || askPriceCoin === null) return undefined
  const middle = (bidPriceCoin + askPriceCoin) / 2
  // A quote off the grid could round past itself.
  return side === 'sell'
    ? Math.max(bidPriceCoin, roundPriceDown(middle, instrument))
    : Math.min(askPriceCoin, roundPriceUp(middle, instrument))
}

/** Whether an order of this time in force may rest. */
function isLasting(timeInForce: TimeInForce): boolean {
  return timeInForce === 'good_til_cancelled' || timeInForce === 'good_til_day'
}

/** The limit that a kind of order has: its own, the end of the price band, or the best price of the other side. */
function limitOf(book: Book, { kind, side, priceCoin }: WantedOrder): number | Rejection {
  const opposite = bestPriceCoin(book, oppositeOf(side))
  switch (kind) {
    case 'limit':
      return checkPrice(book, priceCoin)
    case 'market': {
      const { minPriceCoin, maxPriceCoin, markPriceCoin } = book.quote
      return (side === 'buy' ? maxPriceCoin : minPriceCoin) ?? opposite ?? markPriceCoin
    }
    case 'market_limit':
      return opposite ?? reject('other_reject', 'market_limit: nobody quotes the other side.')
  }
}

function checkPrice({ instrument, quote }: Book, priceCoin: number | null): number | Rejection {
  const { minPriceCoin, maxPriceCoin } = quote
  if (priceCoin === null || !(priceCoin > 0 && Number.isFinite(priceCoin))) {
    return reject('invalid_price', `${priceCoin} is no price.`)
  }
  if (!isOnTick(priceCoin, instrument)) return reject('price_wrong_tick', `${priceCoin} lies between two ticks.`)
  if (minPriceCoin !== null && priceCoin < minPriceCoin) {
    const message = `${priceCoin} is below the lowest price now, ${minPriceCoin}.`
    return { ...reject('price_too_low', message), limit: minPriceCoin }
  }
  if (maxPriceCoin !== null && priceCoin > maxPriceCoin) {
    const message = `${priceCoin} is above the highest price now, ${maxPriceCoin}.`
    return { ...reject('price_too_high', message), limit: maxPriceCoin }
  }
  // The exact decimal: prices are compared and looked up.
  return roundPriceDown(priceCoin, instrument)
}

/** The limit of a post-only order: where it would trade, one tick on the passive side of the best opposite price. */
function passivePrice(book: Book, { side, rejectPostOnly }: WantedOrder, limitCoin: number): number | Rejection {
  const opposite = bestPriceCoin(book, oppositeOf(side))
  if (opposite === undefined || !crosses(side, limitCoin, opposite)) return limitCoin
  if (rejectPostOnly) return reject('post_only_reject', `It would trade at ${opposite}.`)
  return movedInside(book, side, opposite)
}

function movedInside({ instrument, quote }: Book, side: Side, oppositeCoin: number): number | Rejection {
  const { minPriceCoin, maxPriceCoin } = quote
  const movedCoin = side === 'buy' ? nextPriceDown(oppositeCoin, instrument) : nextPriceUp(oppositeCoin, instrument)
  const isTaken =
    movedCoin > 0 && movedCoin >= (minPriceCoin ?? 0) && movedCoin <= (maxPriceCoin ?? Number.POSITIVE_INFINITY)
  if (isTaken) return movedCoin
  return reject('post_only_price_modification_not_possible', `No price beside ${oppositeCoin} is taken now.`)
}
