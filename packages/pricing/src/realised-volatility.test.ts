import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { normalsFrom } from './realised-volatility.fixture.js'
import { closeToCloseVolatility, ewmaVolatility, PERIODS_PER_YEAR } from './realised-volatility.js'

const recordings = inject('recordings')
const { day } = PERIODS_PER_YEAR
const prices = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 50 })

describe('closeToCloseVolatility', () => {
  it('takes the root mean square of returns without a mean', () => {
    const closes = [100, 100 * Math.exp(0.03), 100 * Math.exp(0.03 - 0.04)]
    const { volatility, n, missingBars } = closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'zero' })
    expect(volatility).toBeCloseTo(Math.sqrt((365 * (0.03 ** 2 + 0.04 ** 2)) / 2), 13)
    expect(n).toBe(2)
    expect(missingBars).toBeNull()
  })

  it('sees no volatility in a steady trend once the mean is taken out', () => {
    const closes = Float64Array.from({ length: 31 }, (_, i) => 100 * Math.exp(0.01 * i))
    expect(closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'sample' }).volatility).toBeLessThan(1e-13)
    expect(closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'zero' }).volatility).toBeCloseTo(
      0.01 * 365 ** 0.5,
    )
  })

  it('depends neither on the price level nor on the direction of time', () => {
    fc.assert(
      fc.property(prices, fc.constantFrom('zero' as const, 'sample' as const), (closes, mean) => {
        const of = (series: number[]) =>
          closeToCloseVolatility({ closes: series, periodsPerYear: day, mean }).volatility
        const tolerance = 1e-12 * (1 + of(closes))
        expect(Math.abs(of(closes.map((close) => close * 8)) - of(closes))).toBeLessThanOrEqual(tolerance)
        expect(Math.abs(of(closes.toReversed()) - of(closes))).toBeLessThanOrEqual(tolerance)
      }),
    )
  })

  it('stays finite between the smallest and the largest price', () => {
    const closes = [5e-324, 1.7e308]
    const { volatility } = closeToCloseVolatility({ closes, periodsPerYear: 1, mean: 'zero' })
    expect(volatility).toBeCloseTo(Math.log(1.7e308) - Math.log(5e-324), 10)
  })

  it.each<{ why: string; closes: number[]; mean: 'zero' | 'sample'; message: string }>([
    {
      why: 'nothing',
      closes: [],
      mean: 'zero',
      message: "number of returns must be at least 1 for mean 'zero', got 0",
    },
    {
      why: 'no return',
      closes: [1],
      mean: 'zero',
      message: "number of returns must be at least 1 for mean 'zero', got 0",
    },
    {
      why: 'one return for a sample',
      closes: [1, 2],
      mean: 'sample',
      message: "number of returns must be at least 2 for mean 'sample', got 1",
    },
    {
      why: 'a missing close',
      closes: [1, Number.NaN],
      mean: 'zero',
      message: 'closes[1] must be a finite number > 0, got NaN',
    },
    { why: 'a zero price', closes: [0, 1], mean: 'zero', message: 'closes[0] must be a finite number > 0, got 0' },
  ])('refuses $why', ({ closes, mean, message }) => {
    expect(() => closeToCloseVolatility({ closes, periodsPerYear: day, mean })).toThrow(
      new RangeError(`closeToCloseVolatility: ${message}`),
    )
  })
})

describe('ewmaVolatility', () => {
  const of = (closes: readonly number[], lambda: number) => ewmaVolatility({ closes, periodsPerYear: day, lambda })

  it('weights each squared return λ times the next newer one, with weights that add up to 1', () => {
    const closes = [100, 103, 99, 104]
    const squares = [Math.log(103 / 100), Math.log(99 / 103), Math.log(104 / 99)].map((r) => r ** 2)
    const [first = 0, second = 0, third = 0] = squares
    const expected = (first * 0.64 + second * 0.8 + third) / (0.64 + 0.8 + 1)
    expect(of(closes, 0.8)).toEqual({
      volatility: expect.closeTo(Math.sqrt(365 * expected), 13),
      n: 3,
      missingBars: null,
      effectiveReturns: expect.closeTo(2.44 ** 2 / (0.64 ** 2 + 0.8 ** 2 + 1), 12),
    })
  })

  it('follows the recursion of RiskMetrics once the start is forgotten', () => {
    const normal = normalsFrom(4)
    const returns = Array.from({ length: 600 }, () => 0.02 * normal())
    const closes = [50_000]
    for (const value of returns) closes.push((closes.at(-1) as number) * Math.exp(value))
    let variance = 1e-4
    for (const value of returns) variance = 0.94 * variance + 0.06 * value ** 2
    const ewma = of(closes, 0.94)
    expect(ewma.volatility).toBeCloseTo(Math.sqrt(365 * variance), 12)
    expect(ewma.effectiveReturns).toBeCloseTo(1.94 / 0.06, 10)
  })

  it('tends to the zero-mean volatility as nothing is forgotten', () => {
    fc.assert(
      fc.property(prices, (closes) => {
        const { volatility } = closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'zero' })
        expect(Math.abs(of(closes, 1 - 1e-12).volatility - volatility)).toBeLessThanOrEqual(1e-9 * (1 + volatility))
      }),
    )
  })

  it('knows only the last return where all else is forgotten', () => {
    expect(of([100, 150, 140, 141], 1e-12).volatility).toBeCloseTo(Math.log(141 / 140) * Math.sqrt(365), 8)
  })

  it('is not moved by the price level and is 0 for constant prices', () => {
    fc.assert(
      fc.property(prices, fc.double({ min: 0.5, max: 0.99, noNaN: true }), (closes, lambda) => {
        const { volatility } = of(closes, lambda)
        const scaled = of(
          closes.map((close) => close * 3),
          lambda,
        ).volatility
        expect(Math.abs(scaled - volatility)).toBeLessThanOrEqual(1e-12 * (1 + volatility))
      }),
    )
    expect(of([7, 7, 7], 0.94).volatility).toBe(0)
  })

  it.each([0, 1, -0.1, 94, Number.NaN])('refuses a lambda of %s', (lambda) => {
    expect(() => of([1, 2], lambda)).toThrow(
      new RangeError(`ewmaVolatility: lambda must be a number > 0 and < 1, got ${lambda}`),
    )
  })

  it.each([[[]], [[1]]])('refuses closes without a return: %j', (closes) => {
    expect(() => of(closes, 0.94)).toThrow(
      new RangeError('ewmaVolatility: number of returns must be at least 1, got 0'),
    )
  })

  it('refuses a close that is no price', () => {
    expect(() => of([1, -2], 0.94)).toThrow(
      new RangeError('ewmaVolatility: closes[1] must be a finite number > 0, got -2'),
    )
  })
})

describe.skipIf(recordings === null)('closeToCloseVolatility on recorded data', () => {
  it('matches R’s TTR', () => {
    const vectors = JSON.parse(readFileSync(join(recordings ?? '', 'vectors/quant.json'), 'utf8')).realised_vol_TTR
    const over = (bars: number, mean: 'zero' | 'sample') =>
      closeToCloseVolatility({ closes: vectors.C.slice(-bars - 1), periodsPerYear: day, mean }).volatility
    expect(over(9, 'sample')).toBeCloseTo(vectors.closeTTR_9_returns_sample_sd, 13)
    expect(over(10, 'sample')).toBeCloseTo(vectors.close_10_returns_sample_sd, 13)
    expect(over(10, 'zero')).toBeCloseTo(vectors.close_10_returns_zero_mean, 13)
  })
})
