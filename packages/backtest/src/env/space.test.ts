import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDict, createTuple } from './composite-space.js'
import { createRandom } from './seeding.js'
import { createBox, createDiscrete, createMultiBinary, createMultiDiscrete } from './space.js'

const box = createBox({ low: [-1, 0, -Infinity], high: [1, Infinity, Infinity] })

const SPACES = [
  { name: 'a box', space: box },
  { name: 'a box of one pair of bounds', space: createBox({ low: 0, high: 1, shape: [2, 3] }) },
  { name: 'a box below a bound', space: createBox({ low: -Infinity, high: 4, shape: [2] }) },
  { name: 'a discrete space', space: createDiscrete(3, { start: -1 }) },
  { name: 'a multi-discrete space', space: createMultiDiscrete([2, 5]) },
  { name: 'a multi-binary space', space: createMultiBinary([2, 2]) },
  { name: 'a dict', space: createDict({ kind: createDiscrete(4), share: createBox({ low: 0, high: 1, shape: [1] }) }) },
  { name: 'a tuple', space: createTuple([createDiscrete(2), createTuple([createMultiBinary(3)])]) },
]

describe.each(SPACES)('$name', ({ space }) => {
  it('contains what it samples', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(space.contains(space.sample(createRandom(seed)))).toBe(true)
      }),
    )
  })

  it('samples from the stream that is given, and else from one of its own', () => {
    expect(space.sample(createRandom(1))).toEqual(space.sample(createRandom(1)))
    space.seed(5)
    const first = [space.sample(), space.sample()]
    space.seed(5)
    expect([space.sample(), space.sample()]).toEqual(first)
  })

  it('takes anything and contains little of it', () => {
    fc.assert(fc.property(fc.anything(), (value) => typeof space.contains(value) === 'boolean'))
    for (const value of [undefined, null, Number.NaN, 'a', [], {}]) expect(space.contains(value)).toBe(false)
  })
})

describe('a value', () => {
  it.each([
    { why: 'on the bounds', value: [1, 0, -1e300], holds: true },
    { why: 'in a typed array', value: Float64Array.of(0, 1, 2), holds: true },
    { why: 'above a bound', value: [1.1, 0, 0], holds: false },
    { why: 'below a bound', value: [0, -1e-300, 0], holds: false },
    { why: 'NaN where all is allowed', value: [0, 0, Number.NaN], holds: false },
    { why: 'short', value: [0, 0], holds: false },
    { why: 'a text among numbers', value: [0, 0, '0'], holds: false },
    { why: 'nothing among numbers', value: [0, undefined, 0], holds: false },
  ])('$why is in a box: $holds', ({ value, holds }) => {
    expect(box.contains(value)).toBe(holds)
  })

  it.each([
    { value: 1, holds: true },
    { value: -1, holds: true },
    { value: 2, holds: false },
    { value: -2, holds: false },
    { value: 0.5, holds: false },
    { value: '1', holds: false },
  ])('$value is one of three from −1 on: $holds', ({ value, holds }) => {
    expect(createDiscrete(3, { start: -1 }).contains(value)).toBe(holds)
  })

  it('is in a dict with all of its parts and no other', () => {
    const dict = createDict({ a: createDiscrete(2), b: createDiscrete(2) })
    expect(dict.contains({ a: 0, b: 1 })).toBe(true)
    expect(dict.contains({ a: 0 })).toBe(false)
    expect(dict.contains({ a: 0, b: 2 })).toBe(false)
    expect(dict.contains({ a: 0, b: 1, c: 0 })).toBe(false)
    expect(createDict({ toString: createDiscrete(1) }).contains({ other: 0 })).toBe(false)
  })

  it('of a mask is one that it allows, each as often as the others', () => {
    const space = createDiscrete(4, { start: 1 })
    const random = createRandom(1)
    const counts = new Map<number, number>()
    for (let i = 0; i < 3_000; i++) {
      const value = space.sampleMasked([1, 0, 1, 1], random)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([1, 3, 4])
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(120)
  })
})

describe('refusals', () => {
  it.each([
    { why: 'bounds of two lengths', make: () => createBox({ low: [0], high: [1, 2] }), says: 'high must have 1' },
    { why: 'bounds that do not fit the shape', make: () => createBox({ low: [0], high: 1, shape: [2] }), says: 'low' },
    {
      why: 'a bound that is NaN',
      make: () => createBox({ low: Number.NaN, high: 1 }),
      says: 'low[0] must be a number',
    },
    { why: 'a length that is none', make: () => createMultiBinary(-1), says: 'shape[0] must be an integer' },
    { why: 'a count that is none', make: () => createDiscrete(1.5), says: 'count must be an integer' },
    { why: 'a start that is none', make: () => createDiscrete(1, { start: 0.5 }), says: 'start must be an integer' },
    { why: 'counts that are none', make: () => createMultiDiscrete([2, -1]), says: 'counts[1]' },
    { why: 'a mask that allows nothing', make: () => createDiscrete(2).sampleMasked([0, 0]), says: 'at least one' },
    { why: 'a mask of another length', make: () => createDiscrete(2).sampleMasked([1]), says: '2 entries' },
    { why: 'a seed that is none', make: () => createDiscrete(2).seed(-1), says: 'seed must be' },
  ])('names $why', ({ make, says }) => {
    expect(make).toThrow(RangeError)
    expect(make).toThrow(says)
  })
})
