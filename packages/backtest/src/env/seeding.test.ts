import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRandom, randomOf } from './seeding.js'

const seeds = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })

describe('a stream', () => {
  it('is xoshiro128**, word for word', () => {
    // Words of the reference implementation in C from this state on.
    const random = randomOf([0x964d4a0c, 0xd40ab895, 0xad7fdecb, 0x3006f0f0])
    const words = Array.from({ length: 4 }, () => random.integer(2 ** 32))
    expect(words).toEqual([0xf1391922, 0x6fe53806, 0xa5be2840, 0xf510ee70])
    expect(random.state()).toEqual([0xfc65379c, 0x52006d70, 0x87487639, 0xf1908343])
  })

  it('is fixed by its seed', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const [a, b] = [createRandom(seed), createRandom(seed)]
        for (let i = 0; i < 5; i++) {
          expect(a.uniform()).toBe(b.uniform())
          expect(a.normal()).toBe(b.normal())
          expect(a.integer(7)).toBe(b.integer(7))
        }
        expect(a.state()).toEqual(b.state())
      }),
    )
  })

  it('goes on from a state as it would have', () => {
    const random = createRandom(3)
    random.normal()
    const copy = randomOf(random.state())
    expect(Array.from({ length: 5 }, copy.normal)).toEqual(Array.from({ length: 5 }, random.normal))
  })

  it('is another for another seed', () => {
    fc.assert(
      fc.property(seeds, seeds, (a, b) => {
        fc.pre(a !== b)
        expect(createRandom(a).state()).not.toEqual(createRandom(b).state())
      }),
      {
        examples: [
          [0, 1],
          [0, 2 ** 32],
          [1, 2 ** 32],
          [2 ** 32, 2 ** 33],
        ],
      },
    )
  })

  it('has moments of its distributions', () => {
    const random = createRandom(1)
    const count = 100_000
    const mean = (draw: () => number) => Array.from({ length: count }, draw).reduce((sum, x) => sum + x, 0) / count
    expect(mean(random.uniform)).toBeCloseTo(0.5, 2)
    expect(mean(random.normal)).toBeCloseTo(0, 1)
    expect(mean(() => random.normal() ** 2)).toBeCloseTo(1, 1)
    expect(mean(() => random.normal() ** 4)).toBeCloseTo(3, 0)
  })

  it('stays in range, and reaches each integer as often as the others', () => {
    const random = createRandom(2)
    const counts = new Uint32Array(5)
    for (let i = 0; i < 50_000; i++) {
      const value = random.integer(5)
      counts[value] = (counts[value] ?? 0) + 1
      const uniform = random.uniform()
      expect(uniform >= 0 && uniform < 1).toBe(true)
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(400)
  })

  it('begins alike for no two of the first seeds', () => {
    const first = new Set(Array.from({ length: 10_000 }, (_, seed) => createRandom(seed).uniform()))
    expect(first.size).toBe(10_000)
  })
})

describe('refusals', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('names a seed of %d', (seed) => {
    expect(() => createRandom(seed)).toThrow(`createRandom: seed must be an integer from 0 to 2^53 - 1, got ${seed}`)
  })

  it.each([0, -1, 1.5, 2 ** 32 + 1, Number.NaN])('names a count of %d', (count) => {
    expect(() => createRandom(0).integer(count)).toThrow(RangeError)
  })

  it('names a state that the generator never leaves', () => {
    expect(() => randomOf([0, 0, 0, 0])).toThrow(RangeError)
  })
})
