import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalCdf, normalDensity } from './normal-distribution.js'
import { normalQuantile } from './normal-quantile.js'

describe('normalCdf', () => {
  it.each([
    [-10, 7.61985302416047e-24],
    [-6, 9.865876450376946e-10],
    [-3, 0.0013498980316300933],
    [-1.5, 0.06680720126885807],
    [0, 0.5],
    [0.5, 0.6914624612740131],
    [2, 0.9772498680518208],
    [3.5, 0.9997673709209645],
    [5, 0.9999997133484281],
  ])('is that of scipy at %s', (x, expected) => {
    expect(Math.abs(normalCdf(x) / expected - 1)).toBeLessThan(1e-13)
  })

  it('rises, and is 1 with its mirror', () => {
    fc.assert(
      fc.property(fc.double({ min: -38, max: 38, noNaN: true }), (x) => {
        expect(normalCdf(x + 1e-6)).toBeGreaterThanOrEqual(normalCdf(x))
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14)
      }),
    )
  })

  it('is the inverse of its quantile', () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (x) => {
        const probability = normalCdf(-Math.abs(x))
        expect(Math.abs(normalCdf(normalQuantile(probability)) / probability - 1)).toBeLessThan(1e-13)
      }),
    )
  })

  it.each([
    [Number.POSITIVE_INFINITY, 1],
    [Number.NEGATIVE_INFINITY, 0],
    [40, 1],
    [-40, 0],
  ])('ends at %s', (x, expected) => {
    expect(normalCdf(x)).toBe(expected)
  })

  it('has the density for its slope', () => {
    expect(normalDensity(0)).toBeCloseTo(0.3989422804014327, 15)
    for (const x of [-2, -0.3, 1.7]) {
      expect((normalCdf(x + 1e-5) - normalCdf(x - 1e-5)) / 2e-5).toBeCloseTo(normalDensity(x), 9)
    }
  })
})
