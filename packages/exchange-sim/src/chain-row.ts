import type { ChainQuote } from '@cc/models'

/**
 * A row of a chain as a market makes it. A class, because rows come by the thousand and live for a cycle: object literals
 * that outlive the first, small heap of a process are put among the long-lived ones by V8 from then on, and a sweep
 * collects them at twice the cost.
 */
export class ChainRow implements ChainQuote {
  declare readonly symbol: string
  declare readonly bidPriceCoin: number | null
  declare readonly askPriceCoin: number | null
  declare readonly markPriceCoin: number
  declare readonly markIv: number
  declare readonly forwardUsd: number
  declare readonly openInterestCoin: number | null
  declare readonly volumeCoin: number | null

  constructor(
    symbol: string,
    bidPriceCoin: number | null,
    askPriceCoin: number | null,
    markPriceCoin: number,
    markIv: number,
    forwardUsd: number,
    openInterestCoin: number | null = null,
    volumeCoin: number | null = null,
  ) {
    this.symbol = symbol
    this.bidPriceCoin = bidPriceCoin
    this.askPriceCoin = askPriceCoin
    this.markPriceCoin = markPriceCoin
    this.markIv = markIv
    this.forwardUsd = forwardUsd
    this.openInterestCoin = openInterestCoin
    this.volumeCoin = volumeCoin
  }
}
