import { describe, expect, it } from 'vitest'
import { millsPair } from './mills.js'

// These ratios and the differences below: mpmath at 60 digits, rounded to doubles.
const known = [
  { z: -0.25, ratio: 1.548372621547658 },
  { z: 0, ratio: 1.2533141373155003 },
  { z: 1, ratio: 0.6556795424187984 },
  { z: 4, ratio: 0.23665238291356067 },
  { z: 12, ratio: 0.08276628650136918 },
  { z: 40, ratio: 0.02498440420572057 },
  { z: 1e6, ratio: 9.99999999999e-7 },
]

describe('millsPair', () => {
  it.each(known)('is exact at $z on either side', ({ z, ratio }) => {
    expect(Math.abs(millsPair(z, z + 1, 1).first / ratio - 1)).toBeLessThan(2e-15)
    expect(Math.abs(millsPair(-0.25, z, z + 0.25).second / ratio - 1)).toBeLessThan(2e-15)
  })

  it('is 0 at infinity', () => {
    expect(millsPair(Infinity, Infinity, 1)).toEqual({ first: 0, second: 0, difference: 0 })
  })

  it.each([
    { z: 0, gap: 1e-9, difference: 9.99999999373343e-10 },
    { z: 3, gap: 1e-12, difference: 8.622910386966716e-14 },
  ])('keeps the digits of a difference over $gap at $z', ({ z, gap, difference }) => {
    expect(Math.abs(millsPair(z, z + gap, gap).difference / difference - 1)).toBeLessThan(2e-15)
  })
})
