import { parseSymbol } from '@cc/models'
import { expiryCounts } from './choose-call.js'
import type { Situation } from './situation.js'

/**
 * The soonest listed expiry that counts, whether or not a call of it is a candidate; `undefined` of none. A strategy that
 * sells the soonest one waits where nothing of it can be sold: a later one is another strategy.
 */
export function soonestExpiry({ underlying, options, timeMs }: Situation): number | undefined {
  const { expiry, minDte, maxDte } = options.target
  const counts = (expiryMs: number) => {
    const dte = (expiryMs - timeMs) / DAY_MS
    return dte >= minDte && (maxDte === null || dte <= maxDte) && expiryCounts(expiryMs, expiry)
  }
  const soonestMs = Math.min(...listedExpiries(underlying).filter(counts))
  return Number.isFinite(soonestMs) ? soonestMs : undefined
}

/** Expiries of the calls that are listed; those that are too near or too far by the screening are left out. */
function listedExpiries({ candidates, rejectedCandidates }: Situation['underlying']): number[] {
  const expiries = new Set(candidates.map(({ instrument }) => instrument.expiryMs))
  for (const { values } of rejectedCandidates) {
    for (const symbol of Object.keys(values)) {
      const expiryMs = parseSymbol(symbol)?.expiryMs
      if (expiryMs !== undefined) expiries.add(expiryMs)
    }
  }
  return [...expiries]
}

const DAY_MS = 86_400_000
