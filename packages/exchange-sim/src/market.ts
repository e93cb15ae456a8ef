import type { Currency, MarketSource, OptionInstrument, OptionQuote, Span, VenueHistory } from '@cc/models'

/**
 * The outside world of the local exchange: prices that nobody's orders move, as pure functions of time.
 * Asked twice for one time it answers the same, in whatever order it is asked.
 */
export type Market = {
  readonly source: MarketSource
  readonly currencies: readonly Currency[]
  /** Venue time at which the exchange opens. Nothing is asked of earlier times but history. */
  readonly startMs: number
  /** One recorded moment: every time is answered with `startMs`, and nothing ever expires. */
  readonly frozen: boolean
  /** Quotes and index are constant between multiples of it (UTC). */
  readonly stepMs: number
  /** Listed at that time, in symbol order; an expiry leaves the list at its `expiryMs`. */
  instruments(currency: Currency, atMs: number): readonly OptionInstrument[]
  indexUsd(currency: Currency, atMs: number): number
  /** All listed options with their quotes. */
  chain(currency: Currency, atMs: number): readonly OptionQuote[]
  /** `undefined` for what is not listed at that time. */
  quote(symbol: string, atMs: number): OptionQuote | undefined
  /** Bars that had closed at `nowMs`. */
  history(
    currency: Currency,
    request: Span & { kind: 'candles' | 'dvol'; resolutionMs: number; nowMs: number },
  ): VenueHistory
  /** Average of the index over the half hour before `expiryMs`; `undefined` while `nowMs` is before it. */
  deliveryUsd(currency: Currency, expiryMs: number, nowMs: number): number | undefined
}
