import type { CandidateOption } from '@cc/models'
import type { RulesOptions } from './options.js'

/** How good a call is to sell. */
export type Scored = {
  candidate: CandidateOption
  /** Percent a year on margin, bent by how near and how liquid the call is. Finite. */
  score: number
  /** What the score is made of: `valueCoin` is edge, or without a forecast the net premium, less half the spread. */
  valueCoin: number
  valueYearPct: number
  closeness: number
  liquidity: number
  basis: 'edge' | 'net-premium'
}

/** A candidate this far from the delta target keeps 1/e of its closeness. */
const DELTA_WIDTH = 0.05
/** A candidate this many times longer or shorter than the target keeps 1/e of its closeness. */
const DTE_FACTOR = 1.5
/** What no closeness and liquidity fall below in the score, so that it stays a number. */
const LEAST_WEIGHT = 1e-200

/**
 * Scores calls, best first:
 *
 * value = (edge − half the spread) / (initial margin × dte) × 365 × 100
 * weight = exp(−((Δ − Δ*) / 0.05)² − (ln(dte / dte*) / ln 1.5)²) × (1 − spread / (2 mid))
 * score = value × weight where the value is positive, value / weight where it is not
 *
 * `edge` is the net premium at the bid less Black-76 at the volatility forecast, to first order (bid IV − forecast) ×
 * vega − fee, and half the spread is what getting out once costs. Per margin and day, it is percent a year on margin, in
 * coin as in USD: both sides of the ratio are coin at one index, and without a view on the index the call is worth the
 * same by Black-76 either way. Edges are often negative, hence the division: nearer, more liquid and a better edge is
 * better on both sides of nothing.
 *
 * Where one call has no edge, none is ranked by it: then the net premium stands in its place for all. A call without an
 * ask has no price but its bid to judge by, so it comes after all that have one. Ties go to the nearer call, then to the
 * first symbol: the order of the candidates decides nothing.
 */
export function rankByScore(
  candidates: readonly CandidateOption[],
  { delta, dte }: Pick<RulesOptions['target'], 'delta' | 'dte'>,
): readonly Scored[] {
  const basis = candidates.every(({ edgeCoin }) => edgeCoin !== null) ? 'edge' : 'net-premium'
  return candidates
    .map((candidate) => ({ logCloseness: logClosenessOf(candidate, { delta, dte }), candidate }))
    .map(({ candidate, logCloseness }) => ({ ...scored(candidate, logCloseness, basis), logCloseness }))
    .sort(
      (a, b) =>
        Number(a.candidate.askPriceCoin === null) - Number(b.candidate.askPriceCoin === null) ||
        descending(a.score, b.score) ||
        descending(a.logCloseness, b.logCloseness) ||
        (a.candidate.instrument.symbol < b.candidate.instrument.symbol ? -1 : 1),
    )
    .map(({ logCloseness: _, ...rest }) => rest)
}

/** What getting out of a call once costs, coin per coin: half the spread, nothing known without an ask. */
export function halfSpreadCoin({ bidPriceCoin, askPriceCoin }: CandidateOption): number {
  return askPriceCoin === null ? 0 : (askPriceCoin - bidPriceCoin) / 2
}

function scored(candidate: CandidateOption, logCloseness: number, basis: Scored['basis']): Scored {
  const { edgeCoin, netPremiumCoin, initialMarginCoin, dte, spreadPct } = candidate
  const gainCoin = basis === 'edge' && edgeCoin !== null ? edgeCoin : netPremiumCoin
  const valueCoin = gainCoin - halfSpreadCoin(candidate)
  const valueYearPct = finite((valueCoin / initialMarginCoin / dte) * 36_500)
  const closeness = Math.exp(logCloseness)
  // A spread of 200 % is the widest that there is: nothing bid.
  const liquidity = Math.max(0, 1 - (spreadPct ?? 0) / 200)
  const weight = Math.max(LEAST_WEIGHT, closeness * liquidity)
  const score = finite(valueYearPct > 0 ? valueYearPct * weight : valueYearPct / weight)
  return { candidate, score, valueCoin, valueYearPct, closeness, liquidity, basis }
}

function logClosenessOf(candidate: CandidateOption, target: { delta: number; dte: number }): number {
  const deltaDistance = (candidate.delta - target.delta) / DELTA_WIDTH
  const dteDistance = (Math.log(candidate.dte) - Math.log(target.dte)) / Math.log(DTE_FACTOR)
  return -(deltaDistance ** 2) - dteDistance ** 2
}

function descending(a: number, b: number): number {
  return a === b ? 0 : a > b ? -1 : 1
}

/** The nearest number that a double holds. */
function finite(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value))
}
