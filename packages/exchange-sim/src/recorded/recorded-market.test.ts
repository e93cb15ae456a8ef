import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { CcError } from '@cc/models'
import { black76, tickSizeAt, yearsBetween } from '@cc/pricing'
import { describe, expect, inject, it } from 'vitest'
import { parseRecordedChain } from './parse-recorded-chain.js'
import type { RecordedChain } from './recorded-chain.js'
import { createRecordedMarket } from './recorded-market.js'

const HOUR_MS = 3_600_000
const chainOf = (currency: 'BTC' | 'ETH', collectedAt = '2025-12-30T17:31:15.944181+00:00'): RecordedChain => {
  const row = {
    instrument_name: `${currency}-30JAN26-${currency === 'BTC' ? 90_000 : 3_000}-C`,
    underlying: currency === 'BTC' ? 88_900 : 2_984,
    bid_price: 0.04,
    ask_price: 0.041,
    mark_price: 0.0405,
    implied_volatility: 0.42,
    index_price: currency === 'BTC' ? 88_530.23 : 2_978.25,
  }
  const document = { currency, collected_at: collectedAt, rows: [row] }
  return parseRecordedChain({ name: `${currency}.json`, text: JSON.stringify(document) })
}

describe('a recorded market', () => {
  const market = createRecordedMarket([chainOf('BTC'), chainOf('ETH')])

  it('says what it is and that its sizes are assumed', () => {
    expect(market.source).toEqual({
      kind: 'recorded-chain',
      description: 'recorded chain BTC and ETH 2025-12-30T17:31Z, sizes assumed',
    })
    expect(createRecordedMarket([chainOf('ETH')]).source.description).toBe(
      'recorded chain ETH 2025-12-30T17:31Z, sizes assumed',
    )
  })

  it('answers every time with its one moment', () => {
    const years = market.startMs + 1_000 * 24 * HOUR_MS
    expect(market.frozen).toBe(true)
    expect(market.indexUsd('ETH', years)).toBe(2_978.25)
    expect(market.chain('BTC', years)).toEqual(market.chain('BTC', market.startMs))
    expect(market.instruments('BTC', years)).toHaveLength(1)
    expect(market.quote('BTC-30JAN26-90000-C', years)).toMatchObject({
      timestampMs: market.startMs,
      bidSizeCoin: 10,
      indexUsd: 88_530.23,
    })
    expect(market.quote('BTC-30JAN26-91000-C', years)).toBeUndefined()
  })

  it('has no past and no deliveries', () => {
    const span = { fromMs: 0, toMs: market.startMs, nowMs: market.startMs, resolutionMs: HOUR_MS }
    for (const kind of ['candles', 'dvol'] as const) {
      const { openMs, open, high, low, close, ...head } = market.history('BTC', { ...span, kind })
      expect(head).toEqual({ kind, currency: 'BTC', resolutionMs: HOUR_MS })
      for (const column of [openMs, open, high, low, close]) expect(column).toHaveLength(0)
    }
    const expiryMs = Date.UTC(2026, 0, 30, 8)
    expect(market.deliveryUsd('BTC', expiryMs, expiryMs + HOUR_MS)).toBeUndefined()
  })

  it.each<[string, RecordedChain[]]>([
    ['no chain', []],
    ['two chains of one currency', [chainOf('BTC'), chainOf('BTC')]],
    ['chains of two moments', [chainOf('BTC'), chainOf('ETH', '2025-12-31T17:31:15Z')]],
  ])('is not made of %s', (_, chains) => {
    expect(() => createRecordedMarket(chains)).toThrowError(
      expect.toSatisfy(
        (error: unknown) => CcError.isInstance(error) && error.code === 'exchange-sim/malformed-market',
      ) as Error,
    )
  })

  it('refuses a currency that was not recorded', () => {
    const { chain } = createRecordedMarket([chainOf('BTC')])
    expect(() => chain('ETH', 0)).toThrowError(expect.toSatisfy(CcError.isInstance) as Error)
  })
})

const recordings = inject('recordings')

describe.skipIf(recordings === null)('real recordings', () => {
  const fixture = (name: string) =>
    parseRecordedChain({
      name: `${name}.json`,
      text: readFileSync(`${recordings}/fixtures/chains/${name}.json`, 'utf8'),
    })
  const gunzipped = (name: string) =>
    gunzipSync(readFileSync(`${recordings}/data/deribit_chains_2026/${name}.gz`)).toString('utf8')
  const snapshotOf = (name: string, atMs?: number) =>
    parseRecordedChain({
      name,
      text: gunzipped(name),
      snapshots: gunzipped('snapshots.csv'),
      ...(atMs === undefined ? {} : { atMs }),
    })

  /** Share of marks within one tick of Black-76 on the row's own IV and forward. */
  function shareExplained({ options, atMs }: RecordedChain): number {
    const explained = options.filter(({ instrument, quote }) => {
      const { strikeUsd, expiryMs, kind } = instrument
      const { forwardUsd, markIv, markPriceCoin } = quote
      const expiryYears = yearsBetween(atMs, expiryMs)
      const value = black76({ forwardUsd, strikeUsd, expiryYears, iv: markIv ?? 0, kind })
      return Math.abs(value.priceCoin - markPriceCoin) <= tickSizeAt(markPriceCoin, instrument)
    })
    return explained.length / options.length
  }

  it.each([
    { name: 'BTC_20251230T173115Z', options: 630, indexUsd: 88_530.23 },
    { name: 'ETH_20251230T173115Z', options: 674, indexUsd: 2_978.25 },
    { name: 'BTC_20260226T094105Z', options: 1_042, indexUsd: 68_412.11 },
    { name: 'ETH_20260226T094105Z', options: 912, indexUsd: 2_074.12 },
  ])('reads $name whole, its marks as Black-76 has them', ({ name, options, indexUsd }) => {
    const chain = fixture(name)
    expect(chain.options).toHaveLength(options)
    expect(chain.indexUsd).toBe(indexUsd)
    expect(shareExplained(chain)).toBeGreaterThanOrEqual(0.99)
  })

  it('serves both currencies of one moment', () => {
    const market = createRecordedMarket([fixture('BTC_20260226T094105Z'), fixture('ETH_20260226T094105Z')])
    expect(market.currencies).toEqual(['BTC', 'ETH'])
    expect(market.chain('ETH', market.startMs)).toHaveLength(912)
  })

  it('reads the first snapshot of a month and the latest before a time', () => {
    const first = snapshotOf('BTC-2026-01.csv')
    expect(new Date(first.atMs).toISOString()).toBe('2026-01-01T09:18:35.000Z')
    expect(shareExplained(first)).toBeGreaterThanOrEqual(0.99)
    const atMs = Date.UTC(2026, 0, 20)
    const later = snapshotOf('BTC-2026-01.csv', atMs)
    expect(later.atMs).toBeLessThanOrEqual(atMs)
    expect(atMs - later.atMs).toBeLessThan(12 * HOUR_MS)
    expect(shareExplained(later)).toBeGreaterThanOrEqual(0.99)
  })

  it.each(['BTC-2026-02.csv', 'BTC-2026-05.csv', 'ETH-2026-02.csv', 'ETH-2026-05.csv'])(
    'refuses no snapshot of %s',
    (name) => {
      const [header = '', ...lines] = gunzipped(name).trim().split('\n')
      const snapshots = gunzipped('snapshots.csv')
      const times = new Set(lines.map((line) => line.slice(0, line.indexOf(','))))
      expect(times.size).toBeGreaterThan(90)
      for (const time of times) {
        const rows = lines.filter((line) => line.startsWith(time))
        const text = [header, ...rows].join('\n')
        expect(parseRecordedChain({ name, text, snapshots }).options).toHaveLength(rows.length)
      }
    },
  )

  it('reads the very same quotes from both forms of one moment', () => {
    const fromJson = fixture('ETH_20251230T173115Z')
    const fromCsv = snapshotOf('ETH-2025-12.csv')
    const rows = ({ options }: RecordedChain) =>
      options.map(({ quote: { symbol, bidPriceCoin, askPriceCoin, forwardUsd, markIv } }) => ({
        symbol,
        bidPriceCoin,
        askPriceCoin,
        forwardUsd: forwardUsd.toFixed(2),
        markIv: markIv?.toFixed(4),
      }))
    expect(rows(fromCsv)).toEqual(rows(fromJson))
    expect(fromCsv.indexUsd).toBe(fromJson.indexUsd)
  })
})
