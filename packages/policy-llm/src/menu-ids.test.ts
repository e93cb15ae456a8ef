import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chanceOf, drawIds, shuffled } from './menu-ids.js'

describe('ids of a menu', () => {
  it('are all different and of one form, up to the longest menu', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 250 }), (seed, count) => {
        const ids = drawIds(count, chanceOf(seed))
        expect(ids).toHaveLength(count)
        expect(new Set(ids).size).toBe(count)
        for (const id of ids) expect(id).toMatch(/^[fgjkmqtxz][2-9]\d$/)
      }),
    )
  })

  it('are the same for the same text, and others for another', () => {
    expect(drawIds(20, chanceOf('a'))).toEqual(drawIds(20, chanceOf('a')))
    expect(drawIds(20, chanceOf('a'))).not.toEqual(drawIds(20, chanceOf('b')))
  })

  it('come to an end: more than there are is an error, not a loop', () => {
    expect(drawIds(720, chanceOf(''))).toHaveLength(720)
    expect(() => drawIds(721, chanceOf(''))).toThrow('count 721 must be 0 to 720')
    expect(() => drawIds(Number.NaN, chanceOf(''))).toThrow(RangeError)
  })

  it('hint at no order: a later place has no higher number', () => {
    const rises = Array.from({ length: 400 }, (_, seed) =>
      drawIds(2, chanceOf(String(seed))).map((id) => id.slice(1)),
    ).filter(([first, second]) => Number(second) > Number(first)).length
    // 198 are expected, with a standard deviation of 10.
    expect(rises).toBeGreaterThan(150)
    expect(rises).toBeLessThan(250)
  })
})

describe('shuffled', () => {
  it('keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.string(), (items, seed) => {
        expect(shuffled(items, chanceOf(seed)).sort()).toEqual([...items].sort())
      }),
    )
  })

  it('puts every item at every place alike', () => {
    const draws = 6_000
    const counts = Array.from({ length: 5 }, () => [0, 0, 0, 0, 0])
    for (let seed = 0; seed < draws; seed += 1) {
      shuffled([0, 1, 2, 3, 4], chanceOf(`seed ${seed}`)).forEach((item, place) => {
        counts[item]![place]! += 1
      })
    }
    const expected = draws / 5
    const squares = counts.flat().map((count) => (count - expected) ** 2 / expected)
    // Chi-square with 16 degrees of freedom: 39.3 is passed once in a thousand.
    expect(squares.reduce((sum, square) => sum + square, 0)).toBeLessThan(39.3)
  })
})
