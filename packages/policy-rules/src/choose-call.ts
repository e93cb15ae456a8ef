import type { CandidateOption, RuleTrace } from '@cc/models'
import type { RulesOptions } from './options.js'
import { isDueAtOnce } from './roll-reason.js'
import { halfSpreadCoin, rankByScore } from './score.js'
import type { Situation } from './situation.js'

/** What a call must meet besides its place in the ranking; `null` is not asked. */
export type Demands = {
  minDte: number
  maxDte: number | null
  /** Coin per coin. */
  minimumCredit: number | null
  minEdge: number | null
}

/** The call that is sold, and by which numbers it was chosen. */
export type Choice = { candidate: CandidateOption; facts: RuleTrace['facts'] }

/** Calls that count, and how many of the others fall by each demand. */
export type Counted = { counting: readonly CandidateOption[]; others: Readonly<Record<string, number>> }

/**
 * Splits candidates by the demands of `target` and by those given. What is asked for and unknown is not met, and a call
 * that would be bought back or rolled as soon as it is sold is none to sell.
 */
export function countCalls(candidates: readonly CandidateOption[], demands: Demands, situation: Situation): Counted {
  const counting: CandidateOption[] = []
  const others: Record<string, number> = {}
  for (const candidate of candidates) {
    const reason = unmet(candidate, demands, situation)
    if (reason === undefined) counting.push(candidate)
    else others[reason] = (others[reason] ?? 0) + 1
  }
  // By name: the order of the candidates decides nothing.
  return { counting, others: Object.fromEntries(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/**
 * The call to sell among those that count, by `target.choose`; `undefined` of none. `score` takes the best of all by
 * {@link rankByScore}. The others take the soonest expiry, and on it `nearest-delta` the call whose delta is nearest, of
 * two the one that gives less away, and `first-strike` the lowest strike. All prefer calls that somebody offers.
 */
export function chooseCall(calls: readonly CandidateOption[], situation: Situation): Choice | undefined {
  const { target } = situation.options
  const offered = calls.filter(({ askPriceCoin }) => askPriceCoin !== null)
  const pool = offered.length > 0 ? offered : calls
  if (target.choose === 'score') return bestByScore(pool, situation)

  const soonestMs = Math.min(...pool.map(({ instrument }) => instrument.expiryMs))
  const soonest = pool.filter(({ instrument }) => instrument.expiryMs === soonestMs)
  if (target.choose === 'nearest-delta') return nearestDelta(soonest, target)
  const [candidate] = soonest.toSorted(byStrike)
  if (candidate === undefined) return undefined
  const { strikeUsd } = candidate.instrument
  const { spotUsd } = situation.underlying
  return { candidate, facts: { choose: 'first-strike', strikeUsd, spotUsd, strikeAbove: target.strikeAbove } }
}

/** Whether an expiry is a Friday, or the last Friday of its month, by the date of its 08:00 UTC. */
export function expiryCounts(expiryMs: number, expiry: RulesOptions['target']['expiry']): boolean {
  if (expiry === 'any') return true
  const date = new Date(expiryMs)
  if (date.getUTCDay() !== FRIDAY) return false
  return expiry === 'friday' || new Date(expiryMs + WEEK_MS).getUTCMonth() !== date.getUTCMonth()
}

/** The first demand that a call does not meet, in a word. */
function unmet(candidate: CandidateOption, demands: Demands, { underlying, options }: Situation): string | undefined {
  const { instrument, dte, openInterestCoin, netPremiumCoin, edgeCoin } = candidate
  const { choose, expiry, minimumOpenInterest, strikeAbove } = options.target
  const { minDte, maxDte, minimumCredit, minEdge } = demands
  if (dte < minDte) return 'below-min-dte'
  if (maxDte !== null && dte > maxDte) return 'above-max-dte'
  if (!expiryCounts(instrument.expiryMs, expiry)) return expiry === 'friday' ? 'not-friday' : 'not-month-end'
  if (choose === 'first-strike') {
    const leastUsd = underlying.spotUsd * (1 + strikeAbove)
    // 90 000 × 1.1 is more than 99 000 in floats.
    if (instrument.strikeUsd < leastUsd * (1 - 1e-12)) return 'strike-too-low'
  }
  if (isDueAtOnce(candidate, options)) return 'due-at-once'
  if (minimumOpenInterest > 0) {
    if (openInterestCoin === null) return 'open-interest-missing'
    if (openInterestCoin < minimumOpenInterest) return 'open-interest-too-small'
  }
  if (minimumCredit !== null && netPremiumCoin < minimumCredit) return 'credit-too-small'
  if (minEdge !== null) {
    if (edgeCoin === null) return 'edge-missing'
    if (edgeCoin < minEdge) return 'edge-too-small'
  }
  return undefined
}

function bestByScore(calls: readonly CandidateOption[], { underlying, options, trace }: Situation): Choice | undefined {
  const ranked = rankByScore(calls, options.target)
  const [best] = ranked
  if (best === undefined) return undefined
  const { candidate, score, basis, valueYearPct, closeness, liquidity } = best
  const withoutEdge = calls.filter(({ edgeCoin }) => edgeCoin === null).length
  trace.look('no-forecast', underlying.currency, withoutEdge > 0, { ranked: ranked.length, withoutEdge, basis })
  const { edgeCoin } = candidate
  const spreadCoin = halfSpreadCoin(candidate)
  const inUsd = options.objective === 'usd'
  const { spotUsd } = underlying
  return {
    candidate,
    facts: {
      ...{ choose: 'score', basis, score, ranked: ranked.length },
      ...(inUsd
        ? { edgeUsd: edgeCoin === null ? null : edgeCoin * spotUsd, halfSpreadUsd: spreadCoin * spotUsd }
        : { edgeCoin, halfSpreadCoin: spreadCoin }),
      ...{ valueYearPct, closeness, liquidity },
    },
  }
}

function nearestDelta(calls: readonly CandidateOption[], target: RulesOptions['target']): Choice | undefined {
  const [candidate] = calls.toSorted((a, b) => distanceOf(a, target) - distanceOf(b, target) || -byStrike(a, b))
  return candidate && { candidate, facts: { choose: 'nearest-delta', targetDelta: target.delta } }
}

/** In billionths, so that 0.20 and 0.24 are equally far from 0.22 in floats too. */
function distanceOf({ delta }: CandidateOption, target: RulesOptions['target']): number {
  return Math.round(Math.abs(delta - target.delta) * 1e9)
}

function byStrike({ instrument: a }: CandidateOption, { instrument: b }: CandidateOption): number {
  return a.strikeUsd - b.strikeUsd || (a.symbol < b.symbol ? -1 : 1)
}

const FRIDAY = 5
const WEEK_MS = 7 * 86_400_000
