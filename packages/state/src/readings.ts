import type {
  AccountSnapshot,
  Currency,
  IndexPrice,
  OptionChain,
  OptionInstrument,
  OptionQuote,
  VenueHistory,
} from '@cc/models'
import type { Datum } from './datum.js'

/** What was read of one currency: all that its part of the state is computed from. */
export type UnderlyingReadings = {
  currency: Currency
  account: AccountSnapshot
  chain: OptionChain
  instruments: readonly OptionInstrument[]
  /** When the venue was asked for `instruments`, by its clock. Its client may answer from a listing that it keeps. */
  instrumentsMs: number
  index: IndexPrice
  /** Hourly candles of the index over `candleDaysOf(horizon)`, or why there are none. */
  candles: Datum<VenueHistory>
  /** Hourly closes of the venue's volatility index over the last day, or why there are none. */
  dvolHours: Datum<VenueHistory>
  /** Its daily closes over the last year, or why there are none. */
  dvolDays: Datum<VenueHistory>
  /** Tickers of the shortlist, or why one could not be read. `null` where candidates are judged by the chain alone. */
  tickers: ReadonlyMap<string, Datum<OptionQuote>> | null
}

/** What was read of the market alone. */
export type MarketReadings = Omit<UnderlyingReadings, 'account' | 'tickers'>
