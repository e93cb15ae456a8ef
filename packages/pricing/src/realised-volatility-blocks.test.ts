import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Blocks, createBlocks, deviationsOf, movedBlocks, totalOf } from './realised-volatility-blocks.js'
import { sumOf, sumOfSquares } from './realised-volatility-sums.js'

const value = fc.double({ min: 1e-6, max: 1, noNaN: true })
const values = fc.array(value, { minLength: 1, maxLength: 120 })
const offset = fc.nat(60)

function blocksOf(list: readonly number[], offset = 0): Blocks {
  const blocks = createBlocks(offset + list.length)
  blocks.values.set(list, offset)
  return blocks
}

/** So near that many roundings of numbers of one sign explain it. */
function expectNear(found: number, exact: number): void {
  expect(Math.abs(found - exact)).toBeLessThanOrEqual(1e-14 * exact)
}

describe('sums of a column', () => {
  it('are those of its values one by one, but for rounding', () => {
    fc.assert(
      fc.property(values, offset, value, (list, from, centre) => {
        const column = blocksOf(list, from).values
        const part = { from, to: from + list.length }
        expectNear(
          sumOf(column, part),
          list.reduce((sum, each) => sum + each, 0),
        )
        expectNear(
          sumOfSquares(column, { ...part, centre }),
          list.reduce((sum, each) => sum + (each - centre) ** 2, 0),
        )
        expect(sumOf(column.subarray(from))).toBe(sumOf(column, part))
      }),
    )
  })
})

describe('blocks of a column', () => {
  it('give its sum and its squared deviations, but for rounding', () => {
    fc.assert(
      fc.property(values, (list) => {
        const all = { from: 0, to: list.length }
        const blocks = blocksOf(list)
        const total = list.reduce((sum, each) => sum + each, 0)
        expectNear(totalOf(blocks, all), total)
        const squares = list.reduce((sum, each) => sum + (each - total / list.length) ** 2, 0)
        expect(Math.abs(deviationsOf(blocks, all) - squares)).toBeLessThanOrEqual(1e-13 * squares + 1e-28)
      }),
    )
  })

  it('see no deviation where nothing deviates, however large the values', () => {
    const blocks = blocksOf(Array.from({ length: 60 }, () => 1e8 + 1 / 3))
    expect(deviationsOf(blocks, { from: 0, to: 60 })).toBeLessThan(60 * (1e8 * 2 ** -52) ** 2)
  })

  it('change no bit, wherever the values stand, whatever is known of them and however often they moved', () => {
    fc.assert(
      fc.property(values, offset, fc.nat(119), (list, from, dropped) => {
        const part = { from: from + Math.min(dropped, list.length - 1), to: from + list.length }
        const blocks = blocksOf(list, from)
        const alone = blocksOf(list.slice(part.from - from))
        const wanted = { from: 0, to: part.to - part.from }
        const [total, deviations] = [totalOf(alone, wanted), deviationsOf(alone, wanted)]
        // All that a wider part and parts of another phase know.
        for (let to = from + 1; to <= part.to; to++) deviationsOf(blocks, { from, to })
        const moved = movedBlocks(blocks, part, { length: wanted.to + 10 })
        for (const [known, place] of [
          [blocks, part],
          [moved, wanted],
        ] as const) {
          expect(totalOf(known, place)).toBe(total)
          expect(deviationsOf(known, place)).toBe(deviations)
        }
      }),
    )
  })
})
