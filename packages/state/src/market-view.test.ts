import type { ChainQuote, OptionInstrument } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf, world } from '../test/fake-venue.js'
import {
  greeksAt,
  HIGHEST_IV,
  isUsableIv,
  type Listing,
  LOWEST_IV,
  listingAt,
  listingOf,
  viewMarket,
} from './market-view.js'

const call = option({ strikeUsd: 100_000 })

function view(instruments: readonly OptionInstrument[], quotes: readonly ChainQuote[]) {
  return viewMarket(instruments, { currency: 'BTC', timestampMs: NOW_MS, quotes }, NOW_MS)
}

/** Greeks of {@link call} with this row of the chain, or with none. */
function greeksOf(changes: Partial<ChainQuote> | null, instrument = call) {
  const market = view([instrument], changes === null ? [] : [quoteOf(instrument, changes)])
  return greeksAt(market, listingOf(market, instrument.symbol) as Listing)
}

describe('the view of a market', () => {
  it('has columns row for row, NaN where nothing is quoted', () => {
    const unquoted = { ...call, symbol: call.symbol.replace(/C$/, 'P'), kind: 'put' } as const
    const quote = quoteOf(call, { bidPriceCoin: null })
    const { columns } = view([unquoted, call], [quote])
    expect([...columns.isCall]).toEqual([1, 0])
    expect([...columns.strikeUsd]).toEqual([call.strikeUsd, call.strikeUsd])
    expect([...columns.forwardUsd]).toEqual([quote.forwardUsd, Number.NaN])
    expect([...columns.bidPriceCoin]).toEqual([Number.NaN, Number.NaN])
    expect([...columns.askPriceCoin]).toEqual([quote.askPriceCoin, Number.NaN])
    expect([...columns.markIv]).toEqual([quote.markIv, Number.NaN])
  })

  it('lists by expiry, then strike, a call before its put, whatever order they come in', () => {
    const { instruments, quotes } = world({}, [28, 14])
    const market = view(instruments, quotes)
    expect(market.instruments.slice(0, 3).map(({ symbol }) => symbol)).toEqual([
      'BTC-16JAN26-70000-C',
      'BTC-16JAN26-70000-P',
      'BTC-16JAN26-80000-C',
    ])
    const times = market.instruments.map(({ expiryMs }) => expiryMs)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(market.instruments.map(({ symbol }) => listingOf(market, symbol)?.row)).toEqual(times.map((_, row) => row))
    expect(market.quotes.map((quote) => quote?.symbol)).toEqual(market.instruments.map(({ symbol }) => symbol))
    const shuffles = fc.tuple(
      fc.shuffledSubarray(instruments as OptionInstrument[], { minLength: instruments.length }),
      fc.shuffledSubarray(quotes as ChainQuote[], { minLength: quotes.length }),
    )
    fc.assert(
      fc.property(shuffles, ([listed, quoted]) => {
        expect(view(listed, quoted)).toEqual(view(instruments, quotes))
      }),
      { numRuns: 20 },
    )
  })

  it('puts each instrument beside its row, and knows those that have none', () => {
    const other = option({ strikeUsd: 110_000 })
    const market = view([call, other], [quoteOf(call)])
    expect(listingOf(market, call.symbol)?.quote).toEqual(quoteOf(call))
    expect(listingOf(market, other.symbol)).toMatchObject({ instrument: other, quote: undefined })
  })

  it('counts days below 0 after expiry, and no years', () => {
    const expired = option({ expiryMs: expiryIn(0) })
    expect(listingAt(view([expired], []), 0)).toMatchObject({ dte: -2 / 24, expiryYears: 0 })
  })
})

describe('greeks', () => {
  it('are those of Black-76 on the forward and mark IV of the row', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 20_000, max: 200_000, noNaN: true }),
        fc.double({ min: LOWEST_IV, max: HIGHEST_IV, noNaN: true }),
        (forwardUsd, markIv) => {
          const expiryYears = yearsBetween(NOW_MS, call.expiryMs)
          const { delta, netDelta, gamma, vega, theta } = black76({
            forwardUsd,
            strikeUsd: call.strikeUsd,
            expiryYears,
            iv: markIv,
            kind: 'call',
          })
          const expected = { delta, netDelta, gamma, vega, theta }
          expect(greeksOf({ forwardUsd, markIv })).toEqual(withoutMinusZero(expected))
        },
      ),
    )
  })

  it.each([
    { why: 'no row of the chain', changes: null },
    { why: 'no mark IV', changes: { markIv: null } },
    { why: 'a mark IV of 0', changes: { markIv: 0 } },
    { why: 'a mark IV of 5000 %', changes: { markIv: 50 } },
    { why: 'a mark IV below any of a coin', changes: { markIv: 0.0099 } },
  ])('are all null with $why', ({ changes }) => {
    expect(greeksOf(changes)).toEqual({ delta: null, netDelta: null, gamma: null, vega: null, theta: null })
  })

  it.each([0.5, 50, 0, null])('of an expired option hang on no volatility: marked at %s', (markIv) => {
    const expired = option({ strikeUsd: 80_000, expiryMs: expiryIn(0) })
    expect(greeksOf({ markIv }, expired)).toEqual({ delta: 0, netDelta: 0, gamma: 0, vega: 0, theta: 0 })
  })

  it.each([
    { kind: 'call', strikeUsd: 80_000 },
    { kind: 'call', strikeUsd: 100_000 },
    { kind: 'put', strikeUsd: 80_000 },
    { kind: 'put', strikeUsd: 100_000 },
  ] as const)('of an expired $kind of $strikeUsd are 0, for its payout stands, with no −0', (terms) => {
    const greeks = greeksOf({}, option({ ...terms, expiryMs: expiryIn(0) }))
    expect(greeks).toEqual({ delta: 0, netDelta: 0, gamma: 0, vega: 0, theta: 0 })
    expect(JSON.parse(JSON.stringify(greeks))).toEqual(greeks)
  })

  it.each([
    { minutes: 31, share: 1 },
    { minutes: 30, share: 1 },
    { minutes: 15, share: 0.5 },
    { minutes: 3, share: 0.1 },
    { minutes: 0, share: 0 },
  ])('$minutes minutes before the expiry count both deltas by $share, what of its average is open', (near) => {
    const expiryMs = NOW_MS + near.minutes * 60_000
    for (const kind of ['call', 'put'] as const) {
      const terms = { forwardUsd: 90_000, strikeUsd: 90_100, kind }
      const whole = black76({ ...terms, expiryYears: yearsBetween(NOW_MS, expiryMs), iv: 0.5 })
      const { delta, netDelta, gamma, vega, theta } = greeksOf({}, option({ kind, strikeUsd: 90_100, expiryMs }))
      expect(delta).toBeCloseTo(whole.delta * near.share, 12)
      expect(netDelta).toBeCloseTo(whole.netDelta * near.share, 12)
      expect({ gamma, vega, theta }).toEqual(
        withoutMinusZero({ gamma: whole.gamma, vega: whole.vega, theta: whole.theta }),
      )
    }
  })
})

it.each([
  { iv: null, usable: false },
  { iv: Number.NaN, usable: false },
  { iv: 0, usable: false },
  { iv: LOWEST_IV, usable: true },
  { iv: HIGHEST_IV, usable: true },
  { iv: 10.01, usable: false },
])('an IV of $iv is usable: $usable', ({ iv, usable }) => {
  expect(isUsableIv(iv)).toBe(usable)
})

function withoutMinusZero<T extends Record<string, number>>(values: T): T {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value + 0])) as T
}
