export { createPrivateApi, createPublicApi, type PrivateApi, type PublicApi, type SendOrder } from './api.js'
export {
  createDeribitClient,
  createDeribitPublicClient,
  type DeribitClient,
  type DeribitDeps,
  type DeribitPublicClient,
  type DeribitPublicDeps,
} from './client.js'
export type { Answer, ApiMethod, Call, CallOptions, CreditPool, Effect, OrderAnswer } from './method.js'
export { orderMethods, privateMethods } from './methods/private-methods.js'
export { publicMethods } from './methods/public-methods.js'
export {
  type DeribitOptions,
  type DeribitOptionsInput,
  type DeribitSocketOptions,
  type DeribitSocketOptionsInput,
  deribitOptionsSchema,
  deribitSocketOptionsSchema,
} from './options.js'
export type { ServerClock } from './server-clock.js'
export type { CredentialSource, Credentials } from './session/credentials.js'
export type { ConnectionListener, ConnectionState, ConnectionView } from './socket/connection.js'
export type { OpenSocket, WireSocket, WireSocketEvents } from './socket/wire-socket.js'
export {
  createDeribitPublicSocketClient,
  createDeribitSocketClient,
  type DeribitPublicSocketClient,
  type DeribitPublicSocketDeps,
  type DeribitSocketClient,
  type DeribitSocketDeps,
  type SocketParts,
} from './socket-client.js'
export type { Attachment, Channel, ChannelSink, Notification } from './streams/channel.js'
export type { InstrumentGroup, Interval, Selection } from './streams/channel-name.js'
export { channels } from './streams/channels.js'
export { type BookView, type LiveBook, type OpenBookOptions, openBook } from './streams/live-book.js'
export type { BookLevel } from './streams/order-book.js'
export type { BookWindow, Resolution } from './streams/public-channels.js'
export type { Streams, SubscribeOptions, Subscription } from './streams/streams.js'
export type { OrdersOf } from './streams/user-channels.js'
export { type OpenUserEventsOptions, openUserEvents, type UserEvent, type UserEvents } from './streams/user-events.js'
export type { HistoryRequest } from './venue/bar-history.js'
export { chainQuotesOf } from './venue/chain-quotes.js'
export { createDeribitVenue } from './venue/deribit-venue.js'
export { type ChainSnapshot, createPublicArchive, type PublicArchive } from './venue/public-archive.js'
export type { MarketAges } from './venue/stream-market.js'
export {
  type StreamVenueOptions,
  type StreamVenueOptionsInput,
  streamVenueOptionsSchema,
} from './venue/stream-options.js'
export { createStreamVenue, type StreamVenue } from './venue/stream-venue.js'
export { type AccountLimits, type RateLimit, readLimits, type WireLimits } from './wire/account-limits.js'
export type { WireAccessLog, WireMmpTrigger, WirePortfolio, WireUserChanges } from './wire/account-notifications.js'
export type { WireAccountSummaries, WireAccountSummary, WireSimulatedPortfolio } from './wire/account-summary.js'
export type { WireBookChange, WireGroupedBook } from './wire/book-change.js'
export type { WireBookSummary } from './wire/book-summary.js'
export type { WireChart, WireIndexPrice, WirePoints, WireVolatilityIndex } from './wire/charts.js'
export type { WireCombo } from './wire/combo.js'
export type { WireIncrementalTicker } from './wire/incremental-ticker.js'
export type { WireCurrency, WireExpirations, WireIndexNames, WireInstrument } from './wire/instrument.js'
export type { WireMargins, WireOrder, WireOrderMargin, WirePlacedOrder } from './wire/order.js'
export type { WireOrderBook } from './wire/order-book.js'
export { isLocked, lockOf, type WireStatus } from './wire/platform.js'
export type { WirePosition } from './wire/position.js'
export type {
  WireCandle,
  WireExpirationPrice,
  WireMarkPrices,
  WirePriceIndex,
  WireQuote,
  WireVolatilityIndexPoint,
} from './wire/price-notifications.js'
export { createResultReader, type Drift, type ResultReader } from './wire/read-result.js'
export type { WireDeliveryPrices, WireSettlement, WireSettlements } from './wire/settlement.js'
export type {
  WireInstrumentState,
  WirePlatformState,
  WirePublicMethodsState,
  WireUserLock,
} from './wire/state-notifications.js'
export type { WireTicker } from './wire/ticker.js'
export type { WirePublicTrade, WirePublicTrades, WireUserTrade, WireUserTrades } from './wire/trade.js'
export type { WireTransaction, WireTransactionLog } from './wire/transaction-log.js'
