import { type SviParameters, type SviRange, sviDensityFactor, sviTotalVariance } from './svi.js'
import type { SviFit, SviObservations } from './svi-fit.js'

/** What a smile must keep to: no butterfly in a range, and no crossing with its neighbours. */
export type SviBounds = {
  range: SviRange
  /** Smile of the earlier expiry, nowhere above in that range. */
  earlier: SviNeighbour | null
  /** Smile of the later expiry, nowhere below in that range. */
  later: SviNeighbour | null
}

/** A smile, and the log-moneynesses on which it is compared. */
export type SviNeighbour = { svi: SviParameters; range: SviRange }

/** Whether a smile keeps to its bounds, on 401 points of each range and between them. */
export function keepsBounds(svi: SviParameters, { range, earlier, later }: SviBounds): boolean {
  return (
    hasNoButterfly(svi, range) &&
    (earlier === null || !sviCrosses(earlier.svi, svi, earlier.range)) &&
    (later === null || !sviCrosses(svi, later.svi, later.range))
  )
}

/** Whether a smile has variance everywhere and no butterfly in a range and within three deviations. */
export function hasNoButterfly(svi: SviParameters, range: SviRange): boolean {
  if (!(svi.a + svi.b * svi.sigma * Math.sqrt(1 - svi.rho * svi.rho) > 0)) return false
  return staysAbove(withDeviations(range, svi), (k) => sviDensityFactor(svi, k))
}

/** Whether the later of two smiles lies below the earlier anywhere in a range and within three deviations of either. */
export function sviCrosses(earlier: SviParameters, later: SviParameters, range: SviRange): boolean {
  const whole = withDeviations(withDeviations(range, earlier), later)
  return !staysAbove(whole, (k) => sviTotalVariance(later, k) - sviTotalVariance(earlier, k))
}

/** A range that reaches three deviations of a smile, and a little further so that a promise holds to the ends. */
export function withDeviations({ from, to }: SviRange, svi: SviParameters): SviRange {
  const reach = 3.06 * Math.sqrt(Math.max(0, sviTotalVariance(svi, 0)))
  return { from: Math.min(from, -reach), to: Math.max(to, reach) }
}

/** Weighted squared error of a smile. */
export function sviCost({ logMoneyness, variance, weight }: SviObservations, svi: SviParameters): number {
  let cost = 0
  for (let i = 0; i < logMoneyness.length; i++) {
    const miss = sviTotalVariance(svi, logMoneyness[i] as number) - (variance[i] as number)
    cost += (weight[i] as number) * miss * miss
  }
  return cost
}

/**
 * The smile near a start that keeps to its bounds at the least cost in weighted squared error, or `null` if the search
 * finds none.
 *
 * Levenberg and Marquardt's method on the errors and on how far each bound is broken, which weighs a hundred times more
 * in every round. The bounds are held with a margin on 61 points and checked without it on 401 and between them.
 */
export function refitSvi(observations: SviObservations, start: SviParameters, bounds: SviBounds): SviFit | null {
  const unit = 1 / Math.sqrt(observations.weight.toSorted()[observations.weight.length >> 1] as number)
  let svi = start
  let weight = 1
  for (let round = 0; round < ROUNDS; round++) {
    svi = descend({ observations, bounds, unit, weight }, svi)
    if (keepsBounds(svi, bounds)) return { svi, cost: sviCost(observations, svi) }
    weight *= 100
  }
  return null
}

type Problem = {
  observations: SviObservations
  bounds: SviBounds
  /** Typical half-spread in total variance: what a broken bound is measured in. */
  unit: number
  /** What a bound broken by one unit costs. */
  weight: number
}

/** Sums of products of derivatives, by parameter and parameter (symmetric), and of derivatives and residuals. */
type NormalEquations = { matrix: Float64Array; gradient: Float64Array }

function descend(problem: Problem, start: SviParameters): SviParameters {
  const equations = { matrix: new Float64Array(SIZE * SIZE), gradient: new Float64Array(SIZE) }
  let svi = start
  let cost = evaluate(problem, svi, equations)
  let damping = 1e-3
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    let next: SviParameters | null = null
    let nextCost = cost
    for (let attempt = 0; attempt < ATTEMPTS && next === null; attempt++) {
      const trial = moved(svi, solve(equations, damping))
      const trialCost = evaluate(problem, trial, null)
      if (trialCost < cost) {
        next = trial
        nextCost = trialCost
        damping = Math.max(damping / 10, 1e-9)
      } else {
        damping *= 10
      }
    }
    if (next === null) return svi
    svi = next
    if (cost - nextCost <= ENOUGH * cost) return svi
    cost = evaluate(problem, svi, equations)
  }
  return svi
}

/** The parameters less a step, held inside what a smile can be and Lee's bound 2 on its wings. */
function moved({ a, b, rho, m, sigma }: SviParameters, step: Float64Array): SviParameters {
  const tilt = Math.max(-STEEPEST, Math.min(STEEPEST, rho - (step[2] as number)))
  const steepest = (2 / (1 + Math.abs(tilt))) * (1 - 1e-9)
  return {
    a: a - (step[0] as number),
    b: Math.min(Math.max(b - (step[1] as number), 1e-9), steepest),
    rho: tilt,
    m: m - (step[3] as number),
    sigma: Math.min(Math.max(sigma - (step[4] as number), sigma / 3), sigma * 3),
  }
}

/** The cost of a smile with what it breaks; the equations of the next step are written where they are asked for. */
function evaluate(
  { observations, bounds, unit, weight }: Problem,
  svi: SviParameters,
  equations: NormalEquations | null,
): number {
  const { logMoneyness, variance, weight: weights } = observations
  const derivatives = new Float64Array(SIZE)
  equations?.matrix.fill(0)
  equations?.gradient.fill(0)
  let cost = 0
  for (let i = 0; i < logMoneyness.length; i++) {
    const k = logMoneyness[i] as number
    const miss = sviTotalVariance(svi, k) - (variance[i] as number)
    const g = weights[i] as number
    cost += g * miss * miss
    if (equations !== null) {
      varianceDerivatives(svi, k, derivatives)
      accumulate(equations, derivatives, miss, g)
    }
  }

  const perUnit = weight / (unit * unit)
  const root = Math.sqrt(1 - svi.rho * svi.rho)
  const floor = LOWEST_SHARE * (variance[variance.length >> 1] as number)
  const dip = svi.a + svi.b * svi.sigma * root - floor
  if (dip < 0) {
    cost += 100 * perUnit * dip * dip
    if (equations !== null) {
      derivatives[0] = 1
      derivatives[1] = svi.sigma * root
      derivatives[2] = (-svi.b * svi.sigma * svi.rho) / root
      derivatives[3] = 0
      derivatives[4] = svi.b * root
      accumulate(equations, derivatives, dip, 100 * perUnit)
    }
  }

  const { range, earlier, later } = bounds
  for (let i = 0; i < SEARCHED_POINTS; i++) {
    const k = pointOf(range, i, SEARCHED_POINTS)
    const lack = sviDensityFactor(svi, k) - DENSITY_MARGIN
    if (lack >= 0) continue
    const held = Math.max(lack, -100)
    cost += 100 * weight * held * held
    if (equations !== null && held === lack) {
      densityDerivatives(svi, k, derivatives)
      accumulate(equations, derivatives, lack, 100 * weight)
    }
  }
  for (const [neighbour, sign] of [
    [earlier, 1],
    [later, -1],
  ] as const) {
    if (neighbour === null) continue
    for (let i = 0; i < SEARCHED_POINTS; i++) {
      const k = pointOf(neighbour.range, i, SEARCHED_POINTS)
      const excess = sviTotalVariance(svi, k) - sviTotalVariance(neighbour.svi, k) * (1 + sign * VARIANCE_MARGIN)
      if (sign * excess >= 0) continue
      cost += perUnit * excess * excess
      if (equations !== null) {
        varianceDerivatives(svi, k, derivatives)
        accumulate(equations, derivatives, excess, perUnit)
      }
    }
  }
  return cost
}

/**
 * Whether a function is nowhere below zero in a range: on 401 points, and where three of them show a dip at the bottom of
 * their parabola, so that smiles which touch between two points are seen to.
 */
function staysAbove(range: SviRange, valueAt: (logMoneyness: number) => number): boolean {
  let first = Number.NaN
  let second = Number.NaN
  for (let i = 0; i < CHECKED_POINTS; i++) {
    const third = valueAt(pointOf(range, i, CHECKED_POINTS))
    if (!(third >= 0)) return false
    if (second < first && second <= third) {
      const rise = third - first
      if (second - (rise * rise) / (8 * (first - 2 * second + third)) < 0) return false
    }
    first = second
    second = third
  }
  return true
}

function pointOf({ from, to }: SviRange, i: number, points: number): number {
  return from + ((to - from) * i) / (points - 1)
}

function varianceDerivatives({ b, rho, m, sigma }: SviParameters, logMoneyness: number, into: Float64Array): void {
  const x = logMoneyness - m
  const root = Math.sqrt(x * x + sigma * sigma)
  into[0] = 1
  into[1] = rho * x + root
  into[2] = b * x
  into[3] = -b * (rho + x / root)
  into[4] = (b * sigma) / root
}

function densityDerivatives(svi: SviParameters, logMoneyness: number, into: Float64Array): void {
  const here = sviDensityFactor(svi, logMoneyness)
  const { a, b, rho, m, sigma } = svi
  const variance = sviTotalVariance(svi, logMoneyness)
  const steps = [1e-6 * variance, 1e-6 * b, 1e-6, 1e-6 * sigma, 1e-6 * sigma] as const
  into[0] = (sviDensityFactor({ a: a + steps[0], b, rho, m, sigma }, logMoneyness) - here) / steps[0]
  into[1] = (sviDensityFactor({ a, b: b + steps[1], rho, m, sigma }, logMoneyness) - here) / steps[1]
  into[2] = (sviDensityFactor({ a, b, rho: rho + steps[2], m, sigma }, logMoneyness) - here) / steps[2]
  into[3] = (sviDensityFactor({ a, b, rho, m: m + steps[3], sigma }, logMoneyness) - here) / steps[3]
  into[4] = (sviDensityFactor({ a, b, rho, m, sigma: sigma + steps[4] }, logMoneyness) - here) / steps[4]
}

function accumulate(
  { matrix, gradient }: NormalEquations,
  derivatives: Float64Array,
  residual: number,
  weight: number,
): void {
  for (let j = 0; j < SIZE; j++) {
    const weighted = weight * (derivatives[j] as number)
    gradient[j] = (gradient[j] as number) + weighted * residual
    for (let l = 0; l <= j; l++)
      matrix[j * SIZE + l] = (matrix[j * SIZE + l] as number) + weighted * (derivatives[l] as number)
  }
}

/** The damped step: Cholesky's factors of the matrix with its diagonal raised. */
function solve({ matrix, gradient }: NormalEquations, damping: number): Float64Array {
  const factor = new Float64Array(SIZE * SIZE)
  const step = new Float64Array(SIZE)
  for (let j = 0; j < SIZE; j++) {
    for (let l = 0; l <= j; l++) {
      let rest = matrix[j * SIZE + l] as number
      if (j === l) rest = rest * (1 + damping) + Number.MIN_VALUE
      for (let q = 0; q < l; q++) rest -= (factor[j * SIZE + q] as number) * (factor[l * SIZE + q] as number)
      if (j === l)
        factor[j * SIZE + j] = Math.sqrt(Math.max(rest, 1e-14 * (matrix[j * SIZE + j] as number) + Number.MIN_VALUE))
      else factor[j * SIZE + l] = rest / (factor[l * SIZE + l] as number)
    }
  }
  for (let j = 0; j < SIZE; j++) {
    let rest = gradient[j] as number
    for (let q = 0; q < j; q++) rest -= (factor[j * SIZE + q] as number) * (step[q] as number)
    step[j] = rest / (factor[j * SIZE + j] as number)
  }
  for (let j = SIZE - 1; j >= 0; j--) {
    let rest = step[j] as number
    for (let q = j + 1; q < SIZE; q++) rest -= (factor[q * SIZE + j] as number) * (step[q] as number)
    step[j] = rest / (factor[j * SIZE + j] as number)
  }
  return step
}

/** a, b, ρ, m, σ. */
const SIZE = 5
const STEEPEST = 0.999
const LOWEST_SHARE = 1e-3
const CHECKED_POINTS = 401
const SEARCHED_POINTS = 61
const ROUNDS = 5
const ITERATIONS = 20
const ATTEMPTS = 6
const ENOUGH = 1e-3
const DENSITY_MARGIN = 0.005
const VARIANCE_MARGIN = 0.002
