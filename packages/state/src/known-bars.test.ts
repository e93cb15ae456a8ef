import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, hourly, NOW_MS } from '../test/fake-venue.js'
import { knownBars, lastCloseMs, rowClosedAfter } from './known-bars.js'

const now = { timeMs: NOW_MS, resolutionMs: HOUR_MS }
const history = hourly([1, 2, 3, 4])

describe('the bars that are known', () => {
  it('are those that had closed, not those that had only opened', () => {
    const rowsAt = (timeMs: number) => {
      const known = knownBars({ value: history }, { ...now, timeMs })
      return 'value' in known ? known.value.rows : known.missing
    }
    expect(rowsAt(NOW_MS)).toBe(4)
    expect(rowsAt(NOW_MS - 1)).toBe(3)
    expect(rowsAt(NOW_MS - 3 * HOUR_MS)).toBe(1)
    expect(rowsAt(NOW_MS - 3 * HOUR_MS - 1)).toBe('no bar had closed yet')
  })

  const [first, second, third, fourth] = history.openMs as [number, number, number, number]
  it.each([
    { openMs: [first, third, second, fourth], row: 2, why: 'unsorted' },
    { openMs: [first, second, second, fourth], row: 2, why: 'twice' },
    { openMs: [first, Number.NaN, third, fourth], row: 1, why: 'without a time' },
    { openMs: [first, second, third, Number.NaN], row: 3, why: 'the last without a time' },
    { openMs: [first + 0.5, second, third, fourth], row: 0, why: 'not in whole milliseconds' },
  ])('are none where one is $why, which is named by its row', ({ openMs, row }) => {
    const known = knownBars({ value: { ...history, openMs } }, now)
    expect(known).toEqual({ missing: expect.stringMatching(`^openMs\\[${row}\\] must be an integer after`) })
  })

  it('are none without a history, of a history that failed, and of bars of another length', () => {
    expect(knownBars({ value: hourly([]) }, now)).toEqual({ missing: 'no history at this venue' })
    expect(knownBars({ missing: 'venue/timeout' }, now)).toEqual({ missing: 'venue/timeout' })
    expect(knownBars({ value: history }, { ...now, resolutionMs: DAY_MS })).toEqual({
      missing: 'bars of 3600000 ms where bars of 86400000 ms were expected',
    })
  })

  it('are the same of views that move on over one memory as of lists, wherever a time is broken', () => {
    const ROWS = 12
    const rows = fc.integer({ min: 0, max: ROWS })
    const views = fc.array(fc.tuple(rows, rows, rows), { minLength: 1, maxLength: 8 })
    const broken = fc.option(
      fc.tuple(fc.integer({ min: 0, max: ROWS - 1 }), fc.constantFrom(Number.NaN, 0.5, 0, first)),
    )
    fc.assert(
      fc.property(views, broken, fc.constantFrom(HOUR_MS, DAY_MS), (spans, fault, otherMs) => {
        const times = Float64Array.from({ length: ROWS }, (_, row) => first + (row - ROWS) * HOUR_MS)
        if (fault !== null) times[fault[0]] = fault[1]
        const kept = {}
        for (const [one, other, notYet] of spans) {
          const openMs = times.subarray(Math.min(one, other), Math.max(one, other))
          for (const resolutionMs of [HOUR_MS, otherMs]) {
            const bars = { ...history, resolutionMs }
            const at = { timeMs: NOW_MS - notYet * HOUR_MS, resolutionMs }
            const ofView = knownBars({ value: { ...bars, openMs } }, { ...at, kept })
            const ofList = knownBars({ value: { ...bars, openMs: [...openMs] } }, { ...at, kept })
            const told = (known: typeof ofView) => ('value' in known ? known.value.rows : known.missing)
            expect(told(ofView)).toBe(told(ofList))
          }
        }
      }),
      { numRuns: 500 },
    )
  })

  it('begin, for a time, with the first that closed after it', () => {
    const known = { history, rows: 3 }
    const hours = fc.integer({ min: -1, max: 5 })
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: HOUR_MS - 1 }), (hour, extraMs) => {
        const afterMs = first + hour * HOUR_MS + extraMs
        const closed = [...history.openMs.slice(0, 3)].map((opened) => opened + HOUR_MS)
        const expected = closed.findIndex((closedMs) => closedMs > afterMs)
        expect(rowClosedAfter(known, afterMs)).toBe(expected === -1 ? 3 : expected)
      }),
    )
  })
})

it('the last close is that of the last bar that is known, and null without one', () => {
  const closeAt = (timeMs: number) => lastCloseMs(knownBars({ value: history }, { ...now, timeMs }))
  expect(closeAt(NOW_MS)).toBe(NOW_MS)
  expect(closeAt(NOW_MS + HOUR_MS)).toBe(NOW_MS)
  expect(closeAt(NOW_MS - 1)).toBe(NOW_MS - HOUR_MS)
  expect(closeAt(NOW_MS - 4 * HOUR_MS)).toBeNull()
  expect(lastCloseMs({ missing: 'venue/timeout' })).toBeNull()
})
