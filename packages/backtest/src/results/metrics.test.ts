import { readFileSync } from 'node:fs'
import { describe, expect, inject, it } from 'vitest'
import { drawdownOf } from './drawdown.js'
import { annualReturn, metricsOf, sharpeOf, sortinoOf, volatilityOf } from './metrics.js'
import { autoregressive } from './series.fixture.js'
import { deviationOf, quantileOf, shapeOf, statable, sumOf } from './statistics.js'

const DAY_MS = 86_400_000
const days = (count: number) => Array.from({ length: count }, (_, day) => day * DAY_MS)
const curveOf = (returns: readonly number[]) => {
  const values = [1]
  for (const value of returns) values.push(values.at(-1)! * (1 + value))
  return values
}

describe('figures of returns', () => {
  // The vectors of empyrical count the empty first period, so that eight returns make nine periods of a year of 252.
  const returns = [0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1]
  const values = curveOf(returns)
  const expected = {
    maxDrawdown: -0.1,
    annualReturn: 1.9135925373194231,
    volatility: 0.9136465399704637,
    sharpe: 1.7238613961706866,
    sortino: 2.605531251673693,
  }

  it('are those of empyrical', () => {
    const growth = values.at(-1)!
    expect(drawdownOf(days(9), values).depth).toBeCloseTo(expected.maxDrawdown, 14)
    expect(annualReturn(growth, 9 / 252)).toBeCloseTo(expected.annualReturn, 12)
    expect(volatilityOf(returns, 252)).toBeCloseTo(expected.volatility, 13)
    expect(sharpeOf(returns, 252)).toBeCloseTo(expected.sharpe, 12)
    expect(sortinoOf(returns, 252)).toBeCloseTo(expected.sortino, 12)
    expect(annualReturn(growth, 9 / 252)! / 0.1).toBeCloseTo(19.135925373194233, 11)
  })

  const recordings = inject('recordings')
  it.skipIf(recordings === null)('are those of the vector file, quantiles among them', () => {
    const vectors = JSON.parse(readFileSync(`${recordings}/vectors/quant.json`, 'utf8')).metrics_empyrical
    expect(vectors.mixed_returns.slice(1)).toEqual(returns)
    expect(sharpeOf(returns, 252)).toBeCloseTo(vectors.sharpe, 12)
    expect(sortinoOf(returns, 252)).toBeCloseTo(vectors.sortino, 12)
    expect(vectors.VaR.length).toBeGreaterThan(2)
    for (const [sample, share, value] of vectors.VaR) expect(quantileOf(sample, share)).toBeCloseTo(value, 12)
  })
})

describe('metricsOf', () => {
  const returns = autoregressive(0.1, 60, 11).map((value) => value * 0.05)
  const holding = autoregressive(0.2, 60, 12).map((value) => value * 0.06)
  const input = { timeMs: days(61), values: curveOf(returns), held: curveOf(holding), seed: 1, resamples: 200 }

  it('gives the figures that numpy and scipy give', () => {
    const metrics = metricsOf(input)
    expect(metrics.volatility).toBeCloseTo(0.2808359408256415, 11)
    expect(metrics.sharpe.value).toBeCloseTo(-3.7971504758406813, 10)
    expect(metrics.sortino).toBeCloseTo(-4.762005585223095, 10)
    expect(metrics.totalReturn).toBeCloseTo(-0.16635740267962262, 12)
    expect(metrics.cagr).toBeCloseTo(-0.6694064472809081, 12)
    expect(metrics.maxDrawdown).toBeCloseTo(-0.20698706143763712, 12)
    expect(metrics.drawdownLowMs).toBe(55 * DAY_MS)
    expect(metrics.ulcer).toBeCloseTo(0.11187840525356814, 12)
    expect(metrics.calmar).toBeCloseTo(-0.6694064472809081 / 0.20698706143763712, 11)
    expect(metrics.upi).toBeCloseTo(-0.6694064472809081 / 0.11187840525356814, 11)
    expect(metrics.var95).toBeCloseTo(-0.02450803645066486, 12)
    expect(metrics.cvar95).toBeCloseTo(-0.02496863996905438, 12)
    expect(metrics.skew).toBeCloseTo(0.21987471806589295, 10)
    expect(metrics.kurtosis).toBeCloseTo(1.7617935677401497, 10)
    expect(metrics.tailRatio).toBeCloseTo(0.7917845066947288, 10)
    expect(metrics.beta).toBeCloseTo(0.17975112041537677, 10)
    expect(metrics.downsideBeta).toBeCloseTo(0.31273711612431376, 10)
    expect(metrics.upCapture).toBeCloseTo(0.0010040042196718052, 10)
    expect(metrics.downCapture).toBeCloseTo(0.900501643836534, 10)
    expect(metrics.sharpe.low).toBeLessThan(metrics.sharpe.value!)
    expect(metrics.sharpe.high).toBeGreaterThan(metrics.sharpe.value!)
  })

  it('has a beta of 1 and captures of 1 for what is held itself', () => {
    const metrics = metricsOf({ ...input, values: input.held })
    const { beta, downsideBeta, upCapture, downCapture } = metrics
    for (const value of [beta, downsideBeta, upCapture, downCapture]) expect(value).toBeCloseTo(1, 12)
  })

  it('states no more than return and falls of fewer than 30 days', () => {
    const short = { ...input, timeMs: days(29), values: input.values.slice(0, 29), held: input.held.slice(0, 29) }
    const { totalReturn, maxDrawdown, drawdownFromMs, drawdownLowMs, drawdownToMs, ulcer, sharpe, ...rest } =
      metricsOf(short)
    expect(totalReturn).not.toBe(0)
    expect([maxDrawdown < 0, ulcer > 0, drawdownFromMs !== null, drawdownLowMs !== null]).toEqual(Array(4).fill(true))
    expect(drawdownToMs).toBeNull()
    expect(sharpe).toEqual({ value: null, low: null, high: null })
    expect(new Set(Object.values(rest))).toEqual(new Set([null]))
  })

  it('states nothing that divides by what does not vary', () => {
    const metrics = metricsOf({ ...input, values: Array(61).fill(10), held: Array(61).fill(3) })
    expect(metrics).toMatchObject({ totalReturn: 0, cagr: 0, volatility: 0, maxDrawdown: 0, ulcer: 0, var95: 0 })
    expect(metrics).toMatchObject({ sortino: null, calmar: null, upi: null, skew: null, kurtosis: null })
    expect(metrics).toMatchObject({ tailRatio: null, beta: null, downsideBeta: null, upCapture: null })
    expect(metrics.sharpe).toEqual({ value: null, low: null, high: null })
  })

  it('goes on after ruin without a number that is none', () => {
    const values = [...input.values.slice(0, 40), -0.2, ...Array(20).fill(0.1)]
    const metrics = metricsOf({ ...input, values })
    expect(JSON.stringify(metrics)).not.toContain('NaN')
    for (const value of Object.values(metrics)) if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite)
    expect(metrics.maxDrawdown).toBeLessThan(-1)
  })

  it.each([
    ['no values', { values: [] }, 'values must be at least one, got 0'],
    ['times of another length', { timeMs: days(3) }, 'timeMs must have 61 values, got 3'],
    ['a held curve of another length', { held: [1] }, 'held must have 61 values, got 1'],
  ])('refuses %s', (_, change, message) => {
    expect(() => metricsOf({ ...input, ...change })).toThrow(message)
  })
})

describe('drawdownOf', () => {
  const from = (values: number[], base?: number) => drawdownOf(days(values.length), values, base)

  it.each([
    { why: 'a fall and its way back', values: [1, 2, 1, 1.5, 2, 3], depth: -0.5, span: [1, 2, 4] },
    { why: 'no way back', values: [1, 2, 1, 1.9], depth: -0.5, span: [1, 2, null] },
    { why: 'the deeper of two', values: [4, 3, 4, 2, 5], depth: -0.5, span: [2, 3, 4] },
    { why: 'the first of two equal ones', values: [2, 1, 2, 1, 2], depth: -0.5, span: [0, 1, 2] },
    { why: 'the last day of a high', values: [2, 2, 1], depth: -0.5, span: [1, 2, null] },
    { why: 'no fall at all', values: [1, 1, 2], depth: 0, span: [null, null, null] },
  ])('dates $why', ({ values, depth, span }) => {
    const fall = from(values)
    const day = (atMs: number | null) => (atMs === null ? null : atMs / DAY_MS)
    expect(fall.depth).toBe(depth)
    expect([fall.fromMs, fall.lowMs, fall.toMs].map(day)).toEqual(span)
  })

  it('measures by a base what may be 0 or below', () => {
    expect(from([0, 1, -1], 10)).toMatchObject({ depth: -0.2 })
  })

  it('gives an ulcer index of the root of the mean squared fall', () => {
    expect(from([2, 1, 2]).ulcer).toBeCloseTo(Math.sqrt(0.25 / 3), 15)
  })
})

describe('statistics', () => {
  it('sums what plain addition loses', () => {
    expect(sumOf([1, 1e100, 1, -1e100])).toBe(2)
  })

  it('takes differences in the last bits for none', () => {
    const almost = Array.from({ length: 40 }, (_, i) => 0.1 + (i % 2) * 1e-17)
    expect([deviationOf(almost), shapeOf(almost)]).toEqual([0, null])
  })

  it('states no infinite number and no negative zero', () => {
    expect([statable(Number.NaN), statable(1 / 0), Object.is(statable(-0), 0)]).toEqual([null, null, true])
  })
})
