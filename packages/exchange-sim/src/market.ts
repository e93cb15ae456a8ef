import type { ChainQuote, Currency, MarketSource, OptionInstrument, OptionQuote, Span, VenueHistory } from '@cc/models'

/** When quotes change. */
export type MarketSteps = {
  /**
   * The latest change that is not after `atMs`: the moment its quotes are of. At least `startMs`. Of one coin where one is
   * named, which may have changed earlier than others.
   */
  startMs(atMs: number, currency?: Currency): number
  /** The first change after `atMs`; infinite where there is none. */
  nextMs(atMs: number): number
}

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
  /** Where quotes change at other times than those: the steps of a recorded history. */
  readonly steps?: MarketSteps
  /** Listed at that time, in symbol order; an expiry leaves the list at its `expiryMs`. */
  instruments(currency: Currency, atMs: number): readonly OptionInstrument[]
  indexUsd(currency: Currency, atMs: number): number
  /** All listed options with their quotes. */
  chain(currency: Currency, atMs: number): readonly OptionQuote[]
  /**
   * The same without sizes, greeks and bands, in objects of their own, where a market has them cheaper so. To the last bit
   * what `chain` says.
   */
  chainRows?(currency: Currency, atMs: number): readonly ChainQuote[]
  /** `undefined` for what is not listed at that time. */
  quote(symbol: string, atMs: number): OptionQuote | undefined
  /** Bars that had closed at `nowMs`, in columns that nobody writes to any more: whoever asked may keep them. */
  history(
    currency: Currency,
    request: Span & { kind: 'candles' | 'dvol'; resolutionMs: number; nowMs: number },
  ): VenueHistory
  /** Average of the index over the half hour before `expiryMs`; `undefined` while `nowMs` is before it. */
  deliveryUsd(currency: Currency, expiryMs: number, nowMs: number): number | undefined
}
