import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isOnStep,
  isOnTick,
  nextPriceDown,
  nextPriceUp,
  roundPriceDown,
  roundPriceUp,
  roundSizeDown,
  type TickRule,
  tickSizeAt,
} from './grid.js'

/** Deribit's rule for BTC and ETH options. */
const rule: TickRule = { tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] }

const price = fc.oneof(
  fc.double({ min: 0, max: 2, noNaN: true }),
  fc.double({ min: 0, max: 0.01, noNaN: true }),
  fc.integer({ min: 0, max: 20_000 }).map((count) => count * 0.0001),
)

/** Every valid price below 0.05 coin, counted in ten-thousandths. */
const grid = Array.from({ length: 500 }, (_, i) => i)
  .filter((i) => i <= 50 || i % 5 === 0)
  .map((i) => i / 10_000)

describe('a tick rule', () => {
  it.each([
    { priceCoin: 0.0069, down: 0.0065, up: 0.007, below: 0.0065, above: 0.007, why: 'between coarse ticks' },
    { priceCoin: 0.0065, down: 0.0065, up: 0.0065, below: 0.006, above: 0.007, why: 'on a coarse tick' },
    { priceCoin: 0.00501, down: 0.005, up: 0.0055, below: 0.005, above: 0.0055, why: 'just above the boundary' },
    { priceCoin: 0.005, down: 0.005, up: 0.005, below: 0.0049, above: 0.0055, why: 'on the boundary' },
    { priceCoin: 0.1 * 0.05, down: 0.005, up: 0.005, below: 0.0049, above: 0.0055, why: 'noise at the boundary' },
    { priceCoin: 0.00499, down: 0.0049, up: 0.005, below: 0.0049, above: 0.005, why: 'just below the boundary' },
    { priceCoin: 0.0049, down: 0.0049, up: 0.0049, below: 0.0048, above: 0.005, why: 'the last fine tick' },
    { priceCoin: 0.0023000000000000004, down: 0.0023, up: 0.0023, below: 0.0022, above: 0.0024, why: 'noise above' },
    { priceCoin: 0.0022999999999999995, down: 0.0023, up: 0.0023, below: 0.0022, above: 0.0024, why: 'noise below' },
    { priceCoin: 0.00001, down: 0, up: 0.0001, below: 0, above: 0.0001, why: 'less than a tick' },
    { priceCoin: 0, down: 0, up: 0, below: 0, above: 0.0001, why: 'the floor' },
  ])('rounds and steps from $priceCoin: $why', ({ priceCoin, down, up, below, above }) => {
    expect([roundPriceDown(priceCoin, rule), roundPriceUp(priceCoin, rule)]).toEqual([down, up])
    expect([nextPriceDown(priceCoin, rule), nextPriceUp(priceCoin, rule)]).toEqual([below, above])
    expect(isOnTick(priceCoin, rule)).toBe(down === up)
  })

  it('walks the whole grid tick by tick in exact decimals', () => {
    for (let i = 1; i < grid.length; i++) {
      const [lower, higher] = [grid[i - 1] as number, grid[i] as number]
      expect(nextPriceUp(lower, rule)).toBe(higher)
      expect(nextPriceDown(higher, rule)).toBe(lower)
    }
  })

  it('rounds to valid prices that bracket the input, one tick apart', () => {
    fc.assert(
      fc.property(price, (priceCoin) => {
        const down = roundPriceDown(priceCoin, rule)
        const up = roundPriceUp(priceCoin, rule)
        const noise = 1e-12 * Math.max(priceCoin, 0.0005)
        expect(isOnTick(down, rule) && isOnTick(up, rule)).toBe(true)
        expect(down).toBeLessThanOrEqual(priceCoin + noise)
        expect(up).toBeGreaterThanOrEqual(priceCoin - noise)
        expect(up).toBe(isOnTick(priceCoin, rule) ? down : nextPriceUp(priceCoin, rule))
        expect([roundPriceUp(down, rule), roundPriceDown(up, rule)]).toEqual([down, up])
        expect(String(up).length).toBeLessThanOrEqual(6)
      }),
    )
  })

  it.each([
    { priceCoin: 0.0049, tick: 0.0001 },
    { priceCoin: 0.005, tick: 0.0005 },
    { priceCoin: 0.3, tick: 0.0005 },
  ])('has tick $tick at $priceCoin', ({ priceCoin, tick }) => {
    expect(tickSizeAt(priceCoin, rule)).toBe(tick)
  })

  it('takes several steps in any order, or none', () => {
    const steps = [
      { abovePriceCoin: 0.1, tickSizeCoin: 0.005 },
      { abovePriceCoin: 0.005, tickSizeCoin: 0.0005 },
    ]
    for (const tickSteps of [steps, steps.toReversed()]) {
      const prices = [0.0031, 0.0992, 0.101].map((priceCoin) => roundPriceUp(priceCoin, { ...rule, tickSteps }))
      expect(prices).toEqual([0.0031, 0.0995, 0.105])
    }
    expect(roundPriceDown(0.00691, { ...rule, tickSteps: [] })).toBe(0.0069)
  })

  it('refuses a price or a tick that is none', () => {
    expect(() => roundPriceUp(Number.NaN, rule)).toThrow(
      'roundPriceUp: priceCoin must be a finite number >= 0, got NaN',
    )
    expect(() => nextPriceDown(-0.1, rule)).toThrow('nextPriceDown: priceCoin must be a finite number >= 0, got -0.1')
    expect(() => tickSizeAt(1, { tickSizeCoin: 0, tickSteps: [] })).toThrow(
      'tickSizeAt: tickSizeCoin must be a finite number > 0, got 0',
    )
  })
})

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
