import { gzipSync } from 'node:zlib'
import { formatSymbol } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, FRIDAY_MS, folderWith, HOUR_MS, text } from './plain.fixture.js'
import { openTardisHistory } from './tardis-history.js'

const HEADER =
  'exchange,symbol,timestamp,local_timestamp,type,strike_price,expiration,open_interest,last_price,bid_price,bid_amount,bid_iv,ask_price,ask_amount,ask_iv,mark_price,mark_iv,underlying_index,underlying_price,delta,gamma,vega,theta,rho'
const NAME = 'deribit_options_chain_2026-01-09_OPTIONS.csv.gz'
const MINUTE_MS = 60_000
const SECOND_MS = 1_000

type Told = {
  /** After midnight, ms. */
  atMs: number
  lateMs?: number
  currency?: 'BTC' | 'ETH'
  strikeUsd?: number
  kind?: 'call' | 'put'
  days?: number
  bid?: string
  iv?: string
  forward?: number
  underlying?: string
  markCoin?: string
}

/** An update as its line stands. */
function line(told: Told): string {
  const { atMs, lateMs = 80, currency = 'BTC', strikeUsd = 90_000, kind = 'call', days = 7 } = told
  const { bid = '0.01,5', iv = '45.5', forward = 91_000, underlying = 'BTC-16JAN26', markCoin = '0.0105' } = told
  const expiryMs = FRIDAY_MS + days * DAY_MS + 8 * HOUR_MS
  const symbol = formatSymbol({ currency, expiryMs, strikeUsd, kind })
  const stampUs = (FRIDAY_MS + atMs) * 1_000
  return [
    ...['deribit', symbol, stampUs, stampUs + lateMs * 1_000, kind, strikeUsd, expiryMs * 1_000, '12.5', ''],
    ...[bid, '44', '0.011', '7', '46', markCoin, iv, underlying, forward, '0.5,0.0001,10,-5,1'],
  ].join(',')
}

const gz = (lines: readonly string[]) => gzipSync(text([HEADER, ...lines]))

/** A line every five minutes of an option that nobody wants: the feed is never silent. */
function beats(untilMs: number, fromMs = 0): string[] {
  return Array.from({ length: Math.ceil((untilMs - fromMs) / (5 * MINUTE_MS)) }, (_, i) =>
    line({ atMs: fromMs + i * 5 * MINUTE_MS + 1, lateMs: 0 }).replace('BTC-16JAN26', 'SOL_USDC-16JAN26'),
  )
}

/** The lines among those of a feed that is never silent, in the order of their arrival. */
function fed(lines: readonly string[]): Uint8Array {
  const arrived = (one: string) => Number(one.split(',')[3])
  const last = Math.max(...lines.map((one) => arrived(one) / 1_000 - FRIDAY_MS))
  return gz([...beats(last), ...lines].toSorted((a, b) => arrived(a) - arrived(b)))
}
const CANDLES = text([
  'ts,currency,open,high,low,close',
  ...Array.from({ length: 30 }, (_, place) => {
    const hour = place - 1
    const ts = (FRIDAY_MS + hour * HOUR_MS) / SECOND_MS
    return [`${ts},BTC,${90_000 + hour},99000,80000,${90_000.5 + hour}`, `${ts},ETH,3000,3100,2900,3050`]
  }).flat(),
])

describe('openTardisHistory', () => {
  it('makes hourly snapshots of the latest updates, in coin and ratios', async () => {
    const lines = [
      line({ atMs: SECOND_MS }),
      line({ atMs: 20 * MINUTE_MS, strikeUsd: 95_000, kind: 'put', bid: '0,0' }),
      line({ atMs: 55 * MINUTE_MS, iv: '46.25', bid: '0.012,3' }),
      line({ atMs: 56 * MINUTE_MS, strikeUsd: 95_000, kind: 'put', bid: ',' }),
      line({ atMs: 61 * MINUTE_MS, bid: '0.02,1' }),
    ]
    const folder = folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES })
    const { chains, card, market } = await openTardisHistory({ folder })
    const btc = chains.get('BTC')
    expect(btc?.timeMs).toEqual(Float64Array.of(FRIDAY_MS + HOUR_MS))
    expect(btc?.indexUsd).toEqual(Float64Array.of(90_001))
    expect(btc?.iv).toEqual(Float64Array.of(0.4625, 0.455))
    expect(btc?.bidCoin).toEqual(Float64Array.of(0.012, Number.NaN))
    expect(btc?.bidSizeCoin).toEqual(Float64Array.of(3, Number.NaN))
    expect(btc?.askSizeCoin).toEqual(Float64Array.of(7, 7))
    expect(btc?.openInterestCoin).toEqual(Float64Array.of(12.5, 12.5))
    expect(btc?.volumeCoin.every(Number.isNaN)).toBe(true)
    expect(card.assumptions.join('\n')).toContain('The index at 1 snapshots is that of the candles')
    expect(market.quote('BTC-16JAN26-90000-C', FRIDAY_MS + HOUR_MS)).toMatchObject({ bidSizeCoin: 3 })
  })

  it('leaves out what is stale, and counts it', async () => {
    const lines = [
      line({ atMs: SECOND_MS, strikeUsd: 80_000 }),
      line({ atMs: 49 * MINUTE_MS, strikeUsd: 85_000 }),
      line({ atMs: 50 * MINUTE_MS, strikeUsd: 90_000 }),
      line({ atMs: 59 * MINUTE_MS, strikeUsd: 95_000 }),
    ]
    const folder = folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES })
    const { chains, card } = await openTardisHistory({ folder })
    expect(chains.get('BTC')?.strikeUsd).toEqual(Float64Array.of(90_000, 95_000))
    expect(card.assumptions.join('\n')).toContain('2 that were older than 10 minutes are left out')
  })

  it('takes nothing that arrived later, whenever it was stamped', async () => {
    const lines = [
      line({ atMs: SECOND_MS }),
      line({ atMs: 59 * MINUTE_MS, bid: '0.01,1' }),
      line({ atMs: HOUR_MS - 10, lateMs: 20, bid: '0.02,2' }),
    ]
    const { chains } = await openTardisHistory({ folder: folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES }) })
    expect(chains.get('BTC')?.bidCoin).toEqual(Float64Array.of(0.01))
  })

  it('takes the index that an update tells before that of the candles', async () => {
    const lines = [
      line({ atMs: SECOND_MS }),
      line({ atMs: 59 * MINUTE_MS, underlying: 'index_price', forward: 90_333.25 }),
      line({ atMs: 59.5 * MINUTE_MS, strikeUsd: 99_000 }),
    ]
    const { chains } = await openTardisHistory({ folder: folderWith({ [NAME]: fed(lines) }) })
    expect(chains.get('BTC')?.indexUsd).toEqual(Float64Array.of(90_333.25))
  })

  it('between the hours takes the last close for the index, never one that is to come', async () => {
    const lines = [line({ atMs: SECOND_MS }), line({ atMs: 89 * MINUTE_MS }), line({ atMs: 91 * MINUTE_MS })]
    const folder = folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES })
    const { chains } = await openTardisHistory({ folder, everyMs: 30 * MINUTE_MS, currencies: ['BTC'] })
    expect(chains.get('BTC')?.timeMs).toEqual(Float64Array.of(FRIDAY_MS + 90 * MINUTE_MS))
    expect(chains.get('BTC')?.indexUsd).toEqual(Float64Array.of(90_000.5))
  })

  it('makes no snapshot in a gap between files, nor of the first minutes after it', async () => {
    const ticks = (day: number) =>
      Array.from({ length: 150 }, (_, minute) => line({ atMs: day * DAY_MS + (40 + minute) * MINUTE_MS, days: 60 }))
    const folder = folderWith({
      [NAME]: gz(ticks(0)),
      'deribit_options_chain_2026-02-01_OPTIONS.csv': text([HEADER, ...ticks(23)]),
      'candles.csv': CANDLES.concat(
        Array.from(
          { length: 9 },
          (_, h) => `${(FRIDAY_MS + 23 * DAY_MS + h * HOUR_MS) / 1_000},BTC,9e4,9e4,9e4,9e4\n`,
        ).join(''),
      ),
    })
    const { timesMs, card } = await openTardisHistory({ folder, everyMs: 15 * MINUTE_MS })
    const quarters = Array.from({ length: 10 }, (_, i) => (60 + 15 * i) * MINUTE_MS)
    expect([...timesMs]).toEqual([0, 23].flatMap((day) => quarters.map((ms) => FRIDAY_MS + day * DAY_MS + ms)))
    expect(card.gaps).toHaveLength(1)
  })

  it('forgets an option once it has expired', async () => {
    const lines = [7.6, 8.5, 9.5].flatMap((hour) => [
      ...(hour < 8 ? [line({ atMs: hour * HOUR_MS + 20 * MINUTE_MS, days: 0, forward: 90_000 })] : []),
      line({ atMs: hour * HOUR_MS + 25 * MINUTE_MS }),
    ])
    const folder = folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES })
    const { chains } = await openTardisHistory({ folder, maxAgeMs: 30 * MINUTE_MS, everyMs: HOUR_MS / 2 })
    const btc = chains.get('BTC')
    expect(btc?.expiryMs.every((expiryMs) => expiryMs > FRIDAY_MS + 8 * HOUR_MS)).toBe(true)
    expect(btc?.timeMs.length).toBeGreaterThan(0)
  })

  it('passes over what is no inverse option of the coins that are wanted', async () => {
    const lines = [
      line({ atMs: SECOND_MS }),
      line({ atMs: 58 * MINUTE_MS, currency: 'ETH', strikeUsd: 3_000, forward: 3_000 }),
      line({ atMs: 59 * MINUTE_MS }).replace('BTC-16JAN26', 'SOL_USDC-16JAN26'),
      line({ atMs: 59 * MINUTE_MS, strikeUsd: 95_000 }),
    ]
    const folder = folderWith({ [NAME]: fed(lines), 'candles.csv': CANDLES })
    const { chains } = await openTardisHistory({ folder, currencies: ['BTC'] })
    expect([...chains.keys()]).toEqual(['BTC'])
    expect(chains.get('BTC')?.strikeUsd).toEqual(Float64Array.of(95_000))
  })

  it('is, over any updates, what a search through all of them finds', async () => {
    const told = fc.record({
      atMs: fc.integer({ min: 0, max: 200 * MINUTE_MS }),
      lateMs: fc.integer({ min: 0, max: 5_000 }),
      strikeUsd: fc.constantFrom<number>(80_000, 90_000, 100_000),
      kind: fc.constantFrom<'call' | 'put'>('call', 'put'),
      bid: fc.integer({ min: 1, max: 99 }).map((bid) => `0.00${bid},1`),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(told, { minLength: 1, maxLength: 60 }), async (all) => {
        const arrived = (one: (typeof all)[number]) => one.atMs + one.lateMs
        const first = { atMs: 0, lateMs: 0, strikeUsd: 90_000, kind: 'call' as const, bid: '0.5,1' }
        // So that there is never a silence, of which another test tells.
        const beat = Array.from({ length: 40 }, (_, i) => ({
          ...first,
          atMs: i * 5 * MINUTE_MS + 1,
          strikeUsd: 70_000,
        }))
        const sorted = [first, ...beat, ...all].toSorted((a, b) => arrived(a) - arrived(b))
        const folder = folderWith({ [NAME]: gz(sorted.map(line)), 'candles.csv': CANDLES })
        const { chains } = await openTardisHistory({ folder, everyMs: 30 * MINUTE_MS })
        const btc = chains.get('BTC')
        const found = [...(btc?.timeMs ?? [])].flatMap((timeMs, snapshot) =>
          Array.from({ length: (btc?.firstRow[snapshot + 1] ?? 0) - (btc?.firstRow[snapshot] ?? 0) }, (_, i) => {
            const row = (btc?.firstRow[snapshot] ?? 0) + i
            return [timeMs - FRIDAY_MS, btc?.strikeUsd[row], btc?.isPut[row], btc?.bidCoin[row]]
          }),
        )
        const expected = []
        for (let atMs = 30 * MINUTE_MS; atMs <= 210 * MINUTE_MS; atMs += 30 * MINUTE_MS) {
          for (const strikeUsd of [70_000, 80_000, 90_000, 100_000]) {
            for (const kind of ['call', 'put'] as const) {
              const ours = sorted.filter(
                (one) => one.strikeUsd === strikeUsd && one.kind === kind && arrived(one) <= atMs,
              )
              const latest = ours.at(-1)
              if (latest === undefined || atMs - latest.atMs > 10 * MINUTE_MS) continue
              expected.push([atMs, strikeUsd, kind === 'put' ? 1 : 0, Number(latest.bid.split(',')[0])])
            }
          }
        }
        expect(found).toEqual(expected)
      }),
      { numRuns: 40 },
    )
  })

  it('reads files that are larger than a piece of them, to the end or as far as it is asked', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) =>
      line({ atMs: SECOND_MS + i * 400, strikeUsd: 80_000 + (i % 20) * 1_000, bid: `0.0${1 + (i % 9)},1` }),
    )
    const all = text([HEADER, ...lines]).trimEnd()
    expect(all.length).toBeGreaterThan(4_000_000)
    const zipped = folderWith({ [NAME]: gzipSync(all), 'candles.csv': CANDLES })
    const plain = folderWith({ [NAME.replace('.gz', '')]: all, 'candles.csv': CANDLES })
    const history = await openTardisHistory({ folder: zipped })
    expect(history.timesMs).toHaveLength(3)
    expect(history.chains.get('BTC')?.strikeUsd).toHaveLength(60)
    expect((await openTardisHistory({ folder: plain })).chains).toEqual(history.chains)
    const early = await openTardisHistory({ folder: zipped, toMs: FRIDAY_MS + 2 * HOUR_MS })
    expect(early.timesMs).toEqual(history.timesMs.subarray(0, 2))
    const late = await openTardisHistory({ folder: zipped, fromMs: FRIDAY_MS + 2 * HOUR_MS + 1 })
    expect(late.timesMs).toEqual(history.timesMs.subarray(2))
  })

  it('comes from the cache as from the files', async () => {
    const [folder, cacheFolder] = [
      folderWith({ [NAME]: fed([line({ atMs: SECOND_MS }), line({ atMs: 59 * MINUTE_MS })]), 'candles.csv': CANDLES }),
      folderWith(),
    ]
    const first = await openTardisHistory({ folder, cacheFolder })
    const second = await openTardisHistory({ folder, cacheFolder })
    expect(second.card).toEqual(first.card)
    expect(second.chains).toEqual(first.chains)
    expect((await openTardisHistory({ folder, cacheFolder, everyMs: 30 * MINUTE_MS })).card.checksum).not.toBe(
      first.card.checksum,
    )
  })
})

describe('a line that cannot be taken', () => {
  const good = line({ atMs: 59 * MINUTE_MS })
  it.each([
    ['another exchange', good.replace('deribit', 'okex'), { field: 'exchange', value: 'okex' }],
    ['a type that its symbol does not say', good.replace(',call,', ',put,'), { field: 'type', value: 'put' }],
    ['another strike than its symbol', good.replace(',90000,', ',91000,'), { field: 'strike_price' }],
    ['another expiry than its symbol', good.replace(/,90000,\d/, ',90000,2'), { field: 'expiration' }],
    ['words for a number', good.replace('0.011', 'n/a'), { field: 'ask_price', value: 'n/a' }],
    ['an IV that is no percentage', line({ atMs: 59 * MINUTE_MS, iv: '0.455' }), { field: 'iv', value: '0.00455' }],
    ['no time', good.replace(/(BTC-\w+-90000-C),\d+/, '$1,'), { field: 'timestamp', value: '' }],
    ['milliseconds', good.replace(/(BTC-\w+-90000-C),(\d{13})\d+,(\d{13})\d+/, '$1,$2,$3'), { field: 'timestamp' }],
    ['a cell too few', good.slice(0, good.lastIndexOf(',')), { field: 'columns', value: '23' }],
    ['a time that goes back', line({ atMs: 30 * MINUTE_MS }), { field: 'local_timestamp' }],
  ])('is refused by name: %s', async (_why, bad, named) => {
    const lines = [...beats(HOUR_MS), line({ atMs: 59 * MINUTE_MS - 9, strikeUsd: 95_000 }), bad]
    const folder = folderWith({ [NAME]: gz(lines), 'candles.csv': CANDLES })
    await expect(openTardisHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/bad-row',
      facts: { file: NAME, row: 14, ...named },
    })
    const { card } = await openTardisHistory({ folder, badRows: 'skip' })
    expect(card.badRows).toMatchObject({ count: 1, first: [{ row: 14, ...named }] })
  })

  it('is a snapshot without an index', async () => {
    const folder = folderWith({ [NAME]: fed([good]) })
    await expect(openTardisHistory({ folder })).rejects.toMatchObject({
      code: 'backtest/bad-row',
      facts: { field: 'underlying_index', expected: expect.stringContaining('candles.csv') },
    })
  })

  it('is each of a snapshot without an index, where they are counted', async () => {
    const others = [95_000, 99_000].map((strikeUsd) => line({ atMs: 58 * MINUTE_MS, strikeUsd }))
    const told = line({ atMs: 118 * MINUTE_MS, underlying: 'index_price', forward: 90_333.25 })
    const folder = folderWith({ [NAME]: fed([good, ...others, told]) })
    const { card } = await openTardisHistory({ folder, badRows: 'skip' })
    expect(card.coins).toEqual([{ currency: 'BTC', snapshots: 1, rows: 1 }])
    expect(card.badRows.count).toBe(3)
  })
})

describe('files that cannot be read', () => {
  it.each([
    ['none', {}, 'backtest/no-history'],
    ['other columns', { [NAME]: gzipSync('a,b\n1,2\n') }, 'backtest/unknown-header'],
    ['a zipped file that was cut', { [NAME]: gz([line({ atMs: 1 })]).subarray(0, 120) }, 'backtest/unreadable-file'],
    ['no update', { [NAME]: gz([]) }, 'backtest/no-history'],
    ['no byte', { [NAME.replace('.gz', '')]: '' }, 'backtest/unreadable-file'],
    ['no byte, and zipped', { [NAME]: gzipSync('') }, 'backtest/unreadable-file'],
    ['nothing, though its name says that it is zipped', { [NAME]: '' }, 'backtest/unreadable-file'],
  ])('are an error that says so: %s', async (_why, files, code) => {
    await expect(openTardisHistory({ folder: folderWith(files) })).rejects.toMatchObject({ code })
  })

  it('are an error: none of a coin that was asked for', async () => {
    const folder = folderWith({ [NAME]: fed([line({ atMs: 59 * MINUTE_MS })]), 'candles.csv': CANDLES })
    await expect(openTardisHistory({ folder, currencies: ['BTC', 'ETH'] })).rejects.toMatchObject({
      code: 'backtest/no-history',
      facts: { missing: 'snapshot of ETH' },
    })
  })
})
