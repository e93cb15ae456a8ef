import { missingQuote } from '../failures.js'
import type { AccountBook } from './account-book.js'
import type { AccountView, PositionView } from './account-view.js'
import type { Book, Books } from './books.js'
import { exposureOf, type Margin, marginOf } from './margin.js'
import type { Order } from './order.js'
import type { Position } from './position.js'

/** What the account is summed up from. */
export type SummaryInput = {
  books: Books
  openOrders: readonly Order[]
  /** Of what is listed; its positions are left out of the projections. */
  nearestExpiryMs: number | undefined
  nowMs: number
}

/** One option that the account has to do with, at the marks of the moment. */
type Engagement = { book: Book; margin: Margin }

/**
 * The account as Deribit sums it up under segregated standard margin, all of it afresh. There are no futures here.
 *
 * @throws CcError `exchange-sim/missing-quote` where a position has no quote or no greeks.
 */
export function summarise(account: AccountBook, input: SummaryInput): AccountView {
  const { openOrders, nearestExpiryMs, nowMs } = input
  const engagements = engagementsOf(account, input)
  const positions = positionsOf(account, engagements)
  const later = engagements.filter(({ book }) => book.instrument.expiryMs !== nearestExpiryMs)
  const laterPositions = positions.filter(({ instrument }) => instrument.expiryMs !== nearestExpiryMs)
  const balanceCoin = account.balanceCoin()
  const optionsValueCoin = sum(positions, ({ sizeCoin, markPriceCoin }) => sizeCoin * markPriceCoin)
  const initialMarginCoin = sum(engagements, initialMarginOf)
  return {
    currency: account.currency,
    timestampMs: nowMs,
    balanceCoin,
    equityCoin: balanceCoin + optionsValueCoin,
    optionsValueCoin,
    // Equity less options value; taken directly, it stays free of rounding.
    marginBalanceCoin: balanceCoin,
    initialMarginCoin,
    maintenanceMarginCoin: sum(engagements, ({ margin }) => margin.maintenanceMarginCoin),
    availableFundsCoin: balanceCoin - initialMarginCoin,
    projectedInitialMarginCoin: sum(later, initialMarginOf),
    projectedMaintenanceMarginCoin: sum(later, ({ margin }) => margin.maintenanceMarginCoin),
    projectedDeltaTotalCoin: sum(laterPositions, netDeltaOf),
    deltaTotalCoin: sum(positions, netDeltaOf),
    optionsDelta: sum(positions, ({ delta }) => delta),
    optionsGamma: sum(positions, ({ gamma }) => gamma),
    optionsVega: sum(positions, ({ vega }) => vega),
    optionsTheta: sum(positions, ({ theta }) => theta),
    sessionRealisedCoin: account.sessionRealisedCoin(),
    sessionUnrealisedCoin: sum(positions, ({ floatingProfitCoin }) => floatingProfitCoin),
    optionsProfitCoin: sum(positions, ({ totalProfitCoin }) => totalProfitCoin),
    positions,
    openOrders,
  }
}

/** The open positions, in the order in which they were opened. Throws as {@link summarise}. */
export function listPositions(
  account: AccountBook,
  input: Pick<SummaryInput, 'books' | 'nowMs'>,
): readonly PositionView[] {
  return positionsOf(account, engagementsOf(account, input))
}

function engagementsOf(
  account: AccountBook,
  { books, nowMs }: Pick<SummaryInput, 'books' | 'nowMs'>,
): readonly Engagement[] {
  return account.tally.engaged().map((book) => {
    const { symbol } = book.instrument
    if (!books.refresh(book, nowMs)) throw missingQuote(symbol, 'quote')
    return { book, margin: marginOf(exposureOf(book, account.positionCoin(symbol)), book.quote) }
  })
}

function positionsOf(account: AccountBook, engagements: readonly Engagement[]): readonly PositionView[] {
  const bySymbol = new Map(engagements.map((engagement) => [engagement.book.instrument.symbol, engagement]))
  return [...account.positions].flatMap(([symbol, position]) => {
    const engagement = bySymbol.get(symbol)
    return engagement === undefined ? [] : [positionOf(position, engagement, account.sessionRealisedCoin(symbol))]
  })
}

function positionOf(position: Position, { book, margin }: Engagement, realisedProfitCoin: number): PositionView {
  const { instrument, sizeCoin, averagePriceCoin, averagePriceUsd, settlementPriceCoin, sessionPriceCoin } = position
  const { greeks, markPriceCoin, indexUsd } = book.quote
  if (greeks === null) throw missingQuote(instrument.symbol, 'greeks')
  // A short of nothing would be −0.
  const whole = (perCoin: number) => sizeCoin * perCoin + 0
  return {
    instrument,
    sizeCoin,
    averagePriceCoin,
    averagePriceUsd,
    markPriceCoin,
    indexUsd,
    settlementPriceCoin,
    delta: whole(greeks.delta),
    gamma: whole(greeks.gamma),
    vega: whole(greeks.vega),
    theta: whole(greeks.theta),
    initialMarginCoin: margin.initialMarginCoin,
    maintenanceMarginCoin: margin.maintenanceMarginCoin,
    openOrdersMarginCoin: margin.ordersMarginCoin,
    floatingProfitCoin: whole(markPriceCoin - sessionPriceCoin),
    realisedProfitCoin,
    totalProfitCoin: whole(markPriceCoin - averagePriceCoin),
  }
}

function initialMarginOf({ margin }: Engagement): number {
  return margin.initialMarginCoin + margin.ordersMarginCoin
}

/** Net transaction delta: Black-Scholes delta less the mark. */
function netDeltaOf({ delta, sizeCoin, markPriceCoin }: PositionView): number {
  return delta - sizeCoin * markPriceCoin
}

function sum<T>(items: readonly T[], amountOf: (item: T) => number): number {
  return items.reduce((total, item) => total + amountOf(item), 0)
}
