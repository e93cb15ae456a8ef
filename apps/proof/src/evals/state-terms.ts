import type { BookState, Currency } from '@cc/models'

/** What an option is, and how it is quoted where that does not follow from its volatility. Prices: coin per coin. */
type QuotedCall = {
  strike: number
  /** Days from the date of the state to the date of its expiry, which is at 08:00 UTC. */
  days: number
  /** Marked volatility, a ratio; without it the at-the-money volatility of the currency. */
  iv?: number
  /** Without it what the volatility less one point gives, rounded down to a tick. */
  bid?: number
  /** Without it what the volatility and one point give, rounded up to a tick. */
  ask?: number | null
  /** Where it says something else than the volatility does. */
  delta?: number
  bookState?: BookState
}

/** A call that could be sold. */
export type OfferTerms = QuotedCall & {
  openInterest?: number
  /** Where it says something else than premium and forecast do, coin per coin. */
  edge?: number
}

/** A short call. */
export type HeldTerms = QuotedCall & {
  size: number
  /** Price that it was sold at; `null`: nobody knows. */
  soldAt: number | null
}

/** One account and its market. */
export type UnderlyingTerms = {
  /** Index and forward, USD; without it 90 000 of BTC, 3 000 of ETH. */
  spot?: number
  coins: number
  /** Coins that may cover calls, where they are fewer than those in the account. */
  covered?: number
  dayChangePct: number
  atmIv: number
  /** Realised volatility and forecast alike; `null`: neither is known. */
  realisedVol: number | null
  ivPercentile: number
  /** Rise of the volatility index in a day, a ratio. */
  dvolRise: number
  /** Initial margin in use, percent of the margin balance. */
  marginUsedPct?: number
  offers: readonly OfferTerms[]
  calls: readonly HeldTerms[]
  /** Labels of sells that rest in the book of the first offer, a step each. */
  restingSells: readonly string[]
  chainAgeMs: number
}

/** A state of the agent in few terms, of 2 January 2026, a Friday. `scenario.schema.json` has the defaults. */
export type StateTerms = {
  /** Hours after 00:00 UTC. */
  hour: number
  BTC?: UnderlyingTerms
  ETH?: UnderlyingTerms
  mode: 'normal' | 'reduce-only' | 'halted'
  /** Currencies with a sell of unknown outcome. */
  unresolved?: readonly Currency[]
  setAside?: readonly Currency[]
  locked?: readonly Currency[]
  /** Stands in every field that others write: labels, reasons, descriptions. */
  text?: string
}
