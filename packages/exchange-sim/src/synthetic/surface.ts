import type { Currency } from '@cc/models'
import { yearsBetween } from '@cc/pricing'
import type { Forces } from './hourly-world.js'
import { toCents } from './index-path.js'
import { createSmile, type Smile } from './smile.js'
import { atTenor } from './tenor-row.js'
import { CARRY_TENORS_DAYS, FORCES, SURFACE_TENORS_DAYS, WORLD } from './world-parameters.js'

/** Forward and smile of one expiry at one time. */
export type ExpirySlice = { expiryMs: number; expiryYears: number; forwardUsd: number; smile: Smile }

/**
 * Forwards and smiles of the given expiries, nearest first, under the forces of one moment. Total at-the-money variance
 * never falls from one expiry to the next.
 */
export function createSurface(market: {
  currency: Currency
  forces: Forces
  indexUsd: number
  atMs: number
  expiriesMs: readonly number[]
}): readonly ExpirySlice[] {
  const { currency, forces, atMs } = market
  const parameters = WORLD[currency]
  let leastVariance = 0
  return market.expiriesMs.map((expiryMs) => {
    const expiryYears = yearsBetween(atMs, expiryMs)
    const days = expiryYears * 365
    const variance = Math.max(leastVariance, atmIvAt(currency, forces, days) ** 2 * expiryYears)
    leastVariance = variance

    const onSurface = (row: readonly number[]) => atTenor(SURFACE_TENORS_DAYS, row, days)
    const skewMove = within2(forces.skew) * onSurface(parameters.skew25Deviation)
    const wingsMove = within2(forces.wings) * onSurface(parameters.wings25Deviation)
    const nodes = {
      atmIv: Math.sqrt(variance / expiryYears),
      skew25: onSurface(parameters.skew25) + skewMove,
      wings25: onSurface(parameters.wings25) + wingsMove,
      skew10: onSurface(parameters.skew10) + SKEW_10_PER_25 * skewMove,
      wings10: onSurface(parameters.wings10) + WINGS_10_PER_25 * wingsMove,
    }
    return { expiryMs, expiryYears, forwardUsd: forwardAt(market, days), smile: createSmile(nodes, expiryYears) }
  })
}

/** At-the-money-forward IV of any tenor. A force counts by what is left of it, on average, until expiry. */
export function atmIvAt(currency: Currency, forces: Forces, days: number): number {
  const { atmIv, atmRatio } = WORLD[currency]
  const shift = forces.premium + forces.slow * meanLeft('slow', days) + forces.fast * meanLeft('fast', days)
  return atmIv * atTenor(SURFACE_TENORS_DAYS, atmRatio, days) * Math.exp(shift)
}

/** The world's DVOL, a 30-day volatility index. */
export function dvolAt(currency: Currency, forces: Forces): number {
  return atmIvAt(currency, forces, 30) / WORLD[currency].atmOverDvol
}

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
  const rate =
    atTenor(CARRY_TENORS_DAYS, carry, days) + market.forces.carry * atTenor(CARRY_TENORS_DAYS, carryDeviation, days)
  return toCents(market.indexUsd * Math.exp((rate * days) / 365))
}
