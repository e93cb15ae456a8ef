import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CcError } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CANDLES, CHAIN_HEADER, CHAIN_ROWS, DAY_MS, FRIDAY_MS, folderWith, HOUR_MS, text } from './plain.fixture.js'
import { openPlainHistory } from './plain-history.js'

const CHAINS = text([CHAIN_HEADER, ...CHAIN_ROWS])

describe('openPlainHistory', () => {
  it('reads quotes in columns, whatever their order within a snapshot', async () => {
    const folder = folderWith({ 'chains.csv': CHAINS, 'candles.csv': text(CANDLES) })
    const history = await openPlainHistory({ folder })
    const btc = history.chains.get('BTC')
    expect(btc?.timeMs).toEqual(Float64Array.of(FRIDAY_MS + 7 * HOUR_MS, FRIDAY_MS + 11 * HOUR_MS))
    expect(btc?.firstRow).toEqual(Uint32Array.of(0, 3, 4))
    expect(btc?.strikeUsd).toEqual(Float64Array.of(90_000, 90_000, 95_000, 95_000))
    expect(btc?.isPut).toEqual(Uint8Array.of(0, 1, 0, 0))
    expect(btc?.bidCoin).toEqual(Float64Array.of(0.01, Number.NaN, 0.0045, 0.005))
    expect(btc?.markCoin).toEqual(Float64Array.of(0.0111, 0, 0.0048, Number.NaN))
    expect(btc?.iv).toEqual(Float64Array.of(0.6, 0.6, 0.45, 0.46))
    expect(btc?.expiryMs[0]).toBe(FRIDAY_MS + 8 * HOUR_MS)
    expect(btc?.volumeCoin).toEqual(Float64Array.of(0, Number.NaN, 4.5, 4.5))
    expect(history.timesMs).toHaveLength(3)
    expect(history.card).toMatchObject({
      kind: 'recorded',
      currencies: ['BTC', 'ETH'],
      coins: [
        { currency: 'BTC', snapshots: 2, rows: 4 },
        { currency: 'ETH', snapshots: 1, rows: 1 },
      ],
      badRows: { count: 0, first: [] },
    })
    expect(history.card.description).not.toContain(folder)
  })

  it('quotes them behind the market, with bars that had closed and the delivery price of an expiry', async () => {
    const { market, card } = await openPlainHistory({
      folder: folderWith({ 'chains.csv': CHAINS, 'candles.csv': text(CANDLES) }),
      sizes: 'recorded',
    })
    const atMs = FRIDAY_MS + 7 * HOUR_MS
    expect(market.quote('BTC-16JAN26-95000-C', atMs)).toMatchObject({ bidPriceCoin: 0.0045, bidSizeCoin: 12.5 })
    expect(market.deliveryUsd('BTC', FRIDAY_MS + 8 * HOUR_MS, FRIDAY_MS + 9 * HOUR_MS)).toBe(91_012)
    const asked = { kind: 'candles' as const, resolutionMs: HOUR_MS, fromMs: 0, toMs: FRIDAY_MS + DAY_MS }
    // The last snapshot is at eleven: what closes later is the future.
    const { openMs } = market.history('BTC', { ...asked, nowMs: FRIDAY_MS + DAY_MS })
    expect(openMs.at(-1)).toBe(FRIDAY_MS + 10 * HOUR_MS)
    expect(card.assumptions.join('\n')).toContain('1 of 1 delivery prices of BTC are the open of the bar')
  })

  it('prefers stated delivery prices, and takes none of the time after the span', async () => {
    const deliveries = 'ts,currency,price\n2026-01-09T08:00:00Z,BTC,91111.5\n2026-01-16T08:00:00Z,BTC,99999\n'
    const { market } = await openPlainHistory({
      folder: folderWith({ 'chains.csv': CHAINS, 'candles.csv': text(CANDLES), 'deliveries.csv': deliveries }),
    })
    expect(market.deliveryUsd('BTC', FRIDAY_MS + 8 * HOUR_MS, FRIDAY_MS + 9 * HOUR_MS)).toBe(91_111.5)
    expect(market.deliveryUsd('BTC', FRIDAY_MS + 7 * DAY_MS + 8 * HOUR_MS, Number.MAX_VALUE)).toBeUndefined()
  })

  it.each([
    ['zipped', { 'chains.csv.gz': gzipSync(CHAINS) }],
    ['in several files', split()],
    ['with Unix seconds', { 'chains.csv': CHAINS.replaceAll(/^2026[^,]+Z/gm, (ts) => String(Date.parse(ts) / 1_000)) }],
    ['with lines that end as on Windows', { 'chains.csv': CHAINS.replaceAll('\n', '\r\n') }],
    ['with more columns, in another order', { 'chains.csv': reordered() }],
  ])('reads the same %s', async (_why, files) => {
    const plain = await openPlainHistory({ folder: folderWith({ 'chains.csv': CHAINS }) })
    const other = await openPlainHistory({ folder: folderWith(files) })
    expect(other.chains).toEqual(plain.chains)
    expect(other.timesMs).toEqual(plain.timesMs)
  })

  it('reads what it is asked for: coins and span', async () => {
    const folder = folderWith({ 'chains.csv': CHAINS })
    const { chains } = await openPlainHistory({ folder, currencies: ['BTC'], toMs: FRIDAY_MS + 10 * HOUR_MS })
    expect([...chains.keys()]).toEqual(['BTC'])
    expect(chains.get('BTC')?.timeMs).toHaveLength(1)
  })

  it('reads daily bars of a volatility index as known when their day is over', async () => {
    const dvol =
      'ts,currency,open,high,low,close\n2026-01-07,BTC,0.5,0.52,0.49,0.51\n2026-01-08,BTC,0.51,0.6,0.5,0.55\n'
    const { market, card } = await openPlainHistory({ folder: folderWith({ 'chains.csv': CHAINS, 'dvol.csv': dvol }) })
    const asked = { kind: 'dvol' as const, resolutionMs: DAY_MS, fromMs: 0, toMs: FRIDAY_MS }
    expect([...market.history('BTC', { ...asked, nowMs: FRIDAY_MS }).close]).toEqual([0.51, 0.55])
    expect([...market.history('BTC', { ...asked, nowMs: FRIDAY_MS - 1 }).close]).toEqual([0.51])
    expect(card.assumptions).toContain('There is no volatility index of ETH.')
    expect(card.assumptions.join('\n')).toContain('The volatility index of BTC has daily bars alone')
  })

  it('comes from the cache as from the files, and anew once a file changes', async () => {
    const [folder, cacheFolder] = [folderWith({ 'chains.csv': CHAINS }), folderWith()]
    const first = await openPlainHistory({ folder, cacheFolder })
    const second = await openPlainHistory({ folder, cacheFolder })
    expect(second.chains).toEqual(first.chains)
    expect(second.card).toEqual(first.card)
    const longer = `${CHAINS}2026-01-09T12:00:00Z,BTC,2026-01-16,95000,C,0.005,,,0.46,91500,91300,,,,\n`
    const third = await openPlainHistory({ folder: folderWith({ 'chains.csv': longer }), cacheFolder })
    expect(third.card.checksum).not.toBe(first.card.checksum)
    expect(third.chains.get('BTC')?.timeMs).toHaveLength(3)
  })
})

describe('a row that cannot be taken', () => {
  it.each([
    ['a percentage for a ratio', 0, ',0.45,', ',45,', { field: 'iv', value: '45' }],
    ['milliseconds for seconds', 0, '2026-01-09T07:00:00Z', '1767942000000', { field: 'ts', value: '1767942000000' }],
    ['a time of no zone', 0, '07:00:00Z', '07:00:00', { field: 'ts', value: '2026-01-09T07:00:00' }],
    ['a coin that it does not know', 0, 'BTC', 'SOL', { field: 'currency', value: 'SOL' }],
    ['a day that does not exist', 0, '2026-01-16', '2026-02-30', { field: 'expiry', value: '2026-02-30' }],
    ['an expiry that is over', 0, '2026-01-16', '2026-01-08', { field: 'expiry' }],
    ['another word for a call', 0, ',C,', ',call,', { field: 'cp', value: 'call' }],
    ['a bid of 0', 0, ',0.0045,', ',0,', { field: 'bid', value: '0' }],
    ['words for a price', 0, ',0.0045,', ',n/a,', { field: 'bid', value: 'n/a' }],
    ['no forward', 0, ',91200,', ',,', { field: 'fwd', value: '' }],
    ['no index', 0, ',91000,', ',,', { field: 'index', value: '' }],
    ['a strike that no symbol can name', 0, ',95000,', ',95000.5,', { field: 'strike', value: '95000.5' }],
    ['an expiry at noon', 0, '2026-01-16', '2026-01-16T12:00:00Z', { field: 'expiry' }],
    ['another index than its snapshot has', 0, ',91000,', ',91001,', { field: 'index', value: '91001', row: 1 }],
    ['a cell too few', 0, ',4.5', '', { field: 'columns' }],
    ['a time that goes back', 4, '2026-01-09T11', '2026-01-09T06', { field: 'ts', row: 5 }],
    ['an option twice', 2, ',90000,C,', ',90000,P,', { field: 'cp' }],
  ])('is refused by name: %s', async (_why, place, from, to, named) => {
    const rows = CHAIN_ROWS.map((row, i) => (i === place ? row.replace(from, to) : row))
    const folder = folderWith({ 'chains.csv': text([CHAIN_HEADER, ...rows]) })
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/bad-row',
      facts: { file: 'chains.csv', ...named },
    })
    const skipped = await openPlainHistory({ folder, badRows: 'skip' })
    expect(skipped.card.badRows).toMatchObject({ count: 1, first: [{ file: 'chains.csv', ...named }] })
    expect(skipped.card.coins.reduce((sum, { rows: count }) => sum + (count ?? 0), 0)).toBe(4)
  })

  it.each([
    [
      'candles.csv',
      'a bar whose low is above its close',
      '2026-01-09T01:00:00Z,BTC,1,2,1.5,1',
      'open, high, low, close',
    ],
    ['candles.csv', 'a bar within the hour', '2026-01-09T01:30:00Z,BTC,1,2,1,1', 'ts'],
    ['dvol.csv', 'a percentage for a ratio', '2026-01-09T01:00:00Z,BTC,50,52,49,51', 'open, high, low, close'],
    ['deliveries.csv', 'a price of 0', '2026-01-09T08:00:00Z,BTC,0', 'price'],
    ['deliveries.csv', 'no time', ',BTC,1', 'ts'],
  ])('is refused by name: in %s %s', async (file, _why, row, field) => {
    const header = file === 'deliveries.csv' ? 'ts,currency,price' : 'ts,currency,open,high,low,close'
    const folder = folderWith({ 'chains.csv': CHAINS, [file]: text([header, row]) })
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/bad-row',
      facts: { file, row: 1, field },
    })
    expect((await openPlainHistory({ folder, badRows: 'skip' })).card.badRows.count).toBe(1)
  })
})

describe('what a card tells', () => {
  const told = async (files: Record<string, string>, options = {}) =>
    (await openPlainHistory({ folder: folderWith(files), ...options })).card

  it('is how many quotes are not listed, for they have neither IV nor mark', async () => {
    const chains = CHAINS.replace(',0.0048,0.45,', ',,,').replace(',0,0.6,', ',0,,')
    const { assumptions, coins } = await told({ 'chains.csv': chains })
    expect(assumptions).toContain('2 quotes of BTC have neither an IV nor a mark to tell it from, and are not listed.')
    expect(coins[0]).toEqual({ currency: 'BTC', snapshots: 2, rows: 4 })
  })

  it('is how many quotes are crossed', async () => {
    const { assumptions } = await told({ 'chains.csv': CHAINS.replace(',0.0045,0.005,', ',0.006,0.005,') })
    expect(assumptions).toContain('1 quotes of BTC have a bid above the ask; they stand as recorded.')
  })

  it('is how many expiries have no delivery price', async () => {
    const { assumptions } = await told({ 'chains.csv': CHAINS })
    expect(assumptions).toContain('1 expiries of BTC have no delivery price.')
    expect(assumptions).toContain('There are no candles of BTC: its realised volatility is not known.')
  })

  it('is what is missing of the span that was asked for', async () => {
    const { gaps } = await told({ 'chains.csv': CHAINS }, { currencies: ['BTC'], toMs: FRIDAY_MS + 7 * DAY_MS })
    expect(gaps).toEqual([{ currency: 'BTC', fromMs: FRIDAY_MS + 11 * HOUR_MS, toMs: FRIDAY_MS + 7 * DAY_MS }])
  })
})

describe('files that cannot be read', () => {
  it.each([
    ['no chains', {}, {}, 'backtest/no-history'],
    ['no snapshot in the span', { 'chains.csv': CHAINS }, { fromMs: FRIDAY_MS + DAY_MS }, 'backtest/no-history'],
    [
      'no snapshot of a coin',
      { 'chains.csv': text([CHAIN_HEADER, CHAIN_ROWS[0] as string]) },
      { currencies: ['ETH'] as const },
      'backtest/no-history',
    ],
    [
      'no sizes',
      { 'chains.csv': CHAINS.replace(',bid_size,', ',size,') },
      { sizes: 'recorded' as const },
      'backtest/no-history',
    ],
    ['a column too few', { 'chains.csv': CHAINS.replace(',fwd,', ',forward,') }, {}, 'backtest/unknown-header'],
    ['a column twice', { 'chains.csv': CHAINS.replace(',vol\n', ',bid\n') }, {}, 'backtest/unknown-header'],
    ['an empty file', { 'chains.csv': '' }, {}, 'backtest/unknown-header'],
    ['an empty zipped file', { 'chains.csv.gz': '' }, {}, 'backtest/unreadable-file'],
    ['another encoding', { 'chains.csv': Buffer.from(CHAINS, 'utf16le') }, {}, 'backtest/unknown-header'],
    [
      'a zipped file that was cut',
      { 'chains.csv.gz': gzipSync(CHAINS).subarray(0, 90) },
      {},
      'backtest/unreadable-file',
    ],
    ['something else under the name', { 'chains.parquet': 'PAR1 not really PAR1' }, {}, 'backtest/unreadable-file'],
  ])('are an error that says so: %s', async (_why, files, options, code) => {
    await expect(openPlainHistory({ folder: folderWith(files), ...options })).rejects.toMatchObject({ code })
  })

  it('are an error: a folder that is not there', async () => {
    const folder = `${folderWith()}/none`
    await expect(openPlainHistory({ folder })).rejects.toMatchObject({ code: 'backtest/no-history', facts: { folder } })
  })
})

describe('whatever is written over whatever place', () => {
  it('is a bad row, a CcError of this package, or read', async () => {
    const bars = 'ts,currency,open,high,low,close\n2026-01-08,BTC,0.51,0.6,0.5,0.55\n'
    const files: Readonly<Record<string, string>> = {
      'chains.csv': CHAINS,
      'candles.csv': text(CANDLES),
      'dvol.csv': bars,
      'deliveries.csv': 'ts,currency,price\n2026-01-09T08:00:00Z,BTC,91111.5\n',
    }
    const damage = fc.record({
      name: fc.constantFrom(...Object.keys(files)),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.integer({ min: 0, max: 80 }),
      put: fc.oneof(
        fc.constantFrom('', '0', ',', '\n', '\r', '-', '1e308', 'NaN', '\0', '9'.repeat(20), 'ETH', 'P', '\uFEFF'),
        fc.string({ maxLength: 12 }),
      ),
    })
    const folder = folderWith(files)
    await fc.assert(
      fc.asyncProperty(
        damage,
        fc.constantFrom('refuse' as const, 'skip' as const),
        async ({ name, at, length, put }, badRows) => {
          const content = files[name] ?? ''
          const start = Math.floor(at * content.length)
          writeFileSync(join(folder, name), content.slice(0, start) + put + content.slice(start + length))
          try {
            const { card } = await openPlainHistory({ folder, badRows })
            expect(card.coins.reduce((sum, { rows }) => sum + (rows ?? 0), 0)).toBeGreaterThan(0)
            if (badRows === 'refuse') expect(card.badRows.count).toBe(0)
          } catch (error) {
            if (!CcError.isInstance(error)) throw error
            expect(error.code).toMatch(/^backtest\/(bad-row|no-history|unknown-header)$/)
          } finally {
            writeFileSync(join(folder, name), content)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

function split(): Record<string, string> {
  return {
    'chains-1.csv': text([CHAIN_HEADER, ...CHAIN_ROWS.slice(0, 3)]),
    'chains-2.csv': text([CHAIN_HEADER, ...CHAIN_ROWS.slice(3)]),
  }
}

function reordered(): string {
  const [, ...columns] = CHAIN_HEADER.split(',')
  return text(
    [`note,${columns.toReversed().join(',')},ts`].concat(
      CHAIN_ROWS.map((row) => {
        const [ts, ...cells] = row.split(',')
        return `x,${cells.toReversed().join(',')},${ts}`
      }),
    ),
  )
}
