import * as account from './account.js'
import * as cancels from './cancels.js'
import * as orderQueries from './order-queries.js'
import * as orders from './orders.js'
import * as userTrades from './user-trades.js'

/** Private methods that read or cancel, by the names that they have in this library. */
export const privateMethods = {
  /**
   * Cancels one order and answers it as it ended: it may have fills. Fails where the order had already ended (10004, 10010,
   * 11044): read its state then.
   */
  cancel: cancels.cancel,
  /** Cancels open orders of a label; the number of them. It also drops own requests that still wait in the queue. */
  cancelByLabel: cancels.cancelByLabel,
  /** Cancels every order of the account, in all currencies; the number of them. */
  cancelAll: cancels.cancelAll,
  /** Cancels every order of a currency; the number of them. */
  cancelAllByCurrency: cancels.cancelAllByCurrency,
  /** Cancels every order in one book; the number of them. */
  cancelAllByInstrument: cancels.cancelAllByInstrument,
  /** Cancels every order of a kind or type in one, several or `any` currencies; the number of them. */
  cancelAllByKindOrType: cancels.cancelAllByKindOrType,
  /** One order. A closed order without fills is forgotten after about 30 minutes. */
  getOrderState: orderQueries.getOrderState,
  /**
   * Orders of a label, open and recently closed. An empty answer proves that an order never was only once its `valid_until`
   * has passed, by the `answeredMs` of the answer.
   */
  getOrderStateByLabel: orderQueries.getOrderStateByLabel,
  /** Open orders in all currencies. */
  getOpenOrders: orderQueries.getOpenOrders,
  /** Open orders of a currency. */
  getOpenOrdersByCurrency: orderQueries.getOpenOrdersByCurrency,
  /** Open orders in one book. */
  getOpenOrdersByInstrument: orderQueries.getOpenOrdersByInstrument,
  /** Open orders of a label. */
  getOpenOrdersByLabel: orderQueries.getOpenOrdersByLabel,
  /**
   * Closed orders, 20 unless `count` says otherwise; pages by `offset`. Without fills only with `include_unfilled`, older
   * than two days only with `include_old`. `historical: false` (default) covers 30 minutes, `true` what is older, with a
   * short delay: ask for both.
   */
  getOrderHistoryByCurrency: orderQueries.getOrderHistoryByCurrency,
  /** The same in one book. */
  getOrderHistoryByInstrument: orderQueries.getOrderHistoryByInstrument,
  /** Initial margin of open orders, each in the currency that it names. */
  getOrderMarginByIds: orderQueries.getOrderMarginByIds,
  /** Initial margin that an order would take, in the settlement currency, if bought and if sold, and the band of prices. */
  getMargins: orderQueries.getMargins,
  /**
   * Own trades in one book, 10 unless `count` says otherwise; `has_more` says that there were more. `historical: false`
   * (default) covers 24 hours, `true` what is older, with a short delay: ask for both and drop repeated `trade_id`s.
   */
  getUserTradesByInstrument: userTrades.getUserTradesByInstrument,
  /** The same in a span of time. */
  getUserTradesByInstrumentAndTime: userTrades.getUserTradesByInstrumentAndTime,
  /** Own trades of a currency; `historical` as above. */
  getUserTradesByCurrency: userTrades.getUserTradesByCurrency,
  /** Own trades of a currency in a span of time; `historical` as above. */
  getUserTradesByCurrencyAndTime: userTrades.getUserTradesByCurrencyAndTime,
  /** Trades of one order, all of them; `historical` as above. */
  getUserTradesByOrder: userTrades.getUserTradesByOrder,
  /**
   * The account in one currency: cash, equity, margins, option greeks. With cross collateral the margins are the pool's,
   * expressed in that currency: do not add them up. `extended` adds fees, limits and identity.
   */
  getAccountSummary: account.getAccountSummary,
  /** The account in every currency, in one consistent answer. */
  getAccountSummaries: account.getAccountSummaries,
  /** Positions with signed sizes (short is negative) and position greeks. Flat ones may linger with size 0. */
  getPositions: account.getPositions,
  /** One position; zeros where there is none. */
  getPosition: account.getPosition,
  /**
   * What the account would be with `simulated_positions` (coin for options, USD for futures) beside its own, or alone with
   * `add_positions: false`. Meant for portfolio margin. At most once a second.
   */
  simulatePortfolio: account.simulatePortfolio,
  /** The currencies that the account may use. */
  getCurrencies: account.getAccountCurrencies,
  /** Own settlements and deliveries, newest first, P&L in the settlement currency. Pages by `continuation`. */
  getSettlementHistoryByCurrency: account.getSettlementHistoryByCurrency,
  /** The same of one instrument. */
  getSettlementHistoryByInstrument: account.getSettlementHistoryByInstrument,
  /**
   * The account's book, newest first, 100 rows unless `count` (up to 250) says otherwise: every change of cash with the
   * balance after it. Ask again with `continuation` until it is `null`. About one call a second.
   */
  getTransactionLog: account.getTransactionLog,
}

/** Private methods that send or change an order. */
export const orderMethods = {
  /**
   * Buys at a limit. Unlike at Deribit nothing has a default: `post_only` is true there unless said otherwise. `post_only`
   * and `reject_post_only` are both true, and an order that would trade at once is rejected (11054), or both false, and it
   * trades: `post_only` alone, with which Deribit moves such an order away by a tick, is refused here.
   */
  buy: orders.buy,
  /** Sells at a limit; see {@link buy}. */
  sell: orders.sell,
  /**
   * Changes an order. `amount` is the new total, filled part included. Where it would trade at once and is post-only,
   * the order is cancelled. Its place in the queue is kept only if nothing but the amount shrinks.
   */
  edit: orders.edit,
  /** The same for the one open order of a label in a book; more than one is an error (13032). */
  editByLabel: orders.editByLabel,
  /**
   * Closes a position by a reduce-only limit order that may take. It has neither label nor `valid_until`: an unknown
   * outcome can only be settled from open orders and the position. Prefer {@link buy} with `reduce_only`.
   */
  closePosition: orders.closePosition,
}
