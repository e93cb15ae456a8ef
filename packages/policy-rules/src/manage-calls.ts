import type { OptionPosition } from '@cc/models'
import { roundSizeDown } from '@cc/pricing'
import { bestCandidate } from './best-candidate.js'
import { rollCostCoin } from './roll-cost.js'
import type { Ruling, Situation } from './ruling.js'
import { quotedShortCalls } from './short-calls.js'
import { candidateWords, coinWords, positionWords, size } from './wording.js'

/**
 * Rolls the first call that is due, soonest expiry first: near its expiry, or deep in the money. It goes to the best
 * candidate of a later expiry and a strike that is not lower, all of it or nothing: rolled in pieces, each piece would
 * pay the spread again and the rest would settle anyway. After both legs every short call must be covered, so the
 * coins that cover nothing yet pay the debit. A call that cannot be rolled is left to settle, which costs less than
 * buying it back, unless `closeIfNoRoll` says otherwise.
 */
export function manageCalls(situation: Situation): Ruling {
  const whys: string[] = []
  for (const call of quotedShortCalls(situation.underlying)) {
    if (!isDue(call, situation)) continue
    const roll = rollOf(call, situation)
    if (!('why' in roll)) return roll
    const close = closeOf(call, roll.why, situation)
    if (!('why' in close)) return close
    whys.push(close.why)
  }
  return { why: whys.join('; ') }
}

function isDue({ instrument, dte, inTheMoney, delta }: OptionPosition, { options, trace }: Situation): boolean {
  const { symbol, state } = instrument
  const { roll } = options
  if (trace.look('not-tradable', symbol, state !== 'open' || dte <= 0, { state, dte })) return false
  const nearExpiry = dte <= roll.dte && (roll.when === 'always' || inTheMoney)
  const deep = delta !== null && delta >= roll.delta
  trace.look('roll-near-expiry', symbol, nearExpiry, { dte, maxDte: roll.dte, inTheMoney, when: roll.when })
  trace.look('roll-deep-in-the-money', symbol, deep, { delta, minDelta: roll.delta })
  return nearExpiry || deep
}

function rollOf(call: OptionPosition, { underlying, mode, options, trace }: Situation): Ruling {
  const { instrument, askPriceCoin } = call
  const { symbol, minSizeCoin } = instrument
  if (trace.look('reduce-only', symbol, mode === 'reduce-only')) {
    return { why: 'a roll sells, and the mode is reduce-only' }
  }
  const unoffered = askPriceCoin === null
  trace.look('no-ask', symbol, unoffered)
  if (unoffered) return { why: 'nobody offers it' }

  const targets = underlying.candidates.filter(
    ({ instrument: target }) => target.expiryMs > instrument.expiryMs && target.strikeUsd >= instrument.strikeUsd,
  )
  const best = bestCandidate(targets, options)
  trace.look('no-roll-target', symbol, best === undefined, { targets: targets.length })
  if (best === undefined) return { why: 'no later call at its strike or above is a candidate' }

  const { candidate, score } = best
  const to = candidate.instrument.symbol
  const { currency, portfolio } = underlying
  const stepCoin = Math.max(instrument.sizeStepCoin, candidate.instrument.sizeStepCoin)
  const sizeCoin = roundSizeDown(-call.sizeCoin, stepCoin)
  if (trace.look('too-small-to-roll', symbol, sizeCoin < minSizeCoin, { sizeCoin, minSizeCoin })) {
    return { why: `it is less than the smallest order` }
  }
  const costCoin = sizeCoin * rollCostCoin({ ...call, askPriceCoin }, candidate)
  const spareCoin = portfolio.coverage.coveredCoin - portfolio.coverage.committedCoin
  if (trace.look('roll-not-covered', symbol, costCoin > spareCoin, { to, score, sizeCoin, costCoin, spareCoin })) {
    return {
      why: `rolling it to ${to} would cost ${coinWords(costCoin, currency)}, and ${coinWords(spareCoin, currency)} cover nothing yet`,
    }
  }
  return {
    action: 'ROLL_COVERED_CALL',
    params: { fromSymbol: symbol, toSymbol: to, size: sizeCoin },
    reasoning:
      `Roll ${size(sizeCoin)} of ${positionWords(call)}, ${moneyWords(call)}, ` +
      `to ${to} (${candidateWords(candidate)}): ` +
      `buy back at ${coinWords(askPriceCoin, currency)}, sell at ${coinWords(candidate.bidPriceCoin, currency)}.`,
  }
}

function closeOf(call: OptionPosition, noRoll: string, { underlying, options, trace }: Situation): Ruling {
  const { instrument, askPriceCoin } = call
  const { symbol, sizeStepCoin, minSizeCoin } = instrument
  const due = `${positionWords(call)}, ${moneyWords(call)}, is due for a roll, but ${noRoll}`
  const sizeCoin = roundSizeDown(-call.sizeCoin, sizeStepCoin)
  const { closeIfNoRoll } = options
  const closes = closeIfNoRoll && askPriceCoin !== null && sizeCoin >= minSizeCoin
  trace.look('close-if-no-roll', symbol, closes, { closeIfNoRoll, askPriceCoin, sizeCoin, minSizeCoin })
  if (!closes) return { why: `${due}: it is left to settle` }

  return {
    action: 'CLOSE_COVERED_CALL',
    params: { symbol, size: sizeCoin },
    reasoning: `Buy back ${size(sizeCoin)} ${symbol} at ${coinWords(askPriceCoin, underlying.currency)}: ${due}.`,
  }
}

function moneyWords({ inTheMoney, moneyness }: OptionPosition): string {
  return `${Math.abs(moneyness * 100).toFixed(1)} % ${inTheMoney ? 'in' : 'out of'} the money`
}
