import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createModelSmile } from './model-smile.js'

const nodesArbitrary = fc.record({
  atmIv: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
  skew25: fc.double({ min: -0.25, max: 0.25, noNaN: true }),
  wings25: fc.double({ min: 0.01, max: 0.05, noNaN: true }),
  days: fc.double({ min: 1, max: 200, noNaN: true }),
})
const D1 = { put10: 1.2815515655446004, put25: 0.6744897501960817 }

it('goes through its five nodes, each at the strike that has its delta', () => {
  fc.assert(
    fc.property(nodesArbitrary, ({ atmIv, skew25, wings25, days }) => {
      const nodes = { atmIv, skew25, wings25, skew10: 2.1 * skew25, wings10: 4.5 * wings25, carry: 0 }
      const years = days / 365
      const smile = createModelSmile(nodes, years)
      const strikeAt = (d1: number, iv: number) => ((iv * Math.sqrt(years)) / 2 - d1) * iv * Math.sqrt(years)
      const put25 = atmIv * (1 + wings25 - skew25 / 2)
      const call25 = atmIv * (1 + wings25 + skew25 / 2)
      const call10 = atmIv * (1 + nodes.wings10 + nodes.skew10 / 2)
      expect(smile(0)).toBeCloseTo(atmIv, 12)
      expect(smile(strikeAt(D1.put25, put25))).toBeCloseTo(put25, 10)
      expect(smile(strikeAt(-D1.put25, call25))).toBeCloseTo(call25, 10)
      expect(smile(strikeAt(-D1.put10, call10))).toBeCloseTo(call10, 10)
    }),
  )
})

it('is linear in N⁻¹ of the delta that its own volatility gives, and flat beyond 10 delta', () => {
  const nodes = { atmIv: 0.6, skew25: -0.12, wings25: 0.02, skew10: -0.25, wings10: 0.09, carry: 0 }
  const years = 30 / 365
  const root = Math.sqrt(years)
  const smile = createModelSmile(nodes, years)
  const d1At = (k: number) => (smile(k) * root) / 2 - k / (smile(k) * root)
  const from = { d1: -D1.put25, iv: 0.6 * (1 + 0.02 - 0.06) }
  const to = { d1: (0.6 * root) / 2, iv: 0.6 }
  for (const k of [0.01, 0.03, 0.06, 0.09]) {
    const expected = from.iv + ((to.iv - from.iv) * (d1At(k) - from.d1)) / (to.d1 - from.d1)
    expect(smile(k)).toBeCloseTo(expected, 12)
  }
  expect(smile(2)).toBe(0.6 * (1 + 0.09 - 0.125))
  expect(smile(-2)).toBe(0.6 * (1 + 0.09 + 0.125))
})
