import type {
  AccountSnapshot,
  ChainQuote,
  Currency,
  IndexPrice,
  MissingDatum,
  OptionChain,
  OptionInstrument,
  VenueHistory,
} from '@cc/models'
import { black76, daysBetween, yearsBetween } from '@cc/pricing'

/** What was read of one currency: all that its part of the state is computed from. */
export type UnderlyingReadings = {
  currency: Currency
  account: AccountSnapshot
  chain: OptionChain
  instruments: readonly OptionInstrument[]
  index: IndexPrice
  /** Hourly candles of the index over the volatility horizon and a day, or why there are none. */
  candles: Datum<VenueHistory>
  /** The venue's volatility index over the last day, or why there is none. */
  dvol: Datum<VenueHistory>
}

/** A value, or why there is none. */
export type Datum<T> = { value: T } | { missing: string }

/** Turns data into the state's `value | null`, and keeps the reason of every `null`. */
export type DatumReader = {
  read<T>(name: string, datum: Datum<T>): T | null
  readonly missing: readonly MissingDatum[]
}

export function createDatumReader(): DatumReader {
  const missing: MissingDatum[] = []
  return {
    missing,
    read(name, datum) {
      if ('value' in datum) return datum.value
      missing.push({ datum: name, reason: datum.missing })
      return null
    },
  }
}

/** A listed option beside its row of the chain. Some have none: Deribit lists before it quotes. */
export type Listing = {
  instrument: OptionInstrument
  quote: ChainQuote | undefined
  /** Days to expiry; 0 or less once it has expired. */
  dte: number
  expiryYears: number
}

export function listingsOf(
  instruments: readonly OptionInstrument[],
  chain: OptionChain,
  timeMs: number,
): readonly Listing[] {
  const quotes = new Map(chain.quotes.map((quote) => [quote.symbol, quote]))
  return instruments.map((instrument) => ({
    instrument,
    quote: quotes.get(instrument.symbol),
    dte: daysBetween(timeMs, instrument.expiryMs),
    expiryYears: yearsBetween(timeMs, instrument.expiryMs),
  }))
}

/** Black-Scholes delta from mark IV and the row's own forward; `null` where the venue marks no IV. */
export function deltaOf({ instrument, quote, expiryYears }: Listing): number | null {
  if (quote === undefined || quote.markIv === null) return null
  const { delta } = black76({
    forwardUsd: quote.forwardUsd,
    strikeUsd: instrument.strikeUsd,
    // Between expiry and delivery the clock has run out, and delta is that of the payout.
    expiryYears: Math.max(0, expiryYears),
    iv: quote.markIv,
    kind: instrument.kind,
  })
  return delta
}
