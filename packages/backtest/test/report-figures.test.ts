import { describe, expect, it } from 'vitest'
import { problemOf, valueAt } from './report-figures.js'

const json = { a: { 'b.c': [0.1234, null, 1_234_567, Date.UTC(2026, 0, 2)] }, words: 'as they are' }

describe('the judge of figures', () => {
  it.each([
    { path: 'a.b\\.c.0', format: 'percent', text: '12.3\u00a0%' },
    { path: 'a.b\\.c.0', format: 'coin', text: '+0.12340' },
    { path: 'a.b\\.c.1', format: 'usd', text: '–' },
    { path: 'a.b\\.c.2', format: 'usd', text: '1,234,567' },
    { path: 'a.b\\.c.3', format: 'day', text: '2026-01-02' },
    { path: 'words', format: 'text', text: 'as they are' },
  ])('takes $text for $path', (figure) => {
    expect(problemOf(json, figure)).toBeNull()
  })

  it.each([
    { path: 'a.b\\.c.0', format: 'percent', text: '12.4\u00a0%', why: 'another number' },
    { path: 'a.b\\.c.0', format: 'percent', text: '−12.3\u00a0%', why: 'another sign' },
    { path: 'a.b\\.c.0', format: 'percent', text: '0.12', why: 'no percent' },
    { path: 'a.b\\.c.0', format: 'coin', text: '0.12', why: 'too few decimals' },
    { path: 'a.b\\.c.1', format: 'usd', text: '0', why: 'a zero for what is missing' },
    { path: 'a.b\\.c.2', format: 'usd', text: '–', why: 'a dash for what is there' },
    { path: 'a.b\\.c.2', format: 'euro', text: '1,234,567', why: 'an unknown format' },
    { path: 'a.b\\.c.3', format: 'day', text: '2026-01-03', why: 'another day' },
    { path: 'a.b.c.0', format: 'ratio', text: '0.12', why: 'a path that leads nowhere' },
    { path: 'words', format: 'text', text: 'as they were', why: 'other words' },
  ])('refuses $text for $path: $why', (figure) => {
    expect(problemOf(json, figure)).not.toBeNull()
  })

  it('follows a path through keys with dots', () => {
    expect(valueAt(json, 'a.b\\.c.2')).toBe(1_234_567)
  })
})
