import type { Currency } from '@cc/models'

/** A trade or a delivery of one option, as the exchange booked it, with what it was worth then. */
export type BookedFlow = {
  timeMs: number
  kind: 'trade' | 'delivery'
  symbol: string
  /** Signed change of the position: −0.5 is half a coin sold; a delivery of a short is positive. */
  sizeCoin: number
  /** Coin per coin; of a delivery the payout. */
  priceCoin: number
  feeCoin: number
  /** Signed change of the cash, fee included. */
  cashCoin: number
  /** Mark when it happened, coin per coin; of a delivery the payout. */
  markCoin: number
  /** Index when it happened; of a delivery the delivery price. USD. */
  indexUsd: number
  /** Black-Scholes delta of one coin of it when it happened; of a delivery 1 or 0, as in the row before. */
  delta: number
  /** Best bid and ask when it happened, coin per coin; `null` where there was none, and of a delivery. */
  bidCoin: number | null
  askCoin: number | null
  /** Implied volatility of the mark when it happened, a ratio; `null` where it is not known, and of a delivery. */
  iv: number | null
  /** The decision that it comes from; `null` of a delivery. */
  decisionId: string | null
  liquidity: 'maker' | 'taker' | null
}

/** A held option at a row. */
export type HeldOption = {
  symbol: string
  /** Signed: short is negative. */
  sizeCoin: number
  /** At the expiry: the payout. */
  markCoin: number
  /** Black-Scholes delta of one coin. At the expiry: 1 or 0. */
  delta: number
}

/**
 * The account at one moment, after everything that was booked up to it, deliveries of the moment excepted: those of an
 * expiry stand between two rows of one time, the first with the options at their payouts.
 */
export type BookRow = {
  timeMs: number
  /** USD; of the two rows of an expiry the delivery price. */
  indexUsd: number
  /** The balance: every coin in or out so far. */
  cashCoin: number
  /** Σ size × mark. */
  optionsCoin: number
  /** Initial margin over margin balance, percent; `null` without a margin balance, and in rows between two decisions. */
  marginUsedPct: number | null
  options: readonly HeldOption[]
  /** What was booked after the row before, in order. */
  flows: readonly BookedFlow[]
}

/**
 * What a run did to the account of one coin. Rows: the start, each decision time, each trade, two at each expiry of something
 * held, the end. Between two rows no position changes but by the flows of the later one, at its marks.
 */
export type RunBook = {
  currency: Currency
  depositCoin: number
  rows: readonly BookRow[]
}
