import { DAY_MS } from '../../contract-terms.js'
import type { Trade } from '../../exchange/order.js'

/** What traded in one book: the last price ever, the rest of the last 24 hours. Prices in coin. */
export type DayStats = {
  readonly lastPriceCoin: number | null
  readonly highCoin: number | null
  readonly lowCoin: number | null
  /** From the first trade of the day to the last. */
  readonly changePercent: number | null
  readonly volumeCoin: number
  /** Σ size × price × index. */
  readonly volumeUsd: number
}

/** Statistics of one book from its trades, oldest first. */
export function dayStatsOf(trades: readonly Trade[], nowMs: number): DayStats {
  const lastPriceCoin = trades.at(-1)?.priceCoin ?? null
  let firstPriceCoin: number | null = null
  let highCoin: number | null = null
  let lowCoin: number | null = null
  let volumeCoin = 0
  let volumeUsd = 0
  for (let place = trades.length - 1; place >= 0; place--) {
    const trade = trades[place]
    if (trade === undefined || trade.timestampMs <= nowMs - DAY_MS) break
    const { priceCoin, sizeCoin, indexUsd } = trade
    firstPriceCoin = priceCoin
    highCoin = Math.max(highCoin ?? priceCoin, priceCoin)
    lowCoin = Math.min(lowCoin ?? priceCoin, priceCoin)
    volumeCoin += sizeCoin
    volumeUsd += sizeCoin * priceCoin * indexUsd
  }
  const changePercent =
    firstPriceCoin === null || lastPriceCoin === null ? null : (lastPriceCoin / firstPriceCoin - 1) * 100
  return { lastPriceCoin, highCoin, lowCoin, changePercent, volumeCoin, volumeUsd }
}
