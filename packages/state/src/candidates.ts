import type { CandidateOption, ChainQuote, OptionQuote, UnderlyingState } from '@cc/models'
import type { ScreeningBasis } from './candidate-option.js'
import { type CallQuote, readChainRow, readTicker } from './candidate-quote.js'
import type { Datum } from './datum.js'
import type { Listing, MarketView } from './market-view.js'
import type { StateOptions } from './options.js'
import { type RejectedListing, type Rejection, tallyRejections } from './rejections.js'
import { type Judgement, judgeQuotes, rejectBidSize, rejectListing, rejectMoneyness } from './screening.js'

/** What calls are ranked in by the chain alone. */
type RankingBasis = ScreeningBasis & {
  market: MarketView
  /** Time of the chain that the market was viewed by. */
  chainMs: number
  /** What {@link rankByChain} gave of the rest, where it is known. */
  ranking?: Ranking
}

/** What candidates are found in. */
export type CandidateBasis = RankingBasis & {
  /** Tickers of the shortlist. `null`: candidates are judged by the chain alone. */
  tickers: ReadonlyMap<string, Datum<OptionQuote>> | null
}

/**
 * Splits the listed calls into those one could sell now, best first, and the others by the first reason that applies in
 * the order of `CANDIDATE_REJECTIONS`. Together they are all listed calls.
 *
 * The chain decides who is ranked and who is above the cap. Each of these is judged again by its ticker, in full, and
 * ranked anew. Of a ticker that is older than the chain only the sizes count, at prices that the chain still shows.
 */
export function findCandidates(
  basis: CandidateBasis,
  options: StateOptions,
): Pick<UnderlyingState, 'candidates' | 'rejectedCandidates'> {
  const { maxCandidates: cap } = options
  const { ranked, rejected } = basis.ranking ?? rankByChain(basis, options)
  const capped = ranked.slice(cap).map(({ listing }, place): RejectedListing => {
    return { listing, rejection: { reason: 'below-the-cap', limit: cap, value: cap + place + 1 } }
  })
  const judged = judgeByTicker(ranked.slice(0, cap), basis, options)
  const last = sorted(judged.map((judgement) => judgeSize(judgement, options)))
  return {
    candidates: last.ranked.map(({ candidate }) => candidate),
    rejectedCandidates: tallyRejections([...rejected, ...capped, ...last.rejected]),
  }
}

/** Symbols of the calls whose tickers are wanted, best first: what would be candidates by the chain alone. */
export function shortlistOf(basis: RankingBasis, options: StateOptions): readonly string[] {
  const { ranked } = basis.ranking ?? rankByChain(basis, options)
  return ranked.slice(0, options.maxCandidates).map(({ listing }) => listing.instrument.symbol)
}

type Passed = { listing: Listing; candidate: CandidateOption }

/** Listed calls by the chain alone: those one could sell, best first, and the others. */
export type Ranking = { readonly ranked: readonly Passed[]; readonly rejected: readonly RejectedListing[] }

/** Judges all listed calls by the chain. */
export function rankByChain(basis: Omit<RankingBasis, 'ranking'>, options: StateOptions): Ranking {
  const { market, chainMs } = basis
  const early: RejectedListing[] = []
  const calls: CallQuote[] = []
  for (const listing of market.listings) {
    if (listing.instrument.kind !== 'call') continue
    const { quote } = listing
    // Most calls end here, before a volatility is solved for them.
    const rejection =
      rejectListing(listing, options) ?? (quote ? rejectMoneyness({ listing, quote }, options) : NOT_QUOTED)
    if (rejection !== null) early.push({ listing, rejection })
    else calls.push(readChainRow({ listing, quote: quote as ChainQuote }, market, chainMs))
  }
  const { ranked, rejected } = sorted(judgeQuotes(calls, basis, options))
  return { ranked, rejected: [...early, ...rejected] }
}

function judgeByTicker(passed: readonly Passed[], basis: CandidateBasis, options: StateOptions): Judgement[] {
  const { tickers, chainMs } = basis
  if (tickers === null) return [...passed]
  const judged: Judgement[] = []
  const fresh: CallQuote[] = []
  for (const call of passed) {
    const { listing } = call
    const datum = tickers.get(listing.instrument.symbol)
    if (datum === undefined || 'missing' in datum) {
      judged.push({ listing, rejection: { reason: 'no-ticker', limit: null, value: datum?.missing ?? null } })
      continue
    }
    if (datum.value.timestampMs >= chainMs) fresh.push(readTicker(listing, datum.value, basis.market))
    else judged.push({ listing, candidate: { ...call.candidate, ...sizesAt(call.candidate, datum.value) } })
  }
  return [...judged, ...judgeQuotes(fresh, basis, options)]
}

/** Sizes of a ticker, where its book stood at the same price. */
function sizesAt(
  candidate: CandidateOption,
  ticker: OptionQuote,
): Pick<CandidateOption, 'bidSizeCoin' | 'askSizeCoin'> {
  return {
    bidSizeCoin: ticker.bidPriceCoin === candidate.bidPriceCoin ? ticker.bidSizeCoin : null,
    askSizeCoin: ticker.askPriceCoin === candidate.askPriceCoin ? ticker.askSizeCoin : null,
  }
}

function judgeSize(judgement: Judgement, options: StateOptions): Judgement {
  if ('rejection' in judgement) return judgement
  const rejection = rejectBidSize(judgement.candidate, options)
  return rejection === null ? judgement : { listing: judgement.listing, rejection }
}

function sorted(judgements: readonly Judgement[]): { ranked: Passed[]; rejected: RejectedListing[] } {
  const ranked: Passed[] = []
  const rejected: RejectedListing[] = []
  for (const judgement of judgements) {
    if ('candidate' in judgement) ranked.push(judgement)
    else rejected.push(judgement)
  }
  return { ranked: ranked.sort(bestFirst), rejected }
}

function bestFirst({ candidate: a }: Passed, { candidate: b }: Passed): number {
  return scoreOf(b) - scoreOf(a) || (a.instrument.symbol < b.instrument.symbol ? -1 : 1)
}

/**
 * Edge per margin and day, a loss as it is, or without a forecast the volatility that is sold. A loss that ties up
 * more margin for longer is not a smaller one.
 */
function scoreOf({ edgeCoin, initialMarginCoin, dte, bidIv }: CandidateOption): number {
  if (edgeCoin === null) return bidIv
  return edgeCoin > 0 ? edgeCoin / (initialMarginCoin * dte) : edgeCoin
}

const NOT_QUOTED: Rejection = { reason: 'not-quoted', limit: null, value: null }
