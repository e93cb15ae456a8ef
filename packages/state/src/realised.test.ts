import type { RealisedWindow, VenueHistory } from '@cc/models'
import {
  closeToCloseVolatility,
  ewmaVolatility,
  garmanKlassVolatility,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, hourly, NOW_MS, zigzag } from '../test/fake-venue.js'
import type { Datum } from './datum.js'
import { knownBars } from './known-bars.js'
import { candleDaysOf, dayChangePct, ewmaOf, realisedWindows } from './realised.js'
import { rowsOf, wavyBars } from './vol-state.fixture.js'

const MOVE = 0.004
const ANNUAL = MOVE * Math.sqrt(8_760)
const hours = (count: number) => zigzag(count, MOVE)
const known = (history: VenueHistory) => knownBars({ value: history }, { timeMs: NOW_MS, resolutionMs: HOUR_MS })
const windows = (history: VenueHistory, days: readonly number[]) =>
  realisedWindows(known(history), { windowDays: days, timeMs: NOW_MS })
const window = (history: VenueHistory, days = 30) => windows(history, [days])[0] as Datum<RealisedWindow>

describe('realised volatility of a window', () => {
  it('is by closes the zero-mean root mean square of hourly returns, 8 760 a year', () => {
    expect(window(hourly(hours(720)))).toEqual({
      value: {
        windowDays: 30,
        fromMs: NOW_MS - 30 * DAY_MS,
        toMs: NOW_MS,
        bars: 720,
        missingBars: 0,
        closeToClose: expect.closeTo(ANNUAL, 12),
        // Bars without a body or height: all that moves are the jumps between them.
        parkinson: 0,
        garmanKlass: 0,
        rogersSatchell: 0,
        yangZhang: expect.closeTo(ANNUAL, 2),
      },
    })
  })

  it('is by ranges what each estimator says of its bars', () => {
    const bars = wavyBars(40)
    const { openMs, open, high, low, close } = rowsOf(bars, (row) => row >= bars.close.length - 168)
    const columns = { open, high, low, close, periodsPerYear: 8_760 }
    expect(windows(bars, [7, 30])[0]).toEqual({
      value: {
        windowDays: 7,
        fromMs: openMs[0],
        toMs: NOW_MS,
        bars: 168,
        missingBars: 0,
        closeToClose: closeToCloseVolatility({ closes: close, periodsPerYear: 8_760, mean: 'zero' }).volatility,
        parkinson: parkinsonVolatility(columns).volatility,
        garmanKlass: garmanKlassVolatility(columns).volatility,
        rogersSatchell: rogersSatchellVolatility(columns).volatility,
        yangZhang: yangZhangVolatility(columns).volatility,
      },
    })
  })

  it('looks back over its days and no further', () => {
    const storm = hourly([...zigzag(100, 0.1), ...hours(720)])
    expect(window(storm)).toMatchObject({ value: { bars: 720, closeToClose: expect.closeTo(ANNUAL, 12) } })
  })

  it('does not use a bar before it has closed', () => {
    const ahead = hourly([...hours(720), 200_000], { untilMs: NOW_MS + HOUR_MS })
    expect(window(ahead)).toEqual(window(hourly(hours(720))))
  })

  it.each([
    { bars: 648, why: 'nine tenths', found: { value: expect.objectContaining({ bars: 648 }) } },
    { bars: 647, why: 'less than nine tenths', found: { missing: '647 of 720 hourly bars' } },
    { bars: 0, why: 'none', found: { missing: 'no history at this venue' } },
  ])('of $bars bars, $why of its days, is $found', ({ bars, found }) => {
    expect(window(hourly(hours(bars)))).toEqual(found)
  })

  it('of a week needs 152 of 168 bars', () => {
    expect(window(hourly(hours(152)), 7)).toMatchObject({ value: { bars: 152 } })
    expect(window(hourly(hours(151)), 7)).toEqual({ missing: '151 of 168 hourly bars' })
  })

  it('does not take a gap for a louder market, and counts what is missing', () => {
    // Over twenty missing hours the price went as far as in any hour.
    const gap = rowsOf(hourly(hours(720)), (row) => row <= 300 || row > 321)
    expect(window(gap)).toMatchObject({
      value: { bars: 699, missingBars: 21, closeToClose: expect.closeTo(ANNUAL, 12) },
    })
  })

  it.each([
    { column: 'close', value: Number.NaN, message: 'close[0] must be a finite number > 0, got NaN' },
    { column: 'low', value: -1, message: 'low[0] must be a finite number > 0, got -1' },
    { column: 'high', value: 1, message: 'high[0] must be >= low[0]' },
  ] as const)('is missing where it holds a broken $column, and the others are not', ({ column, value, message }) => {
    const bars = wavyBars(40)
    const first = bars.close.length - 720
    const broken = { ...bars, [column]: [...bars[column]].with(first, value) }
    const [week, month] = windows(broken, [7, 30])
    expect(week).toEqual(window(bars, 7))
    expect(month).toEqual({ missing: expect.stringContaining(message) })
    expect(month).toEqual({ missing: expect.stringMatching(/; row 0 opened at 2025-12-03T10:00:00\.000Z$/) })
  })

  it('is missing where columns differ in length', () => {
    const bars = wavyBars(40)
    expect(window({ ...bars, high: bars.high.slice(0, -1) })).toEqual({
      missing: expect.stringContaining('high must hold as many rows as open'),
    })
  })

  it('passes on why there is no history', () => {
    expect(realisedWindows({ missing: 'venue/timeout' }, { windowDays: [7, 30], timeMs: NOW_MS })).toEqual([
      { missing: 'venue/timeout' },
      { missing: 'venue/timeout' },
    ])
  })
})

describe('the candles that are asked for', () => {
  it.each([
    { horizonDays: 7, days: 366, why: 'a year for the forecast' },
    { horizonDays: 30, days: 366, why: 'a year for the forecast' },
    { horizonDays: 31, days: 91, why: 'the widest window: a year is too little to forecast that far from' },
    { horizonDays: 120, days: 121, why: 'its own window' },
  ])('for $horizonDays days are $days days of them: $why', ({ horizonDays, days }) => {
    expect(candleDaysOf(horizonDays)).toBe(days)
  })

  it('fill the widest window at any minute', () => {
    const timeMs = NOW_MS + 17 * 60_000
    const fromMs = timeMs - candleDaysOf(31) * DAY_MS
    const all = hourly(hours(100 * 24))
    const read = rowsOf(all, (row) => (all.openMs[row] as number) >= fromMs)
    const bars = knownBars({ value: read }, { timeMs, resolutionMs: HOUR_MS })
    expect(realisedWindows(bars, { windowDays: [90], timeMs })).toMatchObject([{ value: { bars: 90 * 24 } }])
  })
})

describe('the exponentially weighted volatility', () => {
  const lambda = 0.94 ** (1 / 24)

  it('is of the hourly returns of 90 days up to the last, whose weights fade by 0.94 a day', () => {
    const bars = wavyBars(100)
    const closes = bars.close.slice(-90 * 24 - 1)
    const { volatility } = ewmaVolatility({ closes, lambda, periodsPerYear: 8_760 })
    expect(ewmaOf(known(bars))).toEqual({
      value: { vol: expect.closeTo(volatility, 12), lambda: 0.94, returns: 90 * 24 },
    })
  })

  it('is of the returns that there are where there are fewer', () => {
    const bars = wavyBars(60)
    const { volatility } = ewmaVolatility({ closes: bars.close, lambda, periodsPerYear: 8_760 })
    expect(ewmaOf(known(bars))).toEqual({
      value: { vol: expect.closeTo(volatility, 12), lambda: 0.94, returns: 60 * 24 },
    })
  })

  it.each([
    { why: 'a jump', price: (close: number, hour: number, jump: number) => close * (hour < jump ? 1 : 1.1) },
    { why: 'a spike', price: (close: number, hour: number, jump: number) => close * (hour === jump ? 1.1 : 1) },
  ])(
    'does not depend on the hour of the day: five hours after $why it is nearly the same, and a day after',
    (shape) => {
      const jump = 40 * 24
      const closes = hours(60 * 24).map((close, hour) => shape.price(close, hour, jump))
      const volAt = (hour: number) => {
        const found = ewmaOf(known(hourly(closes.slice(0, hour + 1))))
        if ('missing' in found) throw new Error(found.missing)
        return found.value.vol
      }
      expect(volAt(jump + 5)).toBeGreaterThan(1.3 * volAt(jump - 1))
      for (let hour = jump + 5; hour < jump + 30; hour++) {
        // What an hour takes off a variance is a 388th of it.
        expect(volAt(hour + 1) / volAt(hour)).toBeGreaterThan(0.998)
        expect(volAt(hour + 1) / volAt(hour)).toBeLessThan(1.002)
      }
    },
  )

  it('leaves out the two returns of a close that is missing, and no others', () => {
    const bars = wavyBars(60)
    const holed = rowsOf(bars, (row) => row !== bars.close.length - 24 * 5)
    expect(ewmaOf(known(holed))).toMatchObject({ value: { returns: 60 * 24 - 2 } })
  })

  it.each([
    { returns: 480, found: { value: expect.objectContaining({ returns: 480 }) } },
    { returns: 479, found: { missing: '479 of 480 hourly returns' } },
  ])('of $returns returns is $found', ({ returns, found }) => {
    const bars = wavyBars(30)
    expect(ewmaOf(known(rowsOf(bars, (row) => row >= bars.close.length - 1 - returns)))).toEqual(found)
  })

  it('is missing where gaps leave too few returns', () => {
    const bars = wavyBars(40)
    const without = (count: number) => rowsOf(bars, (row) => row % 2 === 0 || row >= 2 * count)
    expect(ewmaOf(known(without(240)))).toMatchObject({ value: { returns: 480 } })
    expect(ewmaOf(known(without(241)))).toEqual({ missing: '478 of 480 hourly returns' })
  })

  it('names a broken close', () => {
    const bars = wavyBars(40)
    const broken = { ...bars, close: [...bars.close].with(-1, Number.NaN) }
    expect(ewmaOf(known(broken))).toEqual({ missing: expect.stringMatching(/closes\[960\] must be .* got NaN/) })
  })
})

describe('the day change', () => {
  it('compares the index with the close of 24 hours ago', () => {
    const closes = Array.from({ length: 48 }, (_, bar) => (bar === 23 ? 80_000 : 1))
    for (const timeMs of [NOW_MS, NOW_MS + HOUR_MS - 1]) {
      expect(dayChangePct(known(hourly(closes)), timeMs, 84_000)).toEqual({ value: expect.closeTo(5, 12) })
    }
  })

  it.each([
    { candles: known(hourly(hours(23))), missing: 'no hourly close of 24 hours ago', why: 'too young' },
    {
      candles: known(rowsOf(hourly(hours(48)), (row) => row !== 23)),
      missing: 'no hourly close of 24 hours ago',
      why: 'a gap there',
    },
    {
      candles: known(hourly(hours(48).with(23, Number.NaN))),
      missing: 'close[23] must be a finite number > 0, got NaN',
      why: 'no number',
    },
    { candles: known(hourly([])), missing: 'no history at this venue', why: 'none' },
    { candles: { missing: 'venue/timeout' }, missing: 'venue/timeout', why: 'failed' },
  ])('is missing without that close: $why', ({ candles, missing }) => {
    expect(dayChangePct(candles, NOW_MS, 84_000)).toEqual({ missing })
  })
})
