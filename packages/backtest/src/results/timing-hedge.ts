import type { BookRow, RunBook } from '../book/run-book.js'

/** What a hedge in the inverse perpetual costs. */
export type TimingHedgeOptions = {
  /** Of what is traded, a ratio. Default 0.0005, Deribit's taker fee. */
  feeRate?: number
  /** What a long position pays between two moments, a ratio of it. Default: nothing, which the result must say. */
  fundingRate?: (fromMs: number, toMs: number) => number
}

/** A book whose timing was hedged away. Its cash holds the hedge, which its flows do not tell. */
export type TimingHedge = {
  book: RunBook
  /** Result of the perpetual before costs, then what it cost. */
  hedgeCoin: number
  feesCoin: number
  fundingCoin: number
}

/**
 * The risk-managed form of a strategy (Israelov and Nielsen): an inverse perpetual holds the delta of the calls at its mean,
 * so that passive exposure and short volatility are left. The position changes at each row; the mean is that of the
 * premium-adjusted deltas up to the row, weighted by size and time, since nothing may trade on a mean of the whole run. The
 * perpetual trades at the index, and its margin is not looked at.
 */
export function hedgeTiming(book: RunBook, options: TimingHedgeOptions = {}): TimingHedge {
  const { feeRate = PERPETUAL_FEE_RATE, fundingRate = () => 0 } = options
  const mean = createExpandingMean()
  let positionCoin = 0
  let [hedgeCoin, feesCoin, fundingCoin] = [0, 0, 0]
  const rows = book.rows.map((row, i): BookRow => {
    const before = book.rows[i - 1]
    if (before !== undefined) {
      mean.hold(before, row.timeMs - before.timeMs)
      // A position in an inverse future is of so many USD: in coin it shrinks as the index rises.
      const leftCoin = (positionCoin * before.indexUsd) / row.indexUsd
      hedgeCoin += positionCoin - leftCoin
      fundingCoin += positionCoin * fundingRate(before.timeMs, row.timeMs)
      positionCoin = leftCoin
    }
    // Of the rows of one moment the last holds what goes on: an option at its payout needs no hedge any more.
    if (book.rows[i + 1]?.timeMs !== row.timeMs) {
      const wantedCoin = i === book.rows.length - 1 ? 0 : mean.hedgeOf(row)
      feesCoin += feeRate * Math.abs(wantedCoin - positionCoin)
      positionCoin = wantedCoin
    }
    return { ...row, cashCoin: row.cashCoin + hedgeCoin - feesCoin - fundingCoin }
  })
  return { book: { ...book, rows }, hedgeCoin, feesCoin, fundingCoin }
}

/** Mean premium-adjusted delta of a coin of the options held so far. */
function createExpandingMean() {
  let weights = 0
  let weighted = 0
  return {
    hold({ options }: BookRow, durationMs: number): void {
      for (const { sizeCoin, delta, markCoin } of options) {
        const weight = Math.abs(sizeCoin) * durationMs
        weights += weight
        weighted += weight * (delta - markCoin)
      }
    },
    /** Coins of the perpetual that bring what is held to the mean; none before anything was held for a while. */
    hedgeOf({ options }: BookRow): number {
      if (weights === 0) return 0
      return options.reduce(
        (sum, { sizeCoin, delta, markCoin }) => sum + sizeCoin * (weighted / weights - delta + markCoin),
        0,
      )
    },
  }
}

const PERPETUAL_FEE_RATE = 0.0005
