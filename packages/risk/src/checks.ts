import type { Breach, BreachCode } from '@cc/models'
import { ACCOUNT_CHECKS } from './account-checks.js'
import { AGENT_CHECKS } from './agent-checks.js'
import type { Case } from './case.js'
import type { Check } from './check.js'
import { INSTRUMENT_CHECKS } from './instrument-checks.js'
import { LEG_CHECKS } from './leg-checks.js'
import { PRICE_CHECKS } from './price-checks.js'
import { PROJECTION_CHECKS } from './projection-checks.js'
import { STOP_CHECKS } from './stop-checks.js'

/** Every check that there is, in the order in which breaches are told. README and gate are made from it. */
export const CHECKS: readonly Check[] = [
  ...AGENT_CHECKS,
  ...ACCOUNT_CHECKS,
  ...INSTRUMENT_CHECKS,
  ...PRICE_CHECKS,
  ...LEG_CHECKS,
  ...PROJECTION_CHECKS,
  ...STOP_CHECKS,
]

const OF_EXITS = CHECKS.filter(({ exits }) => exits === 'held')
/** Of doing nothing: its approval has an end, which must be a time. */
const OF_NOTHING = CHECKS.filter(({ code }) => code === 'state-incomplete')
const PLACES = new Map<BreachCode, number>(CHECKS.map(({ code }, index) => [code, index]))

/**
 * Makes every check that can be made of a trade, and tells every breach. A check that fails is a breach. On numbers that
 * are none only words are judged: what follows from such a number means nothing.
 */
export function judge(of: Case): Breach[] {
  const { close, open } = of.trade
  const checks = open !== undefined ? CHECKS : close !== undefined ? OF_EXITS : OF_NOTHING
  const areNumbers = numbersAreSound(of)
  const breaches: Breach[] = []
  for (const { code, words, judge: make } of checks) {
    if (!areNumbers && !words) continue
    try {
      const found = make(of)
      if (found === undefined) continue
      if ('code' in found) breaches.push(found)
      else breaches.push(...found)
    } catch (error) {
      breaches.push(failureOf(code, error))
    }
  }
  // Only a failed check is told under another code than its own.
  return breaches.sort((a, b) => placeOf(a) - placeOf(b))
}

/** A check that could not be made. */
export function failureOf(check: string, error: unknown): Breach {
  return { code: 'check-failed', check, message: String(error) }
}

function numbersAreSound(of: Case): boolean {
  let areSound = false
  try {
    areSound = of.garbage().length === 0
  } catch {
    // Told by the check that asks for them again.
  }
  return areSound
}

function placeOf({ code }: Breach): number {
  return PLACES.get(code) as number
}
