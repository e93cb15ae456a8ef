import { describe, expect, it } from 'vitest'
import { normalQuantile } from './normal-quantile.js'

describe('normalQuantile', () => {
  // mpmath at 60 digits, of the exact doubles, rounded to doubles.
  it.each([
    { probability: 1e-300, z: -37.0470962993612 },
    { probability: 1e-16, z: -8.222082216130435 },
    { probability: 0.001, z: -3.0902323061678136 },
    { probability: 0.1, z: -1.2815515655446004 },
    { probability: 0.25, z: -0.6744897501960817 },
    { probability: 0.4999999, z: -2.5066282747031063e-7 },
    { probability: 0.5, z: 0 },
    { probability: 0.50001, z: 2.506628274882086e-5 },
    { probability: 0.75, z: 0.6744897501960817 },
    { probability: 0.9, z: 1.2815515655446006 },
    { probability: 0.999999, z: 4.753424308817087 },
  ])('is exact at $probability', ({ probability, z }) => {
    expect(Math.abs(normalQuantile(probability) - z)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(z)))
  })

  it('is odd around one half', () => {
    for (const probability of [0.03125, 0.25, 0.4375]) {
      expect(normalQuantile(1 - probability)).toBe(-normalQuantile(probability))
    }
  })
})
