import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type SviParameters, sviTotalVariance } from './svi.js'
import { fitSvi, type SviObservations } from './svi-fit.js'
import { sviCost } from './svi-repair.js'

const SMILE: SviParameters = { a: 0.004, b: 0.06, rho: -0.3, m: 0.02, sigma: 0.12 }

function observe(k: readonly number[], varianceAt: (k: number) => number, halfSpread = 1e-4): SviObservations {
  return {
    logMoneyness: Float64Array.from(k),
    variance: Float64Array.from(k, varianceAt),
    weight: Float64Array.from(k, () => 1 / (halfSpread * halfSpread)),
  }
}
const spaced = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1))

it('finds a smile again from its own variances', () => {
  const k = spaced(-0.5, 0.4, 25)
  const { svi, cost } = fitSvi(
    observe(k, (x) => sviTotalVariance(SMILE, x)),
    0.1,
  )
  expect(cost / k.length).toBeLessThan(1e-3)
  for (const x of spaced(-0.6, 0.5, 40)) {
    expect(Math.abs(sviTotalVariance(svi, x) - sviTotalVariance(SMILE, x))).toBeLessThan(1e-5)
  }
})

it('fits better with each quote that it trusts more', () => {
  const k = spaced(-0.3, 0.3, 9)
  const observations = observe(k, (x) => sviTotalVariance(SMILE, x))
  observations.variance[8] = (observations.variance[8] as number) * 1.5
  const errorAtEnd = (weight: number) => {
    observations.weight[8] = weight
    return Math.abs(sviTotalVariance(fitSvi(observations, 0.1).svi, 0.3) - (observations.variance[8] as number))
  }
  expect(errorAtEnd(1e10)).toBeLessThan(errorAtEnd(1e4) / 10)
})

it('gives a smile to whatever it observes: slopes within Lee’s bound, variance above zero, its cost as it says', () => {
  const row = fc.record({
    k: fc.double({ min: -1.5, max: 1.5, noNaN: true }),
    variance: fc.double({ min: 1e-5, max: 3, noNaN: true }),
  })
  fc.assert(
    fc.property(fc.uniqueArray(row, { minLength: 5, maxLength: 30, selector: ({ k }) => k }), (rows) => {
      const sorted = rows.toSorted((first, second) => first.k - second.k)
      const values = new Map(sorted.map(({ k, variance }) => [k, variance]))
      const observations = observe(
        sorted.map(({ k }) => k),
        (k) => values.get(k) as number,
        0.01,
      )
      const { svi, cost } = fitSvi(observations, 0.2)
      expect(svi.b * (1 + Math.abs(svi.rho))).toBeLessThanOrEqual(2)
      expect(Math.abs(svi.rho)).toBeLessThan(1)
      expect(svi.a + svi.b * svi.sigma * Math.sqrt(1 - svi.rho ** 2)).toBeGreaterThan(0)
      expect(Math.abs(cost - sviCost(observations, svi))).toBeLessThan(1e-6 * (1 + cost))
    }),
  )
})

it('is flat through variances that are', () => {
  const { svi } = fitSvi(
    observe(spaced(-0.4, 0.4, 11), () => 0.03),
    0.17,
  )
  for (const x of [-0.6, 0, 0.6]) expect(sviTotalVariance(svi, x)).toBeCloseTo(0.03, 7)
})
