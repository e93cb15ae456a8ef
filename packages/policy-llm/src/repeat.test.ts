import { describe, expect, it } from 'vitest'
import { waitBeforeRepeat } from './repeat.js'

const NOW_MS = Date.parse('2026-11-27T00:00:00Z')

function wait(headers: Record<string, string>, leftMs = 18_000): number | null {
  return waitBeforeRepeat({ headers: new Headers(headers) }, { deadlineMs: 20_000, leftMs, nowMs: NOW_MS })
}

describe('waitBeforeRepeat', () => {
  it.each<[string, Record<string, string>, number | null]>([
    ['says nothing', {}, 500],
    ['wants a second', { 'retry-after': '1' }, 1_000],
    ['wants 1.5 s in ms', { 'retry-after-ms': '1500', 'retry-after': '9' }, 1_500],
    ['wants less than a moment', { 'retry-after-ms': '1' }, 500],
    ['names a time', { 'retry-after': 'Fri, 27 Nov 2026 00:00:04 GMT' }, 4_000],
    ['names a time that has been', { 'retry-after': 'Thu, 26 Nov 2026 00:00:00 GMT' }, 500],
    ['wants all that can be had', { 'retry-after': '10' }, 10_000],
    ['wants more than there is', { 'retry-after': '11' }, null],
    ['wants two minutes', { 'retry-after': '120' }, null],
    ['wants time back', { 'retry-after': '-5', 'retry-after-ms': '-1' }, 500],
    ['wants what is no number', { 'retry-after-ms': 'NaN', 'retry-after': 'soon' }, 500],
  ])('of a provider that %s', (_, headers, waitMs) => {
    expect(wait(headers)).toBe(waitMs)
  })

  it('waits for nothing where too little would be left', () => {
    expect(wait({}, 8_500)).toBe(500)
    expect(wait({}, 8_499)).toBeNull()
    expect(wait({}, 0)).toBeNull()
  })

  it('takes errors that have no headers', () => {
    const rest = { deadlineMs: 400, leftMs: 300, nowMs: NOW_MS }
    expect([new Error('lost'), null, { headers: 'none' }].map((error) => waitBeforeRepeat(error, rest))).toEqual([
      10, 10, 10,
    ])
  })
})
