import type { CandidateOption, Currency, OptionPosition, ProposedAction } from '@cc/models'
import { nextPriceDown, saleProceedsCoin } from '@cc/pricing'
import { type Choice, chooseCall, countCalls } from './choose-call.js'
import { buyBackCoin, HIGHEST_CALL_PRICE_COIN, offerCoin } from './close-call.js'
import { takenExpiries } from './open-size.js'
import type { RulesOptions } from './options.js'
import { saleBarrier, sellable } from './sale-barrier.js'
import { restingOrders, type Situation } from './situation.js'
import { isOrderSize, sizeDown } from './sizing.js'
import { crash } from './stand-aside.js'
import {
  candidateWords,
  coinWords,
  dayWords,
  ivrvWords,
  moneyWords,
  positionWords,
  size,
  tallyWords,
  usdWords,
} from './words.js'

/**
 * Rolls a call out and up, or says why it cannot: to a later expiry, not to a lower strike unless told, for a credit or
 * within the debit that is allowed. Both legs have one size, the largest of whose net debit the spare coins can pay, so
 * that after it every short call is covered, no more than `capFactor` is short, and the debit has taken nothing of the
 * floor; the target is chosen as for an open, among the calls that let most of it be rolled. Costs are those at the worst:
 * a tick beyond ask and bid, fees paid.
 */
export function rollCall(call: OptionPosition, due: string, situation: Situation): ProposedAction | { why: string } {
  const { options, trace } = situation
  const { instrument, askPriceCoin } = call
  const { symbol, currency, minSizeCoin } = instrument
  const barrier = [saleBarrier(situation, symbol) ?? ordersBeside(situation, symbol) ?? crash(situation, symbol)].flat()
  if (barrier.length > 0) return { why: `a roll sells, and ${barrier.join('; ')}` }
  const heldCoin = sizeDown(Math.min(-call.sizeCoin, options.maxSizeCoin[currency] ?? Infinity), instrument)
  const isSmall = !(heldCoin > 0 && heldCoin >= minSizeCoin)
  if (trace.look('too-small-to-roll', symbol, isSmall, { sizeCoin: heldCoin, minSizeCoin })) {
    return { why: 'it is less than the smallest order' }
  }
  const offeredCoin = offerCoin(call)
  trace.look('no-ask', symbol, offeredCoin === undefined, { askPriceCoin })
  if (offeredCoin === undefined) return { why: 'nobody offers it' }

  const later = laterCalls(call, situation)
  if ('why' in later) return later
  const paidCoin = buyBackCoin(instrument, offeredCoin)
  const spare = spareCoins(situation)
  const targets = later.calls
    .map((candidate) => ({ candidate, debitCoin: paidCoin - saleCoin(candidate) }))
    .sort(
      (a, b) => a.debitCoin - b.debitCoin || (a.candidate.instrument.symbol < b.candidate.instrument.symbol ? -1 : 1),
    )
    .map((target) => ({ ...target, sizeCoin: payableSize(target, { call, heldCoin, spare }) }))
  const [cheapest] = targets
  if (cheapest === undefined) return { why: 'no later call is a candidate' }

  const maxDebitCoin = options.rollWhen.creditOnly ? null : options.rollWhen.maxDebit
  const allowed = targets.filter(({ debitCoin }) =>
    maxDebitCoin === null ? debitCoin < 0 : debitCoin <= maxDebitCoin + NOISE,
  )
  const dear = { targets: targets.length, allowed: allowed.length, maxDebitCoin, ...namesOf(cheapest) }
  if (trace.look('roll-too-dear', symbol, allowed.length === 0, dear)) {
    return { why: dearWords({ targets: targets.length, ...cheapest, maxDebitCoin }, currency) }
  }
  const mostCoin = Math.max(...allowed.map(({ sizeCoin }) => sizeCoin))
  const isBare = mostCoin === 0
  const payable = payableCoin(cheapest, spare)
  const cover = { targets: allowed.length, heldCoin, mostCoin, spareCoin: payable, ...namesOf(cheapest) }
  if (trace.look('roll-not-covered', symbol, isBare, cover)) {
    const takes = coinWords(cheapest.debitCoin * heldCoin, currency)
    const one = `the cheapest of ${allowed.length} later calls would take ${takes}`
    return { why: `${one}, and ${spareWords(payable, currency)}` }
  }
  const most = allowed.filter(({ sizeCoin }) => sizeCoin === mostCoin)
  const choice = chooseCall(
    most.map(({ candidate }) => candidate),
    situation,
  )
  const target = most.find(({ candidate }) => candidate === choice?.candidate)
  if (choice === undefined || target === undefined) return { why: 'no later call is a candidate' }
  return rollTo({ ...target, choice }, { call, offeredCoin, due }, situation)
}

/** What selling a call brings: coin per coin of size, one tick below the bid, as far as an order may go, less the fee. */
export function saleCoin({ instrument, bidPriceCoin }: CandidateOption): number {
  const priceCoin = nextPriceDown(Math.min(bidPriceCoin, HIGHEST_CALL_PRICE_COIN), instrument)
  if (!Number.isFinite(priceCoin)) return 0
  return saleProceedsCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

type Target = { candidate: CandidateOption; debitCoin: number; sizeCoin: number }

/** Later calls that count as a target, or why there are none. */
function laterCalls(
  { instrument }: OptionPosition,
  situation: Situation,
): { calls: readonly CandidateOption[] } | { why: string } {
  const { underlying, options, trace } = situation
  const { maintainHighWaterMark, maxDte } = options.rollWhen
  const { target } = options
  // A ladder has one call on each expiry: a rung that another stands on is no target.
  const taken = target.rungs > 1 ? takenExpiries(situation) : new Set<number>()
  const later = sellable(situation).filter(
    ({ instrument: to }) =>
      to.expiryMs > instrument.expiryMs &&
      (!maintainHighWaterMark || to.strikeUsd >= instrument.strikeUsd) &&
      !taken.has(to.expiryMs),
  )
  const demands = { minDte: target.minDte, maxDte: maxDte ?? target.maxDte, minimumCredit: null, minEdge: null }
  const { counting, others } = countCalls(later, demands, situation)
  const facts = { later: later.length, targets: counting.length, maintainHighWaterMark, ...others }
  if (!trace.look('no-roll-target', instrument.symbol, counting.length === 0, facts)) return { calls: counting }
  const ivrv = later.length === 0 ? ivrvWords(underlying) : tallyWords(others)
  const which = `no later call${maintainHighWaterMark ? ' at its strike or above' : ''}`
  const what = later.length === 0 ? 'is a candidate' : 'counts'
  return { why: `${which} ${what}${ivrv === undefined ? '' : ` (${ivrv})`}` }
}

/** An order that rests may be the other half of a roll, or nobody's that is known here: then nothing is sold beside it. */
function ordersBeside({ underlying, trace }: Situation, subject: string): string | undefined {
  const resting = restingOrders(underlying)
  return trace.look('order-beside', subject, resting.length > 0, { orders: resting.length })
    ? `an order rests on ${resting.map(({ symbol }) => symbol).join(', ')}`
    : undefined
}

/** Coins beyond those that the short calls need, and those of them that a debit may take; less than 0 is lacking. */
type Spare = { spareCoin: number; aboveFloorCoin: number }

/** With `capFactor` a short call needs more than its own coins. The floor is no need of the calls, and no debit takes of it. */
function spareCoins({ underlying, options }: Situation): Spare {
  const { currency, portfolio } = underlying
  const { coveredCoin, committedCoin } = portfolio.coverage
  const { capFactor, capTargetFloor } = options.writeWhen
  const neededCoin = committedCoin > 0 ? committedCoin / capFactor : 0
  return { spareCoin: coveredCoin - neededCoin, aboveFloorCoin: coveredCoin - committedCoin - capTargetFloor[currency] }
}

/** What a roll may take of the coins; less than 0: what it must bring. */
function payableCoin({ debitCoin }: Pick<Target, 'debitCoin'>, { spareCoin, aboveFloorCoin }: Spare): number {
  return debitCoin > 0 ? Math.min(spareCoin, aboveFloorCoin) : spareCoin
}

/** How much of a call can be rolled so that cover, share and floor are kept after it, coin; 0: nothing. */
function payableSize(
  { candidate, debitCoin }: Pick<Target, 'candidate' | 'debitCoin'>,
  { call, heldCoin, spare }: { call: OptionPosition; heldCoin: number; spare: Spare },
): number {
  const mostCoin = payableCoin({ debitCoin }, spare)
  const wholly = debitCoin * heldCoin <= mostCoin
  const amountCoin = wholly ? heldCoin : debitCoin > 0 ? Math.min(heldCoin, mostCoin / debitCoin) : 0
  const [from, to] = [call.instrument, candidate.instrument]
  const sizeCoin = sizeDown(amountCoin, from.sizeStepCoin >= to.sizeStepCoin ? from : to)
  return isOrderSize(sizeCoin, from) && isOrderSize(sizeCoin, to) ? sizeCoin : 0
}

function rollTo(
  { candidate, debitCoin, sizeCoin, choice }: Target & { choice: Choice },
  { call, offeredCoin, due }: { call: OptionPosition; offeredCoin: number; due: string },
  { underlying, trace }: Situation,
): ProposedAction {
  const { symbol: fromSymbol, currency, strikeUsd } = call.instrument
  const { symbol: toSymbol } = candidate.instrument
  const liftUsd = candidate.instrument.strikeUsd - strikeUsd
  const daysAdded = candidate.dte - call.dte
  const timeValueCoin = offeredCoin - Math.max(0, 1 - strikeUsd / call.forwardUsd)
  trace.look('roll-target', toSymbol, true, {
    ...{ sizeCoin, debitCoin, debitInAllCoin: debitCoin * sizeCoin, strikeLiftUsd: liftUsd, daysAdded, timeValueCoin },
    ...{ delta: candidate.delta, spotUsd: underlying.spotUsd },
    ...choice.facts,
  })
  const [paid, received] = [coinWords(offeredCoin, currency), coinWords(candidate.bidPriceCoin, currency)]
  const net = `${debitCoin < 0 ? 'credit' : 'debit'} of ${coinWords(Math.abs(debitCoin), currency)} a coin`
  const inAll = coinWords(Math.abs(debitCoin * sizeCoin), currency)
  return {
    action: 'ROLL_COVERED_CALL',
    params: { fromSymbol, toSymbol, size: sizeCoin },
    reasoning:
      `Roll ${size(sizeCoin)} of ${positionWords(call)}, ${moneyWords(call)}, ` +
      `to ${toSymbol} (${candidateWords(candidate)}): ${due}. ` +
      `Buy back at ${paid}, sell at ${received}: a ${net}, ${inAll} in all, a tick and a fee on each leg counted. ` +
      `Strike ${usdWords(Math.abs(liftUsd))} ${liftUsd < 0 ? 'lower' : 'higher'}, ${dayWords(daysAdded)} added, ` +
      `time value of ${coinWords(timeValueCoin, currency)} a coin bought back.`,
  }
}

function namesOf({ candidate, debitCoin }: Target) {
  return { cheapest: candidate.instrument.symbol, cheapestCoin: debitCoin }
}

function dearWords(
  {
    targets,
    debitCoin,
    maxDebitCoin,
  }: { targets: number; debitCoin: number; maxDebitCoin: RulesOptions['rollWhen']['maxDebit'] | null },
  currency: Currency,
): string {
  const costs = `the cheapest of ${targets} later calls would cost ${coinWords(debitCoin, currency)} a coin`
  return maxDebitCoin === null
    ? `${costs}, and a roll must bring something`
    : `${costs}, and at most ${coinWords(maxDebitCoin, currency)} may be paid`
}

function spareWords(spareCoin: number, currency: Currency): string {
  if (spareCoin === -Infinity) return 'no call may be short'
  return spareCoin >= 0
    ? `${coinWords(spareCoin, currency)} are free`
    : `${coinWords(-spareCoin, currency)} of cover are lacking`
}

/** Noise of float arithmetic in a price. */
const NOISE = 1e-12
