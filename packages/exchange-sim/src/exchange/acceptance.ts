import type { OptionInstrument, OptionQuote, OrderTerms } from '@cc/models'
import { isOnStep, isOnTick } from '@cc/pricing'
import { cashOfTrade } from './account-book.js'
import { crosses, type Opposite } from './liquidity.js'
import { type Exposure, flat, type QuoteOf, reducibleCoin, totalMargin, withResting, withTrade } from './margin.js'
import { type Order, sumSizes } from './order-store.js'

/** Why an order is not taken, in Deribit's word and in a sentence with its numbers. */
export type Rejection = { code: string; message: string }

const MAX_LABEL_LENGTH = 64

/** What can be said against an order from its terms, the listing and the price band. */
export function checkTerms(terms: OrderTerms, instrument: OptionInstrument, quote: OptionQuote): Rejection | undefined {
  const { label, sizeCoin, priceCoin, postOnly, timeInForce } = terms
  const { minSizeCoin, sizeStepCoin } = instrument
  const { minPriceCoin, maxPriceCoin } = quote
  if (instrument.state !== 'open') return reject('orderbook_closed', `${instrument.symbol} is ${instrument.state}.`)
  if (label.length > MAX_LABEL_LENGTH) {
    return reject('invalid_arguments', `A label has at most ${MAX_LABEL_LENGTH} characters, this one ${label.length}.`)
  }
  if (postOnly && timeInForce !== 'good-til-cancelled') {
    return reject('post_only_not_allowed', 'A post-only order must be able to rest.')
  }
  if (!(sizeCoin > 0 && Number.isFinite(sizeCoin))) return reject('invalid_amount', `${sizeCoin} is no size.`)
  if (sizeCoin < minSizeCoin) return reject('qty_too_low', `${sizeCoin} is less than the smallest size ${minSizeCoin}.`)
  if (!isOnStep(sizeCoin, sizeStepCoin)) {
    return reject('invalid_amount', `${sizeCoin} is not a multiple of ${sizeStepCoin}.`)
  }
  if (!(priceCoin > 0 && Number.isFinite(priceCoin))) return reject('invalid_price', `${priceCoin} is no price.`)
  if (!isOnTick(priceCoin, instrument)) return reject('price_wrong_tick', `${priceCoin} lies between two ticks.`)
  if (minPriceCoin !== null && priceCoin < minPriceCoin) {
    return reject('price_too_low', `${priceCoin} is below the lowest price now, ${minPriceCoin}.`)
  }
  if (maxPriceCoin !== null && priceCoin > maxPriceCoin) {
    return reject('price_too_high', `${priceCoin} is above the highest price now, ${maxPriceCoin}.`)
  }
  return undefined
}

/** Our own orders never trade with each other: the later one is turned away. */
export function checkOverlap(terms: OrderTerms, resting: readonly Order[]): Rejection | undefined {
  const own = resting.find(
    (order) =>
      order.terms.symbol === terms.symbol &&
      order.terms.side !== terms.side &&
      crosses(terms.side, terms.priceCoin, order.terms.priceCoin),
  )
  return own && reject('order_overlap', `It would trade with our own order ${own.orderId} at ${own.terms.priceCoin}.`)
}

/**
 * Whether the account can carry an order: initial margin of positions and resting orders afterwards against
 * margin balance, which a sale that trades at once raises by its premium. What only closes a position needs
 * just the cash for it.
 */
export function checkFunds(
  terms: OrderTerms,
  instrument: OptionInstrument,
  account: {
    /** Of the order, where reduce-only cut it. */
    sizeCoin: number
    /** What it would trade with at once. */
    trade: Opposite | undefined
    balanceCoin: number
    exposures: ReadonlyMap<string, Exposure>
    quoteOf: QuoteOf
  },
): Rejection | undefined {
  const { side, priceCoin } = terms
  const { sizeCoin, trade, exposures, quoteOf } = account
  const before = exposures.get(terms.symbol) ?? flat(instrument)
  const traded = trade === undefined ? before : withTrade(before, { side, sizeCoin: trade.sizeCoin })
  const restCoin = terms.timeInForce === 'good-til-cancelled' ? sumSizes(sizeCoin, -(trade?.sizeCoin ?? 0)) : 0
  const after = withResting(traded, { side, sizeCoin: restCoin, priceCoin })
  const balanceCoin =
    account.balanceCoin +
    (trade === undefined ? 0 : cashOfTrade(instrument, { side, ...trade, liquidity: 'taker' }).changeCoin)

  const restingCoin = side === 'buy' ? before.buysCoin : before.sellsCoin
  if (terms.reduceOnly || sumSizes(restingCoin, sizeCoin) <= reducibleCoin(before.positionCoin, side)) {
    const costCoin = side === 'buy' ? after.buysCostCoin : 0
    return costCoin <= balanceCoin ? undefined : notEnough(costCoin, balanceCoin)
  }
  const margin = totalMargin(new Map(exposures).set(terms.symbol, after).values(), quoteOf)
  const neededCoin = margin.initialMarginCoin + margin.ordersMarginCoin
  return neededCoin <= balanceCoin ? undefined : notEnough(neededCoin, balanceCoin)
}

export function reject(code: string, message: string): Rejection {
  return { code, message }
}

function notEnough(neededCoin: number, hasCoin: number): Rejection {
  return reject('not_enough_funds', `The account would need ${neededCoin} coin and would have ${hasCoin}.`)
}
