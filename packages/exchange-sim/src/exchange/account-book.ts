import type { Currency, Fill, LedgerEntry, OptionInstrument, Side, Span } from '@cc/models'
import { deliveryFeeCoin, payoutCoin, tradeFeeCoin } from '@cc/pricing'
import { missingDeliveryPrice } from '../failures.js'
import type { Market } from '../market.js'
import { type Order, sumSizes, venueId } from './order-store.js'

/** Open options of one symbol. `sizeCoin` is signed and never 0. */
export type Position = {
  readonly instrument: OptionInstrument
  readonly sizeCoin: number
  readonly averagePriceCoin: number
}

type Execution = {
  sizeCoin: number
  priceCoin: number
  liquidity: 'maker' | 'taker'
  indexUsd: number
  nowMs: number
}

/**
 * The cash, positions, fills and ledger of one currency. Cash changes only by a ledger row, in the same order,
 * so that the balance is the sum of the rows to the last bit.
 */
export type AccountBook = {
  readonly currency: Currency
  balanceCoin(): number
  positions(): ReadonlyMap<string, Position>
  /** Σ of rows and fills with `fromMs <= timestampMs < toMs`, oldest first: copies. */
  fills(span: Span): readonly Fill[]
  ledger(span: Span): readonly LedgerEntry[]
  bookDeposit(deposit: { amountCoin: number; indexUsd: number; nowMs: number }): void
  bookFill(order: Order, execution: Execution): Fill
  /** Settles every position of an expiry at one price. */
  bookDelivery(delivery: { expiryMs: number; deliveryUsd: number; indexUsd: number }): void
}

/** `nextTrade` counts trades over all currencies of the exchange. */
export function createAccountBook(currency: Currency, nextTrade: () => number): AccountBook {
  const positions = new Map<string, Position>()
  const fills: Fill[] = []
  const ledger: LedgerEntry[] = []
  let balanceCoin = 0

  type Row = Pick<LedgerEntry, 'kind' | 'venueKind' | 'timestampMs' | 'feeCoin' | 'changeCoin' | 'indexUsd'> &
    Partial<LedgerEntry>

  function append(row: Row): void {
    balanceCoin += row.changeCoin
    ledger.push({
      id: `${currency}-${ledger.length + 1}`,
      currency,
      symbol: null,
      sizeCoin: null,
      priceCoin: null,
      deliveryPriceUsd: null,
      ...row,
      balanceCoin,
    })
  }

  return {
    currency,
    balanceCoin: () => balanceCoin,
    positions: () => positions,
    fills: (span) => during(fills, span),
    ledger: (span) => during(ledger, span),

    bookDeposit({ amountCoin, indexUsd, nowMs }) {
      append({
        kind: 'transfer',
        venueKind: 'deposit',
        timestampMs: nowMs,
        feeCoin: 0,
        changeCoin: amountCoin,
        indexUsd,
      })
    },

    bookFill(order, { sizeCoin, priceCoin, liquidity, indexUsd, nowMs }) {
      const { symbol, side, label } = order.terms
      const { changeCoin, feeCoin } = cashOfTrade(order.instrument, { side, sizeCoin, priceCoin, liquidity })
      const signedCoin = side === 'buy' ? sizeCoin : -sizeCoin
      const position = afterTrade(positions.get(symbol), order.instrument, { signedCoin, priceCoin })
      if (position === undefined) positions.delete(symbol)
      else positions.set(symbol, position)
      append({
        kind: 'trade',
        venueKind: 'trade',
        timestampMs: nowMs,
        symbol,
        sizeCoin: signedCoin,
        priceCoin,
        feeCoin,
        changeCoin,
        indexUsd,
      })
      const fill: Fill = {
        tradeId: venueId(currency, nextTrade()),
        orderId: order.orderId,
        label,
        symbol,
        side,
        priceCoin,
        sizeCoin,
        feeCoin,
        liquidity,
        indexUsd,
        timestampMs: nowMs,
      }
      fills.push(fill)
      return { ...fill }
    },

    bookDelivery({ expiryMs, deliveryUsd, indexUsd }) {
      const expiring = [...positions].filter(([, { instrument }]) => instrument.expiryMs === expiryMs)
      for (const [symbol, position] of expiring) {
        positions.delete(symbol)
        append({
          kind: 'delivery',
          venueKind: 'delivery',
          timestampMs: expiryMs,
          symbol,
          deliveryPriceUsd: deliveryUsd,
          indexUsd,
          ...cashOfDelivery(position, deliveryUsd),
        })
      }
    },
  }
}

/** Delivers every position of one expiry. All prices are known before the first row is booked. */
export function deliverExpired(market: Market, books: Iterable<AccountBook>, expiryMs: number): void {
  const deliveries = [...books]
    .filter((book) => [...book.positions().values()].some(({ instrument }) => instrument.expiryMs === expiryMs))
    .map((book) => ({
      book,
      deliveryUsd: deliveryUsdOf(market, book, expiryMs),
      indexUsd: market.indexUsd(book.currency, expiryMs),
    }))
  for (const { book, ...prices } of deliveries) book.bookDelivery({ expiryMs, ...prices })
}

/** Cash of one trade: the premium, received or paid, less the fee. */
export function cashOfTrade(
  instrument: OptionInstrument,
  trade: { side: Side; sizeCoin: number; priceCoin: number; liquidity: 'maker' | 'taker' },
): { changeCoin: number; feeCoin: number } {
  const { side, sizeCoin, priceCoin, liquidity } = trade
  const feeRate = liquidity === 'maker' ? instrument.makerFeeRate : instrument.takerFeeRate
  const feeCoin = tradeFeeCoin({ sizeCoin, priceCoin, feeRate })
  const premiumCoin = priceCoin * sizeCoin
  return { changeCoin: (side === 'sell' ? premiumCoin : -premiumCoin) - feeCoin, feeCoin }
}

function deliveryUsdOf(market: Market, { currency }: AccountBook, expiryMs: number): number {
  const deliveryUsd = market.deliveryUsd(currency, expiryMs, expiryMs)
  if (deliveryUsd !== undefined) return deliveryUsd
  throw missingDeliveryPrice(currency, expiryMs)
}

function cashOfDelivery(
  { instrument, sizeCoin }: Position,
  deliveryUsd: number,
): Pick<LedgerEntry, 'sizeCoin' | 'priceCoin' | 'feeCoin' | 'changeCoin'> {
  const payout = payoutCoin({ kind: instrument.kind, strikeUsd: instrument.strikeUsd, deliveryUsd })
  const feeCoin = deliveryFeeCoin({
    sizeCoin: Math.abs(sizeCoin),
    payoutCoin: payout,
    daily: instrument.settlementPeriod === 'day',
  })
  const worthless = payout === 0
  return { sizeCoin: -sizeCoin, priceCoin: payout, feeCoin, changeCoin: worthless ? 0 : sizeCoin * payout - feeCoin }
}

/** The average price weighs what was added; what is taken off leaves it; what turns the position starts anew. */
function afterTrade(
  position: Position | undefined,
  instrument: OptionInstrument,
  { signedCoin, priceCoin }: { signedCoin: number; priceCoin: number },
): Position | undefined {
  const heldCoin = position?.sizeCoin ?? 0
  const sizeCoin = sumSizes(heldCoin, signedCoin)
  if (sizeCoin === 0) return undefined
  if (position === undefined || Math.sign(sizeCoin) !== Math.sign(heldCoin)) {
    return { instrument, sizeCoin, averagePriceCoin: priceCoin }
  }
  if (Math.abs(sizeCoin) < Math.abs(heldCoin)) return { ...position, sizeCoin }
  const averagePriceCoin = position.averagePriceCoin + (priceCoin - position.averagePriceCoin) * (signedCoin / sizeCoin)
  return { instrument, sizeCoin, averagePriceCoin }
}

function during<T extends { timestampMs: number }>(rows: readonly T[], { fromMs, toMs }: Span): readonly T[] {
  return rows.slice(firstAt(rows, fromMs), firstAt(rows, toMs)).map((row) => ({ ...row }))
}

/** Place of the first row at or after a time, by halving: rows are in order of time. */
function firstAt(rows: readonly { timestampMs: number }[], atMs: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.timestampMs ?? Number.POSITIVE_INFINITY) < atMs) low = middle + 1
    else high = middle
  }
  return low
}
