import { describe, expect, it } from 'vitest'
import { checkSviButterfly, checkSviCalendar, type SviParameters, sviTotalVariance } from './svi.js'
import type { SviObservations } from './svi-fit.js'
import { hasNoButterfly, keepsBounds, refitSvi, sviCost, sviCrosses } from './svi-repair.js'

const VOGT: SviParameters = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 }
const EARLIER: SviParameters = { a: 0.004, b: 0.07, rho: -0.1, m: 0, sigma: 0.1 }
const LATER: SviParameters = { a: 0.008, b: 0.05, rho: -0.1, m: 0, sigma: 0.12 }
const RANGE = { from: -1.2, to: 1.2 }

function observe(svi: SviParameters, from: number, to: number): SviObservations {
  const k = Array.from({ length: 21 }, (_, i) => from + ((to - from) * i) / 20)
  return {
    logMoneyness: Float64Array.from(k),
    variance: Float64Array.from(k, (x) => sviTotalVariance(svi, x)),
    weight: Float64Array.from(k, () => 1e6),
  }
}

it('bends the Vogt smile until its butterfly is gone, and costs less than the published repair', () => {
  const observations = observe(VOGT, -1, 1)
  const fit = refitSvi(observations, VOGT, { range: RANGE, earlier: null, later: null })
  const svi = fit?.svi as SviParameters
  expect(checkSviButterfly(svi, { ...RANGE, points: 1001 }).margin).toBeGreaterThanOrEqual(0)
  expect(fit?.cost).toBe(sviCost(observations, svi))
  const published = rawOf({
    variance: 0.01742625,
    skew: -0.1752111,
    putWing: 0.6997381,
    callWing: 0.8564763,
    least: 0.0116249,
  })
  expect(checkSviButterfly(published, RANGE).margin).toBeGreaterThan(-1e-4)
  expect(fit?.cost).toBeLessThan(sviCost(observations, published))
})

describe('two smiles that cross in the wings', () => {
  it('are those of this test', () => {
    expect(sviCrosses(EARLIER, LATER, RANGE)).toBe(true)
    expect(sviCrosses(EARLIER, { ...EARLIER, a: 0.005 }, RANGE)).toBe(false)
  })

  it('come apart by raising the later', () => {
    const bounds = { range: RANGE, earlier: { svi: EARLIER, range: RANGE }, later: null }
    const fit = refitSvi(observe(LATER, -0.25, 0.25), LATER, bounds)
    const svi = fit?.svi as SviParameters
    expect(keepsBounds(svi, bounds)).toBe(true)
    expect(checkSviCalendar(EARLIER, svi, { ...RANGE, points: 1001 }).isFree).toBe(true)
  })

  it('come apart by lowering the earlier', () => {
    const bounds = { range: RANGE, earlier: null, later: { svi: LATER, range: RANGE } }
    const svi = refitSvi(observe(EARLIER, -0.25, 0.25), EARLIER, bounds)?.svi as SviParameters
    expect(checkSviCalendar(svi, LATER, { ...RANGE, points: 1001 }).isFree).toBe(true)
    expect(checkSviButterfly(svi, RANGE).isFree).toBe(true)
  })

  it('stay apart from what lies on their other side', () => {
    const below = { ...EARLIER, a: 0.001, b: 0.04 }
    const bounds = { range: RANGE, earlier: { svi: below, range: RANGE }, later: { svi: LATER, range: RANGE } }
    const svi = refitSvi(observe(EARLIER, -0.25, 0.25), EARLIER, bounds)?.svi as SviParameters
    expect(sviCrosses(below, svi, RANGE)).toBe(false)
    expect(sviCrosses(svi, LATER, RANGE)).toBe(false)
  })
})

describe('a crossing is seen', () => {
  const flat = { a: 0.01, b: 0, rho: 0, m: 0, sigma: 1 }

  it('between two of the points that are looked at', () => {
    // The range has a point at 0 and the next at 0.005.
    const dipping = { a: 0.00974, b: 0.1, rho: 0, m: 0.0025, sigma: 0.001 }
    expect(sviTotalVariance(dipping, 0)).toBeGreaterThan(0.01)
    expect(sviTotalVariance(dipping, 0.0025)).toBeLessThan(0.01)
    expect(sviCrosses(flat, dipping, { from: -1, to: 1 })).toBe(true)
  })

  it('beyond the range, within three deviations', () => {
    const dipping = { a: 0.009, b: 0.05, rho: 0, m: 0.28, sigma: 0.01 }
    expect(sviCrosses(flat, dipping, { from: -0.05, to: 0.05 })).toBe(true)
    expect(sviCrosses(flat, { ...dipping, a: 0.0096 }, { from: -0.05, to: 0.05 })).toBe(false)
  })
})

it('finds nothing between neighbours that cross each other', () => {
  const bounds = { range: RANGE, earlier: { svi: LATER, range: RANGE }, later: { svi: EARLIER, range: RANGE } }
  expect(refitSvi(observe(EARLIER, -0.25, 0.25), EARLIER, bounds)).toBeNull()
})

it('counts a smile without variance outside its range as no smile', () => {
  const svi = { a: -0.05, b: 0.2, rho: 0.9, m: -0.9, sigma: 0.1 }
  expect(sviTotalVariance(svi, -1.2)).toBeLessThan(0)
  expect(hasNoButterfly(svi, { from: 0, to: 0.1 })).toBe(false)
})

/** The smile of a year with these jump-wing parameters (Gatheral and Jacquier, lemma 3.2). */
function rawOf(wings: {
  variance: number
  skew: number
  putWing: number
  callWing: number
  least: number
}): SviParameters {
  const { variance, skew, putWing, callWing, least } = wings
  const root = Math.sqrt(variance)
  const b = (root / 2) * (callWing + putWing)
  const rho = 1 - (putWing * root) / b
  const beta = rho - (2 * skew * root) / b
  const alpha = Math.sign(beta) * Math.sqrt(1 / beta ** 2 - 1)
  const m =
    (variance - least) / (b * (-rho + Math.sign(alpha) * Math.sqrt(1 + alpha ** 2) - alpha * Math.sqrt(1 - rho ** 2)))
  return { a: least - b * alpha * m * Math.sqrt(1 - rho ** 2), b, rho, m, sigma: alpha * m }
}
