import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  checkSviButterfly,
  checkSviCalendar,
  type SviParameters,
  sviDensityFactor,
  sviJumpWings,
  sviTotalVariance,
} from './svi.js'

/** Gatheral's and Jacquier's example of a smile that fits in the wings and has a butterfly (arXiv:1204.0646). */
const VOGT: SviParameters = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 }

describe('total variance', () => {
  it('is that of the published example at its vertex', () => {
    const svi = { a: -0.0666, b: 0.229, sigma: 0.337, rho: 0.439, m: 0.193 }
    expect(sviTotalVariance(svi, 0.193)).toBeCloseTo(0.010573, 12)
  })
})

describe('the jump-wing reading', () => {
  it('of the Vogt smile is the published one', () => {
    const wings = sviJumpWings(VOGT, 1)
    expect(wings.variance).toBeCloseTo(0.01742625, 8)
    expect(wings.skew).toBeCloseTo(-0.1752111, 6)
    expect(wings.putWing).toBeCloseTo(0.6997381, 6)
    expect(wings.callWing).toBeCloseTo(1.316798, 6)
    expect(wings.minimumVariance).toBeCloseTo(0.0116249, 7)
  })

  it('scales with time: variances are per year, slopes are not', () => {
    const [year, quarter] = [sviJumpWings(VOGT, 1), sviJumpWings(VOGT, 0.25)]
    expect(quarter.variance).toBeCloseTo(4 * year.variance, 14)
    expect(quarter.minimumVariance).toBeCloseTo(4 * year.minimumVariance, 14)
    expect(quarter.skew).toBe(year.skew)
  })
})

describe('the butterfly check', () => {
  it('flags the Vogt smile where it is worst', () => {
    const check = checkSviButterfly(VOGT, { from: -1.5, to: 1.5, points: 3001 })
    expect(check.isFree).toBe(false)
    expect(check.margin).toBeCloseTo(-0.032863544, 8)
    expect(check.logMoneyness).toBeCloseTo(0.879, 10)
    expect(checkSviButterfly(VOGT, { from: -1.5, to: 1.5 }).isFree).toBe(false)
  })

  it('passes the part of the Vogt smile that has none', () => {
    expect(checkSviButterfly(VOGT, { from: -1.5, to: 0.5 }).isFree).toBe(true)
  })

  it('fails a smile with no variance somewhere', () => {
    expect(checkSviButterfly({ a: -0.1, b: 0.1, rho: 0, m: 0, sigma: 0.1 }, { from: -1, to: 1 }).isFree).toBe(false)
  })

  it('agrees with the density of prices: g is the second derivative of the smile’s own Black formula', () => {
    // N(d2) as a function of k has the slope −g·n(d2)/√w.
    const gFromDigital = (svi: SviParameters, k: number) => {
      const digital = (x: number) => {
        const root = Math.sqrt(sviTotalVariance(svi, x))
        const d2 = -x / root - root / 2
        const slope = (Math.sqrt(sviTotalVariance(svi, x + 1e-5)) - Math.sqrt(sviTotalVariance(svi, x - 1e-5))) / 2e-5
        return cumulative(d2) - density(d2) * slope
      }
      const root = Math.sqrt(sviTotalVariance(svi, k))
      return (-(digital(k + 1e-3) - digital(k - 1e-3)) / 2e-3 / density(-k / root - root / 2)) * root
    }
    for (const k of [-0.8, -0.2, 0, 0.3, 0.879]) {
      expect(sviDensityFactor(VOGT, k)).toBeCloseTo(gFromDigital(VOGT, k), 3)
    }
  })

  it('passes every surface slice that Gatheral and Jacquier prove free', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-4, max: 2, noNaN: true }),
        fc.double({ min: -0.95, max: 0.95, noNaN: true }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (theta, rho, share) => {
          const wing = 1 + Math.abs(rho)
          const phi = share * Math.min((4 / (theta * wing)) * 0.999, Math.sqrt(4 / (theta * wing)))
          const root = Math.sqrt(1 - rho * rho)
          const svi = { a: (theta * root * root) / 2, b: (theta * phi) / 2, rho, m: -rho / phi, sigma: root / phi }
          expect(checkSviButterfly(svi, { from: -3, to: 3 }).margin).toBeGreaterThan(-1e-9)
        },
      ),
    )
  })
})

describe('the calendar check', () => {
  const later = { ...VOGT, a: VOGT.a + 0.01 }

  it('passes a later smile that lies above, by its margin', () => {
    const check = checkSviCalendar(VOGT, later, { from: -1, to: 1 })
    expect(check.isFree).toBe(true)
    expect(check.margin).toBeCloseTo(0.01, 12)
  })

  it('flags a crossing in a wing', () => {
    const check = checkSviCalendar({ ...VOGT, b: 0.2 }, later, { from: -1, to: 1 })
    expect(check).toMatchObject({ isFree: false, logMoneyness: -1 })
  })
})

it.each([
  ['a NaN', { ...VOGT, m: Number.NaN }, 'svi.m'],
  ['a negative slope', { ...VOGT, b: -0.1 }, 'b -0.1'],
  ['a tilt of 1', { ...VOGT, rho: 1 }, 'rho 1'],
  ['no roundness', { ...VOGT, sigma: 0 }, 'sigma 0'],
])('refuses %s', (_, svi, named) => {
  expect(() => checkSviButterfly(svi, { from: -1, to: 1 })).toThrow(named)
  expect(() => sviJumpWings(svi, 1)).toThrow(RangeError)
})

it.each([
  [{ from: 1, to: 1 }, 'to must be above from'],
  [{ from: Number.NaN, to: 1 }, 'from'],
  [{ from: 0, to: 1, points: 1 }, 'points'],
])('refuses the range %o', (range, named) => {
  expect(() => checkSviButterfly(VOGT, range)).toThrow(named)
})

function density(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/** Normal distribution by Simpson's rule: slow and plain. */
function cumulative(x: number): number {
  const steps = 400
  const width = x / steps
  let sum = density(0) + density(x)
  for (let i = 1; i < steps; i++) sum += density(i * width) * (i % 2 === 1 ? 4 : 2)
  return 0.5 + (sum * width) / 3
}
