import { millsPair } from './mills.js'

/**
 * The z with N(z) = `probability`, for a probability inside (0, 1); absolute error within 1e-15 · max(1, |z|).
 *
 * Newton's method on ln N(−z), which is concave: from the right of the solution each tangent meets zero between the
 * solution and the last point, so that the steps never overshoot. They begin at the bound N(−z) <= ½e^{−z²/2}.
 */
export function normalQuantile(probability: number): number {
  const tail = Math.min(probability, 1 - probability)
  let z = Math.sqrt(-2 * Math.log(2 * tail))
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const { first: ratio } = millsPair(z, z, 0)
    const step = ratio * (Math.log(ratio / (tail * ROOT_TWO_PI)) - (z * z) / 2)
    z += step
    if (Math.abs(step) < CLOSE) break
  }
  return probability < 0.5 ? -z : z
}

/** Newton squares the error of a step. */
const CLOSE = 1e-8
const MOST_STEPS = 50
const ROOT_TWO_PI = 2.5066282746310007
