import { describe, expect, it } from 'vitest'
import { daysBetween, MS_PER_YEAR, yearsBetween } from './time.js'

const day = 86_400_000

describe('yearsBetween and daysBetween', () => {
  it('count a leap year as more than a year', () => {
    const fromMs = Date.UTC(2024, 0, 1)
    const toMs = Date.UTC(2025, 0, 1)
    expect(daysBetween(fromMs, toMs)).toBe(366)
    expect(yearsBetween(fromMs, toMs)).toBe(366 / 365)
  })

  it('count fractions, and backwards', () => {
    expect(daysBetween(0, day / 4)).toBe(0.25)
    expect(yearsBetween(MS_PER_YEAR, 0)).toBe(-1)
  })

  it.each([Number.NaN, Infinity])('refuse %s', (toMs) => {
    expect(() => daysBetween(0, toMs)).toThrow(`daysBetween: toMs must be a finite number, got ${toMs}`)
    expect(() => yearsBetween(toMs, 0)).toThrow(`yearsBetween: fromMs must be a finite number, got ${toMs}`)
  })
})
