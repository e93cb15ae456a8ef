import type { CandidateOption, ChainQuote, OptionGreeks, OptionQuote } from '@cc/models'
import { black76, createImpliedVolColumns, impliedVolChain, openSettlementShare } from '@cc/pricing'
import { createScratch } from './columns.js'
import { attempt } from './datum.js'
import { greeksAt, type Listing, type MarketView, NO_GREEKS } from './market-view.js'

/** What is quoted of a call, by its row of the chain or by its ticker. */
export type CallQuote = {
  readonly listing: Listing
  readonly quote: ChainQuote
  /** By what, when, and with which sizes. */
  readonly read: Pick<CandidateOption, 'quotedMs' | 'quotedBy' | 'bidSizeCoin' | 'askSizeCoin'>
  readonly greeks: OptionGreeks
}

/**
 * A call by its row of the chain, with the greeks of the view, which are put together for those alone who ask. A class, for
 * hundreds are made in each cycle: as literals they may come to live among the old, and would keep their listings there.
 */
export class ChainCall implements CallQuote {
  declare readonly listing: Listing
  declare readonly quote: ChainQuote
  declare readonly read: CallQuote['read']
  declare private readonly market: MarketView

  constructor(listing: Listing, quote: ChainQuote, { read, market }: { read: CallQuote['read']; market: MarketView }) {
    this.listing = listing
    this.quote = quote
    this.read = read
    this.market = market
  }

  get greeks(): OptionGreeks {
    return greeksAt(this.market, this.listing)
  }
}

/**
 * Takes a call's quote from its ticker. The ticker's own greeks are not used: they are rounded, gamma to 5 decimals, and
 * some are 0. Its deltas count in the last 30 minutes as those of the view.
 */
export function readTicker(listing: Listing, ticker: OptionQuote, { timeMs }: MarketView): CallQuote {
  const { strikeUsd, kind, expiryMs } = listing.instrument
  const { timestampMs, bidSizeCoin, askSizeCoin, forwardUsd, markIv } = ticker
  const value = attempt(() =>
    black76({ forwardUsd, strikeUsd, expiryYears: listing.expiryYears, iv: markIv ?? Number.NaN, kind }),
  )
  return {
    listing,
    quote: ticker,
    read: { quotedMs: timestampMs, quotedBy: 'ticker', bidSizeCoin, askSizeCoin },
    greeks: 'value' in value ? settled(value.value, openSettlementShare(expiryMs - timeMs)) : NO_GREEKS,
  }
}

/** Volatilities of all bids and asks, row for row of `calls`; NaN where there is no price, or none that one gives. */
export function impliedVolsOf(calls: readonly CallQuote[]): { bidIv: Float64Array; askIv: Float64Array } {
  // One pass over both: bids first, then asks.
  const rows = calls.length
  const options = bothSides(2 * rows)
  let row = 0
  for (const { listing, quote } of calls) {
    for (const at of [row, row + rows]) {
      const priceCoin = at === row ? quote.bidPriceCoin : quote.askPriceCoin
      options.forwardUsd[at] = quote.forwardUsd
      options.strikeUsd[at] = listing.instrument.strikeUsd
      options.expiryYears[at] = listing.expiryYears
      options.priceUsd[at] = (priceCoin ?? Number.NaN) * quote.forwardUsd
    }
    row++
  }
  const result = createImpliedVolColumns(2 * rows)
  impliedVolChain({ ...options, isCall: new Uint8Array(2 * rows).fill(1) }, result)
  return { bidIv: result.iv.subarray(0, rows), askIv: result.iv.subarray(rows) }
}

const bothSides = createScratch(['forwardUsd', 'strikeUsd', 'expiryYears', 'priceUsd'])

function settled<T extends { delta: number; netDelta: number }>(greeks: T, openShare: number): T {
  return { ...greeks, delta: greeks.delta * openShare, netDelta: greeks.netDelta * openShare }
}
