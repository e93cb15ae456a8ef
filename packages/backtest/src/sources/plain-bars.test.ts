import { describe, expect, it } from 'vitest'
import { CANDLES, CHAIN_HEADER, DAY_MS, FRIDAY_MS, folderWith, HOUR_MS, text } from './plain.fixture.js'
import { readPlainBars } from './plain-bars.js'
import { quoteFormatOf } from './quote-format.js'

const DVOL = 'ts,currency,open,high,low,close\n2026-01-08T23:00:00Z,BTC,0.5,0.52,0.49,0.51\n'
const DELIVERIES = 'ts,currency,price\n2026-01-08T08:00:00Z,BTC,91000\n2026-01-09T08:00:00Z,BTC,92000\n'

describe('readPlainBars', () => {
  it('reads bars and delivery prices of the coins that have any, up to a time', () => {
    const folder = folderWith({ 'candles.csv': text(CANDLES), 'dvol.csv': DVOL, 'deliveries.csv': DELIVERIES })
    const { series, checksum } = readPlainBars({ folder, toMs: FRIDAY_MS + 2.5 * HOUR_MS })
    expect(series.map(({ currency }) => currency)).toEqual(['BTC', 'ETH'])
    const [btc, eth] = series
    expect(btc?.candles.openMs).toEqual(Float64Array.from({ length: 6 }, (_, i) => FRIDAY_MS + (i - 4) * HOUR_MS))
    expect(btc?.candles.close[0]).toBe(91_001)
    expect(btc?.dvol).toMatchObject({ resolutionMs: HOUR_MS, close: Float64Array.of(0.51) })
    expect(btc?.deliveryUsd).toEqual(new Map([[FRIDAY_MS - DAY_MS + 8 * HOUR_MS, 91_000]]))
    expect(eth?.dvol).toBeUndefined()
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
    expect(readPlainBars({ folder }).checksum).not.toBe(checksum)
  })

  it.each([
    ['no candles', { 'dvol.csv': DVOL }, {}],
    [
      'no candles of a coin',
      { 'candles.csv': text(CANDLES.filter((row) => !row.includes('ETH'))) },
      { currencies: ['ETH'] as const },
    ],
  ])('says what is missing: %s', (_why, files, options) => {
    expect(() => readPlainBars({ folder: folderWith(files), ...options })).toThrowError(
      expect.objectContaining({ code: 'backtest/no-history' }),
    )
  })

  it('leaves bad rows out where that is allowed, and counts them', () => {
    const folder = folderWith({ 'candles.csv': text([...CANDLES, 'never,BTC,1,1,1,1']) })
    expect(() => readPlainBars({ folder })).toThrowError(expect.objectContaining({ code: 'backtest/bad-row' }))
    expect(readPlainBars({ folder, badRows: 'skip' }).badRows.count).toBe(1)
  })
})

describe('quoteFormatOf', () => {
  it.each([
    [{ 'chains.csv': CHAIN_HEADER }, 'plain'],
    [{ 'chains-20260102.csv.gz': '' }, 'plain'],
    [{ 'chains.parquet': '' }, 'plain'],
    [{ 'deribit_options_chain_2026-01-01_OPTIONS.csv.gz': '', 'candles.csv': '' }, 'tardis'],
    [{ 'candles.csv': '' }, undefined],
    [{}, undefined],
  ])('tells of %j: %s', (files, format) => {
    expect(quoteFormatOf(folderWith(files as Record<string, string>))).toBe(format)
  })
})
