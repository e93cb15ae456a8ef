import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { createRandom } from '../env/seeding.js'
import { probabilityOfOverfitting } from './cscv.js'
import { deflatedSharpe, luckySharpe, periodSharpe, probabilisticSharpe } from './overfit.js'
import { autoregressive } from './series.fixture.js'
import { shapeOf } from './statistics.js'

/** The worked example of the paper: a yearly Sharpe ratio of 2.5 over five years of 250 days. */
const EXAMPLE = { sharpe: 2.5 / Math.sqrt(250), periods: 1_250, skew: -3, kurtosis: 10 }
const VARIANCE = 0.5 / 250

describe('deflated Sharpe ratio', () => {
  it.each([
    { count: 100, lucky: 0.113172, dsr: 0.900397 },
    { count: 46, lucky: undefined, dsr: 0.950502 },
  ])('is that of the worked example with $count trials', ({ count, lucky, dsr }) => {
    const threshold = luckySharpe({ count, sharpeVariance: VARIANCE })
    if (lucky !== undefined) expect(threshold).toBeCloseTo(lucky, 6)
    expect(probabilisticSharpe(EXAMPLE, threshold)).toBeCloseTo(dsr, 6)
  })

  const recordings = inject('recordings')
  it.skipIf(recordings === null)('is that of the vector file', () => {
    const vector = JSON.parse(readFileSync(`${recordings}/vectors/quant.json`, 'utf8')).deflated_sharpe
    const threshold = luckySharpe({ count: vector.N, sharpeVariance: vector.V / vector.periods })
    expect(threshold).toBeCloseTo(vector.SR0_daily, 4)
    expect(probabilisticSharpe(EXAMPLE, threshold)).toBeCloseTo(vector.DSR, 4)
  })

  const returns = autoregressive(0, 250, 3).map((value) => 0.01 * value + 0.0005)

  it('falls with the trials, and is the probabilistic one for a single trial', () => {
    const own = periodSharpe(returns)!
    const of = (count: number) =>
      deflatedSharpe({ returns, trials: Array.from({ length: count }, (_, i) => own - i * 0.01) })
    expect(of(1).dsr).toBe(of(1).psr)
    expect(of(5).dsr!).toBeLessThan(of(1).dsr!)
    expect(of(50).dsr!).toBeLessThan(of(5).dsr!)
    expect(of(50).psr).toBe(of(1).psr)
  })

  it('measures the shape of the returns itself', () => {
    const shape = shapeOf(returns)!
    const measured = { sharpe: periodSharpe(returns)!, periods: 250, ...shape }
    expect(deflatedSharpe({ returns, trials: [0] }).psr).toBe(probabilisticSharpe(measured, 0))
  })

  it.each([
    { why: 'no returns', returns: [] },
    { why: 'returns that do not vary', returns: Array(60).fill(0) },
  ])('cannot be stated of $why', ({ returns: none }) => {
    expect(deflatedSharpe({ returns: none, trials: [0] })).toEqual({ psr: null, dsr: null, luckySharpe: null })
  })

  it('cannot be stated where the shape leaves no variance', () => {
    expect(probabilisticSharpe({ sharpe: 1, periods: 100, skew: 9, kurtosis: 3 }, 0)).toBeNull()
  })
})

describe('probabilityOfOverfitting', () => {
  const noise = Array.from({ length: 7 }, (_, i) => autoregressive(0, 130, 100 + i))

  it.each([
    { why: 'noise in 8 slices', results: noise, slices: 8, expected: 0.6285714285714286 },
    {
      why: 'noise with a little skill in 16 slices',
      results: noise.map((row, i) => row.map((value) => value + 0.01 * i)),
      slices: 16,
      expected: 0.6230769230769231,
    },
    {
      why: 'plain skill',
      results: noise.map((row, i) => row.map((value) => value + 0.05 * i)),
      slices: 8,
      expected: 0,
    },
  ])('counts every split of $why as an independent writing does', ({ results, slices, expected }) => {
    expect(probabilityOfOverfitting(results, { slices })).toBeCloseTo(expected, 12)
  })

  it('is about a half, on average, where nothing is to be known', () => {
    const random = createRandom(3)
    const worlds = Array.from({ length: 30 }, () => {
      const results = Array.from({ length: 10 }, () => Array.from({ length: 160 }, () => random.normal()))
      return probabilityOfOverfitting(results, { slices: 8 })!
    })
    const mean = worlds.reduce((sum, value) => sum + value, 0) / worlds.length
    expect(mean).toBeGreaterThan(0.4)
    expect(mean).toBeLessThan(0.65)
  })

  it('takes a strategy that never trades for one without skill', () => {
    const idle = Array(130).fill(0)
    const good = noise[0]!.map((value) => value + 0.5)
    expect(probabilityOfOverfitting([idle, good])).toBe(0)
  })

  it('is not known of one strategy, nor of few days', () => {
    expect(probabilityOfOverfitting([noise[0]!])).toBeNull()
    expect(probabilityOfOverfitting([noise[0]!.slice(0, 31), noise[1]!.slice(0, 31)])).toBeNull()
  })

  it.each([
    [
      'rows of different lengths',
      [noise[0]!, noise[1]!.slice(1)],
      16,
      'results[1] must have 130 days like the first, got 129',
    ],
    ['an odd number of slices', noise, 7, 'slices must be an even number from 2 to 20, got 7'],
  ])('refuses %s', (_, results, slices, message) => {
    expect(() => probabilityOfOverfitting(results, { slices })).toThrow(message)
  })
})
