import type { Currency, MarketSource, OptionInstrument } from '@cc/models'

/**
 * Everything of one coin that an environment needs, in columns, made once: a price taker moves no price, so whatever it
 * can ever trade or hold is quoted before the first step. Nothing in it changes, and any number of environments share it.
 *
 * At each decision time there is a menu: one call for each pair of a tenor and a delta, tenor by tenor. A contract is
 * quoted from the time it is first on a menu until it expires.
 */
export type World = {
  readonly currency: Currency
  readonly source: MarketSource
  /** Decision times, ascending, UTC epoch ms. None lies in the settlement pause around 08:00 UTC. */
  readonly timeMs: Float64Array
  /** At the decision times. */
  readonly indexUsd: Float64Array
  /** A row of `MARKET_FEATURES` for each decision time. All finite. */
  readonly features: Float64Array
  readonly menu: Menu
  readonly contracts: WorldContracts
  /** A row of `QUOTE_WIDTH` for each decision time in the life of a contract, contract by contract. */
  readonly quotes: Float64Array
  /** A row of `TERM_WIDTH` for each row of quotes: what an episode reads only where it sells. */
  readonly terms: Float64Array
  /** Index of the decision time by which the last call has been delivered: after it nothing can happen. */
  readonly lastSettlement: number
}

/** What can be sold, by decision time and slot. */
export type Menu = {
  /** Days to expiry that are aimed at. */
  readonly tenorsDays: readonly number[]
  /** Black-Scholes deltas that are aimed at. */
  readonly deltas: readonly number[]
  /** Tenors × deltas, at most 26. */
  readonly slots: number
  /** Contract of each slot, `slots` for each decision time; −1: none. */
  readonly contract: Int32Array
  /** Its row of quotes at that time; −1: none. */
  readonly row: Int32Array
  /** One bit for each slot that has a bid, for each decision time. */
  readonly offered: Int32Array
  /**
   * What selling a coin of each slot adds to the coins that cover it, `slots` for each decision time: the bid less one tick
   * and the fee, and no more than its margin leaves of the coin. NaN where it is not offered.
   */
  readonly coverCoin: Float64Array
}

/** Columns with one entry for each contract. */
export type WorldContracts = {
  readonly instruments: readonly OptionInstrument[]
  readonly expiryMs: Float64Array
  readonly strikeUsd: Float64Array
  /** USD; what is on a menu is delivered before the world ends. */
  readonly deliveryUsd: Float64Array
  /** Of one coin at its delivery: what it pays out, and the fee. */
  readonly payoutCoin: Float64Array
  readonly deliveryFeeCoin: Float64Array
  /** Its first decision time. */
  readonly firstTime: Int32Array
  /** The first decision time at which it has expired. */
  readonly endTime: Int32Array
  /** Where its rows of quotes begin. */
  readonly firstRow: Int32Array
}

/** Columns of a row of quotes; prices in coin, NaN for no bid or no ask. */
export const BID = 0
export const ASK = 1
export const MARK = 2
/** Black-Scholes delta. */
export const DELTA = 3
/** Net transaction (premium-adjusted) delta: delta − mark. */
export const NET_DELTA = 4
/** Fee of buying one coin at the ask. */
export const ASK_FEE = 5
/** The most that buying one coin back may cost: one tick above the ask, and the fee. */
export const WORST_ASK = 6
/** One bit for each slot that the call can be rolled to at that time: another call on offer, of no earlier expiry. */
export const ROLLS = 7
/** A cache line. */
export const QUOTE_WIDTH = 8

/** Columns of a row of terms. */
export const FORWARD_USD = 0
export const IV = 1
/** Initial margin of one coin sold, in coin. */
export const INITIAL_MARGIN = 2
/** Fee of selling one coin at the bid. */
export const BID_FEE = 3
export const TERM_WIDTH = 4

/**
 * What an observation tells of the market: log returns of the index over a day and a week, zero-mean realised volatility
 * of a week and of 30 days, the volatility index, the log of its ratio to the 30 days' volatility, the share of the past
 * year's days on which it was not higher, the skew (IV of the 25-delta call less at the money, about 30 days), and the
 * slope (at the money, 30 less 7 days).
 */
export const MARKET_FEATURES = [
  'return-1d',
  'return-7d',
  'rv-7d',
  'rv-30d',
  'iv-30d',
  'log-ivrv',
  'iv-percentile',
  'call-skew',
  'term-slope',
] as const

/** Least and greatest of each of `MARKET_FEATURES`: what is beyond is shown as the bound. */
export const MARKET_BOUNDS = [
  [-1, 1],
  [-2, 2],
  [0, 5],
  [0, 5],
  [0, 5],
  [-3, 3],
  [0, 1],
  [-1, 1],
  [-2, 2],
] as const

/** The most slots that a menu may have: their bits and two more make one small integer. */
const MOST_SLOTS = 26

/** @throws RangeError naming the option, for a menu that is empty, too large, or out of range. */
export function requireMenu(
  where: string,
  { tenorsDays, deltas }: { tenorsDays: readonly number[]; deltas: readonly number[] },
): void {
  const slots = tenorsDays.length * deltas.length
  if (!(slots >= 1 && slots <= MOST_SLOTS)) {
    throw new RangeError(`${where}: tenorsDays × deltas must be 1 to ${MOST_SLOTS} slots, got ${slots}`)
  }
  for (const days of tenorsDays) {
    if (!(days >= 0.25 && days <= 400)) {
      throw new RangeError(`${where}: tenorsDays must be 0.25 to 400 days, got ${String(days)}`)
    }
  }
  for (const delta of deltas) {
    if (!(delta > 0 && delta < 1)) throw new RangeError(`${where}: deltas must be inside 0..1, got ${String(delta)}`)
  }
}
