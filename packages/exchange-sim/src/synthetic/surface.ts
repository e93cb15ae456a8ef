import type { Currency } from '@cc/models'
import { MS_PER_YEAR, yearsBetween } from '@cc/pricing'
import type { Forces } from './hourly-world.js'
import { SETTLEMENT_WINDOW_MS, toCents } from './index-path.js'
import { atTenor, CARRY_TENORS_DAYS, FORCES, SURFACE_TENORS_DAYS, WORLD } from './world-parameters.js'

/** IV of one expiry by ln(strike / forward). */
export type Smile = (logMoneyness: number) => number

/** Forward and smile of one expiry at one time. */
export type ExpirySlice = {
  expiryMs: number
  expiryYears: number
  /** What the expiry is expected to settle at. In its settlement window that is known in part. */
  forwardUsd: number
  /** Share of a move of the index that the forward follows: 1 until the settlement window, there what is left of it. */
  indexShare: number
  smile: Smile
}

/**
 * Forwards and smiles of the given expiries, nearest first, under the forces of one moment. Total at-the-money variance
 * never falls from one expiry to the next.
 *
 * Options settle on a mean of the index over a window W, which varies less than its last value: in a time T by as much
 * as the index in T − ⅔W, and by a third of it inside the window, of the part that is open. IVs say so, so that
 * Black-76 on forward, IV and time to expiry gives the mark up to the last minute.
 */
export function createSurface(market: {
  currency: Currency
  forces: Forces
  indexUsd: number
  atMs: number
  expiriesMs: readonly number[]
  /** Mean of the index so far, asked of an expiry in its settlement window. */
  settlementMeanUsd(expiryMs: number): number
}): readonly ExpirySlice[] {
  const { currency, forces, atMs } = market
  const parameters = WORLD[currency]
  let leastVariance = 0
  return market.expiriesMs.map((expiryMs) => {
    const expiryYears = yearsBetween(atMs, expiryMs)
    const days = expiryYears * 365
    const openForwardUsd = forwardAt(market, days)
    const indexShare = Math.min(1, (expiryMs - atMs) / SETTLEMENT_WINDOW_MS)
    const forwardUsd =
      indexShare === 1
        ? openForwardUsd
        : toCents(indexShare * openForwardUsd + (1 - indexShare) * market.settlementMeanUsd(expiryMs))

    const movingYears = expiryYears - (2 / 3) * Math.min(expiryYears, SETTLEMENT_WINDOW_YEARS)
    const atm = atmIvAt(currency, forces, days) * indexShare * (openForwardUsd / forwardUsd)
    const variance = Math.max(leastVariance, atm ** 2 * movingYears)
    leastVariance = variance

    const onSurface = atTenor(SURFACE_TENORS_DAYS, days)
    const skewMove = within2(forces.skew) * onSurface(parameters.skew25Deviation)
    const wingsMove = within2(forces.wings) * onSurface(parameters.wings25Deviation)
    const nodes = {
      atmIv: Math.sqrt(variance / expiryYears),
      skew25: onSurface(parameters.skew25) + skewMove,
      wings25: onSurface(parameters.wings25) + wingsMove,
      skew10: onSurface(parameters.skew10) + SKEW_10_PER_25 * skewMove,
      wings10: onSurface(parameters.wings10) + WINGS_10_PER_25 * wingsMove,
    }
    return { expiryMs, expiryYears, forwardUsd, indexShare, smile: createSmile(nodes, expiryYears) }
  })
}

/** At-the-money-forward IV of any tenor. A force counts by what is left of it, on average, until expiry. */
export function atmIvAt(currency: Currency, forces: Forces, days: number): number {
  const { atmIv, atmRatio } = WORLD[currency]
  const shift = forces.premium + forces.slow * meanLeft('slow', days) + forces.fast * meanLeft('fast', days)
  return atmIv * atTenor(SURFACE_TENORS_DAYS, days)(atmRatio) * Math.exp(shift)
}

/** The world's DVOL, a 30-day volatility index. */
export function dvolAt(currency: Currency, forces: Forces): number {
  return atmIvAt(currency, forces, 30) / WORLD[currency].atmOverDvol
}

/** At-the-money IV, and the other nodes as shares of it. */
export type SmileNodes = {
  atmIv: number
  /** Risk reversal (call minus put) and butterfly (mean of both minus at the money) over `atmIv`. */
  skew25: number
  wings25: number
  skew10: number
  wings10: number
}

/**
 * Draws the smile of one expiry through five nodes: 10- and 25-delta put, at the money (strike = forward), 25- and
 * 10-delta call. Between them a monotone cubic in log-moneyness that overshoots no node (Fritsch & Carlson 1980, with
 * Butland's slopes). Beyond 10 delta it goes on at the last slope and levels off within that segment's width.
 */
export function createSmile(nodes: SmileNodes, expiryYears: number): Smile {
  const { atmIv, skew25, wings25, skew10, wings10 } = nodes
  const rootYears = Math.sqrt(expiryYears)
  const ivs = [
    atmIv * (1 + wings10 - skew10 / 2),
    atmIv * (1 + wings25 - skew25 / 2),
    atmIv,
    atmIv * (1 + wings25 + skew25 / 2),
    atmIv * (1 + wings10 + skew10 / 2),
  ]
  // d1 of each node's strike; at the money it is half the deviation, which puts the strike on the forward.
  const knots = [D1_10, D1_25, Number.NaN, -D1_25, -D1_10].map((d1, node) => {
    const deviation = (ivs[node] ?? 0) * rootYears
    return node === 2 ? 0 : (deviation / 2 - d1) * deviation
  })
  const points = knots.map((x, node) => ({ x, y: ivs[node] ?? Number.NaN }))
  const slopes = monotoneSlopes(points)
  const segments = points.slice(1).map((to, left) => ({
    from: points[left] ?? to,
    to,
    fromSlope: slopes[left] ?? 0,
    toSlope: slopes[left + 1] ?? 0,
  }))

  return (logMoneyness) => {
    const segment = segments.find(({ to }) => logMoneyness < to.x) ?? segments[3]
    if (segment === undefined) return Number.NaN
    const { from, to, fromSlope, toSlope } = segment
    const width = to.x - from.x
    const t = (logMoneyness - from.x) / width
    if (t < 0) return from.y + fromSlope * width * Math.expm1(t)
    if (t >= 1) return to.y - toSlope * width * Math.expm1(1 - t)
    const rise = width * (fromSlope * (1 - t) - toSlope * t)
    return from.y + (to.y - from.y) * t * t * (3 - 2 * t) + rise * t * (1 - t)
  }
}

const SETTLEMENT_WINDOW_YEARS = SETTLEMENT_WINDOW_MS / MS_PER_YEAR

/** How 10-delta risk reversals and butterflies moved with those of 25 delta. */
const SKEW_10_PER_25 = 2.1
const WINGS_10_PER_25 = 3

/** Beyond two deviations the nodes would cross. */
function within2(deviations: number): number {
  return Math.max(-2, Math.min(2, deviations))
}

function meanLeft(force: 'slow' | 'fast', days: number): number {
  const decay = (Math.LN2 / FORCES[force].halfLifeDays) * days
  return -Math.expm1(-decay) / decay
}

function forwardAt(market: { currency: Currency; forces: Forces; indexUsd: number }, days: number): number {
  const { carry, carryDeviation } = WORLD[market.currency]
  const onCurve = atTenor(CARRY_TENORS_DAYS, days)
  const rate = onCurve(carry) + market.forces.carry * onCurve(carryDeviation)
  return toCents(market.indexUsd * Math.exp((rate * days) / 365))
}

/** Normal quantiles of 0.9 and 0.75: d1 at a call delta of 0.9, which is the 10-delta put, and of 0.75. */
const D1_10 = 1.2815515655446004
const D1_25 = 0.6744897501960817

type Point = { x: number; y: number }

/** The chord at both ends; inside, weighted harmonic means of the neighbouring chords, 0 at a turn. */
function monotoneSlopes(points: readonly Point[]): readonly number[] {
  const chords = points.slice(1).map((to, left) => {
    const from = points[left] ?? to
    return { width: to.x - from.x, slope: (to.y - from.y) / (to.x - from.x) }
  })
  return points.map((_, node) => {
    const before = chords[node - 1]
    const after = chords[node]
    if (before === undefined || after === undefined) return (before ?? after)?.slope ?? 0
    if (before.slope * after.slope <= 0) return 0
    const weight = (2 * after.width + before.width) / (3 * (after.width + before.width))
    return (before.slope * after.slope) / (weight * after.slope + (1 - weight) * before.slope)
  })
}
