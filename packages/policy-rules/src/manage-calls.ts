import type { OptionPosition } from '@cc/models'
import { closeCall, profitReason } from './close-call.js'
import { rollCall } from './roll-call.js'
import { rollReason } from './roll-reason.js'
import { quotedShortCalls, type Ruling, type Situation, unquotedShortCalls, untradable } from './situation.js'
import { moneyWords, positionWords, premiumWords } from './words.js'

/**
 * Goes through the short calls, soonest expiry first, and acts on the first that a rule asks something of: a roll by
 * `rollWhen`, else a profit by `closeWhen`. Every other call is left to settle, which costs less than buying it back; so
 * is one that is due for a roll and cannot be rolled, unless `closeIfUnableToRoll` says otherwise.
 */
export function manageCalls(situation: Situation): Ruling {
  const whys: string[] = []
  for (const call of quotedShortCalls(situation.underlying)) {
    const ruling = manageCall(call, situation)
    if (typeof ruling !== 'string') return ruling
    whys.push(ruling)
  }
  return { whys: [...whys, ...unquotedShortCalls(situation.underlying).map(({ symbol }) => `short ${symbol}`)] }
}

/** What is done with one call, or what is to be said of it. */
function manageCall(call: OptionPosition, situation: Situation) {
  const quiet = [`short ${positionWords(call)}`, premiumWords(call)].filter((words) => words !== undefined).join(', ')
  if (untradable(call, situation) !== undefined) return quiet

  const { closeIfUnableToRoll } = situation.options.rollWhen
  const due = rollReason(call, situation)
  const profit = profitReason(call, situation)
  const wholly = -call.sizeCoin
  let words = moneyWords(call)
  if (due !== undefined) {
    const roll = rollCall(call, due, situation)
    if (!('why' in roll)) return roll
    words = `${words}: due for a roll (${due}), but ${roll.why}`
    const { symbol } = call.instrument
    if (situation.trace.look('close-if-unable-to-roll', symbol, closeIfUnableToRoll, { closeIfUnableToRoll })) {
      const close = closeCall(call, { wantedCoin: wholly, reason: words }, situation)
      if (!('why' in close)) return close
    }
  }
  if (profit !== undefined) {
    const close = closeCall(call, { wantedCoin: wholly, reason: profit }, situation)
    if (!('why' in close)) return close
    words = `${words}: ${profit}, but ${close.why}`
  }
  return due === undefined && profit === undefined
    ? quiet
    : `short ${positionWords(call)}, ${words}, so it is left to settle`
}
