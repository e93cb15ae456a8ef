import type { OptionInstrument, OptionQuote, Side } from '@cc/models'
import { shortCallMargin, shortPutMargin } from '@cc/pricing'
import type { Book } from './books.js'
import { addSizes } from './exact-size.js'
import { cashOfTrade } from './trade-cash.js'

/** All that one option asks of an account: the position and the resting orders. Sizes and cost in coin. */
export type Exposure = {
  readonly instrument: OptionInstrument
  /** Signed. */
  readonly positionCoin: number
  readonly sellsCoin: number
  readonly buysCoin: number
  /** What the resting buys pay if they fill, fees included. */
  readonly buysCostCoin: number
}

export type Margin = {
  /** Of the position. */
  initialMarginCoin: number
  maintenanceMarginCoin: number
  /** Of the resting orders, on top. */
  ordersMarginCoin: number
}

/**
 * Segregated standard margin of one symbol. Short options ask by Deribit's formula, bought ones nothing: their
 * premium is paid. Resting sells ask like shorts where they are more than the options held; resting buys set
 * their cost aside where they are more than closes the short.
 */
export function marginOf(exposure: Exposure, quote: OptionQuote): Margin {
  const { instrument, positionCoin, sellsCoin, buysCoin, buysCostCoin } = exposure
  const shortCoin = Math.max(0, -positionCoin)
  const opensShortCoin = Math.max(0, sellsCoin - Math.max(0, positionCoin))
  const opensLongCoin = Math.max(0, buysCoin - shortCoin)
  const perCoin = shortMargin(instrument, quote)
  const buysMarginCoin = opensLongCoin === 0 ? 0 : buysCostCoin * (opensLongCoin / buysCoin)
  return {
    initialMarginCoin: shortCoin * perCoin.initialMarginCoin,
    maintenanceMarginCoin: shortCoin * perCoin.maintenanceMarginCoin,
    ordersMarginCoin: opensShortCoin * perCoin.initialMarginCoin + buysMarginCoin,
  }
}

/** What one option asks for now. */
export function exposureOf({ instrument, sides }: Book, positionCoin: number): Exposure {
  return {
    instrument,
    positionCoin,
    sellsCoin: sides.sell.sizeCoin(),
    buysCoin: sides.buy.sizeCoin(),
    buysCostCoin: sides.buy.costCoin(),
  }
}

export function flat(instrument: OptionInstrument): Exposure {
  return { instrument, positionCoin: 0, sellsCoin: 0, buysCoin: 0, buysCostCoin: 0 }
}

/** The exposure once an order rests; with a negative size, once it no longer does. */
export function withResting(exposure: Exposure, { side, sizeCoin, priceCoin }: Trade): Exposure {
  if (sizeCoin === 0) return exposure
  if (side === 'sell') return { ...exposure, sellsCoin: addSizes(exposure.sellsCoin, sizeCoin) }
  const buysCoin = addSizes(exposure.buysCoin, sizeCoin)
  const cash = cashOfTrade(exposure.instrument, { side, sizeCoin: Math.abs(sizeCoin), priceCoin, liquidity: 'maker' })
  const buysCostCoin = buysCoin === 0 ? 0 : exposure.buysCostCoin - Math.sign(sizeCoin) * cash.changeCoin
  return { ...exposure, buysCoin, buysCostCoin }
}

/** The exposure once a trade is done. */
export function withTrade(exposure: Exposure, { side, sizeCoin }: Omit<Trade, 'priceCoin'>): Exposure {
  return { ...exposure, positionCoin: addSizes(exposure.positionCoin, side === 'buy' ? sizeCoin : -sizeCoin) }
}

/** How much an order of a side may trade before it does more than close the position. */
export function reducibleCoin(positionCoin: number, side: Side): number {
  return Math.max(0, side === 'buy' ? -positionCoin : positionCoin)
}

type Trade = { side: Side; sizeCoin: number; priceCoin: number }
type ShortMargin = Omit<Margin, 'ordersMarginCoin'>

/** Of one coin sold. */
function shortMargin({ kind, strikeUsd }: OptionInstrument, { forwardUsd, markPriceCoin }: OptionQuote): ShortMargin {
  const short = { sizeCoin: 1, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin }
  return kind === 'call' ? shortCallMargin(short) : shortPutMargin(short)
}
