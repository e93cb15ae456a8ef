import { black76 } from '@cc/pricing'
import { expect, it } from 'vitest'
import { createSmile } from './smile.js'

const nodes = { atmIv: 0.44, skew25: -0.12, wings25: 0.025, skew10: -0.26, wings10: 0.107 }
const YEARS = 30 / 365

/** IV where an option of this delta stands on the smile. */
function ivAtDelta(smile: (k: number) => number, delta: number, kind: 'call' | 'put'): number {
  let [low, high] = [-1.5, 1.5]
  for (let i = 0; i < 80; i++) {
    const k = (low + high) / 2
    const value = black76({ forwardUsd: 1, strikeUsd: Math.exp(k), expiryYears: YEARS, iv: smile(k), kind })
    if (value.delta > delta) low = k
    else high = k
  }
  return smile(low)
}

it('has the risk reversals and butterflies that it was given', () => {
  const smile = createSmile(nodes, YEARS)
  const [c25, p25] = [ivAtDelta(smile, 0.25, 'call'), ivAtDelta(smile, -0.25, 'put')]
  const [c10, p10] = [ivAtDelta(smile, 0.1, 'call'), ivAtDelta(smile, -0.1, 'put')]
  expect(smile(0)).toBe(nodes.atmIv)
  expect((c25 - p25) / nodes.atmIv).toBeCloseTo(nodes.skew25, 9)
  expect((c25 + p25) / 2 / nodes.atmIv - 1).toBeCloseTo(nodes.wings25, 9)
  expect((c10 - p10) / nodes.atmIv).toBeCloseTo(nodes.skew10, 9)
  expect((c10 + p10) / 2 / nodes.atmIv - 1).toBeCloseTo(nodes.wings10, 9)
})

it('is smooth through its nodes and levels off in the wings', () => {
  const smile = createSmile(nodes, YEARS)
  const slope = (k: number) => (smile(k + 1e-4) - smile(k - 1e-4)) / 2e-4
  for (let k = -0.6; k < 0.6; k += 0.001) expect(Math.abs(slope(k + 0.001) - slope(k))).toBeLessThan(0.03)
  expect(smile(-3) - smile(-2)).toBeLessThan(1e-3)
  expect(smile(3)).toBeLessThan(smile(0) * 1.3)
})
