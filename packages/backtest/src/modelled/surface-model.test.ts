import { describe, expect, it } from 'vitest'
import { RECORDED_SURFACE } from './recorded-surface.js'
import { MODEL_TENORS_DAYS, sliceNodes, surfaceNodes } from './surface-model.js'

const { model } = RECORDED_SURFACE.BTC
const quiet = { v: 0.5, x: 0, m30: 0, m7: 0 }

describe('a modelled surface', () => {
  it('has the coefficients of its table at the tenors of it', () => {
    const nodes = surfaceNodes(model, { v: 0.5, x: 0.2, m30: 0.1, m7: -0.05 })
    MODEL_TENORS_DAYS.forEach((days, node) => {
      const at = sliceNodes(model, nodes, days)
      const of = (row: readonly number[]) => row[node] as number
      expect(at.atmIv).toBeCloseTo(0.5 * Math.exp(of(model.level) + 0.2 * of(model.levelOfX)), 12)
      expect(at.skew25).toBeCloseTo(
        of(model.skew) + 0.1 * of(model.skewOfM30) - 0.05 * of(model.skewOfM7) + 0.2 * of(model.skewOfX),
        12,
      )
      expect(at.skew10).toBeCloseTo(model.skew10Per25 * at.skew25, 12)
      expect(at.wings10).toBeCloseTo(model.wings10Per25 * of(model.wings), 12)
    })
  })

  it('is linear in the logarithm of the days between tenors, and flat outside', () => {
    const nodes = surfaceNodes(model, quiet)
    const between = sliceNodes(model, nodes, Math.sqrt(7 * 14))
    expect(between.skew25).toBeCloseTo(((model.skew[1] as number) + (model.skew[2] as number)) / 2, 12)
    expect(sliceNodes(model, nodes, 0.5)).toEqual(sliceNodes(model, nodes, 2))
    expect(sliceNodes(model, nodes, 400)).toEqual(sliceNodes(model, nodes, 270))
  })

  it('keeps the skew inside ±0.3 of the volatility at the money, whatever the market does', () => {
    const crash = surfaceNodes(model, { v: 1.5, x: 1, m30: -0.6, m7: -0.5 })
    const rally = surfaceNodes(model, { v: 1, x: -3, m30: 1, m7: 1.5 })
    for (const nodes of [crash, rally]) {
      for (const skew of nodes.skew25) expect(Math.abs(skew)).toBeLessThanOrEqual(0.3)
    }
    expect(crash.skew25[1]).toBe(-0.3)
  })

  it.each([-1, -0.5, 0, 0.5, 1])('has a total variance that rises with time at x = %d', (x) => {
    for (const { model: coefficients } of Object.values(RECORDED_SURFACE)) {
      const nodes = surfaceNodes(coefficients, { ...quiet, x })
      const variances = Array.from(
        { length: 268 },
        (_, i) => sliceNodes(coefficients, nodes, i + 2).atmIv ** 2 * (i + 2),
      )
      for (let i = 1; i < variances.length; i++) expect(variances[i]).toBeGreaterThan(variances[i - 1] as number)
    }
  })
})
