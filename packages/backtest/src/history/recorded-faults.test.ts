import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHAIN_HEADER, FIRST, failureOf, filesForTest, folderOf, quotesAt, SECOND } from './recorded.fixture.js'
import { openRecordedHistory } from './recorded-history.js'

describe('what is wrong with recorded files', () => {
  const withFile = (name: string, change: (lines: string[]) => string[]) => {
    const files = filesForTest()
    return folderOf({ ...files, [name]: change(files[name] ?? []) })
  }
  const JANUARY = 'chains/BTC-2026-01.csv.gz'
  const edited = (row: number, from: string, to: string) => (lines: string[]) =>
    lines.map((line, i) => (i === row ? line.replace(from, to) : line))

  it.each<[what: string, change: (lines: string[]) => string[], facts: Record<string, unknown>]>([
    ['a zero', edited(3, ',0.01,', ',0,'), { row: 3, field: 'bid', value: '0' }],
    ['a negative price', edited(3, ',0.01,', ',-0.01,'), { row: 3, field: 'bid', value: '-0.01' }],
    ['NaN', edited(1, '44.8', 'NaN'), { row: 1, field: 'iv', value: 'NaN' }],
    ['an IV as a ratio', edited(1, '44.8', '0.448'), { row: 1, field: 'iv', value: '0.00448' }],
    ['an expiry before its date', edited(1, '20260201', '20260130'), { row: 1, field: 'expiry' }],
    ['no such day', edited(1, '20260201', '20260231'), { row: 1, field: 'expiry', value: '20260231' }],
    ['another kind', edited(1, ',C,', ',X,'), { row: 1, field: 'cp', value: 'X' }],
    ['no kind', edited(1, ',C,', ',,'), { row: 1, field: 'cp', value: '' }],
    ['a duplicate', (lines) => lines.toSpliced(2, 0, lines[1] as string), { row: 2, field: 'cp' }],
    ['rows out of order', ([header = '', a = '', b = '', ...rest]) => [header, b, a, ...rest], { row: 2, field: 'cp' }],
    [
      'snapshots out of order',
      ([header = '', a = '', b = '', ...rest]) => [header, ...rest, a, b],
      { row: 3, field: 'ts' },
    ],
    ['a cut line', edited(4, ',44.8,88100.5,-0.7,,', ''), { row: 4, field: 'columns', value: '7' }],
    [
      'milliseconds for seconds',
      edited(1, String(FIRST), `${FIRST}000`),
      { row: 1, field: 'ts', value: `${FIRST}000` },
    ],
    ['a broken strike', edited(1, ',90000,', ',90000.5,'), { row: 1, field: 'strike', value: '90000.5' }],
    ['a snapshot without an index', (lines) => [...lines, ...quotesAt(SECOND + 60)], { row: 5, field: 'index' }],
  ])('refuses %s', (_, change, facts) => {
    const error = failureOf(() => openRecordedHistory({ folder: withFile(JANUARY, change) }))
    expect(error).toMatchObject({ code: 'backtest/bad-row', recovery: 'halt' })
    expect(error.facts).toMatchObject({ file: JANUARY, ...facts })
  })

  it('leaves bad rows out where the user allows it, and tells them', () => {
    const folder = withFile(JANUARY, edited(3, ',0.01,', ',0,'))
    const { card } = openRecordedHistory({ folder, badRows: 'skip' })
    expect(card.coins).toEqual([{ currency: 'BTC', snapshots: 3, rows: 5 }])
    expect(card.badRows).toMatchObject({ count: 1, first: [{ file: JANUARY, row: 3, field: 'bid', value: '0' }] })
  })

  it('keeps a crossed quote and tells it', () => {
    const { card } = openRecordedHistory({ folder: withFile(JANUARY, edited(1, ',0.01,', ',0.02,')) })
    expect(card.badRows.count).toBe(0)
    expect(card.assumptions.join(' ')).toContain('1 quotes of BTC have a bid above the ask')
  })

  it.each([
    ['spot_hourly/BTCUSDT_venue_spot_1h.csv.gz', (lines: string[]) => lines.toSpliced(5, 0, lines[4] as string), 'ts'],
    ['spot_hourly/BTCUSDT_venue_spot_1h.csv.gz', edited(9, ',90000000,1,', ',1,90000000,'), 'open, high, low, close'],
    ['spot_hourly/BTCUSDT_venue_spot_1h.csv.gz', (lines: string[]) => [...lines, '1767942000000,1,1,1,1,1,s1'], 'ts'],
    ['dvol/BTC_dvol_1d.csv.gz', edited(3, '2026-01-03', '3.1.2026'), 'ts'],
    ['dvol/BTC_dvol_1d.csv.gz', (lines: string[]) => [...lines, '2026-02-30,50'], 'ts'],
    ['dvol/BTC_dvol_1d.csv.gz', edited(3, '46.8', '0.468'), 'open, high, low, close'],
    ['chains/snapshots.csv.gz', edited(1, String(FIRST), ''), 'ts'],
    ['chains/snapshots.csv.gz', (lines: string[]) => [...lines, `${FIRST},x,BTC,2,77000,1`], 'idx_first'],
    ['chains/snapshots.csv.gz', edited(1, ',BTC,2,', ',BTC,2,-'), 'idx_first'],
  ])('refuses a bad row of %s', (file, change, field) => {
    const error = failureOf(() => openRecordedHistory({ folder: withFile(file, change) }))
    expect(error).toMatchObject({ code: 'backtest/bad-row', facts: { file, field } })
  })

  it('names a file that was cut', () => {
    const folder = folderOf(filesForTest())
    const path = join(folder, JANUARY)
    writeFileSync(path, readFileSync(path).subarray(0, -9))
    const error = failureOf(() => openRecordedHistory({ folder }))
    expect(error).toMatchObject({ code: 'backtest/unreadable-file', facts: { file: JANUARY } })
  })

  it.each([
    ['is empty', Buffer.alloc(0)],
    ['is text under the name of a zipped one', Buffer.from(CHAIN_HEADER)],
    ['is garbled from its first byte on', Buffer.from([0x1e, 0x8b, 8, 0, 0])],
    ['is garbled within', gzipSync('x'.repeat(99)).fill(7, 12)],
  ])('names a file that %s', (_, bytes) => {
    const folder = folderOf(filesForTest())
    writeFileSync(join(folder, JANUARY), bytes)
    const error = failureOf(() => openRecordedHistory({ folder }))
    expect(error).toMatchObject({ code: 'backtest/unreadable-file', facts: { file: JANUARY } })
  })

  it('names what is no file', () => {
    const { [JANUARY]: _, ...files } = filesForTest()
    const folder = folderOf(files)
    mkdirSync(join(folder, JANUARY))
    const error = failureOf(() => openRecordedHistory({ folder }))
    expect(error).toMatchObject({ code: 'backtest/unreadable-file', facts: { file: JANUARY } })
  })

  it.each<[what: string, options: Partial<Parameters<typeof openRecordedHistory>[0]>, missing: RegExp]>([
    [
      'a span before all',
      { toMs: Date.UTC(2020, 0, 1) },
      /has no chains \(.+\) from the beginning to 2020-01-01.*BTC-2026-01/,
    ],
    ['a span between snapshots', { fromMs: SECOND * 1000 + 1, toMs: SECOND * 1000 + 2 }, /has no snapshot of BTC/],
    ['a coin without chains', { currencies: ['ETH'] }, /has no chains of ETH/],
    ['sizes', { sizes: 'recorded' }, /has no sizes for the quotes of BTC/],
  ])('has no history for %s', (_, options, missing) => {
    const error = failureOf(() => openRecordedHistory({ folder: folderOf(filesForTest()), ...options }))
    expect(error.code).toBe('backtest/no-history')
    expect(error.message).toMatch(missing)
  })

  it('needs spot prices, and a folder', () => {
    const { 'spot_hourly/BTCUSDT_venue_spot_1h.csv.gz': _, ...files } = filesForTest()
    expect(failureOf(() => openRecordedHistory({ folder: folderOf(files) })).message).toContain(
      'has no spot_hourly/BTC',
    )
    expect(failureOf(() => openRecordedHistory({ folder: '/nowhere' })).message).toBe(
      'The folder /nowhere cannot be read.',
    )
  })

  it('refuses an option that it does not know, and a coin twice', () => {
    expect(() => openRecordedHistory({ folder: '.', currencies: ['BTC', 'BTC'] })).toThrow('each coin once')
    expect(() => openRecordedHistory({ folder: '.', ...{ form: 1 } })).toThrow('form')
  })

  it('is a CcError of this package or a bad row, whatever is written over whatever place', () => {
    const files = filesForTest()
    const folder = folderOf(files)
    const damage = fc.record({
      name: fc.constantFrom(...Object.keys(files)),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 80 }),
      text: fc.oneof(
        fc.constantFrom('', '0', ',', '\n', '\r', '-', '1e308', 'NaN', '\0', '9'.repeat(20), '2026', '"', '\uFEFF'),
        fc.string({ maxLength: 12 }),
      ),
    })
    fc.assert(
      fc.property(
        damage,
        fc.constantFrom('refuse' as const, 'skip' as const),
        ({ name, at, length, text }, badRows) => {
          const path = join(folder, name)
          const whole = readFileSync(path)
          const content = (files[name] ?? []).join('\n')
          // Most of the spot file is of times that are not read.
          const start = Math.floor((name.startsWith('spot') ? 0.99 + at / 100 : at) * content.length)
          writeFileSync(path, gzipSync(content.slice(0, start) + text + content.slice(start + length)))
          try {
            const { card, chains } = openRecordedHistory({ folder, badRows })
            const rows = chains.get('BTC')?.expiryMs.length ?? 0
            expect(card.coins).toEqual([{ currency: 'BTC', snapshots: card.coins[0]?.snapshots, rows }])
            if (badRows === 'refuse') expect(card.badRows.count).toBe(0)
          } catch (error) {
            if (!CcError.isInstance(error)) throw error
            expect(error.code).toMatch(/^backtest\/(bad-row|no-history|unknown-header)$/)
          } finally {
            writeFileSync(path, whole)
          }
        },
      ),
      { numRuns: 80 },
    )
  })
})
