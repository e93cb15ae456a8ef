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
  // Typed, for a world makes a dozen of them a minute: as lists of objects they come to live among V8's old.
  const y = Float64Array.of(
    atmIv * (1 + wings10 - skew10 / 2),
    atmIv * (1 + wings25 - skew25 / 2),
    atmIv,
    atmIv * (1 + wings25 + skew25 / 2),
    atmIv * (1 + wings10 + skew10 / 2),
  )
  // At the money d1 is half the deviation, which puts the strike on the forward.
  const x = y.map((iv, node) => {
    const deviation = iv * rootYears
    return node === 2 ? 0 : (deviation / 2 - (NODE_D1[node] as number)) * deviation
  })
  const slopes = monotoneSlopes(x, y)

  return (logMoneyness) => {
    let right = 1
    while (right < LAST_NODE && !(logMoneyness < (x[right] as number))) right++
    const left = right - 1
    const [fromX, fromY, fromSlope] = [x[left] as number, y[left] as number, slopes[left] as number]
    const [toX, toY, toSlope] = [x[right] as number, y[right] as number, slopes[right] as number]
    const width = toX - fromX
    const t = (logMoneyness - fromX) / width
    if (t < 0) return fromY + fromSlope * width * Math.expm1(t)
    if (t >= 1) return toY - toSlope * width * Math.expm1(1 - t)
    const rise = width * (fromSlope * (1 - t) - toSlope * t)
    return fromY + (toY - fromY) * t * t * (3 - 2 * t) + rise * t * (1 - t)
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

/** d1 of the strike of each node. */
const NODE_D1 = [D1_10, D1_25, Number.NaN, -D1_25, -D1_10] as const
const LAST_NODE = NODE_D1.length - 1

/** The chord at both ends; inside, weighted harmonic means of the neighbouring chords, 0 at a turn. */
function monotoneSlopes(x: Float64Array, y: Float64Array): Float64Array {
  const width = (left: number) => (x[left + 1] as number) - (x[left] as number)
  const chord = (left: number) => ((y[left + 1] as number) - (y[left] as number)) / width(left)
  return x.map((_, node) => {
    if (node === 0) return chord(0)
    const before = chord(node - 1)
    if (node === LAST_NODE) return before
    const after = chord(node)
    if (before * after <= 0) return 0
    const [widthBefore, widthAfter] = [width(node - 1), width(node)]
    const weight = (2 * widthAfter + widthBefore) / (3 * (widthAfter + widthBefore))
    return (before * after) / (weight * after + (1 - weight) * before)
  })
}
