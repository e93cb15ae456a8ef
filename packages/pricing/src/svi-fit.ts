import type { SviParameters } from './svi.js'

/** Observations of total variance, as columns. */
export type SviObservations = {
  logMoneyness: Float64Array
  variance: Float64Array
  /** One over the square of what an error of 1 would be measured in. */
  weight: Float64Array
}

/** A smile through observations, and the sum of its weighted squared errors. */
export type SviFit = { svi: SviParameters; cost: number }

/**
 * The smile with the least weighted squared error in total variance, and no wing steeper than Lee's bound 2.
 *
 * Quasi-explicit: for a vertex (m, σ) the rest is linear in y = (k − m)/σ, w = a + d·y + c·√(y² + 1), solved in one
 * pass; the vertex is searched by Nelder and Mead's simplex, from m = 0 and σ = `deviation`, the smile's own scale iv·√T,
 * or close to that of a smile `near`. Butterflies are not excluded.
 *
 * Source: De Marco and Martini, "Quasi-explicit calibration of Gatheral's SVI model", Zeliade white paper, 2009.
 */
export function fitSvi(observations: SviObservations, deviation: number, near?: SviParameters): SviFit {
  const { logMoneyness } = observations
  const first = logMoneyness[0] as number
  const last = logMoneyness[logMoneyness.length - 1] as number
  const margin = (last - first) / 2
  const svi: SviParameters = { a: 0, b: 0, rho: 0, m: 0, sigma: 1 }
  const costAt = (m: number, logSigma: number): number => {
    // Where the quotes show no wings the vertex runs away, and beyond the quotes the smile becomes a parabola.
    const isNear = m >= first - margin && m <= last + margin && logSigma >= SHARPEST && logSigma <= ROUNDEST
    return isNear ? solveAt(observations, m, deviation * Math.exp(logSigma), svi) : Infinity
  }
  const start =
    near === undefined
      ? { x: Math.min(Math.max(0, first), last), y: 0, step: FIRST_STEP }
      : { x: near.m, y: Math.log(near.sigma / deviation), step: NEAR_STEP }
  const best = simplexMinimum(costAt, start, deviation)
  const cost = costAt(best.x, best.y)
  return { svi, cost }
}

/** Writes the best smile with a given vertex to `svi` and returns its cost. */
function solveAt(
  { logMoneyness, variance, weight }: SviObservations,
  m: number,
  sigma: number,
  svi: SviParameters,
): number {
  let s1 = 0
  let sy = 0
  let sz = 0
  let syy = 0
  let syz = 0
  let sw = 0
  let swy = 0
  let swz = 0
  let sww = 0
  for (let i = 0; i < logMoneyness.length; i++) {
    const y = ((logMoneyness[i] as number) - m) / sigma
    const z = Math.sqrt(y * y + 1)
    const w = variance[i] as number
    const g = weight[i] as number
    const gy = g * y
    const gw = g * w
    s1 += g
    sy += gy
    sz += g * z
    syy += gy * y
    syz += gy * z
    sw += gw
    swy += gw * y
    swz += gw * z
    sww += gw * w
  }
  const szz = syy + s1
  const cap = 2 * sigma * (1 - 1e-9)

  // Cost of (a, d, c), from the sums.
  const costOf = (a: number, d: number, c: number): number =>
    sww -
    2 * (a * sw + d * swy + c * swz) +
    a * a * s1 +
    d * d * syy +
    c * c * szz +
    2 * (a * (d * sy + c * sz) + d * c * syz)

  // Cramer's rule on the normal equations, after the mean is taken out.
  const cyy = syy - (sy * sy) / s1
  const cyz = syz - (sy * sz) / s1
  const czz = szz - (sz * sz) / s1
  const cwy = swy - (sw * sy) / s1
  const cwz = swz - (sw * sz) / s1
  const determinant = cyy * czz - cyz * cyz
  let d = (cwy * czz - cwz * cyz) / determinant
  let c = (cwz * cyy - cwy * cyz) / determinant
  if (!(determinant > 1e-14 * cyy * czz && c >= 0 && Math.abs(d) <= c * STEEPEST && c + Math.abs(d) <= cap)) {
    // On the faces d = ±c and c ± d = cap the solution has one parameter less; the best feasible face wins.
    let least = Infinity
    let bestD = 0
    let bestC = 0
    const consider = (dd: number, cc: number): void => {
      const cost = dd * dd * cyy + cc * cc * czz + 2 * dd * cc * cyz - 2 * (dd * cwy + cc * cwz)
      if (cost < least) {
        least = cost
        bestD = dd
        bestC = cc
      }
    }
    consider(0, 0)
    for (const side of [STEEPEST, -STEEPEST]) {
      const slope = (side * cwy + cwz) / (side * side * cyy + 2 * side * cyz + czz)
      const most = cap / (1 + STEEPEST)
      const cc = Math.min(Math.max(slope, 0), most)
      consider(side * cc, cc)
    }
    for (const side of [1, -1]) {
      // d = side·(cap − c)
      const up = cwz - side * cwy - side * cap * cyz + cap * cyy
      const down = cyy - 2 * side * cyz + czz
      const cc = Math.min(Math.max(up / down, cap / (1 + STEEPEST)), cap)
      consider(side * (cap - cc), cc)
    }
    d = bestD
    c = bestC
  }
  let a = (sw - d * sy - c * sz) / s1
  const dip = Math.sqrt(Math.max(0, c * c - d * d))
  const floor = LOWEST_SHARE * (sw / s1)
  if (a + dip < floor) a = floor - dip
  svi.a = a
  svi.b = c / sigma
  svi.rho = c === 0 ? 0 : d / c
  svi.m = m
  svi.sigma = sigma
  return Math.max(0, costOf(a, d, c))
}

/** Nelder and Mead's simplex in two dimensions, its first steps being `step` in y and as many `scale`s in x. */
function simplexMinimum(
  costAt: (x: number, y: number) => number,
  start: { x: number; y: number; step: number },
  scale: number,
): { x: number; y: number } {
  type Vertex = { x: number; y: number; cost: number }
  const at = (x: number, y: number): Vertex => ({ x, y, cost: costAt(x, y) })
  const { x, y, step } = start
  let best = at(x, y)
  let middle = at(x + step * scale, y)
  let worst = at(x, y + step)
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    if (middle.cost < best.cost) [best, middle] = [middle, best]
    if (worst.cost < middle.cost) [middle, worst] = [worst, middle]
    if (middle.cost < best.cost) [best, middle] = [middle, best]
    if (worst.cost - best.cost <= TOLERANCE * best.cost + 1e-12) break
    const cx = (best.x + middle.x) / 2
    const cy = (best.y + middle.y) / 2
    const reflected = at(2 * cx - worst.x, 2 * cy - worst.y)
    if (reflected.cost < best.cost) {
      const expanded = at(3 * cx - 2 * worst.x, 3 * cy - 2 * worst.y)
      worst = expanded.cost < reflected.cost ? expanded : reflected
      continue
    }
    if (reflected.cost < middle.cost) {
      worst = reflected
      continue
    }
    const inner = reflected.cost < worst.cost ? reflected : worst
    const contracted = at((cx + inner.x) / 2, (cy + inner.y) / 2)
    if (contracted.cost < inner.cost) {
      worst = contracted
      continue
    }
    middle = at((best.x + middle.x) / 2, (best.y + middle.y) / 2)
    worst = at((best.x + worst.x) / 2, (best.y + worst.y) / 2)
  }
  return best.cost <= middle.cost && best.cost <= worst.cost ? best : middle.cost <= worst.cost ? middle : worst
}

/** Largest |ρ| of a fit. */
const STEEPEST = 0.999
/** Smallest total variance of a fit, as a share of the mean of what it fits. */
const LOWEST_SHARE = 1e-3
/** How far ln σ may go from its start, down and up. */
const SHARPEST = -4
const ROUNDEST = 1.5
const FIRST_STEP = 0.7
const NEAR_STEP = -0.2
const MOST_STEPS = 80
const TOLERANCE = 1e-4
