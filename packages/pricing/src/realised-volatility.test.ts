import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { closeToCloseVolatility, PERIODS_PER_YEAR } from './realised-volatility.js'

const recordings = inject('recordings')
const { day } = PERIODS_PER_YEAR

describe('closeToCloseVolatility', () => {
  it('takes the root mean square of returns without a mean', () => {
    const closes = [100, 100 * Math.exp(0.03), 100 * Math.exp(0.03 - 0.04)]
    const { volatility, returns } = closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'zero' })
    expect(volatility).toBeCloseTo(Math.sqrt((365 * (0.03 ** 2 + 0.04 ** 2)) / 2), 13)
    expect(returns).toBe(2)
  })

  it('sees no volatility in a steady trend once the mean is taken out', () => {
    const closes = Float64Array.from({ length: 31 }, (_, i) => 100 * Math.exp(0.01 * i))
    expect(closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'sample' }).volatility).toBeLessThan(1e-13)
    expect(closeToCloseVolatility({ closes, periodsPerYear: day, mean: 'zero' }).volatility).toBeCloseTo(
      0.01 * 365 ** 0.5,
    )
  })

  it('depends neither on the price level nor on the direction of time', () => {
    const prices = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 50 })
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

  it.each<{ why: string; closes: number[]; mean: 'zero' | 'sample'; message: string }>([
    { why: 'nothing', closes: [], mean: 'zero', message: "closes must hold at least 2 prices for mean 'zero', got 0" },
    {
      why: 'no return',
      closes: [1],
      mean: 'zero',
      message: "closes must hold at least 2 prices for mean 'zero', got 1",
    },
    {
      why: 'one return for a sample',
      closes: [1, 2],
      mean: 'sample',
      message: "closes must hold at least 3 prices for mean 'sample', got 2",
    },
    { why: 'a gap', closes: [1, Number.NaN], mean: 'zero', message: 'closes[1] must be a finite number > 0, got NaN' },
    { why: 'a zero price', closes: [0, 1], mean: 'zero', message: 'closes[0] must be a finite number > 0, got 0' },
  ])('refuses $why', ({ closes, mean, message }) => {
    expect(() => closeToCloseVolatility({ closes, periodsPerYear: day, mean })).toThrow(
      new RangeError(`closeToCloseVolatility: ${message}`),
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
