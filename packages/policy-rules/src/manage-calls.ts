import type { CandidateOption, Currency, OptionInstrument, OptionPosition, ProposedAction } from '@cc/models'
import { nextPriceDown, nextPriceUp, purchaseCostCoin, roundSizeDown, saleProceedsCoin } from '@cc/pricing'
import { bestCandidate } from './open-call.js'
import { saleBarrier, sellable } from './sale-barrier.js'
import {
  candidateWords,
  coinWords,
  ivrvWords,
  positionWords,
  premiumWords,
  quotedShortCalls,
  type Ruling,
  type Situation,
  size,
  unquotedShortCalls,
} from './situation.js'

/**
 * Rolls the first call that is due, soonest expiry first: near its expiry, or deep in the money. It goes to the best
 * candidate of a later expiry and a strike that is not lower, all of it or nothing: rolled in pieces, each piece would
 * pay the spread again and the rest would settle anyway. After both legs every short call must be covered, so only
 * targets count whose debit the free coins pay. A call that cannot be rolled is left to settle, which costs less than
 * buying it back, unless `closeIfNoRoll` says otherwise.
 */
export function manageCalls(situation: Situation): Ruling {
  const whys: string[] = []
  for (const call of quotedShortCalls(situation.underlying)) {
    if (!canTrade(call, situation) || !isDue(call, situation)) {
      const premium = premiumWords(call)
      whys.push(`short ${positionWords(call)}${premium === undefined ? '' : `, ${premium}`}`)
      continue
    }
    const roll = rollOf(call, situation)
    if (!('why' in roll)) return roll
    const words = `${positionWords(call)}, ${moneyWords(call)}: due for a roll, but ${roll.why}`
    const close = closeOf(call, words, situation)
    if (close !== undefined) return close
    whys.push(`short ${words}, so it is left to settle`)
  }
  return { whys: [...whys, ...unquotedShortCalls(situation.underlying).map((symbol) => `short ${symbol}`)] }
}

function canTrade({ instrument: { symbol, state }, dte }: OptionPosition, { trace }: Situation): boolean {
  return !trace.look('not-tradable', symbol, state !== 'open' || dte <= 0, { state, dte })
}

function isDue({ instrument, dte, inTheMoney, delta }: OptionPosition, { options, trace }: Situation): boolean {
  const { symbol } = instrument
  const { roll } = options
  const nearExpiry = dte <= roll.dte && (roll.when === 'always' || inTheMoney)
  const deep = delta !== null && delta >= roll.delta
  trace.look('roll-near-expiry', symbol, nearExpiry, { dte, maxDte: roll.dte, inTheMoney, when: roll.when })
  trace.look('roll-deep-in-the-money', symbol, deep, { delta, minDelta: roll.delta })
  return nearExpiry || deep
}

/** The roll of a call that is due, or why there is none. */
function rollOf(call: OptionPosition, situation: Situation): ProposedAction | { why: string } {
  const { underlying, options, trace } = situation
  const { instrument } = call
  const { symbol } = instrument
  const { currency, portfolio } = underlying
  const barrier = saleBarrier(situation, symbol)
  if (barrier !== undefined) return { why: `a roll sells, and ${barrier}` }
  const later = sellable(situation).filter(
    ({ instrument: target }) => target.expiryMs > instrument.expiryMs && target.strikeUsd >= instrument.strikeUsd,
  )
  const traded = [instrument, ...later.map((target) => target.instrument)]
  const sizeCoin = roundSizeDown(-call.sizeCoin, Math.max(...traded.map(({ sizeStepCoin }) => sizeStepCoin)))
  const minSizeCoin = Math.max(...traded.map((one) => one.minSizeCoin))
  if (trace.look('too-small-to-roll', symbol, sizeCoin < minSizeCoin, { sizeCoin, minSizeCoin })) {
    return { why: 'it is less than the smallest order' }
  }
  const { askPriceCoin } = call
  trace.look('no-ask', symbol, askPriceCoin === null)
  if (askPriceCoin === null) return { why: 'nobody offers it' }

  const paidCoin = sizeCoin * buyBackCoin(instrument, askPriceCoin)
  const spareCoin = portfolio.coverage.coveredCoin - portfolio.coverage.committedCoin
  const offers = later
    .map((target) => ({ target, costCoin: paidCoin - sizeCoin * saleCoin(target) }))
    .sort((a, b) => a.costCoin - b.costCoin || (a.target.instrument.symbol < b.target.instrument.symbol ? -1 : 1))
  const payable = offers.filter(({ costCoin }) => costCoin <= spareCoin).map(({ target }) => target)
  const [cheapest] = offers
  const best = bestCandidate(payable, options)
  if (!trace.look('no-roll-target', symbol, cheapest === undefined, { targets: offers.length })) {
    trace.look('roll-not-covered', symbol, best === undefined, {
      targets: offers.length,
      payable: payable.length,
      sizeCoin,
      spareCoin,
      ...(cheapest && { cheapest: cheapest.target.instrument.symbol, cheapestCoin: cheapest.costCoin }),
      ...(best && { best: best.candidate.instrument.symbol, score: best.score }),
    })
  }
  if (cheapest === undefined) {
    const ivrv = ivrvWords(underlying)
    return { why: `no later call at its strike or above is a candidate${ivrv === undefined ? '' : ` (${ivrv})`}` }
  }
  if (best === undefined) {
    const cost = coinWords(cheapest.costCoin, currency)
    return {
      why: `the cheapest of ${offers.length} later calls would take ${cost}, and ${spareWords(spareCoin, currency)}`,
    }
  }
  return rollTo(best.candidate, { call: { ...call, askPriceCoin }, sizeCoin })
}

function rollTo(
  target: CandidateOption,
  { call, sizeCoin }: { call: OptionPosition & { askPriceCoin: number }; sizeCoin: number },
): ProposedAction {
  const { symbol: fromSymbol, currency } = call.instrument
  const { symbol: toSymbol } = target.instrument
  const [paid, received] = [coinWords(call.askPriceCoin, currency), coinWords(target.bidPriceCoin, currency)]
  return {
    action: 'ROLL_COVERED_CALL',
    params: { fromSymbol, toSymbol, size: sizeCoin },
    reasoning:
      `Roll ${size(sizeCoin)} of ${positionWords(call)}, ${moneyWords(call)}, ` +
      `to ${toSymbol} (${candidateWords(target)}): buy back at ${paid}, sell at ${received}.`,
  }
}

function closeOf(
  call: OptionPosition,
  words: string,
  { underlying, options, trace }: Situation,
): ProposedAction | undefined {
  const { instrument, askPriceCoin } = call
  const { symbol, sizeStepCoin, minSizeCoin } = instrument
  const sizeCoin = roundSizeDown(-call.sizeCoin, sizeStepCoin)
  const { closeIfNoRoll } = options
  const closes = closeIfNoRoll && askPriceCoin !== null && sizeCoin >= minSizeCoin
  trace.look('close-if-no-roll', symbol, closes, { closeIfNoRoll, askPriceCoin, sizeCoin, minSizeCoin })
  if (!closes) return undefined
  const price = coinWords(askPriceCoin, underlying.currency)
  return {
    action: 'CLOSE_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning: `Buy back ${size(sizeCoin)} of ${words}; at ${price}.`,
  }
}

/** What buying a call back costs: coin per coin of size, one tick above the ask, as far as an order may go, and the fee. */
export function buyBackCoin(instrument: OptionInstrument, askPriceCoin: number): number {
  const priceCoin = nextPriceUp(askPriceCoin, instrument)
  return purchaseCostCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

/** What selling a call brings: coin per coin of size, one tick below the bid, as far as an order may go, less the fee. */
export function saleCoin({ instrument, bidPriceCoin }: CandidateOption): number {
  const priceCoin = nextPriceDown(bidPriceCoin, instrument)
  return saleProceedsCoin({ sizeCoin: 1, priceCoin, feeRate: instrument.takerFeeRate })
}

function spareWords(spareCoin: number, currency: Currency): string {
  return spareCoin >= 0
    ? `${coinWords(spareCoin, currency)} are free`
    : `${coinWords(-spareCoin, currency)} of cover are lacking`
}

function moneyWords({ inTheMoney, moneyness }: OptionPosition): string {
  return `${Math.abs(moneyness * 100).toFixed(1)} % ${inTheMoney ? 'in' : 'out of'} the money`
}
