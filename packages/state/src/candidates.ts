import { CANDIDATE_REJECTIONS, type CandidateOption, type CandidateRejection, type UnderlyingState } from '@cc/models'
import { moneyness, saleProceedsCoin } from '@cc/pricing'
import type { StateOptions } from './options.js'
import { deltaOf, type Listing } from './readings.js'

/**
 * Splits the listed calls into those one could sell now, by expiry, then strike, and the count of the others by
 * the first reason that applies in the order of `CANDIDATE_REJECTIONS`. A call without a row in the chain has
 * no bid. Together they are all listed calls.
 */
export function findCandidates(
  listings: readonly Listing[],
  spotUsd: number,
  options: StateOptions,
): Pick<UnderlyingState, 'candidates' | 'rejectedCandidates'> {
  const candidates: CandidateOption[] = []
  const rejections = new Map<CandidateRejection, number>()
  for (const listing of listings) {
    if (listing.instrument.kind !== 'call') continue
    const judged = judgeCall(listing, spotUsd, options)
    if (typeof judged === 'string') rejections.set(judged, (rejections.get(judged) ?? 0) + 1)
    else candidates.push(judged)
  }
  candidates.sort(
    (a, b) => a.instrument.expiryMs - b.instrument.expiryMs || a.instrument.strikeUsd - b.instrument.strikeUsd,
  )
  const rejectedCandidates: UnderlyingState['rejectedCandidates'] = {}
  for (const reason of CANDIDATE_REJECTIONS) {
    const count = rejections.get(reason)
    if (count !== undefined) rejectedCandidates[reason] = count
  }
  return { candidates, rejectedCandidates }
}

function judgeCall(listing: Listing, spotUsd: number, options: StateOptions): CandidateOption | CandidateRejection {
  const { instrument, quote, dte } = listing
  if (instrument.state !== 'open') return 'not-open'
  if (dte < options.dteMin || dte <= 0) return 'dte-too-short'
  if (dte > options.dteMax) return 'dte-too-long'
  if (quote === undefined || quote.bidPriceCoin === null) return 'no-bid'
  const { bidPriceCoin, askPriceCoin, forwardUsd, markIv } = quote
  const delta = deltaOf(listing)
  if (markIv === null || delta === null) return 'no-iv'
  if (delta < options.deltaMin) return 'delta-too-low'
  if (delta > options.deltaMax) return 'delta-too-high'
  const netPremiumCoin = saleProceedsCoin({ sizeCoin: 1, priceCoin: bidPriceCoin, feeRate: instrument.takerFeeRate })
  const netPremiumUsd = netPremiumCoin * spotUsd
  if (netPremiumUsd < options.premiumMinUsd) return 'premium-too-small'
  return {
    instrument,
    dte,
    bidPriceCoin,
    askPriceCoin,
    markPriceCoin: quote.markPriceCoin,
    markIv,
    forwardUsd,
    delta,
    moneyness: moneyness({ forwardUsd, strikeUsd: instrument.strikeUsd }),
    netPremiumCoin,
    netPremiumUsd,
    annualisedYieldPct: (netPremiumCoin / dte) * DAYS_PER_YEAR * 100,
    spreadPct: askPriceCoin === null ? null : spreadPct(bidPriceCoin, askPriceCoin),
    openInterestCoin: quote.openInterestCoin,
  }
}

/** A crossed book, which a chain read in several pieces can show, has no spread to pay. */
function spreadPct(bidPriceCoin: number, askPriceCoin: number): number {
  return (Math.max(0, askPriceCoin - bidPriceCoin) / ((askPriceCoin + bidPriceCoin) / 2)) * 100
}

const DAYS_PER_YEAR = 365
