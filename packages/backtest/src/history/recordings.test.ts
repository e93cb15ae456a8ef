import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, inject, it } from 'vitest'
import { openRecordedHistory } from './recorded-history.js'

const recordings = inject('recordings')

describe.skipIf(recordings === null)('the recordings', () => {
  const folder = join(recordings ?? '', 'data')

  it('are read to the last digit: every number of a file is what Number makes of its text', () => {
    const [fromMs, toMs] = [Date.UTC(2026, 2, 1), Date.UTC(2026, 3, 1) - 1]
    const chain = openRecordedHistory({ folder, currencies: ['ETH'], fromMs, toMs }).chains.get('ETH')
    const lines = gunzipSync(readFileSync(join(folder, 'deribit_chains_2026/ETH-2026-03.csv.gz')))
      .toString()
      .trimEnd()
      .split('\n')
    const cells = lines.slice(1).map((line) => line.split(','))
    const column = (place: number) => cells.map((row) => (row[place] === '' ? Number.NaN : Number(row[place])))
    expect(chain?.expiryMs).toHaveLength(cells.length)
    const places = {
      strikeUsd: 2,
      bidCoin: 4,
      askCoin: 5,
      markCoin: 6,
      forwardUsd: 8,
      openInterestCoin: 10,
      volumeCoin: 11,
    } as const
    for (const [name, place] of Object.entries(places)) {
      expect(chain?.[name as keyof typeof places], name).toEqual(Float64Array.from(column(place)))
    }
    expect(chain?.iv).toEqual(Float64Array.from(cells, (row) => Number(`${row[7]}e-2`)))
    expect([...(chain?.isPut ?? [])]).toEqual(cells.map((row) => (row[3] === 'P' ? 1 : 0)))
    expect([...(chain?.timeMs ?? [])]).toEqual([...new Set(column(0))].map((seconds) => seconds * 1000))
  })

  it('of six months of two coins are whole, and the same from the cache', () => {
    const options = { folder, fromMs: Date.UTC(2025, 11, 30), cacheFolder: mkdtempSync(join(tmpdir(), 'recordings-')) }
    const read = openRecordedHistory(options)
    expect(read.card.coins).toEqual([
      { currency: 'BTC', snapshots: 604, rows: 513_630 },
      { currency: 'ETH', snapshots: 604, rows: 459_782 },
    ])
    expect(read.card).toMatchObject({ gaps: [], badRows: { count: 0 } })
    expect(read.timesMs).toHaveLength(604)
    const cached = openRecordedHistory(options)
    expect(cached.card).toEqual(read.card)
    expect(cached.chains).toEqual(read.chains)
  })

  it('of 2021 and 2022 have sizes, an index from the spot, and a gap between them', () => {
    const history = openRecordedHistory({ folder, toMs: Date.UTC(2022, 4, 1), sizes: 'recorded' })
    const { card, chains, market } = history
    expect(card.coins).toEqual([{ currency: 'BTC', snapshots: 181, rows: 74_036 }])
    expect(card.gaps).toHaveLength(1)
    expect(card.assumptions.join(' ')).not.toContain('daily bars alone')
    const chain = chains.get('BTC')
    expect(chain?.bidSizeCoin.some((size) => size > 0)).toBe(true)
    expect(chain?.markCoin.every(Number.isNaN)).toBe(true)
    const first = chain?.timeMs[0] ?? Number.NaN
    const hours = market.history('BTC', {
      kind: 'candles',
      resolutionMs: 3_600_000,
      fromMs: first - 7_200_000,
      toMs: first,
      nowMs: first,
    })
    expect(hours.close.at(-1)).toBeGreaterThan((chain?.indexUsd[0] ?? Number.NaN) * 0.97)
    expect(hours.close.at(-1)).toBeLessThan((chain?.indexUsd[0] ?? Number.NaN) * 1.03)
  })
})
