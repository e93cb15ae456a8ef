import { black76 } from '@cc/pricing'
import { interpolated } from './interpolated.js'
import type { ModelSmile } from './model-smile.js'

/** What the premium of a weekly call is multiplied by, at these deltas; linear between them, nothing from 0.6 on. */
export type PremiumFactors = { delta10: number; delta25: number; delta50: number }

/**
 * Lowers or raises a smile so that calls of up to ten days are worth their modelled premium times a factor: where weekly
 * calls are sold, on Friday mornings, a model without a weekend asks too much of them. The step in volatility is that of the
 * first order, and halves it at most; what lies below the money by more than a delta of 0.6, and longer expiries, stay.
 */
export function correctedSmile(
  smile: ModelSmile,
  { expiryYears, premiums }: { expiryYears: number; premiums: PremiumFactors },
): ModelSmile {
  if (expiryYears * 365 > MOST_DAYS) return smile
  const factors = [premiums.delta10, premiums.delta25, premiums.delta50, 1]
  return (logMoneyness) => {
    const iv = smile(logMoneyness)
    const strikeUsd = Math.exp(logMoneyness)
    const { delta, vega, priceUsd } = black76({ forwardUsd: 1, strikeUsd, expiryYears, iv, kind: 'call' })
    const excess = 1 - interpolated(DELTAS, factors, delta)
    if (excess === 0 || !(vega > 0)) return iv
    // Vega is that of a vol point.
    return Math.max(iv / 2, iv - (excess * priceUsd) / (100 * vega))
  }
}

const MOST_DAYS = 10
const DELTAS = [0.1, 0.25, 0.5, 0.6]
