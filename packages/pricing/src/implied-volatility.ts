import type { OptionKind } from './black76.js'
import { logarithm, logOnePlus } from './kernel/elementary.js'
import { millsPair } from './mills.js'
import { requireEither, requireNonNegative, requirePositive } from './validation.js'

/** One option, the market it is quoted in, and its price. */
export type ImpliedVolatilityInput = {
  /** Forward of the same expiry, > 0: Deribit's `underlying_price`, not the index. */
  forwardUsd: number
  /** > 0. */
  strikeUsd: number
  /** Time to expiry in years of 365 days, >= 0: `yearsBetween(now, expiry)`. */
  expiryYears: number
  /** Price in USD, >= 0. A coin price is worth `priceCoin * forwardUsd`. */
  priceUsd: number
  kind: OptionKind
}

/**
 * Annual volatility, as a ratio (0.52 = 52 %), at which `black76` gives a price; `null` where none does: at or below the
 * intrinsic value as doubles subtract it, at or above what the option can be worth at most (the forward for a call, the
 * strike for a put), and with no time left. A quote like that is an ordinary fact of the market, and its volatility is
 * missing, not 0. Time value below 1e-300 of the lower of forward and strike counts as none, as does a volatility
 * below the smallest double.
 *
 * The error stays within max(1e-13, 2 ulp(priceUsd)/vega), vega per unit of volatility, over forwards of 100-200,000
 * USD, strikes of 0.2-5 forwards, an hour to two years and volatilities of 5-400 %. It solves for the out-of-the-money
 * side: from an in-the-money price the intrinsic value is subtracted (parity), and the digits that this price spent on
 * it are lost. Where they matter, pass the price of the out-of-the-money twin.
 *
 * @throws RangeError naming the field, when an input is not finite, negative, or a forward or strike of 0.
 */
export function impliedVolatility(input: ImpliedVolatilityInput): number | null {
  const { forwardUsd, strikeUsd, expiryYears, priceUsd, kind } = input
  requirePositive('impliedVolatility', 'forwardUsd', forwardUsd)
  requirePositive('impliedVolatility', 'strikeUsd', strikeUsd)
  requireNonNegative('impliedVolatility', 'expiryYears', expiryYears)
  requireNonNegative('impliedVolatility', 'priceUsd', priceUsd)
  requireEither('impliedVolatility', 'kind', kind, ['call', 'put'])

  const isLowStrike = strikeUsd < forwardUsd
  const lowerUsd = isLowStrike ? strikeUsd : forwardUsd
  const upperUsd = isLowStrike ? forwardUsd : strikeUsd
  const gapUsd = upperUsd - lowerUsd
  let valueUsd = priceUsd
  if (isLowStrike === (kind === 'call')) {
    // The second term is what rounding took from the gap: a price close to it has no digit to spare.
    valueUsd = priceUsd > gapUsd ? priceUsd - gapUsd + (lowerUsd + (gapUsd - upperUsd)) : 0
  }
  const share = valueUsd / lowerUsd
  const gap = gapUsd / lowerUsd
  if (expiryYears === 0 || !(share >= SMALLEST_SHARE && valueUsd < lowerUsd) || gap === Infinity) return null

  const isWide = share > WIDE_SHARE
  const deviation = deviationOf({
    logRatio: logOnePlus(gap),
    gap,
    share,
    isWide,
    goal: isWide ? (lowerUsd - valueUsd) / lowerUsd : share,
  })
  const iv = deviation / Math.sqrt(expiryYears)
  // Over ages without end the volatility of next to nothing is less than the smallest double.
  return iv > 0 ? iv : null
}

/** An out-of-the-money option between two prices, all money in units of the lower. */
type Target = {
  /** ln(upper/lower), >= 0. */
  logRatio: number
  /** (upper − lower)/lower. */
  gap: number
  /** Value of the option, inside (0, 1). */
  share: number
  /** Whether the value is so near to 1 that its digits are in the complement `1 − share`. */
  isWide: boolean
  /** What the solution must reach: the complement if `isWide`, else the value. */
  goal: number
}

/**
 * σ√T of a target: one step from a close start is enough for options as exchanges list them.
 *
 * Otherwise steps continue inside a bracket that each of them tightens. With z₁ = x/s − s/2 and x = `logRatio`, the
 * value is at most N(−z₁), which is at most ½e^{−z₁²/2} where z₁ >= 0, and at most s/√(2π); its complement is at most
 * e^{−z₁²/2} where z₁ <= 0. Each bound solved for s is an end. A step out of the bracket, and every step after the
 * eighth, goes to the geometric mean of the ends instead.
 */
function deviationOf(target: Target): number {
  const start = startingPoint(target)
  const firstStep = stepTowards(target, start)
  if (Math.abs(firstStep) <= CLOSE * start) return start + firstStep

  const { logRatio, share } = target
  const wing = Math.sqrt(Math.max(0, -2 * Math.log(2 * share)))
  const top = Math.sqrt(-2 * Math.log(target.isWide ? target.goal : 1 - share))
  const wingEnd = logRatio === 0 ? 0 : (2 * logRatio) / (wing + Math.sqrt(wing * wing + 2 * logRatio))
  // Wider by some roundings than the bounds themselves: a solution on an end is inside.
  let low = Math.max(share * ROOT_TWO_PI, wingEnd) * (1 - 1e-12)
  let high = (top + Math.sqrt(top * top + 2 * logRatio)) * (1 + 1e-12)

  let deviation = Math.min(Math.max(start, low), high)
  for (let steps = 1; steps < MOST_STEPS; steps++) {
    const step = stepTowards(target, deviation)
    if (Math.abs(step) <= CLOSE * deviation) return deviation + step
    if (step > 0) low = deviation
    else high = deviation
    const next = deviation + step
    deviation = steps <= FAST_STEPS && next >= low && next <= high ? next : Math.sqrt(low) * Math.sqrt(high)
  }
  return deviation
}

/**
 * A deviation close to the solution: Bachelier's, whose distance d in deviations depends on gap/share alone, turned into
 * Black's by the first terms of Hagan's expansion (Hagan & Woodward, Equivalent Black volatilities, 1999); at the money
 * they are the series of the inverse error function.
 */
function startingPoint({ logRatio, gap, share }: Target): number {
  let bachelier = share * ROOT_TWO_PI
  if (gap > 0) {
    const growth = Math.min(logOnePlus(gap / bachelier), LARGEST_GROWTH)
    const position = Math.min(growth / (growth + 8), LAST_FITTED)
    const squared = position * position
    let odd: number = DISTANCE_FIT[0]
    let even: number = DISTANCE_FIT[1]
    for (let power = 2; power < DISTANCE_FIT.length; power += 2) {
      odd = odd * squared + (DISTANCE_FIT[power] as number)
      even = even * squared + (DISTANCE_FIT[power + 1] as number)
    }
    bachelier = (logRatio * Math.sqrt(growth * 0.5 + 1)) / (growth * (odd * position + even))
  }
  const quarter = bachelier * bachelier * 0.25
  const bend = (quarter * (127 / 5040) + 7 / 120) * quarter + (logRatio * logRatio * (-1 / 720) + 1 / 6)
  return bachelier * (quarter * bend + 1)
}

/**
 * The step of Householder's third-order method from a deviation towards the solution, on the logarithm of the goal's
 * quantity. Positive below the solution, negative above.
 *
 * With n the normal density and R the Mills ratio, the value is n(z₁)·(R(z₁) − R(z₂)) and its complement
 * n(z₁)·(R(−z₁) + R(z₂)), z = x/s ∓ s/2; n(z₁) is also the slope of the value in s, so that logarithm and derivatives
 * need no exponential where the quantity at hand is the goal's.
 */
function stepTowards({ logRatio, isWide, goal }: Target, deviation: number): number {
  const distance = logRatio / deviation
  const z1 = distance - deviation * 0.5
  const z2 = distance + deviation * 0.5
  const isMirrored = z1 < -0.25
  const ratios = isMirrored ? millsPair(-z1, z2, 2 * distance) : millsPair(z1, z2, deviation)
  const ratio = isMirrored ? ratios.first + ratios.second : ratios.difference

  let newton: number
  let slope: number
  if (isMirrored === isWide) {
    // The slope of the logarithm is 1/ratio.
    newton = (z1 * z1 * 0.5 - logarithm(ratio / (goal * ROOT_TWO_PI))) * ratio
    slope = 1 / ratio
  } else {
    const density = Math.exp((-z1 * z1) / 2) / ROOT_TWO_PI
    const rest = 1 - density * ratio
    slope = density / rest
    newton = -Math.log(rest / goal) / slope
  }
  if (isWide) {
    newton = -newton
    slope = -slope
  }

  const inverse = 1 / deviation
  const squares = distance * distance
  const bend = squares * inverse - deviation * 0.25 - slope
  const twist = bend * (bend - slope) - (squares * 3 * inverse * inverse + 0.25)
  const top = bend * newton * 0.5 + 1
  const bottom = newton * (twist * newton * (1 / 6) + bend) + 1
  const correction = top / bottom
  return correction > 0 && correction < Infinity ? (newton * top) / bottom : newton
}

const SMALLEST_SHARE = 1e-300
/** Above it z₁ < −¼, so that the complement is the quantity at hand. */
export const WIDE_SHARE = 0.6
/** The error of a third-order step is of the fourth power of the step. */
export const CLOSE = 1e-4
const FAST_STEPS = 8
/** Enough to halve the widest bracket, in logarithms, down to `CLOSE`. */
const MOST_STEPS = 64
const LARGEST_GROWTH = 1000
export const ROOT_TWO_PI = 2.5066282746310007

/**
 * Bachelier's distance d as a function of y = ln(1 + d/(1 − d·R(d))·e^{d²/2}): d·√(1 + y/2)/y in descending powers of
 * y/(y + 8), its Chebyshev series on [0, 0.8] cut after degree 13 (mpmath, 40 digits). Relative error 5e-5.
 */
export const DISTANCE_FIT = [
  -26642.573744474383, 148683.73871069282, -371196.311258758, 547431.0768970399, -530631.8148611382, 356113.88109773706,
  -169993.31914381383, 58516.51923755425, -14637.43510252118, 2686.774703427892, -371.97764231323475, 42.00075987352833,
  -3.9978398140278197, 0.9999505440933601,
] as const
export const LAST_FITTED = 0.8
