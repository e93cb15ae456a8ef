import type { Currency, OptionInstrument, OptionQuote, Side } from '@cc/models'
import type { Market } from '../market.js'
import { reducibleCoin } from './margin.js'
import { leftCoin, type Order, sumSizes } from './order-store.js'

/** The price and size that an order of a side meets first: a sale meets the bid. */
export type Opposite = { priceCoin: number; sizeCoin: number }

/**
 * What the market offers, less what our own orders took from it in the present step. Quotes come back in full
 * with the next step; a frozen market has one step for ever. A side that is used up shows no quote.
 */
export type Liquidity = {
  instrument(symbol: string, currency: Currency, atMs: number): OptionInstrument | undefined
  quote(symbol: string, atMs: number): OptionQuote | undefined
  chain(currency: Currency, atMs: number): readonly OptionQuote[]
  take(taken: { symbol: string; side: Side; sizeCoin: number; atMs: number }): void
}

export function createLiquidity(market: Market): Liquidity {
  const bySymbol = new WeakMap<readonly OptionInstrument[], ReadonlyMap<string, OptionInstrument>>()
  const takenCoin = new Map<string, { bid: number; ask: number }>()
  let stepMs = stepStartMs(market, market.startMs)

  /** Forgets what was taken in an earlier step. */
  function turnTo(atMs: number): void {
    const nextMs = stepStartMs(market, atMs)
    if (nextMs === stepMs) return
    stepMs = nextMs
    takenCoin.clear()
  }

  function left(quote: OptionQuote): OptionQuote {
    const taken = takenCoin.get(quote.symbol)
    if (taken === undefined) return quote
    const bid = remains(quote.bidPriceCoin, quote.bidSizeCoin, taken.bid)
    const ask = remains(quote.askPriceCoin, quote.askSizeCoin, taken.ask)
    return {
      ...quote,
      bidPriceCoin: bid?.priceCoin ?? null,
      bidSizeCoin: bid?.sizeCoin ?? null,
      askPriceCoin: ask?.priceCoin ?? null,
      askSizeCoin: ask?.sizeCoin ?? null,
    }
  }

  return {
    instrument(symbol, currency, atMs) {
      const listed = market.instruments(currency, atMs)
      let index = bySymbol.get(listed)
      if (index === undefined) {
        index = new Map(listed.map((instrument) => [instrument.symbol, instrument]))
        bySymbol.set(listed, index)
      }
      return index.get(symbol)
    },
    quote(symbol, atMs) {
      turnTo(atMs)
      const quote = market.quote(symbol, atMs)
      return quote === undefined ? undefined : left(quote)
    },
    chain(currency, atMs) {
      turnTo(atMs)
      const chain = market.chain(currency, atMs)
      return takenCoin.size === 0 ? chain : chain.map(left)
    },
    take({ symbol, side, sizeCoin, atMs }) {
      turnTo(atMs)
      const taken = takenCoin.get(symbol) ?? { bid: 0, ask: 0 }
      if (side === 'sell') taken.bid = sumSizes(taken.bid, sizeCoin)
      else taken.ask = sumSizes(taken.ask, sizeCoin)
      takenCoin.set(symbol, taken)
    },
  }
}

/** Start of the step that holds a time: the moment its quotes are of. */
export function stepStartMs(market: Market, atMs: number): number {
  if (market.frozen) return market.startMs
  return Math.max(market.startMs, Math.floor(atMs / market.stepMs) * market.stepMs)
}

/** What an order of `side` may trade with now; `undefined` where nobody quotes a price and a size. */
export function oppositeOf(quote: OptionQuote, side: Side): Opposite | undefined {
  return side === 'sell'
    ? remains(quote.bidPriceCoin, quote.bidSizeCoin, 0)
    : remains(quote.askPriceCoin, quote.askSizeCoin, 0)
}

/** Whether an order with this limit trades at that price. */
export function crosses(side: Side, limitCoin: number, priceCoin: number): boolean {
  return side === 'sell' ? priceCoin >= limitCoin : priceCoin <= limitCoin
}

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

function remains(priceCoin: number | null, sizeCoin: number | null, takenCoin: number): Opposite | undefined {
  if (priceCoin === null || sizeCoin === null) return undefined
  const leftCoin = sumSizes(sizeCoin, -takenCoin)
  return leftCoin > 0 ? { priceCoin, sizeCoin: leftCoin } : undefined
}
