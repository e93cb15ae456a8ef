import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { CHAIN_HEADER, CHAIN_ROWS, FRIDAY_MS, folderWith, HOUR_MS, text } from './plain.fixture.js'
import { openPlainHistory } from './plain-history.js'

/**
 * Written by DuckDB: `dates-zstd` and `seconds-snappy` hold the rows of the fixture, the first with timestamps, dates and doubles,
 * the second with Unix seconds, texts, whole numbers and without marks and sizes; `groups-gzip` has hourly rows in three
 * row groups, the 3,001st with an ask of −1.
 */
const parquet = (name: string) => readFileSync(new URL(`../../test/parquet/${name}.parquet`, import.meta.url))

const fromCsv = () => openPlainHistory({ folder: folderWith({ 'chains.csv': text([CHAIN_HEADER, ...CHAIN_ROWS]) }) })

describe('a Parquet file in the plain format', () => {
  it('is read as the CSV is, timestamps and dates among it', async () => {
    const history = await openPlainHistory({ folder: folderWith({ 'chains.parquet': parquet('dates-zstd') }) })
    expect(history.chains).toEqual((await fromCsv()).chains)
  })

  it('may have Unix seconds, texts and whole numbers, and lack columns that are optional', async () => {
    const history = await openPlainHistory({ folder: folderWith({ 'chains.parquet': parquet('seconds-snappy') }) })
    const csv = await fromCsv()
    for (const currency of ['BTC', 'ETH'] as const) {
      const none = csv.chains.get(currency)?.expiryMs.map(() => Number.NaN)
      const lacking = { markCoin: none, bidSizeCoin: none, askSizeCoin: none, openInterestCoin: none, volumeCoin: none }
      expect(history.chains.get(currency)).toEqual({ ...csv.chains.get(currency), ...lacking })
    }
  })

  it('is read over all its row groups, and a bad row is named by its place in the file', async () => {
    const folder = folderWith({ 'chains.parquet': parquet('groups-gzip') })
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/bad-row',
      facts: { file: 'chains.parquet', row: 3_001, field: 'ask', value: '-1' },
    })
    const { chains, card } = await openPlainHistory({ folder, badRows: 'skip' })
    expect(card.badRows.count).toBe(1)
    const { timeMs, bidCoin } = chains.get('BTC') ?? {}
    const hours = Array.from({ length: 4_100 }, (_, hour) => hour).filter((hour) => hour !== 3_000)
    expect([...(timeMs ?? [])]).toEqual(hours.map((hour) => FRIDAY_MS + hour * HOUR_MS))
    expect(bidCoin?.at(-1)).toBeCloseTo(0.01 + (4_099 % 50) * 0.0001, 12)
  })

  it.each([100, 1_000, 2_000])('is an error where it was cut after %i bytes', async (bytes) => {
    const folder = folderWith({ 'chains.parquet': parquet('dates-zstd').subarray(0, bytes) })
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/unreadable-file',
      facts: { file: 'chains.parquet' },
    })
  })

  it('is an error without a column that is needed', async () => {
    const bytes = Buffer.from(parquet('dates-zstd').toString('latin1').replaceAll('fwd', 'fxd'), 'latin1')
    const folder = folderWith({ 'chains.parquet': bytes })
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/unknown-header',
      facts: { file: 'chains.parquet', field: 'fwd' },
    })
  })
})
