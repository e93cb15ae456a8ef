import type { ChainQuote, Currency, OptionInstrument, OptionQuote } from '@cc/models'
import type { Market } from '../market.js'
import type { AccountView, LedgerRow, MarginAnswer, MarginRequest, PositionView, Settlement } from './account-view.js'
import type { Order, OrderChanges, OrderWish, Placed, Rejection, Trade } from './order.js'
import type { ExchangeWatcher } from './watcher.js'

/** A price level of a book: coin per coin of size, and size in coin. */
export type Level = readonly [priceCoin: number, sizeCoin: number]

/**
 * One exchange with one account per currency, as its faces see it: the venue in memory and the server. It knows no clock:
 * whoever asks brings it to the present with `advanceTo` first, and nothing else moves its time. What it hands out is not
 * to be written to. Orders are live, and so are the lists of what there ever was: `orders`, `ordersWithLabel`, `trades`,
 * `tradesOfOrder`, `ledger`, `settlements`. They only grow. The rest are snapshots.
 */
export type Exchange = {
  readonly market: Market
  readonly currencies: readonly Currency[]
  nowMs(): number
  /** Plays what happened since the last call, in order of time. An earlier time than the last does nothing. */
  advanceTo(nowMs: number): void

  /** Listed now, in symbol order. `state` is `open`, or `settlement` in the pause after 08:00 UTC. */
  instruments(currency: Currency): readonly OptionInstrument[]
  /** Expired since the exchange opened, oldest first; `state` is `delivered`, a day later `archivized`. */
  expired(currency: Currency): readonly OptionInstrument[]
  /** Listed or expired; `undefined` for what never was. */
  instrument(symbol: string): OptionInstrument | undefined

  /** The market's quote with own resting orders in its top. @throws CcError `exchange-sim/unknown-symbol` */
  quote(symbol: string): OptionQuote
  chain(currency: Currency): readonly OptionQuote[]
  /** The same as a chain shows it, in objects that the caller may keep. */
  chainRows(currency: Currency): readonly ChainQuote[]
  /** Best first, at most `depth` levels a side, own resting orders included. */
  book(symbol: string, depth: number): { bids: readonly Level[]; asks: readonly Level[] }
  /** Grows with every change of any book, own or of the market. While it stays, every quote does. */
  changeId(): number
  /** Mark at the last settlement of 08:00 UTC; `null` where it was not listed then, or before the market opened. */
  settlementPriceCoin(symbol: string): number | null

  place(wish: OrderWish): Placed | Rejection
  edit(orderId: string, changes: OrderChanges): Placed | Rejection
  /** `order_not_found`, `not_open_order`, `already_filled`, `settlement_in_progress`. */
  cancel(orderId: string): Order | Rejection
  /** Cancels the resting orders that the filter takes; those, oldest first. `reason` is Deribit's `cancel_reason`. */
  cancelAll(which: (order: Order) => boolean, reason?: string | null): readonly Order[] | Rejection

  order(orderId: string): Order | undefined
  /** Resting, oldest first. */
  openOrders(currency?: Currency): readonly Order[]
  /** Oldest first. */
  ordersWithLabel(currency: Currency, label: string): readonly Order[]
  /** All orders of a currency, oldest first. */
  orders(currency: Currency): readonly Order[]
  /** Oldest first. */
  trades(currency: Currency): readonly Trade[]
  tradesOfOrder(orderId: string): readonly Trade[]

  account(currency: Currency): AccountView
  positions(currency: Currency): readonly PositionView[]
  /** @throws CcError `exchange-sim/unknown-symbol` */
  margins(request: MarginRequest): MarginAnswer
  /** Initial margin of one resting order alone, in coin; `undefined` for what does not rest. */
  orderMarginCoin(orderId: string): number | undefined
  /** Oldest first. */
  ledger(currency: Currency): readonly LedgerRow[]
  /** Oldest first. */
  settlements(currency: Currency): readonly Settlement[]

  /** Tells of orders, trades and books from now on, until the function that it answers with is called. */
  watch(watcher: ExchangeWatcher): () => void
}
