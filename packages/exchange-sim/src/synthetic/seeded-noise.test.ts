import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bellOf, createRandomness, hash32, hashText } from './seeded-noise.js'

const moments = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) }
}

describe('randomness', () => {
  it('repeats for the same integers and differs for others', () => {
    const draw = (...words: number[]) => {
      const { normal, uniform } = createRandomness(...words)
      return [normal(), uniform(), normal()]
    }
    expect(draw(7, 1)).toEqual(draw(7, 1))
    expect(draw(7, 1)).not.toEqual(draw(7, 2))
    expect(draw(7, 1)).not.toEqual(draw(7 + 2 ** 32, 1))
  })

  it('stays the same world over releases: these draws are pinned', () => {
    const { normal, uniform } = createRandomness(7, 1)
    expect([normal(), uniform()].map((value) => value.toFixed(12))).toMatchInlineSnapshot(`
      [
        "1.511843814707",
        "0.135949810000",
      ]
    `)
  })

  it.each([0, 1, 2, 3, 123_456_789])('draws standard normals from seed %d, first ones too', (seed) => {
    const first = Array.from({ length: 4_000 }, (_, i) => createRandomness(seed, i).normal())
    const { normal } = createRandomness(seed)
    for (const sample of [first, Array.from({ length: 4_000 }, normal)]) {
      const { mean, deviation } = moments(sample)
      expect(Math.abs(mean)).toBeLessThan(0.06)
      expect(Math.abs(deviation - 1)).toBeLessThan(0.05)
    }
  })
})

it('hashes to 32 unsigned bits', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeInteger(), { maxLength: 4 }), fc.string(), (words, text) => {
      for (const hash of [hash32(...words), hashText(text)]) {
        expect(Number.isInteger(hash) && hash >= 0 && hash < 2 ** 32).toBe(true)
      }
    }),
  )
})

it('makes bell-shaped noise of hashes, within 3.5 deviations', () => {
  const noise = Array.from({ length: 20_000 }, (_, i) => bellOf(hash32(42, i)))
  const { mean, deviation } = moments(noise)
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(Math.abs(deviation - 1)).toBeLessThan(0.02)
  expect(Math.max(...noise.map(Math.abs))).toBeLessThan(3.5)
})
