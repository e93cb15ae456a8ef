import type { Currency, OptionInstrument } from '@cc/models'
import type { LedgerRow, Settlement } from './account-view.js'
import type { Book, Books } from './books.js'
import { type Delivery, deliveryRows, type ToldRow } from './delivery-rows.js'
import { addSizes } from './exact-size.js'
import { impliedIv } from './implied-iv.js'
import type { Order, Trade } from './order.js'
import { venueId } from './order-store.js'
import { afterSettlement, afterTrade, type Position } from './position.js'
import { createTally, type Tally } from './tally.js'
import { cashOfDelivery, cashOfTrade } from './trade-cash.js'

/** How an order trades, and when. */
export type Execution = { sizeCoin: number; priceCoin: number; liquidity: 'maker' | 'taker'; nowMs: number }

/**
 * The cash, positions, trades and ledger of one currency. Cash changes only by a ledger row, in the same order, so that
 * the balance is the sum of the rows to the last bit.
 */
export type AccountBook = {
  readonly currency: Currency
  readonly tally: Tally
  readonly positions: ReadonlyMap<string, Position>
  /** Oldest first, as the two below. */
  readonly trades: readonly Trade[]
  readonly ledger: readonly LedgerRow[]
  readonly settlements: readonly Settlement[]
  balanceCoin(): number
  tradesOf(orderId: string): readonly Trade[]
  /** Signed; 0 where there is none. */
  positionCoin(symbol: string): number
  /** Realised by trades and deliveries of this session, fees not included; of one symbol or of all. */
  sessionRealisedCoin(symbol?: string): number
  bookDeposit(deposit: { amountCoin: number; indexUsd: number; nowMs: number }): void
  bookTrade(order: Order, book: Book, execution: Execution): Trade
  /** Ends every position of an expiry at one price; what was held. */
  bookDelivery(delivery: Delivery): readonly OptionInstrument[]
  /** Ends the session at the marks of a time. */
  bookSettlement(settlement: { atMs: number; indexUsd: number }): void
}

/** `counters` count over all currencies of the exchange. */
export function createAccountBook(
  currency: Currency,
  { books, counters }: { books: Books; counters: { trades: number; rows: number } },
): AccountBook {
  const positions = new Map<string, Position>()
  const tally = createTally(books, positions)
  const trades: Trade[] = []
  const tradesOfOrder = new Map<string, Trade[]>()
  const ledger: LedgerRow[] = []
  const settlements: Settlement[] = []
  const realised = new Map<string, number>()
  let realisedCoin = 0
  let balanceCoin = 0

  /** Cash and sums are written as they are after the row. */
  function append(row: ToldRow & { equityCoin?: number }): void {
    balanceCoin += row.changeCoin ?? 0
    ledger.push({
      id: ++counters.rows,
      userSeq: ledger.length + 1,
      currency,
      instrumentName: null,
      side: '-',
      amount: null,
      price: null,
      positionChangeCoin: null,
      positionAfterCoin: null,
      feeCoin: 0,
      changeCoin: 0,
      markPriceCoin: null,
      deliveryPriceUsd: null,
      tradeId: null,
      orderId: null,
      liquidity: null,
      equityCoin: balanceCoin + tally.sums.optionsValueCoin,
      ...row,
      balanceCoin,
      sessionRealisedCoin: realisedCoin,
      sessionUnrealisedCoin: tally.sums.sessionUnrealisedCoin,
    })
  }

  function realise(symbol: string, profitCoin: number): void {
    if (profitCoin === 0) return
    realisedCoin += profitCoin
    realised.set(symbol, (realised.get(symbol) ?? 0) + profitCoin)
  }

  function positionCoin(symbol: string): number {
    return positions.get(symbol)?.sizeCoin ?? 0
  }

  return {
    currency,
    tally,
    positions,
    trades,
    ledger,
    settlements,
    balanceCoin: () => balanceCoin,
    tradesOf: (orderId) => tradesOfOrder.get(orderId) ?? [],
    positionCoin,
    sessionRealisedCoin: (symbol) => (symbol === undefined ? realisedCoin : (realised.get(symbol) ?? 0)),

    bookDeposit({ amountCoin, indexUsd, nowMs }) {
      append({ kind: 'deposit', timestampMs: nowMs, changeCoin: amountCoin, indexUsd })
    },

    bookTrade(order, book, { sizeCoin, priceCoin, liquidity, nowMs }) {
      const { instrument, side } = order
      const { symbol } = instrument
      const { indexUsd, forwardUsd, markPriceCoin, timestampMs } = book.quote
      const signedCoin = side === 'buy' ? sizeCoin : -sizeCoin
      const cash = cashOfTrade(instrument, { side, sizeCoin, priceCoin, liquidity })
      const heldCoin = positionCoin(symbol)
      const after = afterTrade(positions.get(symbol), instrument, { signedCoin, priceCoin, indexUsd })
      if (after.position === undefined) positions.delete(symbol)
      else positions.set(symbol, after.position)
      realise(symbol, after.sessionProfitLossCoin)
      tally.update(book)
      book.tradeCount += 1
      const trade: Trade = {
        tradeId: venueId(currency, ++counters.trades),
        tradeSeq: book.tradeCount,
        order,
        side,
        priceCoin,
        sizeCoin,
        feeCoin: cash.feeCoin,
        liquidity,
        timestampMs: nowMs,
        indexUsd,
        forwardUsd,
        markPriceCoin,
        iv: impliedIv(instrument, { priceCoin, forwardUsd, atMs: timestampMs }),
        profitLossCoin: after.profitLossCoin,
        orderState: order.state,
      }
      trades.push(trade)
      const sameOrder = tradesOfOrder.get(order.orderId)
      if (sameOrder === undefined) tradesOfOrder.set(order.orderId, [trade])
      else sameOrder.push(trade)
      append({
        kind: 'trade',
        timestampMs: nowMs,
        instrumentName: symbol,
        side: `${heldCoin * signedCoin < 0 ? 'close' : 'open'} ${side}`,
        amount: sizeCoin,
        price: priceCoin,
        positionChangeCoin: signedCoin,
        positionAfterCoin: addSizes(heldCoin, signedCoin),
        ...cash,
        markPriceCoin,
        indexUsd,
        tradeId: trade.tradeId,
        orderId: order.orderId,
        liquidity,
      })
      return trade
    },

    bookDelivery(delivery) {
      const { expiryMs, deliveryUsd, indexUsd } = delivery
      const delivered: OptionInstrument[] = []
      tally.turnTo(expiryMs)
      const rows = tally.engaged().flatMap((book) => {
        const position = positions.get(book.instrument.symbol)
        if (position === undefined || book.instrument.expiryMs > expiryMs) return []
        const { instrument, sizeCoin } = position
        const { payoutPerCoin } = cashOfDelivery(instrument, { sizeCoin, deliveryUsd })
        delivered.push(instrument)
        positions.delete(instrument.symbol)
        tally.update(book)
        realise(instrument.symbol, sizeCoin * (payoutPerCoin - position.sessionPriceCoin))
        settlements.push({
          ...settlementOf(position, { priceCoin: payoutPerCoin, indexUsd }),
          kind: 'delivery',
          timestampMs: expiryMs,
          sessionProfitLossCoin: realised.get(instrument.symbol) ?? 0,
        })
        return deliveryRows(position, delivery)
      })
      // They end at once: equity is what it is after all of them, also while one after the other is written down.
      const endCoin = rows.reduce((sum, { changeCoin }) => sum + changeCoin, balanceCoin)
      for (const row of rows) append({ ...row, equityCoin: endCoin + tally.sums.optionsValueCoin })
      return delivered
    },

    bookSettlement({ atMs, indexUsd }) {
      if (positions.size > 0) {
        tally.turnTo(atMs)
        append({ kind: 'options_settlement_summary', timestampMs: atMs, indexUsd })
      }
      for (const book of tally.engaged()) {
        const { symbol } = book.instrument
        const position = positions.get(symbol)
        if (position === undefined) continue
        const priceCoin = book.quote.markPriceCoin
        const floatingCoin = position.sizeCoin * (priceCoin - position.sessionPriceCoin)
        settlements.push({
          ...settlementOf(position, { priceCoin, indexUsd }),
          kind: 'settlement',
          timestampMs: atMs,
          sessionProfitLossCoin: (realised.get(symbol) ?? 0) + floatingCoin,
        })
        positions.set(symbol, afterSettlement(position, priceCoin))
        tally.update(book)
      }
      realised.clear()
      realisedCoin = 0
    },
  }
}

/** The position as a settlement or delivery at a price finds it. */
function settlementOf(
  { instrument, sizeCoin, averagePriceCoin }: Position,
  { priceCoin, indexUsd }: { priceCoin: number; indexUsd: number },
): Omit<Settlement, 'kind' | 'timestampMs' | 'sessionProfitLossCoin'> {
  const profitLossCoin = sizeCoin * (priceCoin - averagePriceCoin)
  return { instrument, positionCoin: sizeCoin, profitLossCoin, markPriceCoin: priceCoin, indexUsd }
}
