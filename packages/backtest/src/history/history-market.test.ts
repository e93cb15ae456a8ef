import { formatSymbol } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BarColumns, ChainColumns, CoinSeries } from './chain-columns.js'
import { createHistoryMarket } from './history-market.js'

const HOUR_MS = 3_600_000
const T0 = Date.UTC(2026, 0, 2, 4)
const T1 = T0 + 6 * HOUR_MS
const T2 = T1 + 6 * HOUR_MS
const SOON_MS = Date.UTC(2026, 0, 2, 8)
const LATER_MS = Date.UTC(2026, 0, 9, 8)

type Row = {
  expiryMs?: number
  strikeUsd?: number
  isPut?: number
  bid?: number
  ask?: number
  mark?: number
  iv?: number
  forward?: number
  bidSize?: number
}

const CALL = symbolOf(LATER_MS, 90_000)

describe('createHistoryMarket', () => {
  it('quotes the latest snapshot until the next, at its own time', () => {
    const market = marketOf([[{ bid: 0.01 }], [{ bid: 0.02 }]])
    expect(market.quote(CALL, T0)).toMatchObject({ bidPriceCoin: 0.01, timestampMs: T0, indexUsd: 89_000 })
    expect(market.quote(CALL, T1 - 1)).toBe(market.quote(CALL, T0))
    expect(market.quote(CALL, T1)).toMatchObject({ bidPriceCoin: 0.02, timestampMs: T1, indexUsd: 89_001 })
    expect(market.indexUsd('BTC', T1 + 1)).toBe(89_001)
  })

  it('says when its quotes change', () => {
    const { steps, startMs } = marketOf([[{}], [{}], [{}]])
    expect(startMs).toBe(T0)
    expect([T0 - 1, T0, T0 + 1, T1, T2 + 1].map((atMs) => steps?.startMs(atMs))).toEqual([T0, T0, T0, T1, T2])
    expect([T0 - 1, T0, T1 - 1, T2].map((atMs) => steps?.nextMs(atMs))).toEqual([T0, T1, T1, Number.POSITIVE_INFINITY])
  })

  it('answers the same in whatever order it is asked', () => {
    const snapshots = [[{}, { strikeUsd: 95_000 }], [{ bid: 0.02 }], [{ strikeUsd: 95_000 }], [{ bid: 0.03 }]]
    const times = fc.array(fc.integer({ min: T0, max: T0 + 30 * HOUR_MS }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(times, (asked) => {
        const inOrder = marketOf(snapshots)
        const expected = new Map([...asked].sort().map((atMs) => [atMs, answers(inOrder, atMs)]))
        const market = marketOf(snapshots)
        for (const atMs of asked) expect(answers(market, atMs)).toEqual(expected.get(atMs))
      }),
      { numRuns: 50 },
    )
  })

  it('lists an option until its expiry, also where its last snapshot is hours before', () => {
    const market = marketOf([[{ expiryMs: SOON_MS }, {}]])
    const soon = symbolOf(SOON_MS, 90_000)
    const listedAt = (atMs: number) => market.instruments('BTC', atMs).map(({ symbol }) => symbol)
    expect(listedAt(SOON_MS - 1)).toEqual([soon, CALL])
    expect(listedAt(SOON_MS)).toEqual([CALL])
    expect(market.quote(soon, SOON_MS - 1)).toMatchObject({ bidPriceCoin: 0.01 })
    expect(market.quote(soon, SOON_MS)).toBeUndefined()
    expect(market.chain('BTC', SOON_MS)).toHaveLength(1)
  })

  it('is in symbol order, and the same list while nothing changes', () => {
    const market = marketOf([[{ strikeUsd: 100_000 }, { strikeUsd: 9_000, isPut: 1 }, { strikeUsd: 90_000 }]])
    const symbols = market.instruments('BTC', T0).map(({ symbol }) => symbol)
    expect(symbols).toEqual([...symbols].sort())
    expect(market.instruments('BTC', T0 + 1)).toBe(market.instruments('BTC', T0))
    expect(market.chain('BTC', T0).map(({ symbol }) => symbol)).toEqual(symbols)
  })

  it('shows in its rows what the whole quotes say', () => {
    const market = marketOf([[{}, { strikeUsd: 95_000, bid: Number.NaN }], [{}]])
    for (const atMs of [T0, T1]) {
      const rows = market.chainRows?.('BTC', atMs) ?? []
      expect(rows).toHaveLength(2)
      for (const [i, quote] of market.chain('BTC', atMs).entries()) expect(quote).toMatchObject(rows[i] ?? {})
    }
  })

  it.each([
    ['is not in a snapshot', [{ strikeUsd: 95_000 }]],
    ['has neither IV nor mark', [{ iv: Number.NaN, mark: Number.NaN }]],
    ['has no forward', [{ forward: Number.NaN }]],
    ['has a mark that no volatility gives', [{ iv: Number.NaN, mark: 2 }]],
  ])('carries on the last mark of an option that %s, with nobody to trade with', (_why, later: Row[]) => {
    const market = marketOf([[{ mark: 0.0123 }], later, later])
    for (const atMs of [T1, T2, LATER_MS - 1]) {
      expect(market.quote(CALL, atMs)).toMatchObject({
        ...{ bidPriceCoin: null, bidSizeCoin: null, askPriceCoin: null, askSizeCoin: null, markPriceCoin: 0.0123 },
        greeks: { delta: expect.any(Number) },
      })
      expect(market.instruments('BTC', atMs).map(({ symbol }) => symbol)).toContain(CALL)
    }
    expect(market.quote(CALL, LATER_MS)).toBeUndefined()
  })

  it('takes an option up again where a later snapshot has it', () => {
    const market = marketOf([[{}], [], [{ bid: 0.03 }]])
    expect(market.quote(CALL, T1)).toMatchObject({ bidPriceCoin: null })
    expect(market.quote(CALL, T2)).toMatchObject({ bidPriceCoin: 0.03 })
    expect(market.chain('BTC', T2)).toHaveLength(1)
  })

  it('values by Black-76 where there is no mark, and implies the IV where there is none', () => {
    const market = marketOf([[{ mark: Number.NaN, iv: 0.5 }], [{ iv: Number.NaN, mark: 0.02 }]])
    const option = { forwardUsd: 89_100, strikeUsd: 90_000, kind: 'call' as const }
    const value = black76({ ...option, iv: 0.5, expiryYears: yearsBetween(T0, LATER_MS) })
    expect(market.quote(CALL, T0)).toMatchObject({ markPriceCoin: value.priceCoin, greeks: { delta: value.delta } })
    const iv = market.quote(CALL, T1)?.markIv ?? 0
    expect(black76({ ...option, iv, expiryYears: yearsBetween(T1, LATER_MS) }).priceCoin).toBeCloseTo(0.02, 12)
  })

  it.each([
    ['before 2023', Date.UTC(2022, 5, 1), { tickSizeCoin: 0.0005, tickSteps: [] }],
    [
      'since 2023',
      Date.UTC(2023, 0, 1),
      { tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] },
    ],
  ])('has the ticks of its time: %s', (_when, firstMs, ticks) => {
    const expiryMs = firstMs + 7 * 24 * HOUR_MS + 8 * HOUR_MS
    const market = marketOf([[{ expiryMs }]], { firstMs })
    expect(market.instruments('BTC', firstMs)).toMatchObject([{ ...ticks, minSizeCoin: 0.1, expiryMs }])
  })

  it('assumes that as much is quoted as is asked for, or has the sizes of the record alone', () => {
    const rows = [[{ bidSize: 3 }, { strikeUsd: 95_000 }]]
    const other = symbolOf(LATER_MS, 95_000)
    const assumed = marketOf(rows)
    expect(assumed.quote(CALL, T0)).toMatchObject({ bidSizeCoin: 1_000_000, askSizeCoin: 1_000_000 })
    const recorded = marketOf(rows, { sizes: 'recorded' })
    expect(recorded.quote(CALL, T0)).toMatchObject({ bidSizeCoin: 3, askSizeCoin: null })
    expect(recorded.quote(other, T0)).toMatchObject({ bidPriceCoin: 0.01, bidSizeCoin: null })
  })

  it('delivers at the stated price, else at the open of the bar at the expiry, and not before it', () => {
    const candles = barsOf([SOON_MS - HOUR_MS, SOON_MS, LATER_MS], HOUR_MS)
    const market = marketOf([[{}]], { candles, deliveryUsd: new Map([[LATER_MS, 91_234]]) })
    expect(market.deliveryUsd('BTC', SOON_MS, SOON_MS - 1)).toBeUndefined()
    expect(market.deliveryUsd('BTC', SOON_MS, SOON_MS)).toBe(candles.open[1])
    expect(market.deliveryUsd('BTC', LATER_MS, LATER_MS)).toBe(91_234)
    expect(market.deliveryUsd('BTC', LATER_MS + 24 * HOUR_MS, LATER_MS + 48 * HOUR_MS)).toBeUndefined()
  })

  it('keeps the time of each coin where they are not quoted at the same moments', () => {
    const ethMs = T0 + HOUR_MS
    const market = createHistoryMarket({
      chains: [
        columnsOf([[{}]], T0),
        { ...columnsOf([[{ strikeUsd: 3_000, forward: 3_000 }]], ethMs), currency: 'ETH' },
      ],
      series: [seriesOf(), { ...seriesOf(), currency: 'ETH' }],
      source: { kind: 'recorded-history', description: 'a test' },
      sizes: 'assumed',
    })
    expect(market.steps?.startMs(ethMs)).toBe(ethMs)
    expect(market.steps?.startMs(ethMs, 'BTC')).toBe(T0)
    expect(market.chain('ETH', T0)).toEqual([])
    expect(() => market.indexUsd('ETH', T0)).toThrow(expect.objectContaining({ code: 'backtest/no-quotes-yet' }))
  })

  it.each([
    ['no coin', { chains: [], series: [] }],
    ['a coin twice', { chains: [columnsOf([[{}]], T0), columnsOf([[{}]], T0)], series: [seriesOf()] }],
    ['a coin without a series', { chains: [columnsOf([[{}]], T0)], series: [] }],
    ['a coin without a snapshot', { chains: [columnsOf([], T0)], series: [seriesOf()] }],
    ['no size at all', { chains: [columnsOf([[{}]], T0)], series: [seriesOf()], assumedSizeCoin: 0 }],
  ])('refuses %s', (_why, parts) => {
    const source = { kind: 'recorded-history', description: 'a test' } as const
    const create = () => createHistoryMarket({ source, sizes: 'assumed', ...parts })
    expect(create).toThrow(expect.objectContaining({ code: 'backtest/unfit-history' }))
  })
})

describe('bars of a history', () => {
  const DAY_MS = 24 * HOUR_MS
  const DAY0 = Date.UTC(2026, 0, 1)
  const hours = Array.from({ length: 60 }, (_, i) => DAY0 + i * HOUR_MS)

  const ask = (
    candles: BarColumns,
    changes: { resolutionMs?: number; kind?: 'candles' | 'dvol'; nowMs?: number } = {},
  ) => {
    const { openMs, open, high, low, close, ...head } = marketOf([[{}]], { candles }).history('BTC', {
      ...{ kind: 'candles', resolutionMs: HOUR_MS, fromMs: 0, toMs: DAY0 + 10 * DAY_MS, nowMs: DAY0 + 60 * HOUR_MS },
      ...changes,
    })
    return { ...head, openMs: [...openMs], open: [...open], high: [...high], low: [...low], close: [...close] }
  }

  it('had closed by now', () => {
    const candles = barsOf(hours, HOUR_MS)
    expect(ask(candles, { nowMs: DAY0 + 3 * HOUR_MS }).openMs).toEqual(hours.slice(0, 3))
    expect(ask(candles, { nowMs: DAY0 + 3 * HOUR_MS - 1 }).openMs).toEqual(hours.slice(0, 2))
  })

  it('fold into multiples that lie on whole days', () => {
    const { openMs, open, high, low, close } = ask(barsOf(hours, HOUR_MS), { resolutionMs: DAY_MS })
    expect(openMs).toEqual([DAY0, DAY0 + DAY_MS])
    expect([open[0], high[0], low[0], close[0]]).toEqual([1_000, 1_033, 990, 1_023.5])
  })

  it('leave out a day that lacks an hour', () => {
    const { openMs } = ask(
      barsOf(
        hours.filter((_, i) => i !== 5),
        HOUR_MS,
      ),
      { resolutionMs: DAY_MS },
    )
    expect(openMs).toEqual([DAY0 + DAY_MS])
  })

  it.each([
    ['finer than the series', 'candles', HOUR_MS / 2],
    ['no multiple of the series', 'candles', HOUR_MS * 1.5],
    ['of a volatility index that there is not', 'dvol', HOUR_MS],
  ] as const)('are none where they are %s', (_why, kind, resolutionMs) => {
    expect(ask(barsOf(hours, HOUR_MS), { kind, resolutionMs })).toMatchObject({
      kind,
      resolutionMs,
      openMs: [],
      close: [],
    })
  })
})

function answers(market: ReturnType<typeof marketOf>, atMs: number) {
  return [
    market.instruments('BTC', atMs),
    market.chain('BTC', atMs),
    market.quote(CALL, atMs),
    market.indexUsd('BTC', atMs),
  ]
}

function symbolOf(expiryMs: number, strikeUsd: number): string {
  return formatSymbol({ currency: 'BTC', kind: 'call', strikeUsd, expiryMs })
}

function marketOf(
  snapshots: readonly (readonly Row[])[],
  {
    firstMs = T0,
    sizes = 'assumed',
    ...series
  }: Partial<CoinSeries> & { firstMs?: number; sizes?: 'assumed' | 'recorded' } = {},
) {
  return createHistoryMarket({
    chains: [columnsOf(snapshots, firstMs)],
    series: [{ ...seriesOf(), ...series }],
    source: { kind: 'recorded-history', description: 'a test' },
    sizes,
  })
}

/** A snapshot every six hours; a row is a weekly call of 90,000 where nothing else is said. */
function columnsOf(snapshots: readonly (readonly Row[])[], firstMs: number): ChainColumns {
  const sorted = snapshots.map((rows) =>
    [...rows].sort((a, b) => (a.expiryMs ?? LATER_MS) - (b.expiryMs ?? LATER_MS) || strikeOf(a) - strikeOf(b)),
  )
  const rows = sorted.flat()
  const column = (cellOf: (row: Row) => number) => Float64Array.from(rows, cellOf)
  let next = 0
  return {
    currency: 'BTC',
    timeMs: Float64Array.from(snapshots, (_, i) => firstMs + i * 6 * HOUR_MS),
    indexUsd: Float64Array.from(snapshots, (_, i) => 89_000 + i),
    firstRow: Uint32Array.from([0, ...sorted.map((each) => (next += each.length))]),
    expiryMs: column(({ expiryMs = LATER_MS }) => expiryMs),
    strikeUsd: column(strikeOf),
    isPut: Uint8Array.from(rows, ({ isPut = 0 }) => isPut),
    bidCoin: column(({ bid = 0.01 }) => bid),
    askCoin: column(({ ask = 0.0105 }) => ask),
    markCoin: column(({ mark = 0.0102 }) => mark),
    iv: column(({ iv = 0.5 }) => iv),
    forwardUsd: column(({ forward = 89_100 }) => forward),
    bidSizeCoin: column(({ bidSize = Number.NaN }) => bidSize),
    askSizeCoin: column(() => Number.NaN),
    openInterestCoin: column(() => 100),
    volumeCoin: column(() => Number.NaN),
  }
}

function strikeOf({ strikeUsd = 90_000 }: Row): number {
  return strikeUsd
}

function seriesOf(): CoinSeries {
  return { currency: 'BTC', candles: barsOf([], HOUR_MS), dvol: undefined, deliveryUsd: new Map() }
}

/** The i-th bar opens at 1,000 + i. */
function barsOf(openMs: readonly number[], resolutionMs: number): BarColumns {
  const column = (shift: number) => Float64Array.from(openMs, (_, i) => 1_000 + i + shift)
  return {
    ...{ resolutionMs, openMs: Float64Array.from(openMs) },
    ...{ open: column(0), high: column(10), low: column(-10), close: column(0.5) },
  }
}
