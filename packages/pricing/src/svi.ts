import { requireFinite, requirePositive } from './validation.js'

/**
 * One expiry's smile in Gatheral's raw parametrisation: the total variance w = iv²·T at log-moneyness k = ln(K/F) is
 * a + b·(ρ(k − m) + √((k − m)² + σ²)).
 */
export type SviParameters = {
  /** Level of total variance; may be negative. */
  a: number
  /** Slope of the wings, >= 0. */
  b: number
  /** Tilt, inside −1..1. */
  rho: number
  /** Log-moneyness of the vertex. */
  m: number
  /** Roundness of the vertex, > 0. Not a volatility. */
  sigma: number
}

/** The same smile as a trader reads it: Gatheral's jump-wing parameters. */
export type SviJumpWings = {
  /** At-the-money variance per year. */
  variance: number
  /** Slope of the volatility at the money, times √T. */
  skew: number
  /** Slope of the left wing of total variance, over the square root of the one at the money. */
  putWing: number
  /** Slope of the right wing, likewise. */
  callWing: number
  /** Smallest variance per year. */
  minimumVariance: number
}

/** Log-moneynesses from which to which a check looks, in how many equal steps. */
export type SviRange = { from: number; to: number; points?: number }

/** Where a smile is worst. A negative `margin` is an arbitrage. */
export type SviCheck = { isFree: boolean; margin: number; logMoneyness: number }

/**
 * Total variance (iv²·T) of a smile at a log-moneyness ln(K/F).
 *
 * Unchecked, for loops: parameters that are no smile give NaN or a negative variance.
 */
export function sviTotalVariance({ a, b, rho, m, sigma }: SviParameters, logMoneyness: number): number {
  const x = logMoneyness - m
  return a + b * (rho * x + Math.sqrt(x * x + sigma * sigma))
}

/**
 * Gatheral's and Jacquier's g at a log-moneyness: the density of the forward implied by the smile, up to a positive
 * factor. Below zero a butterfly costs less than nothing. NaN or −Infinity where the total variance is not above zero.
 *
 * Source: Gatheral and Jacquier, "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14(1), 2014.
 */
export function sviDensityFactor({ a, b, rho, m, sigma }: SviParameters, logMoneyness: number): number {
  const x = logMoneyness - m
  const root = Math.sqrt(x * x + sigma * sigma)
  const variance = a + b * (rho * x + root)
  if (!(variance > 0)) return Number.NEGATIVE_INFINITY
  const slope = b * (rho + x / root)
  const bend = (b * sigma * sigma) / (root * root * root)
  const first = 1 - (logMoneyness * slope) / (2 * variance)
  return first * first - ((slope * slope) / 4) * (1 / variance + 0.25) + bend / 2
}

/**
 * Looks for butterflies that cost less than nothing: the smallest `sviDensityFactor` on equally spaced
 * log-moneynesses, both ends included (201 unless told otherwise).
 *
 * @throws RangeError for parameters that are no smile, or a range that is not finite and rising.
 */
export function checkSviButterfly(svi: SviParameters, range: SviRange): SviCheck {
  requireSvi('checkSviButterfly', 'svi', svi)
  return smallest('checkSviButterfly', range, (k) => sviDensityFactor(svi, k))
}

/**
 * Looks for calendar spreads that cost less than nothing: the smallest excess of the later expiry's total variance over
 * the earlier's, on equally spaced log-moneynesses as `checkSviButterfly`.
 *
 * @throws RangeError for parameters that are no smile, or a range that is not finite and rising.
 */
export function checkSviCalendar(earlier: SviParameters, later: SviParameters, range: SviRange): SviCheck {
  requireSvi('checkSviCalendar', 'earlier', earlier)
  requireSvi('checkSviCalendar', 'later', later)
  return smallest('checkSviCalendar', range, (k) => sviTotalVariance(later, k) - sviTotalVariance(earlier, k))
}

/**
 * The jump-wing reading of a smile at a time to expiry in years.
 *
 * Source: Gatheral and Jacquier (see `sviDensityFactor`).
 *
 * @throws RangeError for parameters that are no smile, no time, or no variance at the money.
 */
export function sviJumpWings(svi: SviParameters, expiryYears: number): SviJumpWings {
  requireSvi('sviJumpWings', 'svi', svi)
  requirePositive('sviJumpWings', 'expiryYears', expiryYears)
  const { a, b, rho, m, sigma } = svi
  const atTheMoney = sviTotalVariance(svi, 0)
  requirePositive('sviJumpWings', 'total variance at the money', atTheMoney)
  const deviation = Math.sqrt(atTheMoney)
  return {
    variance: atTheMoney / expiryYears,
    skew: (b / (2 * deviation)) * (rho - m / Math.sqrt(m * m + sigma * sigma)),
    putWing: (b * (1 - rho)) / deviation,
    callWing: (b * (1 + rho)) / deviation,
    minimumVariance: (a + b * sigma * Math.sqrt(1 - rho * rho)) / expiryYears,
  }
}

/** Throws a `RangeError` unless all five are finite, b >= 0, |ρ| < 1 and σ > 0. */
function requireSvi(where: string, field: string, svi: SviParameters): void {
  for (const name of ['a', 'b', 'rho', 'm', 'sigma'] as const) requireFinite(where, `${field}.${name}`, svi[name])
  const { b, rho, sigma } = svi
  if (b >= 0 && Math.abs(rho) < 1 && sigma > 0) return
  throw new RangeError(
    `${where}: ${field} must have b >= 0, |rho| < 1, sigma > 0, got b ${b}, rho ${rho}, sigma ${sigma}`,
  )
}

function smallest(where: string, range: SviRange, marginAt: (logMoneyness: number) => number): SviCheck {
  const { from, to, points = 201 } = range
  requireFinite(where, 'from', from)
  requireFinite(where, 'to', to)
  if (!(to > from)) throw new RangeError(`${where}: to must be above from, got ${from} to ${to}`)
  if (!(Number.isInteger(points) && points >= 2)) {
    throw new RangeError(`${where}: points must be an integer >= 2, got ${points}`)
  }
  let margin = Infinity
  let logMoneyness = from
  for (let i = 0; i < points; i++) {
    const k = from + ((to - from) * i) / (points - 1)
    const here = marginAt(k)
    if (!(here >= margin)) {
      margin = here
      logMoneyness = k
    }
  }
  return { isFree: margin >= 0, margin, logMoneyness }
}
