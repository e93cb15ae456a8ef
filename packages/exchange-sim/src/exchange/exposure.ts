import type { OptionInstrument, OptionQuote, Side } from '@cc/models'
import { cashOfTrade, type Position } from './account-book.js'
import { type Exposure, type Margin, marginOf } from './margin.js'
import { leftCoin, type Order } from './order-store.js'
import { sumSizes } from './size-sum.js'

export type QuoteOf = (symbol: string) => OptionQuote

type Trade = { side: Side; sizeCoin: number; priceCoin: number }

/** The exposures of one currency by symbol. */
export function exposuresOf(
  positions: ReadonlyMap<string, Position>,
  resting: readonly Order[],
): ReadonlyMap<string, Exposure> {
  const exposures = new Map<string, Exposure>()
  for (const [symbol, { instrument, sizeCoin }] of positions) {
    exposures.set(symbol, { ...flat(instrument), positionCoin: sizeCoin })
  }
  for (const order of resting) {
    const { symbol, side, priceCoin } = order.terms
    const exposure = exposures.get(symbol) ?? flat(order.instrument)
    exposures.set(symbol, withResting(exposure, { side, sizeCoin: leftCoin(order), priceCoin }))
  }
  return exposures
}

export function flat(instrument: OptionInstrument): Exposure {
  return { instrument, positionCoin: 0, sellsCoin: 0, buysCoin: 0, buysCostCoin: 0 }
}

/** The exposure once an order rests. */
export function withResting(exposure: Exposure, { side, sizeCoin, priceCoin }: Trade): Exposure {
  if (sizeCoin === 0) return exposure
  if (side === 'sell') return { ...exposure, sellsCoin: sumSizes(exposure.sellsCoin, sizeCoin) }
  const cash = cashOfTrade(exposure.instrument, { side, sizeCoin, priceCoin, liquidity: 'maker' })
  return {
    ...exposure,
    buysCoin: sumSizes(exposure.buysCoin, sizeCoin),
    buysCostCoin: exposure.buysCostCoin - cash.changeCoin,
  }
}

/** The exposure once a trade is done. */
export function withTrade(exposure: Exposure, { side, sizeCoin }: Omit<Trade, 'priceCoin'>): Exposure {
  return { ...exposure, positionCoin: sumSizes(exposure.positionCoin, side === 'buy' ? sizeCoin : -sizeCoin) }
}

/** How much an order of a side may trade before it does more than close the position. */
export function reducibleCoin(positionCoin: number, side: Side): number {
  return Math.max(0, side === 'buy' ? -positionCoin : positionCoin)
}

/** Margin of a currency: requirements are summed, nothing is offset. */
export function totalMargin(exposures: Iterable<Exposure>, quoteOf: QuoteOf): Margin {
  const total: Margin = { initialMarginCoin: 0, maintenanceMarginCoin: 0, ordersMarginCoin: 0 }
  for (const exposure of exposures) {
    const margin = marginOf(exposure, quoteOf(exposure.instrument.symbol))
    total.initialMarginCoin += margin.initialMarginCoin
    total.maintenanceMarginCoin += margin.maintenanceMarginCoin
    total.ordersMarginCoin += margin.ordersMarginCoin
  }
  return total
}
