import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FigureFormat, formatDay, formatFigure, formatMinute, MISSING } from './figure-format.js'

const FORMATS = ['coin', 'usd', 'percent', 'points', 'ratio', 'days', 'bps', 'count', 'plain'] as const

describe('formatFigure', () => {
  it.each<{ value: number | null; format: FigureFormat; text: string; why: string }>([
    { value: 10.55, format: 'coin', text: '10.5500', why: 'coins have 4 decimals' },
    { value: 0.00123, format: 'coin', text: '0.00123', why: 'parts of a coin have 5' },
    { value: 1_234_567.8, format: 'usd', text: '1,234,568', why: 'USD have none' },
    { value: 0.0512, format: 'percent', text: '5.12\u00a0%', why: 'small shares have 2 decimals' },
    { value: -0.1234, format: 'percent', text: '−12.3\u00a0%', why: 'larger shares have 1, and minus is minus' },
    { value: 31.42, format: 'points', text: '31.4\u00a0%', why: 'what is in percent is not scaled' },
    { value: 1.184, format: 'ratio', text: '1.18', why: 'ratios have 2 decimals' },
    { value: 4344, format: 'count', text: '4,344', why: 'counts have thousands' },
    { value: 0.5, format: 'plain', text: '0.5', why: 'plain figures have no needless zeros' },
    { value: -0.000_001, format: 'coin', text: '0.00000', why: 'what rounds to zero has no sign' },
    { value: -0, format: 'usd', text: '0', why: 'zero has no sign' },
    { value: null, format: 'usd', text: MISSING, why: 'what is missing is not zero' },
    { value: Number.NaN, format: 'ratio', text: MISSING, why: 'no figure is no number' },
    { value: Number.POSITIVE_INFINITY, format: 'ratio', text: MISSING, why: 'an infinity is no figure' },
  ])('writes $text: $why', ({ value, format, text }) => {
    expect(formatFigure(value, format)).toBe(text)
  })

  it('marks what is above zero where signs are asked for, and zero never', () => {
    expect(['coin', 'usd'].map((format) => formatFigure(1.5, format as FigureFormat, { signed: true }))).toEqual([
      '+1.5000',
      '+2',
    ])
    expect(formatFigure(0, 'usd', { signed: true })).toBe('0')
  })

  it('never writes a negative zero, nor words of the language', () => {
    fc.assert(
      fc.property(fc.option(fc.double()), fc.constantFrom(...FORMATS), fc.boolean(), (value, format, signed) => {
        const text = formatFigure(value, format, { signed })
        expect(text).not.toMatch(/NaN|null|undefined|∞|Infinity|-/)
        expect(text).not.toMatch(/^[−+]0(\.0+)?(?![\d.])/)
      }),
    )
  })
})

describe('times', () => {
  it('are written in UTC', () => {
    const timeMs = Date.UTC(2026, 0, 2, 8, 5)
    expect([formatDay(timeMs), formatMinute(timeMs)]).toEqual(['2026-01-02', '2026-01-02 08:05'])
  })
})
