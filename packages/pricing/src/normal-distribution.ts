import { millsPair } from './mills.js'

/** Standard normal distribution function N(z), within 1e-15 of the truth relative to the smaller tail; 0 or 1 beyond ±39. */
export function normalCdf(z: number): number {
  const distance = Math.abs(z)
  const density = normalDensity(distance)
  // So far out the ratio would be asked for at infinity.
  const tail = density === 0 ? 0 : density * millsPair(distance, distance, 0).first
  return z < 0 ? tail : 1 - tail
}

/** Standard normal density. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / ROOT_TWO_PI
}

const ROOT_TWO_PI = 2.5066282746310007
