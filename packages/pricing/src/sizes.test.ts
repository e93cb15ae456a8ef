import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOnStep, roundSizeDown } from './sizes.js'

describe('roundSizeDown', () => {
  it.each([
    { sizeCoin: 0.1 + 0.2, stepCoin: 0.1, rounded: 0.3, why: 'noise above' },
    { sizeCoin: 0.1 + 0.7, stepCoin: 0.1, rounded: 0.8, why: 'noise below' },
    { sizeCoin: 0.79999999, stepCoin: 0.1, rounded: 0.7, why: 'one satoshi short' },
    { sizeCoin: 0.09, stepCoin: 0.1, rounded: 0, why: 'less than a step' },
    { sizeCoin: 12.99, stepCoin: 1, rounded: 12, why: 'whole coins' },
    { sizeCoin: 62.5, stepCoin: 25, rounded: 50, why: 'a step above one' },
  ])('makes $rounded of $sizeCoin: $why', ({ sizeCoin, stepCoin, rounded }) => {
    expect(roundSizeDown(sizeCoin, stepCoin)).toBe(rounded)
  })

  it('finds the decimal of any count of steps, and one step less when a satoshi is missing', () => {
    const step = fc.constantFrom(
      { stepCoin: 0.1, perCoin: 10 },
      { stepCoin: 0.01, perCoin: 100 },
      { stepCoin: 1, perCoin: 1 },
    )
    fc.assert(
      fc.property(step, fc.integer({ min: 1, max: 5_000 }), ({ stepCoin, perCoin }, count) => {
        expect(roundSizeDown(count * stepCoin, stepCoin)).toBe(count / perCoin)
        expect(isOnStep(count * stepCoin, stepCoin)).toBe(true)
        const short = count / perCoin - 1e-8
        expect(roundSizeDown(short, stepCoin)).toBe((count - 1) / perCoin)
        expect(isOnStep(short, stepCoin)).toBe(false)
      }),
    )
  })

  it('never exceeds the size, and loses less than a step', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1_000, noNaN: true }), (sizeCoin) => {
        const rounded = roundSizeDown(sizeCoin, 0.1)
        expect(rounded).toBeLessThan(sizeCoin + 1e-9)
        expect(sizeCoin - rounded).toBeLessThan(0.1)
      }),
    )
  })

  it('refuses what is no size or no step', () => {
    expect(() => roundSizeDown(-1, 0.1)).toThrow('roundSizeDown: sizeCoin must be a finite number >= 0, got -1')
    expect(() => isOnStep(1, 0)).toThrow('isOnStep: stepCoin must be a finite number > 0, got 0')
  })
})
