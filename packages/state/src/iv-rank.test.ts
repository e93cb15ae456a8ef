import type { VenueHistory } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { DAY_MS, dailyDvol, HOUR_MS, hourly, NOW_MS } from '../test/fake-venue.js'
import type { Datum } from './datum.js'
import { dvolDayChange, ivRankOf, lastDvol } from './iv-rank.js'
import { knownBars } from './known-bars.js'
import { rowsOf } from './vol-state.fixture.js'

const hoursAt = (history: Datum<VenueHistory>, timeMs = NOW_MS) => knownBars(history, { timeMs, resolutionMs: HOUR_MS })
const daysAt = (history: Datum<VenueHistory>, timeMs = NOW_MS) => knownBars(history, { timeMs, resolutionMs: DAY_MS })
const dvolAt = (history: Datum<VenueHistory>, timeMs = NOW_MS) => lastDvol(hoursAt(history, timeMs), timeMs)
const dvol = (closes: readonly number[], untilMs = NOW_MS) => hourly(closes, { kind: 'dvol', untilMs })

describe('dvol', () => {
  it('is the last hourly close of the last day', () => {
    expect(dvolAt({ value: dvol([0.5, 0.52]) })).toEqual({ value: 0.52 })
    expect(dvolAt({ value: dvol([0.5, 0.52]) }, NOW_MS + DAY_MS - 1)).toEqual({ value: 0.52 })
  })

  it.each([0.01, 10])('may be %d', (close) => {
    expect(dvolAt({ value: dvol([close]) })).toEqual({ value: close })
  })

  it('is not a close that is still to come', () => {
    expect(dvolAt({ value: dvol([0.5, 0.9], NOW_MS + HOUR_MS) })).toEqual({ value: 0.5 })
  })

  it.each([
    { hours: { value: dvol([0.5], NOW_MS - 24 * HOUR_MS) }, missing: 'none within a day', why: 'stale' },
    { hours: { value: dvol([]) }, missing: 'no history at this venue', why: 'absent' },
    { hours: { missing: 'venue/timeout' }, missing: 'venue/timeout', why: 'failed' },
    { hours: { value: dvol([0.5, 0]) }, missing: 'close[1] must be in 0.01..10, got 0', why: 'zero' },
    { hours: { value: dvol([0.5, 52]) }, missing: 'close[1] must be in 0.01..10, got 52', why: 'in percent points' },
    { hours: { value: dvol([0.0099]) }, missing: 'close[0] must be in 0.01..10, got 0.0099', why: 'below any coin' },
    {
      hours: { value: { ...dvol([0.5, 0.5]), close: [0.5] } },
      missing: 'close[1] must be in 0.01..10, got undefined',
      why: 'a column that is too short',
    },
  ])('is missing when $why', ({ hours, missing }) => {
    expect(dvolAt(hours)).toEqual({ missing })
  })
})

describe('the change of dvol over a day', () => {
  const changeAt = (history: Datum<VenueHistory>, timeMs = NOW_MS) =>
    dvolDayChange(hoursAt(history, timeMs), dvolAt(history, timeMs), timeMs)
  /** `count` closes of 0.5, then one of 0.62. */
  const risen = (count: number) => ({ value: dvol([...Array.from({ length: count }, () => 0.5), 0.62]) })

  it('is the last close less that of 24 hours ago', () => {
    const closes = [0.9, 0.45, ...Array.from({ length: 23 }, () => 0.7), 0.6]
    expect(changeAt({ value: dvol(closes) })).toEqual({ value: expect.closeTo(0.15, 12) })
    // Half an hour later the close before it is still that of 24 hours ago.
    expect(changeAt({ value: dvol(closes) }, NOW_MS + HOUR_MS / 2)).toEqual({ value: expect.closeTo(0.15, 12) })
    expect(changeAt({ value: dvol(closes) }, NOW_MS + HOUR_MS)).toEqual({ value: expect.closeTo(-0.1, 12) })
  })

  it.each([
    { history: risen(23), missing: 'no hourly close of 24 hours ago', why: 'history is an hour short' },
    { history: { value: dvol([0.5], NOW_MS - DAY_MS) }, missing: 'none within a day', why: 'now is missing' },
    { history: { missing: 'venue/timeout' }, missing: 'venue/timeout', why: 'history is missing' },
    {
      history: { value: dvol([50, ...Array.from({ length: 24 }, () => 0.5)]) },
      missing: 'close[0] must be in 0.01..10, got 50',
      why: 'the close of 24 hours ago is broken',
    },
  ])('is missing where $why', ({ history, missing }) => {
    expect(changeAt(history)).toEqual({ missing })
  })

  it('is missing where the hour of 24 hours ago is', () => {
    const { value } = risen(30)
    const without = { ...value, openMs: [...value.openMs].toSpliced(6, 1), close: [...value.close].toSpliced(6, 1) }
    expect(changeAt({ value: without })).toEqual({ missing: 'no hourly close of 24 hours ago' })
    expect(changeAt({ value })).toEqual({ value: expect.closeTo(0.12, 12) })
  })
})

/** Daily closes from 0.301 to 0.665. */
const rising = Array.from({ length: 365 }, (_, day) => 0.301 + day / 1_000)
const rankOf = (closes: readonly number[], now: number) =>
  ivRankOf(daysAt({ value: dailyDvol(closes) }), { value: now }, NOW_MS)

describe('the rank of implied volatility', () => {
  it('is its place between the least and the most of the year, and the share of days below it', () => {
    expect(rankOf(rising, 0.3835)).toEqual({
      value: {
        rank: expect.closeTo(0.0825 / 0.364, 12),
        percentile: 83 / 365,
        leastIv: 0.301,
        mostIv: expect.closeTo(0.665, 12),
        days: 365,
        fromMs: Date.UTC(2025, 0, 2),
        toMs: Date.UTC(2026, 0, 2),
      },
    })
  })

  it.each([
    { now: 0.2, rank: 0, percentile: 0, leastIv: 0.2, why: 'below all' },
    { now: 0.301, rank: 0, percentile: 0, leastIv: 0.301, why: 'the least again: no day is below it' },
    { now: 0.9, rank: 1, percentile: 1, leastIv: 0.301, why: 'above all' },
  ])('of $now is $rank: $why', ({ now, rank, percentile, leastIv }) => {
    expect(rankOf(rising, now)).toMatchObject({ value: { rank, percentile, leastIv } })
  })

  it('takes the last 365 days and no others', () => {
    expect(rankOf([9, ...rising], 0.5)).toEqual(rankOf(rising, 0.5))
  })

  it('does not know the close of a day before the day is over', () => {
    const later = Date.UTC(2026, 0, 3)
    const ahead: VenueHistory = dailyDvol([...rising.slice(1), 9], later)
    expect(ivRankOf(daysAt({ value: ahead }), { value: 0.5 }, NOW_MS)).toMatchObject({
      value: { days: 364, mostIv: expect.closeTo(0.665, 12) },
    })
    expect(ivRankOf(daysAt({ value: ahead }, later), { value: 0.5 }, later)).toMatchObject({ value: { mostIv: 9 } })
  })

  const holed = (days: number) => rowsOf(dailyDvol(rising), (row) => row === 0 || row > 365 - days)
  it.each([
    { days: { value: holed(329) }, found: { value: expect.objectContaining({ days: 329 }) }, why: 'nine tenths' },
    { days: { value: holed(328) }, found: { missing: '328 of 365 daily closes' }, why: 'less' },
    { days: { value: dailyDvol(rising.slice(65)) }, found: { missing: '300 of 365 daily closes' }, why: 'young' },
    { days: { missing: 'venue/timeout' }, found: { missing: 'venue/timeout' }, why: 'failed' },
    { days: { value: dailyDvol([]) }, found: { missing: 'no history at this venue' }, why: 'absent' },
    {
      days: { value: dailyDvol(rising.with(7, Number.NaN)) },
      found: { missing: 'close[7] must be in 0.01..10, got NaN' },
      why: 'broken',
    },
    {
      days: { value: dailyDvol(rising.map((close) => close * 100)) },
      found: { missing: expect.stringMatching(/^close\[0\] must be in 0\.01\.\.10, got 30\.\d+$/) },
      why: 'in percent points',
    },
    {
      days: { value: { ...dailyDvol(rising), openMs: [...dailyDvol(rising).openMs].with(9, 0) } },
      found: { missing: expect.stringMatching(/^openMs\[9\] must be an integer after/) },
      why: 'unsorted',
    },
  ])('of a history that is $why is $found', ({ days, found }) => {
    expect(ivRankOf(daysAt(days), { value: 0.5 }, NOW_MS)).toEqual(found)
  })

  it('is missing without an index of now, and where that never moved', () => {
    expect(ivRankOf(daysAt({ value: dailyDvol(rising) }), { missing: 'none within a day' }, NOW_MS)).toEqual({
      missing: 'none within a day',
    })
    expect(
      rankOf(
        Array.from({ length: 365 }, () => 0.5),
        0.5,
      ),
    ).toEqual({ missing: 'the volatility index did not move' })
  })
})
