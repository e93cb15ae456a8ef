import type { VenueHistory } from '@cc/models'
import { harForecast, realisedVariances } from '@cc/pricing'
import { describe, expect, it } from 'vitest'
import { HOUR_MS, hourly, NOW_MS, zigzag } from '../test/fake-venue.js'
import { knownBars } from './known-bars.js'
import { forecastVol } from './vol-forecast.js'
import { rowsOf, wavyBars } from './vol-state.fixture.js'

const known = (history: VenueHistory) => knownBars({ value: history }, { timeMs: NOW_MS, resolutionMs: HOUR_MS })
const trailing = { value: 0.6 }
const trails = { value: { vol: 0.6, model: 'trailing', days: 30 } }
const year = wavyBars(365)

/** What HAR says of the whole days of a history. */
function harOf({ close }: VenueHistory, horizonDays: number) {
  const { variance } = realisedVariances({ closes: close, returnsPerPeriod: 24 })
  return { forecast: harForecast({ dailyVariances: variance, horizonDays }), days: variance.length }
}

describe('the forecast', () => {
  it('is the mean of the trailing volatility and of HAR on the days of 24 hours that end with the last bar', () => {
    const { forecast, days } = harOf(year, 30)
    expect(forecast.floored).toBe(false)
    expect(forecastVol(known(year), { horizonDays: 30, trailing })).toEqual({
      value: { vol: (forecast.volatility + 0.6) / 2, model: 'har-and-trailing', days },
    })
  })

  it('is missing where there is no trailing volatility, however long the history', () => {
    const short = { missing: '612 of 720 hourly bars' }
    expect(forecastVol(known(year), { horizonDays: 30, trailing: short })).toEqual(short)
    expect(forecastVol({ missing: 'venue/timeout' }, { horizonDays: 30, trailing: short })).toEqual(short)
  })

  it.each([
    { days: 359, model: 'har-and-trailing' },
    { days: 358, model: 'trailing' },
  ])('over 30 days of $days days is $model: ten targets that do not overlap', ({ days, model }) => {
    expect(forecastVol(known(wavyBars(days)), { horizonDays: 30, trailing })).toMatchObject({ value: { model } })
  })

  it('takes HAR of the days after the last gap', () => {
    const last = year.close.length - 1
    const gap = rowsOf(year, (row) => row < last - 24 * 200 || row > last - 24 * 199)
    expect(forecastVol(known(gap), { horizonDays: 30, trailing })).toEqual(trails)
    expect(forecastVol(known(gap), { horizonDays: 7, trailing })).toMatchObject({
      value: { model: 'har-and-trailing', days: 199 },
    })
  })

  it('bears a missing bar', () => {
    const holed = rowsOf(year, (row) => row !== 5_000)
    expect(forecastVol(known(holed), { horizonDays: 30, trailing })).toMatchObject({
      value: { model: 'har-and-trailing', days: 365 },
    })
  })

  it.each([
    { history: hourly(zigzag(24 * 365 + 1, 0.004)), why: 'days that are too alike to fit' },
    { history: { ...year, close: [...year.close].with(9, Number.NaN) }, why: 'a broken close' },
  ])('trails with $why', ({ history }) => {
    expect(forecastVol(known(history), { horizonDays: 30, trailing })).toEqual(trails)
  })

  it('trails where the regression fell below all that it was fitted on', () => {
    // Storms are followed by calm here, and the last week is a storm beyond all before.
    const wild = wildEnd()
    expect(harOf(wild, 7).forecast.floored).toBe(true)
    expect(forecastVol(known(wild), { horizonDays: 7, trailing })).toEqual({
      value: { vol: 0.6, model: 'trailing', days: 7 },
    })
  })

  it.each([0.05, 5])('trails outside a fifth to five times the trailing volatility: %f', (vol) => {
    expect(forecastVol(known(year), { horizonDays: 30, trailing: { value: vol } })).toEqual({
      value: { vol, model: 'trailing', days: 30 },
    })
  })

  it('trails where there is no history', () => {
    expect(forecastVol({ missing: 'venue/timeout' }, { horizonDays: 30, trailing })).toEqual(trails)
  })

  it.each([0.0099, 10.01])('is missing where it would be no volatility of a coin: %f', (vol) => {
    expect(forecastVol(known(wavyBars(25)), { horizonDays: 30, trailing: { value: vol } })).toEqual({
      missing: `${vol} is outside 0.01..10`,
    })
  })

  it('trails where HAR is no volatility of a coin, however near', () => {
    const faint = { ...year, close: [...year.close].map((close) => 90_000 * (close / 90_000) ** 0.01) }
    const { volatility } = harOf(faint, 30).forecast
    expect(volatility).toBeLessThan(0.01)
    expect(volatility).toBeGreaterThan(0.011 / 5)
    expect(forecastVol(known(faint), { horizonDays: 30, trailing: { value: 0.011 } })).toEqual({
      value: { vol: 0.011, model: 'trailing', days: 30 },
    })
  })

  it('is missing, not 0, where the index stood still', () => {
    const still = hourly(Array.from({ length: 24 * 366 }, () => 90_000))
    expect(forecastVol(known(still), { horizonDays: 30, trailing: { value: 0 } })).toEqual({
      missing: 'the index did not move',
    })
  })
})

/** A year in which every stormy week is followed by a calm one, up to a storm thrice as high. */
function wildEnd(): VenueHistory {
  const closes: number[] = []
  for (let hour = 0; hour <= 24 * 365; hour++) {
    const day = Math.floor((hour - 1) / 24)
    const isStorm = Math.floor(day / 7) % 2 === 1
    const isLast = day >= 358
    const size = (isLast ? 0.03 : isStorm ? 0.008 : 0.003) * (1 + 0.1 * Math.sin(day * 7.7))
    closes.push(90_000 * Math.exp(hour % 2 === 0 ? 0 : size))
  }
  return hourly(closes)
}
