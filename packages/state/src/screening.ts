import type { CandidateOption, OptionInstrument, VolState } from '@cc/models'
import { moneyness } from '@cc/pricing'
import { priceCandidate, type ScreeningBasis, type SoundQuote } from './candidate-option.js'
import { type CallQuote, impliedVolsOf } from './candidate-quote.js'
import { isUsableIv, type Listing } from './market-view.js'
import type { StateOptions } from './options.js'
import type { Rejection } from './rejections.js'

/** What became of a call: a candidate, or why it is none. */
export type Judgement = CandidateOption | Rejection

export function isRejection(judgement: Judgement): judgement is Rejection {
  return 'reason' in judgement
}

/** Judges a call by its state. `null` lets it pass. */
export function rejectState({ state }: OptionInstrument): Rejection | null {
  return state === 'open' ? null : { reason: 'not-open', limit: null, value: state }
}

/** Judges a call by its days to expiry. */
export function rejectTime({ dte }: Pick<Listing, 'dte'>, { dteMin, dteMax }: StateOptions): Rejection | null {
  if (dte < dteMin || dte <= 0) return { reason: 'dte-too-short', limit: dteMin, value: dte }
  if (dte > dteMax) return { reason: 'dte-too-long', limit: dteMax, value: dte }
  return null
}

/**
 * Judges quotes row for row, in the order of `CANDIDATE_REJECTIONS`, from `in-the-money` to `ivrv-missing`. Most calls end
 * before they are priced, and those in the money before a volatility is solved for them.
 */
export function judgeQuotes(calls: readonly CallQuote[], basis: ScreeningBasis, options: StateOptions): Judgement[] {
  const early = calls.map((call) => rejectMoneyness(moneynessOf(call), options))
  const others = calls.filter((_, row) => early[row] === null)
  const { bidIv, askIv } = impliedVolsOf(others)
  const judged = others.map((call, row): Judgement => {
    const sound = soundQuoteOf(call, bidIv[row] as number, askIv[row] as number)
    if ('reason' in sound) return sound
    const byDelta = rejectDelta(sound, options)
    if (byDelta !== null) return byDelta
    const candidate = priceCandidate(call, sound, basis)
    return rejectSale(candidate, options) ?? rejectRegime(basis.vol, options) ?? candidate
  })
  let next = 0
  return early.map((rejection) => rejection ?? (judged[next++] as Judgement))
}

/** Judges what only a ticker tells: the size at the bid. Demanded and unknown is not enough. */
export function rejectBidSize({ bidSizeCoin }: CandidateOption, { liquidity }: StateOptions): Rejection | null {
  const limit = liquidity.minBidSizeCoin
  if (limit === 0) return null
  if (bidSizeCoin === null) return { reason: 'bid-size-missing', limit, value: null }
  return bidSizeCoin >= limit ? null : { reason: 'bid-size-too-small', limit, value: bidSizeCoin }
}

/** Judges a call that passed by all that its figures tell, in the same order: it may fall under other options. */
export function rejectCandidate(
  candidate: CandidateOption,
  vol: Pick<VolState, 'ivrv'>,
  options: StateOptions,
): Rejection | null {
  return (
    rejectState(candidate.instrument) ??
    rejectTime(candidate, options) ??
    rejectMoneyness(candidate.moneyness, options) ??
    rejectDelta(candidate, options) ??
    rejectSale(candidate, options) ??
    rejectRegime(vol, options) ??
    rejectBidSize(candidate, options)
  )
}

/** What is wrong with book or mark, if anything. NaN is no price and no volatility. */
function soundQuoteOf(call: CallQuote, bidIv: number, askIv: number): SoundQuote | Rejection {
  const { bidPriceCoin, askPriceCoin, markPriceCoin, markIv } = call.quote
  if (bidPriceCoin === null || !(bidPriceCoin > 0)) return { reason: 'no-bid', limit: null, value: null }
  if (askPriceCoin === null || !(askPriceCoin > 0)) return { reason: 'no-ask', limit: null, value: null }
  if (bidPriceCoin > askPriceCoin) return { reason: 'crossed', limit: null, value: bidPriceCoin - askPriceCoin }
  if (markIv === null || !Number.isFinite(markIv) || !(markPriceCoin >= 0)) {
    return { reason: 'no-iv', limit: null, value: null }
  }
  if (Number.isNaN(bidIv)) return { reason: 'no-iv', limit: null, value: bidPriceCoin }
  const strangeIv = isUsableIv(markIv) ? bidIv : markIv
  if (!isUsableIv(strangeIv)) return { reason: 'iv-out-of-range', limit: null, value: strangeIv }
  const { delta, netDelta, gamma, vega, theta } = call.greeks
  if (delta === null || netDelta === null || gamma === null || vega === null || theta === null) {
    return { reason: 'no-iv', limit: null, value: bidPriceCoin }
  }
  return {
    bidPriceCoin,
    askPriceCoin,
    markIv,
    bidIv,
    askIv: Number.isNaN(askIv) ? null : askIv,
    delta,
    netDelta,
    gamma,
    vega,
    theta,
    moneyness: moneynessOf(call),
  }
}

/** Comes before the book, whose bid is often below what such a call is worth at once, so that it has no volatility. */
function rejectMoneyness(value: number, { moneynessMin }: StateOptions): Rejection | null {
  return value < moneynessMin ? { reason: 'in-the-money', limit: moneynessMin, value } : null
}

function moneynessOf({ listing, quote }: Pick<CallQuote, 'listing' | 'quote'>): number {
  return quote.forwardUsd > 0
    ? moneyness({ forwardUsd: quote.forwardUsd, strikeUsd: listing.instrument.strikeUsd })
    : Number.NaN
}

function rejectDelta({ delta }: Pick<SoundQuote, 'delta'>, { deltaMin, deltaMax }: StateOptions): Rejection | null {
  if (delta < deltaMin) return { reason: 'delta-too-low', limit: deltaMin, value: delta }
  if (delta > deltaMax) return { reason: 'delta-too-high', limit: deltaMax, value: delta }
  return null
}

function rejectSale(candidate: CandidateOption, { premiumMinUsd, liquidity }: StateOptions): Rejection | null {
  const { netPremiumUsd, spreadTicks, spreadIv, openInterestCoin } = candidate
  const { maxSpreadTicks, maxSpreadIv, minOpenInterestCoin } = liquidity
  if (netPremiumUsd < premiumMinUsd) return { reason: 'premium-too-small', limit: premiumMinUsd, value: netPremiumUsd }
  // An ask that no volatility gives is above what a call can be worth.
  if ((spreadTicks ?? Infinity) > maxSpreadTicks && (spreadIv ?? Infinity) > maxSpreadIv) {
    return { reason: 'spread-too-wide', limit: maxSpreadIv, value: spreadIv }
  }
  if (minOpenInterestCoin === 0) return null
  if (openInterestCoin === null) return { reason: 'open-interest-missing', limit: minOpenInterestCoin, value: null }
  if (openInterestCoin >= minOpenInterestCoin) return null
  return { reason: 'open-interest-too-small', limit: minOpenInterestCoin, value: openInterestCoin }
}

/** Comes last, so that the counts tell what would be a candidate in another regime. */
function rejectRegime({ ivrv }: Pick<VolState, 'ivrv'>, { ivrvMin }: StateOptions): Rejection | null {
  if (ivrvMin === undefined) return null
  if (ivrv === null) return { reason: 'ivrv-missing', limit: ivrvMin, value: null }
  return ivrv >= ivrvMin ? null : { reason: 'ivrv-too-low', limit: ivrvMin, value: ivrv }
}
