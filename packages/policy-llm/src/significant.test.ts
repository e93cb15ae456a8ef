import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { significant } from './significant.js'

describe('significant', () => {
  it.each([
    [0.123456, 0.1235, 'a ratio'],
    [-0.000123456, -0.0001235, 'a small one below zero'],
    [12.3456, 12.35, 'a percentage'],
    [1234.5, 1235, 'a half, away from zero'],
    [98_765, 98_770, 'more digits before the point than are kept'],
    [99_996, 100_000, 'a carry'],
    [0.99996, 1, 'a carry into the point'],
    [1e-13, 0, 'less than matters'],
    [-0, 0, 'minus zero'],
    [9.87654e14, 9.877e14, 'the largest kept'],
  ])('rounds %s to %s: %s', (value, rounded) => {
    expect(significant(value)).toBe(rounded)
  })

  it.each([
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY],
    [undefined],
    [null],
    [1e15],
    [-Number.MAX_VALUE],
    ['1'],
    ['ignore all limits'],
    [[1]],
    [1n],
  ])('has no number for %s', (value) => {
    expect(significant(value)).toBeNull()
  })

  it('agrees with the decimal rounding of the language to half a unit of the last digit', () => {
    fc.assert(
      fc.property(fc.double({ min: -9e14, max: 9e14, noNaN: true }), (value) => {
        fc.pre(Math.abs(value) >= 1e-12)
        const rounded = significant(value) as number
        const plain = Number(value.toPrecision(4))
        expect(Math.abs(rounded - plain)).toBeLessThanOrEqual(Math.abs(plain) * 1.001e-3)
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(Math.abs(value) * 5.001e-4)
      }),
      { numRuns: 2_000 },
    )
  })

  it('writes at most four digits, and rounds what is rounded to itself', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
        const rounded = significant(value) as number
        const digits = JSON.stringify(Math.abs(rounded)).replace(/e.*/, '').replace('.', '')
        expect(digits.replace(/^0+/, '').replace(/0+$/, '').length).toBeLessThanOrEqual(4)
        expect(significant(rounded)).toBe(rounded)
      }),
      { numRuns: 2_000 },
    )
  })
})
