import type {
  AccountSnapshot,
  AgentMemory,
  ChainQuote,
  OptionGreeks,
  OptionInstrument,
  OptionPosition,
  PortfolioState,
  VenuePosition,
} from '@cc/models'
import { moneyness, purchaseCostCoin, saleProceedsCoin } from '@cc/pricing'
import { coverageOf } from './coverage.js'
import type { Datum, DatumReader } from './datum.js'
import { greeksAt, HIGHEST_IV, isUsableIv, type Listing, LOWEST_IV, listingOf, type MarketView } from './market-view.js'

/**
 * The account as the agent judges it. A position of a listed option is quoted from the chain; an option that no
 * longer lists or has no row there goes to `otherPositions`, is named missing, leaves the book's deltas unknown, and
 * still commits its coins if it is a short call. Positions of size 0 are dropped. Positions stand by expiry, strike and
 * kind, open orders by their creation, whatever order the venue gave them in.
 */
export function assemblePortfolio(
  snapshot: AccountSnapshot,
  { market, spotUsd, memory }: { market: MarketView; spotUsd: number; memory: AgentMemory },
  data: DatumReader,
): PortfolioState {
  const account = inOrder(withoutMinusZero(snapshot), market)
  const positions: OptionPosition[] = []
  const otherPositions: PortfolioState['otherPositions'][number][] = []
  for (const held of account.positions) {
    if (held.sizeCoin === 0) continue
    const position = held.kind === 'option' ? data.read(`positions.${held.symbol}`, quoted(held, market)) : null
    if (position === null) otherPositions.push({ symbol: held.symbol, kind: held.kind, sizeCoin: held.sizeCoin })
    else positions.push(positionOf(position, market, data))
  }
  const bookDelta = (delta: 'delta' | 'netDelta') => sizedDelta(delta, positions, otherPositions)
  return {
    balanceCoin: account.balanceCoin,
    equityCoin: account.equityCoin,
    equityUsd: account.equityCoin * spotUsd,
    marginBalanceCoin: account.marginBalanceCoin,
    initialMarginCoin: account.initialMarginCoin,
    maintenanceMarginCoin: account.maintenanceMarginCoin,
    availableFundsCoin: account.availableFundsCoin,
    marginUsedPct: data.read('portfolio.marginUsedPct', marginUsedPct(account)),
    optionsDeltaCoin: data.read('portfolio.optionsDeltaCoin', bookDelta('delta')),
    optionsNetDeltaCoin: data.read('portfolio.optionsNetDeltaCoin', bookDelta('netDelta')),
    deltaTotalCoin: account.deltaTotalCoin,
    positions,
    otherPositions,
    openOrders: account.openOrders,
    coverage: coverageOf(account, market, memory),
  }
}

/** JSON knows no −0, which a venue may send. */
function withoutMinusZero<T extends object>(row: T): T {
  const copy = { ...row }
  for (const name of Object.keys(copy) as (keyof T)[]) if (Object.is(copy[name], -0)) copy[name] = 0 as T[keyof T]
  return copy
}

/** Sums of fractions depend on their order, and a venue promises none. */
function inOrder(account: AccountSnapshot, { rowOf: rows }: MarketView): AccountSnapshot {
  const rowOf = (symbol: string) => rows.get(symbol) ?? rows.size
  return {
    ...account,
    positions: account.positions.toSorted(
      (a, b) => rowOf(a.symbol) - rowOf(b.symbol) || compareWords(a.symbol, b.symbol),
    ),
    openOrders: account.openOrders.toSorted((a, b) => a.createdMs - b.createdMs || compareWords(a.orderId, b.orderId)),
  }
}

/** An option position beside its listing and its row of the chain. */
type QuotedPosition = { held: VenuePosition; listing: Listing; quote: ChainQuote }

function quoted(held: VenuePosition, market: MarketView): Datum<QuotedPosition> {
  const listing = listingOf(market, held.symbol)
  if (listing === undefined) return { missing: 'the venue no longer lists it' }
  if (listing.quote === undefined) return { missing: 'the chain does not quote it' }
  return { value: { held, listing, quote: listing.quote } }
}

function positionOf(position: QuotedPosition, market: MarketView, data: DatumReader): OptionPosition {
  const { held, listing, quote } = position
  const { instrument, dte } = listing
  const { symbol, strikeUsd, kind } = instrument
  const { forwardUsd } = quote
  const greeks = greeksAt(market, listing)
  data.read(`positions.${symbol}.greeks`, knownGreeks(greeks, quote))
  return {
    // In the order of the schema.
    ...greeks,
    instrument,
    sizeCoin: held.sizeCoin,
    averagePriceCoin: held.averagePriceCoin,
    markPriceCoin: quote.markPriceCoin,
    bidPriceCoin: quote.bidPriceCoin,
    askPriceCoin: quote.askPriceCoin,
    // Deribit marks an option of no value with 0, which is no volatility.
    markIv: quote.markIv === 0 ? null : quote.markIv,
    forwardUsd,
    dte,
    moneyness: moneyness({ forwardUsd, strikeUsd }),
    inTheMoney: kind === 'call' ? forwardUsd > strikeUsd : forwardUsd < strikeUsd,
    premiumCaptured:
      held.sizeCoin < 0
        ? data.read(`positions.${symbol}.premiumCaptured`, premiumCaptured(held, quote, instrument))
        : null,
  }
}

function knownGreeks(greeks: OptionGreeks, { markIv }: ChainQuote): Datum<OptionGreeks> {
  if (greeks.delta !== null) return { value: greeks }
  if (markIv === null) return { missing: 'no mark IV' }
  if (!isUsableIv(markIv)) return { missing: `mark IV ${markIv} is outside ${LOWEST_IV}..${HIGHEST_IV}` }
  return { missing: 'its numbers are beyond those that can be computed with' }
}

function premiumCaptured(
  { averagePriceCoin }: VenuePosition,
  { askPriceCoin }: ChainQuote,
  { takerFeeRate: feeRate }: OptionInstrument,
): Datum<number> {
  if (averagePriceCoin === null) return { missing: 'its average price is not known' }
  if (averagePriceCoin === 0) return { missing: 'its average price is 0' }
  if (askPriceCoin === null) return { missing: 'nobody offers it' }
  const costCoin = purchaseCostCoin({ sizeCoin: 1, priceCoin: askPriceCoin, feeRate })
  return { value: 1 - costCoin / saleProceedsCoin({ sizeCoin: 1, priceCoin: averagePriceCoin, feeRate }) }
}

function marginUsedPct({ initialMarginCoin, marginBalanceCoin }: AccountSnapshot): Datum<number> {
  if (marginBalanceCoin > 0) return { value: (initialMarginCoin / marginBalanceCoin) * 100 }
  return { missing: `the margin balance is ${marginBalanceCoin} coin` }
}

function sizedDelta(
  name: 'delta' | 'netDelta',
  positions: readonly OptionPosition[],
  otherPositions: PortfolioState['otherPositions'],
): Datum<number> {
  let deltaCoin = 0
  const unknown: string[] = []
  for (const { instrument, sizeCoin, [name]: delta } of positions) {
    if (delta === null) unknown.push(instrument.symbol)
    else deltaCoin += sizeCoin * delta
  }
  for (const { symbol, kind } of otherPositions) if (kind === 'option') unknown.push(symbol)
  return unknown.length === 0 ? { value: deltaCoin } : { missing: `no delta of ${unknown.join(', ')}` }
}

function compareWords(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
