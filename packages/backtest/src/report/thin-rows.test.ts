import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { thinRows } from './thin-rows.js'

const columns = fc.integer({ min: 1, max: 3000 }).chain((length) =>
  fc.array(fc.array(fc.double({ noNaN: true }), { minLength: length, maxLength: length }), {
    minLength: 1,
    maxLength: 2,
  }),
)

describe('thinRows', () => {
  it('keeps every row of a short curve', () => {
    expect(thinRows([[3, 1, 2]], 3)).toEqual([0, 1, 2])
  })

  it('keeps both ends and the extremes of every column, in order, within its bound', () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 50, max: 600 }), (table, most) => {
        const rows = thinRows(table, most)
        const length = table[0]?.length ?? 0
        expect(rows.length).toBeLessThanOrEqual(Math.max(most, 4 * 2 + 2))
        expect(rows).toEqual([...new Set(rows)].sort((a, b) => a - b))
        expect([rows[0], rows.at(-1)]).toEqual([0, length - 1])
        for (const column of table) {
          const kept = rows.map((row) => column[row] ?? Number.NaN)
          expect(Math.max(...kept)).toBe(Math.max(...column))
          expect(Math.min(...kept)).toBe(Math.min(...column))
        }
      }),
      { numRuns: 30 },
    )
  })
})
