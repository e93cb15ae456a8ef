import type { VenueHistory } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { HOUR_MS, hourly, NOW_MS, zigzag } from '../test/fake-venue.js'
import { dayChangePct, lastDvol, realisedVolatility } from './volatility.js'

const MOVE = 0.004
const hours = (count: number) => zigzag(count, MOVE)

function without(history: VenueHistory, drop: (bar: number) => boolean): VenueHistory {
  const keep = <T>(column: readonly T[]) => column.filter((_, bar) => !drop(bar))
  const { openMs, open, high, low, close } = history
  return { ...history, openMs: keep(openMs), open: keep(open), high: keep(high), low: keep(low), close: keep(close) }
}

describe('realised volatility', () => {
  it('is the zero-mean root mean square of hourly returns, 8 760 a year', () => {
    expect(realisedVolatility({ value: hourly(hours(720)) }, NOW_MS, 30)).toEqual({
      value: expect.closeTo(MOVE * Math.sqrt(8_760), 12),
    })
  })

  it('looks back over its horizon and no further', () => {
    const storm = hourly([...zigzag(100, 0.1), ...hours(720)])
    expect(realisedVolatility({ value: storm }, NOW_MS, 30)).toEqual({
      value: expect.closeTo(MOVE * Math.sqrt(8_760), 12),
    })
  })

  it('does not use a close before it is known', () => {
    const ahead = hourly([...hours(720), 200_000], { untilMs: NOW_MS + HOUR_MS })
    expect(realisedVolatility({ value: ahead }, NOW_MS, 30)).toEqual({
      value: expect.closeTo(MOVE * Math.sqrt(8_760), 12),
    })
  })

  it.each([
    { closes: 648, why: 'nine tenths', found: { value: expect.any(Number) } },
    { closes: 647, why: 'less than nine tenths', found: { missing: '647 of 720 hourly closes' } },
    { closes: 0, why: 'none', found: { missing: 'no history at this venue' } },
  ])('of $closes closes, $why of the horizon, is $found', ({ closes, found }) => {
    expect(realisedVolatility({ value: hourly(hours(closes)) }, NOW_MS, 30)).toEqual(found)
  })

  it('does not take a gap for a louder market', () => {
    // Twenty hours are missing, and over them the price went as far as in any hour.
    const gap = without(hourly(hours(720)), (bar) => bar > 300 && bar <= 320)
    expect(realisedVolatility({ value: gap }, NOW_MS, 30)).toEqual({
      value: expect.closeTo(MOVE * Math.sqrt((8_760 * 699) / 719), 12),
    })
  })

  it('passes on why there is no history', () => {
    expect(realisedVolatility({ missing: 'venue/timeout' }, NOW_MS, 30)).toEqual({ missing: 'venue/timeout' })
  })
})

describe('the day change', () => {
  it('compares the index with the close of 24 hours ago', () => {
    const closes = Array.from({ length: 48 }, (_, bar) => (bar === 23 ? 80_000 : 1))
    expect(dayChangePct({ value: hourly(closes) }, NOW_MS, 84_000)).toEqual({ value: expect.closeTo(5, 12) })
  })

  it('is missing without that close', () => {
    expect(dayChangePct({ value: hourly(hours(23)) }, NOW_MS, 84_000)).toEqual({
      missing: 'no hourly close of 24 hours ago',
    })
    expect(dayChangePct({ value: hourly([]) }, NOW_MS, 84_000)).toEqual({ missing: 'no history at this venue' })
    expect(dayChangePct({ missing: 'venue/timeout' }, NOW_MS, 84_000)).toEqual({ missing: 'venue/timeout' })
  })
})

describe('dvol', () => {
  it('is the last close of the last day', () => {
    expect(lastDvol({ value: hourly([0.5, 0.52], { kind: 'dvol' }) }, NOW_MS)).toEqual({ value: 0.52 })
  })

  it('is missing when stale, absent or failed', () => {
    const old = hourly([0.5], { kind: 'dvol', untilMs: NOW_MS - 24 * HOUR_MS })
    expect(lastDvol({ value: old }, NOW_MS)).toEqual({ missing: 'none within a day' })
    expect(lastDvol({ value: hourly([], { kind: 'dvol' }) }, NOW_MS)).toEqual({ missing: 'no history at this venue' })
    expect(lastDvol({ missing: 'venue/timeout' }, NOW_MS)).toEqual({ missing: 'venue/timeout' })
  })
})
