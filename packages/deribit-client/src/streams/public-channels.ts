import { bookChangeSchema, groupedBookSchema, type WireBookChange, type WireGroupedBook } from '../wire/book-change.js'
import { incrementalTickerSchema, type WireIncrementalTicker } from '../wire/incremental-ticker.js'
import { instrumentSchema, type WireInstrument } from '../wire/instrument.js'
import {
  candleSchema,
  expirationPriceSchema,
  markPricesSchema,
  priceIndexSchema,
  quoteSchema,
  volatilityIndexPointSchema,
  type WireCandle,
  type WireExpirationPrice,
  type WireMarkPrices,
  type WirePriceIndex,
  type WireQuote,
  type WireVolatilityIndexPoint,
} from '../wire/price-notifications.js'
import {
  instrumentStateSchema,
  platformStateSchema,
  publicMethodsStateSchema,
  type WireInstrumentState,
  type WirePlatformState,
  type WirePublicMethodsState,
} from '../wire/state-notifications.js'
import { tickerSchema, type WireTicker } from '../wire/ticker.js'
import { publicTradesSchema, type WirePublicTrade } from '../wire/trade.js'
import type { Channel } from './channel.js'
import {
  channelName,
  groupParts,
  type InstrumentGroup,
  type Interval,
  type Part,
  type Selection,
  selectionParts,
} from './channel-name.js'

/** How much of a book a channel tells, and how often. */
export type BookWindow = {
  /** Prices are grouped in steps of so many USD. `none`, the default, is the only one for options. */
  readonly group?: Part<'group'>
  /** Levels of each side. Default 10. */
  readonly depth?: Part<'depth'>
  /** Default `100ms`. */
  readonly interval?: Interval
}

/** Minutes, or `1D`. */
export type Resolution = Part<'resolution'>

/** What is the last one only for as long as no other has come. */
const newest = { isPrivate: false, delivery: 'newest', startsWhole: false } as const
/** Of which none may be missed. */
const every = { isPrivate: false, delivery: 'every', startsWhole: false } as const
/** What starts with everything, and then tells changes. */
const changes = { isPrivate: false, delivery: 'every', startsWhole: true } as const

/** Channels of the market. Each throws CcError `deribit/invalid-params` where an argument cannot be meant. */
export const publicChannels = {
  /** Top of the book, mark, greeks and more of one instrument. */
  ticker: (symbol: string, interval: Interval = '100ms'): Channel<WireTicker> => ({
    ...newest,
    kind: 'ticker.*',
    name: channelName('ticker', ['symbol', symbol], ['interval', interval]),
    data: tickerSchema,
  }),

  /** The same, whole at first and then what has changed. */
  incrementalTicker: (symbol: string): Channel<WireIncrementalTicker> => ({
    ...changes,
    kind: 'incremental_ticker.*',
    name: channelName('incremental_ticker', ['symbol', symbol]),
    data: incrementalTickerSchema,
  }),

  /** A book in full depth, whole at first and then what has changed. */
  book: (symbol: string, interval: Interval = '100ms'): Channel<WireBookChange> => ({
    ...changes,
    kind: 'book.*',
    name: channelName('book', ['symbol', symbol], ['interval', interval]),
    data: bookChangeSchema,
  }),

  /** The best levels of a book, each time all of them. */
  groupedBook: (
    symbol: string,
    { group = 'none', depth = 10, interval = '100ms' }: BookWindow = {},
  ): Channel<WireGroupedBook> => ({
    ...newest,
    kind: 'book.*.grouped',
    name: channelName('book', ['symbol', symbol], ['group', group], ['depth', depth], ['interval', interval]),
    data: groupedBookSchema,
  }),

  /** Best bid and ask of one instrument. */
  quote: (symbol: string): Channel<WireQuote> => ({
    ...newest,
    kind: 'quote.*',
    name: channelName('quote', ['symbol', symbol]),
    data: quoteSchema,
  }),

  /** Marks of all options on one index, such as `btc_usd`. Their `iv` is a fraction. */
  markPrices: (index: string): Channel<WireMarkPrices> => ({
    ...newest,
    kind: 'markprice.options.*',
    name: channelName('markprice.options', ['index', index]),
    data: markPricesSchema,
  }),

  /** An index, about once a second. */
  priceIndex: (index: string): Channel<WirePriceIndex> => ({
    ...newest,
    kind: 'deribit_price_index.*',
    name: channelName('deribit_price_index', ['index', index]),
    data: priceIndexSchema,
  }),

  /** DVOL in percent. */
  volatilityIndex: (index: string): Channel<WireVolatilityIndexPoint> => ({
    ...newest,
    kind: 'deribit_volatility_index.*',
    name: channelName('deribit_volatility_index', ['index', index]),
    data: volatilityIndexPointSchema,
  }),

  /** What the next expiry would be delivered at. */
  estimatedExpirationPrice: (index: string): Channel<WireExpirationPrice> => ({
    ...newest,
    kind: 'estimated_expiration_price.*',
    name: channelName('estimated_expiration_price', ['index', index]),
    data: expirationPriceSchema,
  }),

  /** Books that open, pause, are delivered. */
  instrumentState: (of: InstrumentGroup): Channel<WireInstrumentState> => ({
    ...every,
    kind: 'instrument.state.*',
    name: channelName('instrument.state', ...groupParts(of)),
    data: instrumentStateSchema,
  }),

  /** Instruments when they are listed. */
  instrumentCreation: (of: InstrumentGroup): Channel<WireInstrument> => ({
    ...every,
    kind: 'instrument.creation.*',
    name: channelName('instrument.creation', ...groupParts(of)),
    data: instrumentSchema,
  }),

  /** Locks of indices, and maintenance. */
  platformState: (): Channel<WirePlatformState> => ({
    ...every,
    kind: 'platform_state',
    name: 'platform_state',
    data: platformStateSchema,
  }),

  /** Whether public methods need a sign-in. */
  publicMethodsState: (): Channel<WirePublicMethodsState> => ({
    ...every,
    kind: 'platform_state.public_methods_state',
    name: 'platform_state.public_methods_state',
    data: publicMethodsStateSchema,
  }),

  /** Trades of everybody. */
  trades: (of: Selection, interval: Interval = '100ms'): Channel<WirePublicTrade[]> => ({
    ...every,
    kind: 'trades.*',
    name: channelName('trades', ...selectionParts(of), ['interval', interval]),
    data: publicTradesSchema.shape.trades,
  }),

  /** The present candle of one instrument, each time that it changes. */
  chartTrades: (symbol: string, resolution: Resolution): Channel<WireCandle> => ({
    ...every,
    kind: 'chart.trades.*',
    name: channelName('chart.trades', ['symbol', symbol], ['resolution', resolution]),
    data: candleSchema,
  }),
} as const
