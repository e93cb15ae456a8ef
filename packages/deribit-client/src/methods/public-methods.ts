import * as history from './history.js'
import * as instruments from './instruments.js'
import * as platform from './platform.js'
import * as prices from './prices.js'
import * as publicTrades from './public-trades.js'

/** Public methods by the names that they have in this library. */
export const publicMethods = {
  /**
   * The order books of a currency, with ticks, smallest amount and fees. Deribit grants about one such call in ten
   * seconds: ask once and keep the answer. `expired` asks for recently expired ones instead.
   */
  getInstruments: instruments.getInstruments,
  /** One order book. */
  getInstrument: instruments.getInstrument,
  /** Expiry dates such as `26MAR27`, by kind; by currency first where one is named. */
  getExpirations: instruments.getExpirations,
  /** The currencies of the exchange. */
  getCurrencies: instruments.getCurrencies,
  /** Names of price indices, such as `btc_usd`. */
  getIndexPriceNames: instruments.getIndexPriceNames,
  /** Coins of an option, or USD of an inverse future, in one contract. Amounts of options are in coin already. */
  getContractSize: instruments.getContractSize,
  /** Active combos with their legs. */
  getCombos: instruments.getCombos,
  /** Names of the combos of a currency. */
  getComboIds: instruments.getComboIds,
  /** One combo with its legs. */
  getComboDetails: instruments.getComboDetails,
  /**
   * A whole chain in one answer: bid, ask and mark in coin, mark IV in percent, forward in USD. Republished about every two
   * seconds, so up to 2.5 s old. No sizes, no greeks, no bid or ask IV. `any` is not a currency here.
   */
  getBookSummaryByCurrency: prices.getBookSummaryByCurrency,
  /** The same for one book, as a list of one. */
  getBookSummaryByInstrument: prices.getBookSummaryByInstrument,
  /**
   * One book's best bid and ask with sizes, mark, greeks, the band of allowed prices. IVs in percent, `vega` in USD per vol
   * point, `theta` in USD per day. An empty side is 0, `null` or absent.
   */
  ticker: prices.ticker,
  /** A ticker with `[price, amount]` levels, best first. Deribit's default depth is 5. */
  getOrderBook: prices.getOrderBook,
  /** An index in USD: what options are delivered on. Not the forward of any expiry. */
  getIndexPrice: prices.getIndexPrice,
  /** `[ms, USD]` of an index, over a range that ends now. */
  getIndexChartData: history.getIndexChartData,
  /** `[ms, percent]`, hourly over about 15 days: annualised realised volatility. */
  getHistoricalVolatility: history.getHistoricalVolatility,
  /**
   * DVOL candles `[ms, open, high, low, close]` in percent; `resolution` in seconds. At most 1,000 at a time: ask again with
   * `continuation` as `end_timestamp` until it is `null`.
   */
  getVolatilityIndexData: history.getVolatilityIndexData,
  /** Candles of one instrument in columns, in its quote currency; `resolution` in minutes. */
  getTradingviewChartData: history.getTradingviewChartData,
  /** `[ms, mark in coin]` of an option in the DVOL basket, every five minutes; of any other, nothing. */
  getMarkPriceHistory: history.getMarkPriceHistory,
  /** Delivery prices of an index in USD by day, newest first. Pages by `offset`. */
  getDeliveryPrices: history.getDeliveryPrices,
  /** Settlements and deliveries of everybody, newest first. Pages by `continuation`. */
  getLastSettlementsByCurrency: history.getLastSettlementsByCurrency,
  /** The same of one instrument. */
  getLastSettlementsByInstrument: history.getLastSettlementsByInstrument,
  /** Trades of one instrument, 10 unless `count` says otherwise; `has_more` says that there were more. */
  getLastTradesByInstrument: publicTrades.getLastTradesByInstrument,
  /** The same of a span of time. */
  getLastTradesByInstrumentAndTime: publicTrades.getLastTradesByInstrumentAndTime,
  /** Trades of a currency. */
  getLastTradesByCurrency: publicTrades.getLastTradesByCurrency,
  /** Trades of a currency in a span of the last 24 hours; an older span answers nothing. */
  getLastTradesByCurrencyAndTime: publicTrades.getLastTradesByCurrencyAndTime,
  /** The exchange's time, UTC epoch milliseconds. */
  getTime: platform.getTime,
  /** The version of the API: proof that it answers. */
  test: platform.test,
  /** Whether trading is locked. Read it with `lockOf` or `isLocked`: its `"false"` is a text, and truthy. */
  status: platform.status,
}
