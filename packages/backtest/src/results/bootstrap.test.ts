import { describe, expect, it } from 'vitest'
import { createRandom } from '../env/seeding.js'
import { blockLength, bootstrapInterval } from './bootstrap.js'
import { autoregressive } from './series.fixture.js'
import { meanOf } from './statistics.js'

describe('blockLength', () => {
  it.each([
    { phi: 0.3, days: 200, seed: 2, expected: 4.238987771837607 },
    { phi: 0.7, days: 500, seed: 3, expected: 12.005174048495745 },
    { phi: 0.95, days: 300, seed: 4, expected: 24.401540644190415 },
    { phi: -0.4, days: 250, seed: 5, expected: 5.566367451730652 },
  ])('is that of the Python package arch for an AR($phi)', ({ phi, days, seed, expected }) => {
    expect(blockLength(autoregressive(phi, days, seed))).toBeCloseTo(expected, 9)
  })

  it('is one day where days do not hang together, or nothing varies', () => {
    expect(blockLength(autoregressive(0, 200, 1))).toBe(1)
    expect(blockLength(Array(50).fill(3))).toBe(1)
  })

  it('is never longer than a third of the series', () => {
    const trend = Array.from({ length: 60 }, (_, day) => day)
    expect(blockLength(trend)).toBeLessThanOrEqual(20)
  })
})

describe('bootstrapInterval', () => {
  const values = autoregressive(0.3, 120, 9)
  const input = { values, statistic: meanOf, seed: 4 }

  it('gives the same interval for the same seed and another for another', () => {
    expect(bootstrapInterval(input)).toEqual(bootstrapInterval({ ...input }))
    expect(bootstrapInterval({ ...input, seed: 5 })).not.toEqual(bootstrapInterval(input))
  })

  it.each([
    { phi: 0, least: 0.91, most: 0.98 },
    { phi: 0.5, least: 0.85, most: 0.97 },
  ])('holds the true mean of an AR($phi) about as often as it says', ({ phi, least, most }) => {
    const random = createRandom(2026)
    let held = 0
    const series = 400
    for (let trial = 0; trial < series; trial++) {
      let value = 0
      const sample = Array.from({ length: 300 }, () => {
        value = phi * value + random.normal()
        return value
      })
      const interval = bootstrapInterval({ values: sample, statistic: meanOf, seed: trial, resamples: 300 })!
      if (interval.low <= 0 && 0 <= interval.high) held += 1
    }
    expect(held / series).toBeGreaterThan(least)
    expect(held / series).toBeLessThan(most)
  })

  it('is too narrow when days that hang together are drawn one by one: what blocks are for', () => {
    const dependent = autoregressive(0.8, 400, 21)
    const width = (meanBlock?: number) => {
      const interval = bootstrapInterval({
        ...{ values: dependent, statistic: meanOf, seed: 1 },
        ...(meanBlock === undefined ? {} : { meanBlock }),
      })!
      return interval.high - interval.low
    }
    expect(width(1)).toBeLessThan(0.6 * width())
  })

  it.each([
    { why: 'of too few values', change: { values: values.slice(0, 29) } },
    { why: 'of a statistic that cannot be stated', change: { statistic: () => null } },
  ])('gives none $why', ({ change }) => {
    expect(bootstrapInterval({ ...input, ...change })).toBeNull()
  })
})
