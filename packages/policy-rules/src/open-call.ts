import type { CandidateOption, ProposedAction } from '@cc/models'
import { type Choice, type Counted, chooseCall, countCalls } from './choose-call.js'
import { openSize, takenExpiries } from './open-size.js'
import { saleBarrier, sellable } from './sale-barrier.js'
import {
  isDust,
  quotedShortCalls,
  type Ruling,
  restingOrders,
  type Situation,
  unquotedShortCalls,
} from './situation.js'
import { soonestExpiry } from './soonest-expiry.js'
import { standAside } from './stand-aside.js'
import {
  candidateWords,
  coinWords,
  edgeWords,
  ivrvWords,
  missingWords,
  rejectionWords,
  size,
  tallyWords,
  usdWords,
  volWords,
} from './words.js'

/**
 * Sells the call that is chosen on all coins that may be short, where no call of the underlying is open; with rungs, the
 * n-th part of the covered coins on each expiry that counts and has no call yet, soonest first, on at most n. A call that
 * cannot be sold on one expiry leaves the turn to the next. Nothing is sold while an order rests or a filter of `writeWhen`
 * stands against it. A short position that is smaller than any order, which nothing can be done about, is in nobody's way.
 */
export function openCall(situation: Situation): Ruling {
  const { underlying, options, trace } = situation
  const obstacle = inTheWay(situation)
  if (obstacle !== undefined) return { whys: obstacle }
  const aside = standAside(situation)
  if (aside.length > 0) return { whys: aside }

  const candidates = sellable(situation)
  const counted = countCalls(candidates, demandsOf(situation), situation)
  const nothing = noCall(candidates, counted, situation)
  if (nothing !== undefined) return { whys: [nothing] }

  const whys: string[] = []
  const pools = rungsOf(counted.counting, situation)
  if (pools.length === 0 && options.target.rungs === 1)
    return { whys: ['nothing can be sold on the soonest expiry that counts'] }
  for (const calls of pools) {
    const choice = chooseCall(calls, situation)
    if (choice === undefined) continue
    const { candidate, facts } = choice
    const { symbol, minSizeCoin } = candidate.instrument
    const { delta, dte, annualisedYieldPct, spreadPct } = candidate
    trace.look('best-candidate', symbol, true, { ...facts, delta, dte, annualisedYieldPct, spreadPct })
    const opened = openSize(candidate.instrument, situation)
    const isSmall = !(opened.sizeCoin > 0 && opened.sizeCoin >= minSizeCoin)
    if (!trace.look('too-few-free-coins', underlying.currency, isSmall, opened.facts)) {
      return sell(choice, opened.sizeCoin, situation)
    }
    whys.push(`${opened.boundBy} is too little to sell ${size(minSizeCoin)} ${symbol}`)
  }
  return { whys: options.target.rungs > 1 && whys.length === 0 ? ['every expiry that counts has its call'] : whys }
}

function demandsOf({ options }: Situation) {
  const { minDte, maxDte } = options.target
  const { minimumCredit, minEdge } = options.writeWhen
  return { minDte, maxDte, minimumCredit, minEdge }
}

/** The first reason not to open at all, in words; none where it has been told already. */
function inTheWay(situation: Situation): readonly string[] | undefined {
  const { underlying, options, trace } = situation
  const { currency } = underlying
  const calls =
    quotedShortCalls(underlying).filter((call) => !isDust(call)).length + unquotedShortCalls(underlying).length
  const { rungs } = options.target
  // Whoever manages the calls has told of them.
  if (trace.look('call-open', currency, rungs === 1 && calls > 0, { calls, rungs })) return []
  const barrier = saleBarrier(situation, currency)
  if (barrier !== undefined) return [barrier]

  const resting = restingOrders(underlying)
  if (trace.look('order-resting', currency, resting.length > 0, { orders: resting.length })) {
    return [`an order rests on ${resting.map(({ symbol }) => symbol).join(', ')}`]
  }
  const taken = takenExpiries(situation).size
  if (trace.look('ladder-full', currency, rungs > 1 && taken >= rungs, { expiries: taken, rungs })) {
    return [`calls are open on ${taken} expiries, of ${rungs} rungs`]
  }
  return undefined
}

/** Why there is no call to sell, in words; `undefined`: there is one. */
function noCall(
  candidates: readonly CandidateOption[],
  { counting, others }: Counted,
  { underlying, options, trace }: Situation,
): string | undefined {
  const { currency, missing } = underlying
  const rejected = Object.fromEntries(underlying.rejectedCandidates.map(({ reason, count }) => [reason, count]))
  const none = candidates.length === 0
  if (trace.look('no-candidate', currency, none, { candidates: candidates.length, ...rejected })) {
    const ivrv = ivrvWords(underlying)
    const words = `no ${underlying.candidates.length === 0 ? '' : 'other '}call is a candidate (${rejectionWords(underlying)})`
    return ivrv === undefined ? words : `${words}: ${ivrv}`
  }
  const { minDte, maxDte, expiry, minimumOpenInterest } = options.target
  const { minimumCredit, minEdge } = options.writeWhen
  const limits = { minDte, maxDte, expiry, minimumOpenInterest, minimumCredit, minEdge }
  const facts = { candidates: candidates.length, counting: counting.length, ...limits, ...others }
  if (!trace.look('no-call-counts', currency, counting.length === 0, facts)) return undefined
  const words = `none of ${candidates.length} candidates counts (${tallyWords(others)})`
  return others['edge-missing'] === undefined
    ? words
    : `${words}: the volatility forecast is ${missingWords('vol.forecast', missing)}`
}

/**
 * The calls to choose from, in turn: all at once, or only those of the soonest expiry where that is the one to sell; with
 * rungs those of each expiry that has no call yet, soonest first.
 */
function rungsOf(calls: readonly CandidateOption[], situation: Situation): readonly (readonly CandidateOption[])[] {
  const { underlying, options, trace } = situation
  if (options.target.rungs === 1) {
    if (options.target.choose === 'score') return [calls]
    const soonestMs = soonestExpiry(situation)
    const soonest = calls.filter(({ instrument }) => instrument.expiryMs === soonestMs)
    const isEmpty = trace.look('soonest-unsaleable', underlying.currency, soonest.length === 0, {
      expiryMs: soonestMs ?? null,
      calls: soonest.length,
    })
    return isEmpty ? [] : [soonest]
  }
  const taken = takenExpiries(situation)
  return [...new Set(calls.map(({ instrument }) => instrument.expiryMs))]
    .sort((a, b) => a - b)
    .map((expiryMs) => calls.filter(({ instrument }) => instrument.expiryMs === expiryMs))
    .filter(([first]) => {
      if (first === undefined) return false
      const { symbol, expiryMs } = first.instrument
      const expiry = symbol.split('-').slice(0, 2).join('-')
      return !trace.look('rung-taken', expiry, taken.has(expiryMs), { expiryMs })
    })
}

function sell({ candidate }: Choice, sizeCoin: number, { underlying, options }: Situation): ProposedAction {
  const { bidPriceCoin, netPremiumUsd, instrument } = candidate
  const { symbol } = instrument
  return {
    action: 'OPEN_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning:
      `Sell ${size(sizeCoin)} ${symbol} at ${coinWords(bidPriceCoin, underlying.currency)} ` +
      `(${usdWords(netPremiumUsd * sizeCoin)} for ${size(sizeCoin)} after the fee): ` +
      `${candidateWords(candidate)}; ${volWords(underlying)}; ${edgeWords(candidate, underlying, options.objective)}.`,
  }
}
