import type { CandidateOption } from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import type { RulesOptions } from './options.js'
import { saleBarrier, sellable } from './sale-barrier.js'
import {
  candidateWords,
  coinWords,
  isDust,
  ivrvWords,
  quotedShortCalls,
  type Ruling,
  rejectionWords,
  type Situation,
  size,
  unquotedShortCalls,
  usdWords,
  volWords,
} from './situation.js'

/**
 * Sells the best candidate on all free coins, where no call of the underlying is open and no order rests. A short
 * position that is smaller than any order, which nothing can be done about, is in nobody's way.
 */
export function openCall(situation: Situation): Ruling {
  const { underlying, options, trace } = situation
  const { currency, portfolio } = underlying
  const obstacle = inTheWay(situation)
  if (obstacle !== undefined) return { whys: obstacle }

  const candidates = sellable(situation)
  const best = bestCandidate(candidates, options)
  const rejected = Object.fromEntries(underlying.rejectedCandidates.map(({ reason, count }) => [reason, count]))
  trace.look('no-candidate', currency, best === undefined, { candidates: candidates.length, ...rejected })
  if (best === undefined) {
    const ivrv = ivrvWords(underlying)
    const words = `no ${candidates.length === underlying.candidates.length ? '' : 'other '}call is a candidate (${rejectionWords(underlying)})`
    return { whys: [ivrv === undefined ? words : `${words}: ${ivrv}`] }
  }

  const { candidate, score } = best
  const { instrument, delta, dte, annualisedYieldPct, spreadPct, bidPriceCoin, netPremiumUsd } = candidate
  const { symbol, minSizeCoin, sizeStepCoin } = instrument
  trace.look('best-candidate', symbol, true, { score, delta, dte, annualisedYieldPct, spreadPct })

  const { freeCoin } = portfolio.coverage
  const maxSizeCoin = options.maxSizeCoin[currency] ?? null
  const capped = maxSizeCoin !== null && maxSizeCoin < freeCoin
  const sizeCoin = roundSizeDown(capped ? maxSizeCoin : freeCoin, sizeStepCoin)
  const sizes = { freeCoin, maxSizeCoin, sizeCoin, minSizeCoin }
  if (trace.look('too-few-free-coins', currency, sizeCoin < minSizeCoin, sizes)) {
    const most = capped
      ? `at most ${coinWords(maxSizeCoin, currency)} an order`
      : `${coinWords(freeCoin, currency)} free`
    return { whys: [`${most} is too little to sell ${size(minSizeCoin)} ${symbol}`] }
  }
  return {
    action: 'OPEN_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning:
      `Sell ${size(sizeCoin)} ${symbol} at ${coinWords(bidPriceCoin, currency)} ` +
      `(${usdWords(netPremiumUsd * sizeCoin)} for ${size(sizeCoin)} after the fee): ` +
      `${candidateWords(candidate)}; ${volWords(underlying)}.`,
  }
}

/** A candidate this far from the delta target keeps 1/e of its score. */
const DELTA_WIDTH = 0.05
/** A candidate this many times longer or shorter than the target keeps 1/e of its score. */
const DTE_FACTOR = 1.5

/** How good a call is to sell: its yield, discounted for its distance from the targets and for its spread. */
type Scored = { candidate: CandidateOption; score: number }

/**
 * The candidate with the highest score; `undefined` of none. A call without an ask has no price but its bid to judge
 * by, so it comes after all that have one. Ties go to the first symbol: the order of the candidates decides nothing.
 */
export function bestCandidate(candidates: readonly CandidateOption[], options: RulesOptions): Scored | undefined {
  return candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate, options) }))
    .sort(
      (a, b) =>
        Number(a.candidate.spreadPct === null) - Number(b.candidate.spreadPct === null) ||
        b.score - a.score ||
        (a.candidate.instrument.symbol < b.candidate.instrument.symbol ? -1 : 1),
    )[0]
}

/**
 * score = yield × exp(−((Δ − Δ*)/0.05)² − (ln(dte/dte*)/ln 1.5)²) × (1 − spread/2)
 *
 * `yield` is the net premium a year in percent of the coin, `spread` is relative to the mid, and half of it is what a
 * sale at the bid gives away. Yield alone would always pick the shortest call nearest the money, so closeness to the
 * targets dominates: yield only decides between calls that are about equally near.
 */
export function scoreOf(candidate: CandidateOption, { deltaTarget, dteTarget }: RulesOptions): number {
  const { annualisedYieldPct, delta, dte, spreadPct } = candidate
  const deltaDistance = (delta - deltaTarget) / DELTA_WIDTH
  const dteDistance = Math.log(dte / dteTarget) / Math.log(DTE_FACTOR)
  const closeness = Math.exp(-(deltaDistance ** 2) - dteDistance ** 2)
  return annualisedYieldPct * closeness * (1 - (spreadPct ?? 0) / 200)
}

/** The first reason not to open at all, in words; none where it has been told already. */
function inTheWay(situation: Situation): readonly string[] | undefined {
  const { underlying, trace } = situation
  const { currency, portfolio } = underlying
  const calls =
    quotedShortCalls(underlying).filter((call) => !isDust(call)).length + unquotedShortCalls(underlying).length
  // Whoever manages the calls has told of them.
  if (trace.look('call-open', currency, calls > 0, { calls })) return []
  const barrier = saleBarrier(situation, currency)
  if (barrier !== undefined) return [barrier]

  const resting = portfolio.openOrders.filter(({ state }) => state === 'open')
  if (trace.look('order-resting', currency, resting.length > 0, { orders: resting.length })) {
    return [`an order rests on ${resting.map(({ symbol }) => symbol).join(', ')}`]
  }
  return undefined
}
