import { existsSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  CHAIN_HEADER,
  DAY_MS,
  FIRST,
  failureOf,
  filesForTest,
  folderOf,
  HOUR_MS,
  hourly,
  quotesAt,
  SECOND,
  secondsAt,
  spotAt,
  THIRD,
} from './recorded.fixture.js'
import { openRecordedHistory } from './recorded-history.js'

describe('recorded history', () => {
  it('has the quotes of every file under the index that was recorded with them', () => {
    const history = openRecordedHistory({ folder: folderOf(filesForTest()) })
    expect([...history.timesMs]).toEqual([FIRST * 1000, SECOND * 1000, THIRD * 1000])
    const chain = history.chains.get('BTC')
    expect([...(chain?.indexUsd ?? [])]).toEqual([FIRST, SECOND, THIRD].map((ts) => 88_000 + (ts % 100)))
    expect([...(chain?.markCoin ?? [])].slice(0, 2)).toEqual([0.010123, 0.032])
    expect([...(chain?.iv ?? [])].slice(0, 1)).toEqual([0.448])
    expect([...(chain?.bidCoin ?? [])].slice(0, 2)).toEqual([0.01, Number.NaN])
    expect(chain?.expiryMs[0]).toBe(Date.UTC(2026, 1, 1, 8))
    expect(history.card).toMatchObject({
      kind: 'recorded',
      currencies: ['BTC'],
      fromMs: FIRST * 1000,
      toMs: THIRD * 1000,
      coins: [{ currency: 'BTC', snapshots: 3, rows: 6 }],
      badRows: { count: 0, first: [] },
    })
    expect(history.market.chain('BTC', SECOND * 1000)).toHaveLength(2)
  })

  it('takes the open of the hour for the index where none was recorded, and says so', () => {
    const { 'chains/snapshots.csv.gz': _, ...files } = filesForTest()
    const history = openRecordedHistory({ folder: folderOf(files) })
    expect(history.chains.get('BTC')?.indexUsd[0]).toBe(spotAt(secondsAt(2026, 1, 30, 9)))
    expect(history.card.assumptions.join(' ')).toContain('the open of the spot bar of its hour')
  })

  it('ends its bars with the span and lets them begin 400 days before it', () => {
    const toMs = SECOND * 1000
    const { market } = openRecordedHistory({ folder: folderOf(filesForTest()), toMs })
    const asked = { fromMs: 0, toMs: 9e15, nowMs: 9e15 }
    const candles = market.history('BTC', { ...asked, kind: 'candles', resolutionMs: HOUR_MS })
    expect(candles.openMs.at(-1)).toBe(Date.UTC(2026, 0, 30, 14))
    expect(candles.openMs[0]).toBe(Math.ceil((FIRST * 1000 - 400 * DAY_MS) / HOUR_MS) * HOUR_MS)
    const dvol = market.history('BTC', { ...asked, kind: 'dvol', resolutionMs: DAY_MS })
    expect(dvol.openMs.at(-1)).toBe(Date.UTC(2026, 0, 29))
    expect(dvol.close.at(-1)).toBe(0.728)
  })

  it('says of a time the same, wherever the span ends after it', () => {
    const folder = folderOf(filesForTest())
    const whole = openRecordedHistory({ folder, toMs: Date.UTC(2026, 1, 3) }).market
    for (const nowMs of [FIRST, SECOND, THIRD].map((seconds) => seconds * 1000)) {
      const { market } = openRecordedHistory({ folder, toMs: nowMs })
      const asked = { fromMs: 0, toMs: 9e15, nowMs }
      expect(market.chain('BTC', nowMs)).toEqual(whole.chain('BTC', nowMs))
      expect(market.indexUsd('BTC', nowMs)).toBe(whole.indexUsd('BTC', nowMs))
      for (const request of [
        { kind: 'candles', resolutionMs: HOUR_MS, ...asked },
        { kind: 'candles', resolutionMs: DAY_MS, ...asked },
        { kind: 'dvol', resolutionMs: DAY_MS, ...asked },
      ] as const) {
        expect(market.history('BTC', request)).toEqual(whole.history('BTC', request))
        expect(whole.history('BTC', request).close.length).toBeGreaterThan(0)
      }
      expect(whole.deliveryUsd('BTC', Date.UTC(2026, 1, 1, 8), nowMs)).toBeUndefined()
    }
  })

  it('lies in memory that threads share where asked for, from the files and from the cache', () => {
    const folder = folderOf(filesForTest())
    const options = { folder, cacheFolder: join(folder, 'cache'), shared: true }
    const plain = openRecordedHistory({ folder })
    for (const { chains } of [openRecordedHistory(options), openRecordedHistory(options)]) {
      expect(chains).toEqual(plain.chains)
      const { currency: _, ...columns } = chains.get('BTC') ?? {}
      for (const column of Object.values(columns)) expect(column.buffer).toBeInstanceOf(SharedArrayBuffer)
    }
  })

  it('takes hourly bars of the volatility index where they reach the last day, else daily ones', () => {
    const hours = ['ts,open,high,low,close', ...hourly(secondsAt(2026, 1, 1), 24 * 40, (ts) => `${ts},44.1,45,44,44.5`)]
    const asked = { fromMs: 0, toMs: 9e15, nowMs: 9e15, kind: 'dvol', resolutionMs: HOUR_MS } as const
    const barsOf = (lines: string[]) =>
      openRecordedHistory({ folder: folderOf({ ...filesForTest(), 'dvol/BTC_dvol_1h.csv.gz': lines }) }).market.history(
        'BTC',
        asked,
      )
    expect([...barsOf(hours).close]).toContain(0.445)
    expect(barsOf(hours).openMs.at(-1)).toBe(THIRD * 1000 - HOUR_MS)
    expect(barsOf(hours.slice(0, 24 * 29)).openMs).toHaveLength(0)
  })

  it('takes hourly bars that end early where there are no daily ones, and says so', () => {
    const { 'dvol/BTC_dvol_1d.csv.gz': _, ...files } = filesForTest()
    const hours = ['ts,open,high,low,close', ...hourly(secondsAt(2026, 1, 1), 24 * 9, (ts) => `${ts},44.1,45,44,44.5`)]
    const { market, card } = openRecordedHistory({
      folder: folderOf({ ...files, 'dvol/BTC_dvol_1h.csv.gz': hours.toSpliced(9, 3) }),
    })
    const asked = { fromMs: 0, toMs: 9e15, nowMs: 9e15, kind: 'dvol', resolutionMs: HOUR_MS } as const
    expect(market.history('BTC', asked).openMs).toHaveLength(24 * 9 - 3)
    expect(card.assumptions).toContain('3 bars of the volatility index of BTC are missing.')
    expect(card.assumptions).toContain(
      'The bars of the volatility index of BTC end at 2026-01-10T00:00:00.000Z, before the span.',
    )
  })

  it('tells expiries that have no delivery price', () => {
    const files = filesForTest()
    const spot = files['spot_hourly/BTCUSDT_venue_spot_1h.csv.gz'] ?? []
    const expiry = String(secondsAt(2026, 2, 1, 8))
    const folder = folderOf({
      ...files,
      'spot_hourly/BTCUSDT_venue_spot_1h.csv.gz': spot.filter((line) => !line.startsWith(expiry)),
    })
    const { card, market } = openRecordedHistory({ folder, toMs: Date.UTC(2026, 1, 2) })
    expect(market.deliveryUsd('BTC', Number(expiry) * 1000, Date.UTC(2026, 1, 2))).toBeUndefined()
    expect(card.assumptions).toContain('1 expiries of BTC have no delivery price.')
    expect(card.assumptions).toContain('1 candles of BTC are missing.')
  })

  it('delivers on the open of the bar at the expiry, which is known from then on', () => {
    const expiryMs = Date.UTC(2026, 1, 1, 8)
    const folder = folderOf(filesForTest())
    const { market } = openRecordedHistory({ folder, toMs: expiryMs })
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs)).toBe(spotAt(secondsAt(2026, 2, 1, 8)))
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs - 1)).toBeUndefined()
  })

  it('reads the months of the span alone', () => {
    const files = {
      ...filesForTest(),
      'chains/BTC-2026-03.csv.gz': ['no header'],
      'chains/BTC-2025-12.csv.gz': ['nor this'],
    }
    const folder = folderOf(files)
    const span = { fromMs: FIRST * 1000 + 1, toMs: THIRD * 1000 - 1 }
    expect([...openRecordedHistory({ folder, ...span }).timesMs]).toEqual([SECOND * 1000])
    expect(failureOf(() => openRecordedHistory({ folder })).code).toBe('backtest/unknown-header')
  })

  it('reads folders that are links', () => {
    const folder = folderOf(filesForTest())
    const linked = mkdtempSync(join(tmpdir(), 'recorded-links-'))
    for (const name of readdirSync(folder)) symlinkSync(join(folder, name), join(linked, name))
    expect(openRecordedHistory({ folder: linked }).timesMs).toHaveLength(3)
  })

  it('reads files that are not zipped', () => {
    const files = Object.fromEntries(
      Object.entries(filesForTest()).map(([name, lines]) => [name.replace('.gz', ''), lines]),
    )
    expect(openRecordedHistory({ folder: folderOf(files) }).timesMs).toHaveLength(3)
  })

  it('tells what is assumed, and what fills an outage', () => {
    const { assumptions } = openRecordedHistory({ folder: folderOf(filesForTest()) }).card
    expect(assumptions[0]).toContain('Sizes are assumed')
    expect(assumptions.join(' ')).toContain('1 hourly bars of BTC are flat')
    expect(assumptions.join(' ')).toContain('The volatility index of BTC has daily bars alone')
  })

  it('tells gaps', () => {
    const { gaps } = openRecordedHistory({ folder: folderOf(filesForTest()), maxGapMs: 12 * HOUR_MS }).card
    expect(gaps).toEqual([{ currency: 'BTC', fromMs: SECOND * 1000, toMs: THIRD * 1000 }])
  })

  it('tells what is missing of the span that was asked for', () => {
    const [fromMs, toMs] = [Date.UTC(2025, 5, 1), Date.UTC(2026, 11, 31)]
    const { gaps } = openRecordedHistory({ folder: folderOf(filesForTest()), fromMs, toMs }).card
    expect(gaps).toEqual([
      { currency: 'BTC', fromMs, toMs: FIRST * 1000 },
      { currency: 'BTC', fromMs: THIRD * 1000, toMs },
    ])
  })

  it('takes another snapshot in fractions of a second for one of that millisecond', () => {
    const files = filesForTest()
    const moved = (lines: string[] = []) => lines.map((line) => line.replaceAll(String(SECOND), `${SECOND}.123`))
    const folder = folderOf({
      ...files,
      'chains/BTC-2026-01.csv.gz': moved(files['chains/BTC-2026-01.csv.gz']),
      'chains/snapshots.csv.gz': moved(files['chains/snapshots.csv.gz']),
    })
    expect(openRecordedHistory({ folder }).timesMs[1]).toBe(SECOND * 1000 + 123)
  })
})

describe('a cached history', () => {
  it('is the same as the one that was read', () => {
    const folder = folderOf(filesForTest())
    const cacheFolder = join(folder, 'cache')
    const read = openRecordedHistory({ folder, cacheFolder })
    const cached = openRecordedHistory({ folder, cacheFolder })
    expect(readdirSync(cacheFolder)).toHaveLength(1)
    expect(cached.card).toEqual(read.card)
    expect(cached.chains).toEqual(read.chains)
    expect(cached.market.chain('BTC', THIRD * 1000)).toEqual(read.market.chain('BTC', THIRD * 1000))
  })

  it('is read anew when a source changes, and when it is damaged', () => {
    const folder = folderOf(filesForTest())
    const cacheFolder = join(folder, 'cache')
    const before = openRecordedHistory({ folder, cacheFolder })
    writeFileSync(
      join(folder, 'chains/BTC-2026-01.csv.gz'),
      gzipSync([CHAIN_HEADER, ...quotesAt(FIRST, { bid: '0.009' }), ...quotesAt(SECOND)].join('\n')),
    )
    const after = openRecordedHistory({ folder, cacheFolder })
    expect(after.chains.get('BTC')?.bidCoin[0]).toBe(0.009)
    expect(after.card.checksum).not.toBe(before.card.checksum)
    expect(readdirSync(cacheFolder)).toHaveLength(2)
    for (const name of readdirSync(cacheFolder)) writeFileSync(join(cacheFolder, name), 'not a cache')
    expect(openRecordedHistory({ folder, cacheFolder }).chains).toEqual(after.chains)
    expect(openRecordedHistory({ folder, cacheFolder }).chains).toEqual(after.chains)
  })

  it('is of one span and one rule for bad rows, never taken for another', () => {
    const files = filesForTest()
    const [header = '', first = '', ...rest] = files['chains/BTC-2026-01.csv.gz'] ?? []
    const bad = first.replace(',0.01,', ',0,')
    const folder = folderOf({ ...files, 'chains/BTC-2026-01.csv.gz': [header, bad, ...rest] })
    const options = { folder, cacheFolder: join(folder, 'cache'), badRows: 'skip' } as const
    const whole = openRecordedHistory(options)
    expect(whole.card.badRows.count).toBe(1)
    expect(openRecordedHistory({ ...options, toMs: SECOND * 1000 }).timesMs).toHaveLength(2)
    expect(openRecordedHistory({ ...options, fromMs: SECOND * 1000 }).timesMs).toHaveLength(2)
    expect(openRecordedHistory(options).card).toEqual(whole.card)
    expect(failureOf(() => openRecordedHistory({ ...options, badRows: 'refuse' })).code).toBe('backtest/bad-row')
    expect(readdirSync(options.cacheFolder)).toHaveLength(3)
  })

  it('costs nothing but time where it cannot be written', () => {
    const folder = folderOf(filesForTest())
    const cacheFolder = join(folder, 'chains/BTC-2026-01.csv.gz')
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const logger = { debug: warn, info: warn, warn, error: warn }
    expect(openRecordedHistory({ folder, cacheFolder }, { logger }).timesMs).toHaveLength(3)
    expect(warnings).toEqual([expect.stringContaining('was not written')])
    expect(existsSync(join(folder, 'chains'))).toBe(true)
  })

  it('lies in shared memory where asked for, read or cached', () => {
    const folder = folderOf(filesForTest())
    for (const _ of ['read', 'cached']) {
      const { chains } = openRecordedHistory({ folder, cacheFolder: join(folder, 'cache'), shared: true })
      expect(chains.get('BTC')?.askCoin.buffer).toBeInstanceOf(SharedArrayBuffer)
    }
  })
})
