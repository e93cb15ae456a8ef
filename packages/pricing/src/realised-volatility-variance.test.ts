import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { normalsFrom } from './realised-volatility.fixture.js'
import { closeToCloseVolatility } from './realised-volatility.js'
import { realisedVariances } from './realised-volatility-variance.js'

const recordings = inject('recordings')

describe('realisedVariances', () => {
  it('adds up squares and neighbouring products within each period, counted from the newest close', () => {
    const returns = [0.05, 0.01, -0.02, 0.03, -0.01]
    const { variance, bipower, jump, unusedReturns } = realisedVariances({
      closes: pathOf(returns),
      returnsPerPeriod: 2,
    })
    expect([...variance]).toEqual([
      expect.closeTo(0.01 ** 2 + 0.02 ** 2, 15),
      expect.closeTo(0.03 ** 2 + 0.01 ** 2, 15),
    ])
    expect([...bipower]).toEqual([
      expect.closeTo((Math.PI / 2) * 0.01 * 0.02, 15),
      expect.closeTo((Math.PI / 2) * 0.03 * 0.01, 15),
    ])
    expect([...jump]).toEqual([
      expect.closeTo(0.0005 - (Math.PI / 2) * 0.0002, 15),
      expect.closeTo(0.001 - (Math.PI / 2) * 0.0003, 15),
    ])
    expect(unusedReturns).toBe(1)
  })

  it('says that a path of equal steps had no jump', () => {
    const { bipower, variance, jump } = realisedVariances({
      closes: pathOf([0.01, -0.01, 0.01, -0.01]),
      returnsPerPeriod: 4,
    })
    expect(bipower[0]).toBeGreaterThan(variance[0] as number)
    expect(jump[0]).toBe(0)
  })

  it('tells a jump from diffusion', () => {
    const normal = normalsFrom(11)
    const returns = Array.from({ length: 2_000 }, () => 0.001 * normal())
    returns[700] = 0.06
    const { bipower, jump } = realisedVariances({ closes: pathOf(returns), returnsPerPeriod: 2_000 })
    expect((bipower[0] as number) / 0.002).toBeCloseTo(1, 0.5)
    expect((jump[0] as number) / 0.0036).toBeCloseTo(1, 0.5)
  })

  it('adds up to the zero-mean volatility over all periods', () => {
    const closes = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 5, maxLength: 60 })
    fc.assert(
      fc.property(closes, fc.integer({ min: 2, max: 4 }), (path, returnsPerPeriod) => {
        const { variance, unusedReturns } = realisedVariances({ closes: path, returnsPerPeriod })
        const sum = variance.reduce((total, value) => total + value, 0)
        const used = path.slice(unusedReturns)
        const { volatility, n } = closeToCloseVolatility({ closes: used, periodsPerYear: 1, mean: 'zero' })
        expect(variance.length * returnsPerPeriod).toBe(n)
        expect(Math.abs(sum - n * volatility ** 2)).toBeLessThanOrEqual(1e-12 * sum)
      }),
    )
  })

  it.each([
    {
      why: 'one return a period',
      closes: [1, 2, 3],
      returnsPerPeriod: 1,
      message: 'returnsPerPeriod must be an integer >= 2, got 1',
    },
    {
      why: 'half a return',
      closes: [1, 2, 3],
      returnsPerPeriod: 2.5,
      message: 'returnsPerPeriod must be an integer >= 2, got 2.5',
    },
    {
      why: 'less than a period',
      closes: [1, 2, 3],
      returnsPerPeriod: 3,
      message: 'number of returns must be at least 3, got 2',
    },
    { why: 'no closes', closes: [], returnsPerPeriod: 2, message: 'number of returns must be at least 2, got 0' },
    {
      why: 'a close that is no price',
      closes: [1, 0, 3],
      returnsPerPeriod: 2,
      message: 'closes[1] must be a finite number > 0, got 0',
    },
  ])('refuses $why', ({ closes, returnsPerPeriod, message }) => {
    expect(() => realisedVariances({ closes, returnsPerPeriod })).toThrow(
      new RangeError(`realisedVariances: ${message}`),
    )
  })
})

describe.skipIf(recordings === null)('realisedVariances on recorded data', () => {
  it('matches the reference', () => {
    const vectors = JSON.parse(readFileSync(join(recordings ?? '', 'vectors/quant.json'), 'utf8')).realised_vol_TTR
    const { variance, bipower } = realisedVariances({ closes: vectors.C, returnsPerPeriod: 11 })
    expect(variance[0]).toBeCloseTo(vectors.RV_sum_11_returns, 16)
    expect(bipower[0]).toBeCloseTo(vectors.bipower_11_returns_pi_over_2, 16)
  })
})

/** Closes that give these log returns. */
function pathOf(returns: readonly number[]): number[] {
  const closes = [100]
  for (const value of returns) closes.push((closes.at(-1) as number) * Math.exp(value))
  return closes
}
