import type { AccountSnapshot, OptionInstrument, OptionQuote, Side, VenuePosition } from '@cc/models'
import { shortCallMargin } from '@cc/pricing'
import { missingQuote } from '../failures.js'
import { type AccountBook, cashOfTrade, type Position } from './account-book.js'
import { leftCoin, type Order, reportOf, sumSizes } from './order-store.js'

export type QuoteOf = (symbol: string) => OptionQuote

/** All that one symbol asks of an account: the position and the resting orders. Sizes and cost in coin. */
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

/** The account as Deribit sums it up under segregated standard margin; there are no futures here. */
export function summarise(
  book: AccountBook,
  resting: readonly Order[],
  { nowMs, quoteOf }: { nowMs: number; quoteOf: QuoteOf },
): AccountSnapshot {
  const balanceCoin = book.balanceCoin()
  let optionsValueCoin = 0
  let deltaTotalCoin = 0
  const positions = [...book.positions().values()].map((position) => {
    const { delta, markCoin } = markOf(position, quoteOf)
    optionsValueCoin += position.sizeCoin * markCoin
    deltaTotalCoin += position.sizeCoin * (delta - markCoin)
    return positionOf(position, { delta, markCoin, quoteOf })
  })
  const margin = totalMargin(exposuresOf(book.positions(), resting).values(), quoteOf)
  const initialMarginCoin = margin.initialMarginCoin + margin.ordersMarginCoin
  const equityCoin = balanceCoin + optionsValueCoin
  // Equity less options value; taken directly, it stays free of rounding.
  const marginBalanceCoin = balanceCoin
  return {
    currency: book.currency,
    timestampMs: nowMs,
    balanceCoin,
    equityCoin,
    optionsValueCoin,
    futuresSessionPnlCoin: 0,
    marginBalanceCoin,
    initialMarginCoin,
    maintenanceMarginCoin: margin.maintenanceMarginCoin,
    availableFundsCoin: marginBalanceCoin - initialMarginCoin,
    reservedCoin: 0,
    deltaTotalCoin,
    positions,
    openOrders: resting.map(reportOf),
  }
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
  const position = shortMargin(instrument, quote, shortCoin)
  const sells = shortMargin(instrument, quote, opensShortCoin)
  const buysMarginCoin = opensLongCoin === 0 ? 0 : buysCostCoin * (opensLongCoin / buysCoin)
  return { ...position, ordersMarginCoin: sells.initialMarginCoin + buysMarginCoin }
}

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

type Trade = { side: Side; sizeCoin: number; priceCoin: number }

function positionOf(
  { instrument, sizeCoin, averagePriceCoin }: Position,
  { delta, markCoin, quoteOf }: { delta: number; markCoin: number; quoteOf: QuoteOf },
): VenuePosition {
  const margin = marginOf({ ...flat(instrument), positionCoin: sizeCoin }, quoteOf(instrument.symbol))
  return {
    symbol: instrument.symbol,
    kind: 'option',
    sizeCoin,
    averagePriceCoin,
    markPriceCoin: markCoin,
    deltaCoin: sizeCoin * delta,
    initialMarginCoin: margin.initialMarginCoin,
    maintenanceMarginCoin: margin.maintenanceMarginCoin,
  }
}

function markOf({ instrument: { symbol } }: Position, quoteOf: QuoteOf): { delta: number; markCoin: number } {
  const { greeks, markPriceCoin } = quoteOf(symbol)
  if (greeks === null) throw missingQuote(symbol, 'greeks')
  return { delta: greeks.delta, markCoin: markPriceCoin }
}

function shortMargin(
  { kind, strikeUsd }: OptionInstrument,
  { forwardUsd, markPriceCoin }: OptionQuote,
  sizeCoin: number,
): { initialMarginCoin: number; maintenanceMarginCoin: number } {
  const short = { sizeCoin, strikeUsd, underlyingUsd: forwardUsd, markCoin: markPriceCoin }
  return kind === 'call' ? shortCallMargin(short) : shortPutMargin(short)
}

/**
 * Initial: max(max(0.15 − otm, 0.10) + mark, maintenance); maintenance: max(0.075, 0.075 · mark) + mark;
 * otm = max(0, S − K)/S.
 *
 * Rule: https://support.deribit.com/hc/en-us/articles/25944811317149-Margin-types-and-usage
 */
function shortPutMargin(short: { sizeCoin: number; strikeUsd: number; underlyingUsd: number; markCoin: number }): {
  initialMarginCoin: number
  maintenanceMarginCoin: number
} {
  const { sizeCoin, strikeUsd, underlyingUsd, markCoin } = short
  const otm = Math.max(0, underlyingUsd - strikeUsd) / underlyingUsd
  const maintenance = Math.max(0.075, 0.075 * markCoin) + markCoin
  const initial = Math.max(Math.max(0.15 - otm, 0.1) + markCoin, maintenance)
  return { initialMarginCoin: sizeCoin * initial, maintenanceMarginCoin: sizeCoin * maintenance }
}
