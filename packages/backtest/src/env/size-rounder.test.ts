import { roundSizeDown } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSizeRounder } from './size-rounder.js'

describe('createSizeRounder', () => {
  it.each([0.1, 1, 0.01, 0.25, 1e-8, 7])('gives the bits of roundSizeDown for a step of %s', (stepCoin) => {
    const round = createSizeRounder(stepCoin)
    const sizes = fc.oneof(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.nat(100_000).map((count) => count * stepCoin),
      fc.nat(100_000).map((count) => count * stepCoin - 1e-13),
      fc.tuple(fc.nat(1000), fc.nat(1000)).map(([a, b]) => a * stepCoin + b * stepCoin),
    )
    fc.assert(
      fc.property(sizes, (drawn) => {
        const sizeCoin = Math.max(0, drawn)
        expect(round(sizeCoin)).toBe(roundSizeDown(sizeCoin, stepCoin))
      }),
      { numRuns: 2000 },
    )
  })
})
