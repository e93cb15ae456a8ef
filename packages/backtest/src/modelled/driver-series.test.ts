import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDriverSeries } from './driver-series.js'
import { cutSeries, DAY_MS, FIRST_MS, HOUR_MS, wanderingSeries } from './modelled.fixture.js'

const series = wanderingSeries()
const driversAt = createDriverSeries(series)

describe('what drives a surface', () => {
  it('knows the close of a day of the volatility index from the next day on', () => {
    const day = FIRST_MS + 200 * DAY_MS
    const closeOf = (at: number) => series.dvol?.close[at]
    expect(driversAt(day + DAY_MS - 1)?.v).toBe(closeOf(199))
    expect(driversAt(day + DAY_MS)?.v).toBe(closeOf(200))
  })

  it('compares it with the mean of its last 180 days, and the coin with its closes of 7 and 30 days ago', () => {
    const atMs = FIRST_MS + 220 * DAY_MS + 5 * HOUR_MS
    const closes = series.dvol?.close.subarray(40, 220) as Float64Array
    const mean = closes.reduce((sum, close) => sum + close, 0) / 180
    const closeOf = (day: number) => series.candles.close[day * 24 - 1] as number
    const drivers = driversAt(atMs)
    expect(drivers?.x).toBeCloseTo(Math.log((closes.at(-1) as number) / mean), 12)
    expect(drivers?.m30).toBe(Math.log(closeOf(220) / closeOf(190)))
    expect(drivers?.m7).toBe(Math.log(closeOf(220) / closeOf(213)))
  })

  it('hangs on nothing that comes later', () => {
    fc.assert(
      fc.property(fc.integer({ min: 40 * 24, max: 250 * 24 }), (hour) => {
        const atMs = FIRST_MS + hour * HOUR_MS
        expect(createDriverSeries(cutSeries(series, atMs))(atMs)).toEqual(driversAt(atMs))
      }),
      { numRuns: 50 },
    )
  })

  it('is unknown before there are 30 closes of the volatility index and of the coin', () => {
    expect(driversAt(FIRST_MS + 29 * DAY_MS)).toBeUndefined()
    expect(driversAt(FIRST_MS + 31 * DAY_MS)).toBeDefined()
  })

  it('carries a day through an outage of its candles', () => {
    const outage = FIRST_MS + 100 * DAY_MS
    const holed = wanderingSeries('BTC', { missing: (openMs) => openMs >= outage && openMs < outage + 2 * DAY_MS })
    const drivers = createDriverSeries(holed)(outage + 2 * DAY_MS)
    expect(drivers?.m7).toBe(
      Math.log((series.candles.close[2399] as number) / (series.candles.close[95 * 24 - 1] as number)),
    )
  })

  it('refuses a coin without a volatility index', () => {
    expect(() => createDriverSeries({ ...series, dvol: undefined })).toThrow(
      expect.objectContaining({ code: 'backtest/no-volatility-index' }),
    )
  })
})
