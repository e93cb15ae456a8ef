import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expOfNegative, logarithm, logOnePlus } from './elementary.js'

/** Relative difference; the engine's own functions are right to one unit in the last place. */
function difference(value: number, wanted: number): number {
  return value === wanted ? 0 : Math.abs(value / wanted - 1)
}

const positive = fc.oneof(
  fc.double({ min: -300, max: 300, noNaN: true }).map((digits) => 10 ** digits),
  fc.double({ min: 0.5, max: 2, noNaN: true }),
)

describe('the logarithm', () => {
  it('agrees with Math.log1p from the smallest to the largest numbers', () => {
    fc.assert(
      fc.property(positive, (y) => {
        expect(difference(logOnePlus(y), Math.log1p(y))).toBeLessThan(6e-16)
      }),
      { numRuns: 5000 },
    )
  })

  it('agrees with Math.log, near 1 too', () => {
    fc.assert(
      fc.property(positive, (y) => {
        const wanted = Math.log(y)
        expect(Math.abs(logarithm(y) - wanted)).toBeLessThanOrEqual(6e-16 * Math.abs(wanted))
      }),
      { numRuns: 5000 },
    )
  })

  it('is exact at its ends', () => {
    expect([0, 5e-324, Infinity].map(logarithm)).toEqual([-Infinity, Math.log(5e-324), Infinity])
    expect([logOnePlus(0), logOnePlus(Infinity), logOnePlus(1e-300), logarithm(1)]).toEqual([0, Infinity, 1e-300, 0])
  })
})

describe('the exponential', () => {
  it('agrees with Math.exp down to 2^-1000', () => {
    fc.assert(
      fc.property(fc.double({ min: -693, max: 0, noNaN: true }), (y) => {
        expect(difference(expOfNegative(y), Math.exp(y))).toBeLessThan(6e-16)
      }),
      { numRuns: 5000 },
    )
  })

  it('is 1 at 0, and 0 below 2^-1000 and for what is no number', () => {
    expect([0, -694, -Infinity, Number.NaN].map(expOfNegative)).toEqual([1, 0, 0, 0])
  })
})
