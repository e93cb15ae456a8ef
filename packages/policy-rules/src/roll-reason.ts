import type { CandidateOption, OptionPosition } from '@cc/models'
import type { RulesOptions } from './options.js'
import type { Situation } from './situation.js'
import { dayWords, deltaWords, percent } from './words.js'

/** Why a call is due for a roll, in words, by every rule of `rollWhen` that asks for it; `undefined`: none does. */
export function rollReason(call: OptionPosition, { options, trace }: Situation): string | undefined {
  const { instrument, dte, delta, inTheMoney, premiumCaptured } = call
  const { symbol } = instrument
  const { which, minPnl, alwaysWhenItm, ...when } = options.rollWhen
  const keeps = (least: number) => premiumCaptured !== null && premiumCaptured >= least
  const whys: string[] = []

  const isNear = when.dte !== null && dte <= when.dte && (which === 'all' || inTheMoney)
  const nearFacts = { dte, maxDte: when.dte, inTheMoney, which, premiumCaptured, minPnl }
  if (trace.look('roll-dte', symbol, isNear && (minPnl === null || keeps(minPnl)), nearFacts)) {
    whys.push(`${dayWords(dte)} left, rolled from ${when.dte} on`)
  }
  if (trace.look('roll-pnl', symbol, when.pnl !== null && keeps(when.pnl), { premiumCaptured, pnl: when.pnl })) {
    whys.push(`${percent(premiumCaptured ?? 0)} of its premium kept, rolled from ${percent(when.pnl ?? 0)} on`)
  }
  const isDeep = when.delta !== null && delta !== null && delta >= when.delta
  if (trace.look('roll-delta', symbol, isDeep, { delta, minDelta: when.delta })) {
    whys.push(`${deltaWords(delta)}, rolled from ${deltaWords(when.delta)} on`)
  }
  if (trace.look('roll-always-when-itm', symbol, alwaysWhenItm && inTheMoney, { inTheMoney, alwaysWhenItm })) {
    whys.push('in the money, where every call is rolled')
  }
  return whys.length === 0 ? undefined : whys.join(' and ')
}

/**
 * Whether a call would be due for an exit or a roll as soon as it is sold, so that selling it is paying for the way out.
 * Nothing is kept yet of its premium: a rule that asks for some of it is not met.
 */
export function isDueAtOnce(
  { delta, dte, moneyness }: CandidateOption,
  { rollWhen, closeWhen }: Pick<RulesOptions, 'rollWhen' | 'closeWhen'>,
): boolean {
  const { which, minPnl, alwaysWhenItm, ...when } = rollWhen
  const inTheMoney = moneyness < 0
  const isNear = when.dte !== null && dte <= when.dte && (which === 'all' || inTheMoney)
  return (
    (isNear && (minPnl === null || minPnl <= 0)) ||
    (when.delta !== null && delta >= when.delta) ||
    (closeWhen.delta !== null && delta >= closeWhen.delta) ||
    (alwaysWhenItm && inTheMoney)
  )
}
