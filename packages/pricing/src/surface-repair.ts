import type { Draft } from './surface-slice.js'
import { type SviParameters, type SviRange, sviTotalVariance } from './svi.js'
import { hasNoButterfly, refitSvi, type SviNeighbour, sviCost, sviCrosses } from './svi-repair.js'

/** Whether the smile of a draft has no butterfly, after a repair if it needs one. */
export function repairButterfly(draft: Draft): boolean {
  const { observations, range, deviation } = draft
  if (hasNoButterfly(draft.svi, range)) return true
  draft.repairs.butterfly = true
  const bounds = { range, earlier: null, later: null }
  const refit = refitSvi(observations, draft.svi, bounds) ?? refitSvi(observations, plainSmile(deviation), bounds)
  if (refit === null) return false
  draft.svi = refit.svi
  return true
}

/** Whether drafts i − 1 and i do not cross, after a repair of one of them if they did. */
export function repairCalendar(drafts: readonly Draft[], i: number): boolean {
  const earlier = drafts[i - 1] as Draft
  const later = drafts[i] as Draft
  const range = hullOf(earlier.range, later.range)
  if (!sviCrosses(earlier.svi, later.svi, range)) return true
  const next = drafts[i + 1]
  const upper = next === undefined ? null : { svi: next.svi, range: hullOf(later.range, next.range) }
  const reduce = (start: SviParameters) => candidateOf(earlier, start, null, { svi: later.svi, range })
  const raise = (start: SviParameters) => candidateOf(later, start, { svi: earlier.svi, range }, upper)
  let best = cheaperOf(reduce(earlier.svi), raise(later.svi))
  if (!isGood(best)) best = cheaperOf(best, reduce(plainSmile(earlier.deviation)))
  if (!isGood(best)) best = cheaperOf(best, raise(plainSmile(later.deviation)))
  if (!isGood(best)) best = cheaperOf(best, reduce(lowered(later.svi, earlier.svi)))
  if (!isGood(best)) return false
  best.draft.svi = best.svi
  best.draft.repairs.calendar = true
  return true
}

type Candidate = { draft: Draft; svi: SviParameters; extraCost: number }

function candidateOf(
  draft: Draft,
  start: SviParameters,
  earlier: SviNeighbour | null,
  later: SviNeighbour | null,
): Candidate | null {
  const { observations, range } = draft
  const refit = refitSvi(observations, start, { range, earlier, later })
  return refit && { draft, svi: refit.svi, extraCost: refit.cost - sviCost(observations, draft.svi) }
}

/** Whether a repair leaves the smile near its quotes: a few half-spreads away more, on average. */
function isGood(candidate: Candidate | null): candidate is Candidate {
  return candidate !== null && candidate.extraCost <= LARGEST_EXTRA_COST * candidate.draft.points.length
}

function cheaperOf(first: Candidate | null, second: Candidate | null): Candidate | null {
  if (first === null || second === null) return first ?? second
  return first.extraCost <= second.extraCost ? first : second
}

/** A smile of ordinary shape from which a search can go anywhere. */
function plainSmile(deviation: number): SviParameters {
  const variance = deviation * deviation
  return { a: variance / 2, b: deviation / 2, rho: 0, m: 0, sigma: deviation }
}

/** The later smile, scaled to the earlier one's level. */
function lowered(later: SviParameters, earlier: SviParameters): SviParameters {
  const share = Math.min(sviTotalVariance(earlier, 0) / sviTotalVariance(later, 0), 0.99)
  return { ...later, a: later.a * share, b: later.b * share }
}

function hullOf(first: SviRange, second: SviRange): SviRange {
  return { from: Math.min(first.from, second.from), to: Math.max(first.to, second.to) }
}

/** Per quote, in squares of half-spreads as the observations weigh them. */
const LARGEST_EXTRA_COST = 8
