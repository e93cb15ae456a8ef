import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import { folderOf } from './recorded.fixture.js'
import { readRecordedBars } from './recorded-bars.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const START_MS = Date.UTC(2023, 0, 1)
const SPOT = 'ts,open,high,low,close,volume,src'
const recordings = inject('recordings')

const hours = (count: number, line: (seconds: number, i: number) => string) =>
  Array.from({ length: count }, (_, i) => line((START_MS + i * HOUR_MS) / 1_000, i))
const spot = (priceUsd: number) => [
  SPOT,
  ...hours(72, (ts, i) => `${ts},${priceUsd + i},${priceUsd + 99},1,${priceUsd + i + 1},7,s1`),
]
const days = (...values: number[]) => [
  'date,dvol',
  ...values.map((value, i) => `${new Date(START_MS + i * DAY_MS).toISOString().slice(0, 10)},${value}`),
]

const BOTH = {
  'spot_hourly/BTCUSDT_venue_spot_1h.csv.gz': spot(16_000),
  'spot_hourly/ETHUSDT_venue_spot_1h.csv.gz': spot(1_200),
  'dvol/BTC_dvol_1d.csv.gz': days(50, 51, 52),
}

describe('readRecordedBars', () => {
  it('reads spot and volatility index of all coins that have any, from the first bar on', () => {
    const { series, badRows } = readRecordedBars({ folder: folderOf(BOTH) })
    expect(series.map(({ currency }) => currency)).toEqual(['BTC', 'ETH'])
    const [btc, eth] = series
    expect(btc?.candles.openMs).toEqual(Float64Array.from({ length: 72 }, (_, i) => START_MS + i * HOUR_MS))
    expect(btc?.candles.close[1]).toBe(16_002)
    expect(btc?.dvol).toMatchObject({ resolutionMs: DAY_MS, close: Float64Array.of(0.5, 0.51, 0.52) })
    expect(eth?.candles.open[0]).toBe(1_200)
    expect(eth?.dvol).toBeUndefined()
    expect(btc?.deliveryUsd.size).toBe(0)
    expect(badRows).toEqual({ count: 0, first: [] })
  })

  it('leaves out what had not closed by a time: the bar that holds it, and the value of its day', () => {
    const toMs = START_MS + DAY_MS + 5.5 * HOUR_MS
    const { series } = readRecordedBars({ folder: folderOf(BOTH), currencies: ['BTC'], toMs })
    expect(series[0]?.candles.openMs.at(-1)).toBe(START_MS + DAY_MS + 4 * HOUR_MS)
    expect(series[0]?.dvol?.close).toEqual(Float64Array.of(0.5))
    const whole = readRecordedBars({ folder: folderOf(BOTH), currencies: ['BTC'], toMs: START_MS + 2 * DAY_MS })
    expect(whole.series[0]?.dvol?.close).toEqual(Float64Array.of(0.5, 0.51))
  })

  it('takes hourly bars of the volatility index unless daily ones reach a day further', () => {
    const hourly = (count: number) => ({
      ...BOTH,
      'dvol/BTC_dvol_1h.csv.gz': ['ts,open,high,low,close', ...hours(count, (ts) => `${ts},60,62,59,61`)],
    })
    const resolutionOf = (count: number) =>
      readRecordedBars({ folder: folderOf(hourly(count)), currencies: ['BTC'] }).series[0]?.dvol?.resolutionMs
    expect([72, 49, 48, 1].map(resolutionOf)).toEqual([HOUR_MS, HOUR_MS, DAY_MS, DAY_MS])
  })

  it('hashes what it read, and what decides which rows are taken', () => {
    const folder = folderOf(BOTH)
    const { checksum } = readRecordedBars({ folder })
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(readRecordedBars({ folder }).checksum).toBe(checksum)
    const changed = folderOf({ ...BOTH, 'dvol/BTC_dvol_1d.csv.gz': days(50, 51, 52.1) })
    const others = [{ folder: changed }, { folder, toMs: START_MS + DAY_MS }, { folder, badRows: 'skip' as const }]
    expect(new Set([checksum, ...others.map((request) => readRecordedBars(request).checksum)]).size).toBe(4)
  })

  it('counts bad rows where that is allowed, else names the first', () => {
    const folder = folderOf({ ...BOTH, 'dvol/BTC_dvol_1d.csv.gz': days(50, 0, 52) })
    expect(() => readRecordedBars({ folder })).toThrowError(
      expect.objectContaining({
        code: 'backtest/bad-row',
        facts: expect.objectContaining({ file: 'dvol/BTC_dvol_1d.csv.gz', row: 2 }),
      }),
    )
    const { series, badRows } = readRecordedBars({ folder, badRows: 'skip' })
    expect(badRows.count).toBe(1)
    expect(series[0]?.dvol?.close).toEqual(Float64Array.of(0.5, 0.52))
  })

  it.each([
    ['a folder without any', {}, {}, 'BTCUSDT'],
    [
      'no spot of a coin',
      { 'spot_hourly/BTCUSDT_venue_spot_1h.csv.gz': spot(16_000) },
      { currencies: ['ETH'] },
      'ETHUSDT',
    ],
  ] as const)('says what is missing: %s', (_why, files, options, missing) => {
    expect(() => readRecordedBars({ folder: folderOf(files), ...options })).toThrowError(
      expect.objectContaining({ code: 'backtest/no-history', message: expect.stringContaining(missing) }),
    )
  })

  it.skipIf(recordings === null)('reads what was recorded', () => {
    const toMs = Date.UTC(2024, 0, 1)
    const { series } = readRecordedBars({ folder: join(recordings ?? '', 'data'), toMs })
    expect(series.map(({ candles }) => candles.openMs.at(-1))).toEqual([toMs - HOUR_MS, toMs - HOUR_MS])
    expect(series.map(({ dvol }) => dvol?.resolutionMs)).toEqual([HOUR_MS, DAY_MS])
  })
})
