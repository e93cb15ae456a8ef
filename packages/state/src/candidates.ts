import type { CandidateOption, OptionInstrument, OptionQuote, UnderlyingState } from '@cc/models'
import { daysBetween } from '@cc/pricing'
import type { ScreeningBasis } from './candidate-option.js'
import { type CallQuote, ChainCall, readTicker } from './candidate-quote.js'
import type { Datum } from './datum.js'
import { type Listing, listingAt, type MarketView } from './market-view.js'
import type { StateOptions } from './options.js'
import { type Rejection, tallyRejections } from './rejections.js'
import { isRejection, type Judgement, judgeQuotes, rejectBidSize, rejectState, rejectTime } from './screening.js'

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
  const { ranked, rejections } = basis.ranking ?? rankByChain(basis, options)
  const byRow = [...rejections]
  for (const [place, { listing }] of ranked.entries()) {
    if (place >= cap) byRow[listing.row] = { reason: 'below-the-cap', limit: cap, value: place + 1 }
  }
  const passed: Passed[] = []
  for (const { listing, judgement } of judgeByTicker(ranked.slice(0, cap), basis, options)) {
    const last = isRejection(judgement) ? judgement : (rejectBidSize(judgement, options) ?? judgement)
    if (isRejection(last)) byRow[listing.row] = last
    else passed.push({ listing, candidate: last })
  }
  return {
    candidates: passed.sort(bestFirst).map(({ candidate }) => candidate),
    rejectedCandidates: tallyRejections(basis.market, byRow),
  }
}

/** Symbols of the calls whose tickers are wanted, best first: what would be candidates by the chain alone. */
export function shortlistOf(basis: RankingBasis, options: StateOptions): readonly string[] {
  const { ranked } = basis.ranking ?? rankByChain(basis, options)
  return ranked.slice(0, options.maxCandidates).map(({ listing }) => listing.instrument.symbol)
}

type Passed = { listing: Listing; candidate: CandidateOption }

/** Listed calls by the chain alone: those one could sell, best first, and by row why the others are none. */
export type Ranking = { readonly ranked: readonly Passed[]; readonly rejections: readonly (Rejection | undefined)[] }

/** Judges all listed calls by the chain. */
export function rankByChain(basis: Omit<RankingBasis, 'ranking'>, options: StateOptions): Ranking {
  const { market, chainMs } = basis
  const { instruments, quotes, columns, timeMs } = market
  const read: CallQuote['read'] = { quotedMs: chainMs, quotedBy: 'chain', bidSizeCoin: null, askSizeCoin: null }
  const rejections: (Rejection | undefined)[] = new Array(instruments.length).fill(undefined)
  const calls: CallQuote[] = []
  for (const { expiryMs, from, to } of market.expiries) {
    const untimely = rejectTime({ dte: daysBetween(timeMs, expiryMs) }, options)
    for (let row = from; row < to; row++) {
      if (columns.isCall[row] === 0) continue
      const isOpen = columns.isOpen[row] === 1
      const early = (isOpen ? null : rejectState(instruments[row] as OptionInstrument)) ?? untimely
      const quote = quotes[row]
      if (early !== null) rejections[row] = early
      else if (quote === undefined) rejections[row] = NOT_QUOTED
      else calls.push(new ChainCall(listingAt(market, row), quote, { read, market }))
    }
  }
  const ranked: Passed[] = []
  for (const [place, judgement] of judgeQuotes(calls, basis, options).entries()) {
    const { listing } = calls[place] as CallQuote
    if (isRejection(judgement)) rejections[listing.row] = judgement
    else ranked.push({ listing, candidate: judgement })
  }
  return { ranked: ranked.sort(bestFirst), rejections }
}

type Judged = { listing: Listing; judgement: Judgement }

function judgeByTicker(passed: readonly Passed[], basis: CandidateBasis, options: StateOptions): Judged[] {
  const { tickers, chainMs } = basis
  if (tickers === null) return passed.map(({ listing, candidate }) => ({ listing, judgement: candidate }))
  const judged: Judged[] = []
  const fresh: CallQuote[] = []
  for (const { listing, candidate } of passed) {
    const datum = tickers.get(listing.instrument.symbol)
    if (datum === undefined || 'missing' in datum) {
      judged.push({ listing, judgement: { reason: 'no-ticker', limit: null, value: datum?.missing ?? null } })
      continue
    }
    if (datum.value.timestampMs >= chainMs) fresh.push(readTicker(listing, datum.value, basis.market))
    else judged.push({ listing, judgement: { ...candidate, ...sizesAt(candidate, datum.value) } })
  }
  const anew = judgeQuotes(fresh, basis, options)
  return [...judged, ...fresh.map(({ listing }, place) => ({ listing, judgement: anew[place] as Judgement }))]
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
