import type { AccountSnapshot, VenuePosition } from '@cc/models'
import type { AccountBook, Position } from './account-book.js'
import { exposuresOf, flat, type QuoteOf, totalMargin } from './exposure.js'
import { missingQuote } from './failures.js'
import { marginOf } from './margin.js'
import { type Order, reportOf } from './order-store.js'

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
