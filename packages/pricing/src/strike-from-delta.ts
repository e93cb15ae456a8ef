import type { OptionKind } from './black76.js'
import { normalQuantile } from './normal-quantile.js'
import { requireEither, requireNonNegative, requirePositive } from './validation.js'

/** The market of one expiry, and the delta that the strike is to have. */
export type StrikeFromDeltaInput = {
  /** Forward of the expiry, > 0. */
  forwardUsd: number
  /** Time to expiry in years of 365 days, >= 0: `yearsBetween(now, expiry)`. */
  expiryYears: number
  /** Black-Scholes delta of a long option as `black76` returns it: inside 0..1 for a call, −1..0 for a put. */
  delta: number
  kind: OptionKind
  /** Annual volatility as a ratio, >= 0: one for all strikes, or a smile that knows it at any strike > 0. */
  iv: number | ((strikeUsd: number) => number)
}

/**
 * The strike, not rounded to a listed one, at which an option has a delta; `null` where none has: with no time or no
 * volatility, on a smile that jumps over it, and where its search leaves the doubles (hundreds of factors of e away).
 *
 * With d = φN⁻¹(φΔ) and w = iv·√T it is F·e^{w²/2 − d·w}. On a smile that strike and the one the volatility belongs to
 * must agree within 1e-10, relative. A continuous smile without arbitrage in its wings (w² below 2|ln(K/F)|) always has
 * such a strike, and it is found within those doubles; where the smile is so steep that several strikes have the delta,
 * it is one of them.
 *
 * @throws RangeError naming the field, when an input or a volatility of the smile is not finite or out of range.
 */
export function strikeFromDelta(input: StrikeFromDeltaInput): number | null {
  const { forwardUsd, expiryYears, delta, kind, iv } = input
  requirePositive('strikeFromDelta', 'forwardUsd', forwardUsd)
  requireNonNegative('strikeFromDelta', 'expiryYears', expiryYears)
  requireEither('strikeFromDelta', 'kind', kind, ['call', 'put'])
  const probability = kind === 'call' ? delta : -delta
  if (!(probability > 0 && probability < 1)) {
    const range = kind === 'call' ? 'inside 0..1 for a call' : 'inside -1..0 for a put'
    throw new RangeError(`strikeFromDelta: delta must be ${range}, got ${String(delta)}`)
  }
  if (typeof iv === 'number') requireNonNegative('strikeFromDelta', 'iv', iv)

  const d1 = kind === 'call' ? normalQuantile(probability) : -normalQuantile(probability)
  const deviationAt = (logMoneyness: number): number => {
    const strikeUsd = forwardUsd * Math.exp(logMoneyness)
    if (!(strikeUsd > 0 && strikeUsd < Infinity)) return Number.NaN
    const volatility = typeof iv === 'number' ? iv : iv(strikeUsd)
    requireNonNegative('strikeFromDelta', `iv(${strikeUsd})`, volatility)
    return volatility * Math.sqrt(expiryYears)
  }
  const logMoneyness = logMoneynessOf(d1, deviationAt)
  return logMoneyness === null ? null : forwardUsd * Math.exp(logMoneyness)
}

/** A log-moneyness k = ln(K/F), and by how much the k that its volatility asks for lies above it. */
type Trial = { k: number; miss: number }

/** The k whose volatility asks for k itself: w²/2 − d1·w = k. */
function logMoneynessOf(d1: number, deviationAt: (logMoneyness: number) => number): number | null {
  const trialAt = (k: number): Trial => {
    const deviation = deviationAt(k)
    return { k, miss: (deviation / 2 - d1) * deviation - k }
  }
  const solution = rootFrom(trialAt(0).miss, trialAt)
  const solves = solution !== null && Math.abs(solution.miss) <= AGREEMENT && deviationAt(solution.k) > 0
  return solves ? solution.k : null
}

/**
 * A trial without a miss, or the nearest to one where the misses change sign in a jump; `null` if they keep their sign.
 *
 * They are positive far to the left and negative far to the right, so doubling steps in their own direction find a
 * bracket. Ridders' method (IEEE Trans. Circuits Syst. 26, 1979) then at least halves it each time.
 */
function rootFrom(start: number, trialAt: (k: number) => Trial): Trial | null {
  let near = trialAt(start)
  if (Math.abs(near.miss) <= EXACT) return near
  let far = trialAt(near.k + near.miss)
  for (let step = near.miss; far.miss * step > 0; step *= 2) {
    near = far
    far = trialAt(near.k + 2 * step)
  }
  if (Number.isNaN(far.miss)) return null

  let [low, high] = near.miss > 0 ? [near, far] : [far, near]
  const nearest = () => (low.miss < -high.miss ? low : high)
  while (nearest().miss !== 0 && high.k - low.k > Number.EPSILON * Math.max(1, Math.abs(low.k))) {
    const middle = trialAt((low.k + high.k) / 2)
    const slope = Math.sqrt(middle.miss * middle.miss - low.miss * high.miss)
    const next = trialAt(middle.k + ((middle.k - low.k) * middle.miss) / slope)
    for (const trial of [middle, next]) {
      if (Math.abs(trial.miss) <= EXACT) return trial
      if (trial.miss > 0 && trial.k > low.k) low = trial
      if (trial.miss < 0 && trial.k < high.k) high = trial
    }
  }
  return nearest()
}

/** A few roundings of a log-moneyness. */
const EXACT = 1e-15
/** How far the strike and the strike of its volatility may lie apart, relative. */
const AGREEMENT = 1e-10
