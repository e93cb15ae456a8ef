import { mkdtempSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { BarColumns, ChainColumns } from './chain-columns.js'
import { readHistoryCache, type StoredHistory, writeHistoryCache } from './history-cache.js'

const KEY = 'a'.repeat(64)
const none = Number.NaN
/** Every byte would take a minute; a prime meets all places of a number. */
const STRIDE = 31

const chain: ChainColumns = {
  currency: 'BTC',
  timeMs: Float64Array.of(1, 2),
  indexUsd: Float64Array.of(88_000, 88_001),
  firstRow: Uint32Array.of(0, 1, 3),
  expiryMs: Float64Array.of(10, 10, 10),
  strikeUsd: Float64Array.of(90_000, 90_000, 90_000),
  isPut: Uint8Array.of(0, 0, 1),
  bidCoin: Float64Array.of(0.01, none, 0.1 + 0.2),
  askCoin: Float64Array.of(0.02, -0, 5e-324),
  markCoin: Float64Array.of(0, 1, 2),
  iv: Float64Array.of(0.4, 0.5, 0.6),
  forwardUsd: Float64Array.of(1, 2, 3),
  bidSizeCoin: Float64Array.of(none, none, none),
  askSizeCoin: Float64Array.of(none, none, none),
  openInterestCoin: Float64Array.of(1, 2, 3),
  volumeCoin: Float64Array.of(1, 2, 3),
}
const bars = (resolutionMs: number): BarColumns => ({
  resolutionMs,
  openMs: Float64Array.of(0),
  open: Float64Array.of(1.5),
  high: Float64Array.of(2.5),
  low: Float64Array.of(0.5),
  close: Float64Array.of(1.25),
})
const stored: StoredHistory = {
  card: {
    kind: 'recorded',
    description: 'recorded quotes – with “text”',
    currencies: ['BTC'],
    fromMs: 1,
    toMs: 2,
    coins: [{ currency: 'BTC', snapshots: 2, rows: 3 }],
    gaps: [{ currency: 'BTC', fromMs: 1, toMs: 2 }],
    checksum: KEY,
    badRows: { count: 1, first: [{ file: 'f', row: 1, field: 'bid', value: '0', expected: 'more' }] },
    assumptions: ['one'],
  },
  chains: [chain, { ...chain, currency: 'ETH', timeMs: new Float64Array(0), firstRow: Uint32Array.of(0) }],
  series: [
    { currency: 'BTC', candles: bars(3_600_000), dvol: bars(86_400_000), deliveryUsd: new Map([[10, 88_500.25]]) },
    { currency: 'ETH', candles: bars(3_600_000), dvol: undefined, deliveryUsd: new Map() },
  ],
}

function kept() {
  const folder = mkdtempSync(join(tmpdir(), 'history-cache-'))
  writeHistoryCache({ folder, key: KEY }, stored)
  const [name = ''] = readdirSync(folder)
  return { folder, path: join(folder, name) }
}

describe('a cache of histories', () => {
  it('gives back what was kept, bit for bit', () => {
    const { folder } = kept()
    expect(readHistoryCache({ folder, key: KEY })).toEqual(stored)
    const askCoin = readHistoryCache({ folder, key: KEY })?.chains[0]?.askCoin
    expect(Object.is(askCoin?.[1], -0)).toBe(true)
  })

  it('gives memory that threads can share where asked for', () => {
    const { folder } = kept()
    const shared = readHistoryCache({ folder, key: KEY }, { shared: true })
    expect(shared).toEqual(stored)
    expect(shared?.chains[0]?.bidCoin.buffer).toBeInstanceOf(SharedArrayBuffer)
    expect(shared?.chains[0]?.bidSizeCoin.buffer).toBeInstanceOf(SharedArrayBuffer)
  })

  it('leaves one file and nothing half-written beside it', () => {
    const { folder } = kept()
    writeHistoryCache({ folder, key: KEY }, stored)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('keeps the four newest, and leaves alone what it did not write', () => {
    const { folder } = kept()
    writeFileSync(join(folder, 'notes.history'), 'mine')
    const keys = ['0', '1', '2', '3'].map((digit) => digit.repeat(64))
    utimesSync(join(folder, `${KEY.slice(0, 32)}.history`), 1, 1)
    for (const key of keys) writeHistoryCache({ folder, key }, stored)
    expect(readdirSync(folder)).toHaveLength(5)
    expect(readHistoryCache({ folder, key: KEY })).toBeUndefined()
    expect(keys.every((key) => readHistoryCache({ folder, key }) !== undefined)).toBe(true)
    expect(readdirSync(folder)).toContain('notes.history')
  })

  it('makes its folder', () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'history-cache-')), 'a', 'b')
    writeHistoryCache({ folder, key: KEY }, stored)
    expect(readHistoryCache({ folder, key: KEY })).toEqual(stored)
  })

  it.each([
    ['the other key', 'b'.repeat(64)],
    ['a key of the same file name', `${'a'.repeat(32)}${'b'.repeat(32)}`],
  ])('has nothing under %s', (_, key) => {
    expect(readHistoryCache({ folder: kept().folder, key })).toBeUndefined()
  })

  it('has nothing where there is no folder', () => {
    expect(readHistoryCache({ folder: '/nowhere/at/all', key: KEY })).toBeUndefined()
  })

  it('sees a byte that is damaged, a file that is cut, bytes that are added', () => {
    const { folder, path } = kept()
    const whole = readFileSync(path)
    const headerAt = 48
    const headerEnd = headerAt + whole.readUInt32LE(8)
    for (let at = 0; at < whole.length; at += at < headerAt ? 1 : STRIDE) {
      // Of two kinds of bytes nothing hangs: what fills up the prefix, and the header.
      if ((at >= 12 && at < 16) || (at >= headerEnd && at < headerEnd + ((8 - (headerEnd % 8)) % 8))) continue
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] as number) ^ 0x10
      writeFileSync(path, damaged)
      expect(readHistoryCache({ folder, key: KEY }), `byte ${at}`).toBeUndefined()
    }
    for (let length = 0; length < whole.length; length += STRIDE) {
      writeFileSync(path, whole.subarray(0, length))
      expect(readHistoryCache({ folder, key: KEY }), `length ${length}`).toBeUndefined()
    }
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(8)]))
    expect(readHistoryCache({ folder, key: KEY })).toBeUndefined()
    writeFileSync(path, whole)
    expect(readHistoryCache({ folder, key: KEY })).toEqual(stored)
  })
})
