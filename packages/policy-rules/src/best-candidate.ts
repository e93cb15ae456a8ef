import type { CandidateOption } from '@cc/models'
import type { RulesOptions } from './options.js'

/** A candidate this far from the delta target keeps 1/e of its score. */
const DELTA_WIDTH = 0.05
/** A candidate this many times longer or shorter than the target keeps 1/e of its score. */
const DTE_FACTOR = 1.5

/** How good a call is to sell: its yield, discounted for its distance from the targets and for its spread. */
export type Scored = { candidate: CandidateOption; score: number }

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
