import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ExpiryQuotes, type SmileQuote, smilePoints } from './smile-quotes.js'
import { readSmile } from './smile-reading.js'
import { booksOf, usualSmile } from './surface.fixture.js'
import { fitSurface, type Surface, sliceSmile, surfaceIv } from './surface.js'
import { checkSviButterfly, checkSviCalendar, sviTotalVariance } from './svi.js'

const YEARS = [3, 10, 30, 90, 270].map((days) => days / 365)
const CHAIN = YEARS.map((years) => booksOf(usualSmile(years), years))

/** No slice has a butterfly, no two neighbours cross. */
function expectFree({ slices }: Surface): void {
  slices.forEach(({ svi, checked }, i) => {
    expect(checkSviButterfly(svi, checked).margin).toBeGreaterThanOrEqual(0)
    const before = slices[i - 1]
    if (before === undefined) return
    const range = { from: Math.min(checked.from, before.checked.from), to: Math.max(checked.to, before.checked.to) }
    expect(checkSviCalendar(before.svi, svi, range).margin).toBeGreaterThanOrEqual(0)
  })
}

describe('a chain priced on smiles', () => {
  const surface = fitSurface(CHAIN)

  it('gives the smiles back', () => {
    expectFree(surface)
    expect(surface.omitted).toEqual([])
    surface.slices.forEach(({ svi, quoted, quality, repairs, forwardUsd }, i) => {
      const smile = usualSmile(YEARS[i] as number)
      for (const k of [quoted.from, quoted.from / 2, 0, quoted.to / 2, quoted.to]) {
        expect(Math.abs(sviTotalVariance(svi, k) / sviTotalVariance(smile, k) - 1)).toBeLessThan(0.01)
      }
      expect(quality.medianError).toBeLessThan(0.1)
      expect(quality).toMatchObject({ points: 25, insideShare: 1 })
      expect(repairs).toEqual({ butterfly: false, calendar: false })
      expect(forwardUsd).toBe(60_000)
    })
  })

  it('is checked over what was quoted and over three deviations', () => {
    for (const { svi, quoted, checked } of surface.slices) {
      const deviation = Math.sqrt(sviTotalVariance(svi, 0))
      expect(checked.from).toBeLessThanOrEqual(Math.min(quoted.from - 0.02, -3 * deviation))
      expect(checked.to).toBeGreaterThanOrEqual(Math.max(quoted.to + 0.02, 3 * deviation))
    }
    const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]
    const bare: SmileQuote = { forwardUsd: 60_000, strikeUsd: 150_000, kind: 'call', bidCoin: null, askCoin: 0.0001 }
    const [slice] = fitSurface([{ ...first, quotes: [...first.quotes, bare] }]).slices
    expect(slice?.checked.to).toBeGreaterThanOrEqual(Math.log(2.5) + 0.02)
  })

  it('stands on the median of the forwards of its rows', () => {
    const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]
    const quotes = first.quotes.map((quote, i) => ({ ...quote, forwardUsd: i % 3 === 0 ? 59_990 : 60_000 + (i % 2) }))
    const forwards = quotes.map(({ forwardUsd }) => forwardUsd).sort((one, other) => one - other)
    expect(fitSurface([{ ...first, quotes }]).slices[0]?.forwardUsd).toBe(forwards[25])
  })

  it('gives the same in any order of expiries and quotes, but for the positions', () => {
    const shuffled = CHAIN.toReversed().map(({ expiryYears, quotes }) => ({ expiryYears, quotes: quotes.toReversed() }))
    const again = fitSurface(shuffled)
    expect(again.slices.map(({ svi }) => svi)).toEqual(surface.slices.map(({ svi }) => svi))
    expect(again.slices.map(({ expiry }) => expiry)).toEqual([4, 3, 2, 1, 0])
  })

  it('is read like any smile', () => {
    const slice = surface.slices[2]
    if (slice === undefined) throw new Error('no slice')
    const ivAt = sliceSmile(slice)
    expect(ivAt(60_000)).toBe(surfaceIv(surface, slice.expiryYears, 0))
    const reading = readSmile({ forwardUsd: slice.forwardUsd, expiryYears: slice.expiryYears, ivAt })
    expect(reading.riskReversal25).toBeLessThan(0)
    expect(reading.butterfly25).toBeGreaterThan(0)
  })

  it('is linear in total variance between slices, and missing outside them', () => {
    const [, second, third] = surface.slices
    const years = 14 / 365
    const iv = surfaceIv(surface, years, 0.1) as number
    const [before, after] = [second, third].map((slice) => (slice ? sviTotalVariance(slice.svi, 0.1) : Number.NaN))
    const share = (years - (second?.expiryYears ?? 0)) / ((third?.expiryYears ?? 0) - (second?.expiryYears ?? 0))
    expect(iv * iv * years).toBeCloseTo((1 - share) * (before as number) + share * (after as number), 12)
    expect(surfaceIv(surface, 2 / 365, 0)).toBeNull()
    expect(surfaceIv(surface, 1, 0)).toBeNull()
    expect(surfaceIv({ slices: [], omitted: [] }, 0.1, 0)).toBeNull()
    expect(() => surfaceIv(surface, Number.NaN, 0)).toThrow('expiryYears')
  })
})

describe('arbitrage', () => {
  it('of a butterfly in the quotes is gone from the slice', () => {
    const vogt = { a: -0.041, b: 0.1331, rho: 0.306, m: 0.3586, sigma: 0.4153 }
    const strikes = Array.from({ length: 40 }, (_, i) => 30_000 + 4_000 * i)
    const surface = fitSurface([booksOf(vogt, 1, { strikes, halfSpread: 0.01 })])
    expect(surface.slices[0]?.repairs).toEqual({ butterfly: true, calendar: false })
    expectFree(surface)
  })

  it('of slices that cross in the wings is gone, near the quotes', () => {
    const [early, late] = [20 / 365, 27 / 365]
    const steep = { a: 0.004, b: 0.07, rho: -0.1, m: 0, sigma: 0.1 }
    const wide = { a: 0.008, b: 0.05, rho: -0.1, m: 0, sigma: 0.12 }
    const strikes = Array.from({ length: 19 }, (_, i) => 51_000 + 1_000 * i)
    const surface = fitSurface([booksOf(steep, early, { strikes }), booksOf(wide, late, { strikes })])
    expect(surface.omitted).toEqual([])
    expect(surface.slices.filter(({ repairs }) => repairs.calendar)).toHaveLength(1)
    expectFree(surface)
    for (const { quality } of surface.slices) expect(quality.insideShare).toBeGreaterThan(0.8)
  })

  it('of two slices is not moved to the next one', () => {
    const strikes = Array.from({ length: 19 }, (_, i) => 51_000 + 1_000 * i)
    const sparse = strikes.filter((_, i) => i % 2 === 0)
    const surface = fitSurface([
      booksOf({ a: 0.0042, b: 0.03, rho: 0.2, m: 0, sigma: 0.06 }, 20 / 365, { strikes }),
      booksOf({ a: 0.0044, b: 0.04, rho: -0.3, m: 0, sigma: 0.11 }, 24 / 365, { strikes: sparse }),
      booksOf({ a: 0.0079, b: 0.03, rho: -0.4, m: 0, sigma: 0.09 }, 28 / 365, { strikes }),
    ])
    expect(surface.slices.map(({ repairs }) => repairs.calendar)).toContain(true)
    expect(surface.slices).toHaveLength(3)
    expectFree(surface)
  })

  it('that no smile near the quotes can be without costs the expiry with fewer points', () => {
    const later = booksOf(usualSmile(30 / 365, 0.1), 30 / 365)
    const earlier = booksOf(usualSmile(29 / 365, 0.6), 29 / 365, {
      strikes: [50_000, 55_000, 60_000, 62_000, 65_000, 70_000],
    })
    const surface = fitSurface([earlier, later, ...CHAIN.slice(3)])
    expect(surface.omitted).toEqual([{ expiry: 0, reason: 'no-arbitrage-free-fit' }])
    expect(surface.slices).toHaveLength(3)
    expectFree(surface)
  })
})

it('omits an expiry rather than move it many half-spreads for a crossing', () => {
  const flatBooks = (days: number, iv: number, strikes: number[]) =>
    booksOf({ a: (iv * iv * days) / 365, b: 0, rho: 0, m: 0, sigma: 1 }, days / 365, { strikes })
  const strikes = [52_000, 54_000, 56_000, 58_000, 60_000, 62_000, 64_000, 66_000, 68_000]
  const earlier = flatBooks(30, 0.6, strikes)
  const far = fitSurface([earlier, flatBooks(31, 0.55, strikes.slice(2))])
  expect(far.omitted).toEqual([{ expiry: 1, reason: 'no-arbitrage-free-fit' }])
  const near = fitSurface([earlier, flatBooks(31, 0.585, strikes.slice(2))])
  expect(near.omitted).toEqual([])
  expectFree(near)
})

it('compares what an omitted expiry leaves as neighbours', () => {
  const strikes = Array.from({ length: 19 }, (_, i) => 51_000 + 1_000 * i)
  const steep = { a: 0.004, b: 0.07, rho: -0.1, m: 0, sigma: 0.1 }
  const wide = { a: 0.008, b: 0.05, rho: -0.1, m: 0, sigma: 0.12 }
  const between = booksOf(usualSmile(24 / 365, 2), 24 / 365, { strikes: [50_000, 55_000, 60_000, 65_000, 70_000] })
  const around = [booksOf(steep, 20 / 365, { strikes }), booksOf(wide, 27 / 365, { strikes })]
  const surface = fitSurface([...around, between])
  expect(surface.omitted).toEqual([{ expiry: 2, reason: 'no-arbitrage-free-fit' }])
  expect(surface.slices.map(({ svi }) => svi)).toEqual(fitSurface(around).slices.map(({ svi }) => svi))
  expectFree(surface)
})

it('judges a slice by the quotes with a delta of 0.01 and more', () => {
  const years = 30 / 365
  const strikes = Array.from({ length: 41 }, (_, i) => 50_000 + 500 * i)
  const quotes = [...booksOf(usualSmile(years), years, { strikes }).quotes]
  const dear = quotes.findIndex(({ strikeUsd, kind }) => strikeUsd === 65_000 && kind === 'call')
  const { bidCoin, askCoin } = quotes[dear] as { bidCoin: number; askCoin: number }
  const shift = 0.75 * (askCoin - bidCoin)
  quotes.splice(dear, 1, { ...(quotes[dear] as SmileQuote), bidCoin: bidCoin + shift, askCoin: askCoin + shift })
  const deep = [100_000, 110_000, 120_000].map(
    (strikeUsd): SmileQuote => ({ forwardUsd: 60_000, strikeUsd, kind: 'call', bidCoin: 0.0001, askCoin: 0.00011 }),
  )
  const expiry = { expiryYears: years, quotes: [...quotes, ...deep] }
  const { quality, svi } = fitSurface([expiry]).slices[0] as Surface['slices'][number]
  const errors = smilePoints(expiry)
    .points.filter(({ isDeep }) => !isDeep)
    .map(({ logMoneyness, iv, halfSpreadIv }) => {
      return Math.abs(Math.sqrt(sviTotalVariance(svi, logMoneyness) / years) - iv) / halfSpreadIv
    })
    .sort((first, second) => first - second)
  expect(errors).toHaveLength(41)
  expect(errors.filter((error) => error > 1 && error < 2)).toHaveLength(1)
  expect(quality).toEqual({ points: 44, medianError: errors[20], insideShare: 40 / 41 })
})

describe('an expiry without a slice is named with its reason', () => {
  const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]

  it.each([
    ['expired', { ...first, expiryYears: 0 }],
    ['expired', { ...first, expiryYears: -0.01 }],
    ['too-few-quotes', { ...first, quotes: [] }],
    ['too-few-quotes', { ...first, quotes: first.quotes.slice(0, 8) }],
    ['too-few-quotes', { ...first, quotes: first.quotes.map((quote) => ({ ...quote, bidCoin: null })) }],
  ])('%s', (reason, bad) => {
    const surface = fitSurface([...CHAIN.slice(1), bad])
    expect(surface.omitted).toEqual([{ expiry: 4, reason }])
    expect(surface.slices).toHaveLength(4)
  })
})

it('leaves out bad quotes, counted, and fits the rest as if they were not there', () => {
  const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]
  const call = first.quotes.findLast(({ kind }) => kind === 'call') as SmileQuote
  const other = (change: Partial<SmileQuote>) => ({ ...call, strikeUsd: call.strikeUsd - 1, ...change })
  const bad = [
    other({ bidCoin: 0.2, askCoin: 0.1 }),
    other({ strikeUsd: call.strikeUsd - 2, askCoin: null }),
    other({ strikeUsd: call.strikeUsd - 3, askCoin: 5 }),
    call,
  ]
  const [clean] = fitSurface([first]).slices
  const [slice] = fitSurface([{ ...first, quotes: [...first.quotes, ...bad] }]).slices
  expect(slice?.svi).toEqual(clean?.svi)
  expect(slice?.excluded).toMatchObject({
    crossed: 1,
    'no-ask': 1,
    'volatility-out-of-range': 1,
    duplicate: 1,
    'no-bid': 0,
  })
})

it('has no arbitrage whatever the books, and accounts for every expiry', () => {
  const price = fc.option(fc.double({ min: 0, max: 0.2, noNaN: true }), { freq: 12 })
  const row = fc.record({
    strikeUsd: fc.integer({ min: 20, max: 150 }).map((thousands) => 1_000 * thousands),
    kind: fc.constantFrom('call', 'put'),
    bidCoin: price,
    askCoin: price,
  })
  const expiry = fc.record({
    expiryYears: fc.double({ min: 1 / 8760, max: 2, noNaN: true }),
    quotes: fc.array(
      row.map((quote): SmileQuote => ({ ...quote, forwardUsd: 60_000 })),
      { minLength: 5, maxLength: 80 },
    ),
  })
  const chain = fc.uniqueArray(expiry, { maxLength: 5, selector: ({ expiryYears }) => expiryYears })
  fc.assert(
    fc.property(chain, (expiries) => {
      const surface = fitSurface(expiries)
      expectFree(surface)
      const accounted = [...surface.slices, ...surface.omitted].map((part) => part.expiry)
      expect(accounted.sort()).toEqual(expiries.map((_, i) => i))
    }),
  )
})

it('is moved little by a few quotes that are off the others', () => {
  const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]
  const quotes = first.quotes.map((quote, i) => {
    const off = i % 10 === 0 ? 3 * ((quote.askCoin as number) - (quote.bidCoin as number)) : 0
    return { ...quote, bidCoin: (quote.bidCoin as number) + off, askCoin: (quote.askCoin as number) + off }
  })
  const slice = fitSurface([{ ...first, quotes }]).slices[0] as Surface['slices'][number]
  expect(slice.quality.medianError).toBeLessThan(0.1)
  const smile = usualSmile(first.expiryYears)
  for (const k of [slice.quoted.from / 2, 0, slice.quoted.to / 2]) {
    const [found, actual] = [slice.svi, smile].map((svi) => Math.sqrt(sviTotalVariance(svi, k) / first.expiryYears))
    expect(Math.abs((found as number) - (actual as number))).toBeLessThan(0.001)
  }
})

it('holds locked books without giving them all the weight', () => {
  const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]
  const quotes = first.quotes.map((quote, i) => {
    const middle = ((quote.bidCoin as number) + (quote.askCoin as number)) / 2
    return i % 7 === 0 ? { ...quote, bidCoin: middle, askCoin: middle } : quote
  })
  const { quality } = fitSurface([{ ...first, quotes }]).slices[0] as Surface['slices'][number]
  expect(Number.isNaN(quality.medianError)).toBe(false)
  expect(quality.insideShare).toBeGreaterThan(0.8)
})

describe('refuses, by expiry and row,', () => {
  const [first] = CHAIN as [ExpiryQuotes, ...ExpiryQuotes[]]

  it('a quote that is none', () => {
    const quotes = first.quotes.map((quote, i) => (i === 3 ? { ...quote, askCoin: Number.NaN } : quote))
    expect(() => fitSurface([...CHAIN.slice(1), { ...first, quotes }])).toThrow(
      'fitSurface: expiries[4]: quotes[3]: askCoin must be null or a finite number >= 0, got NaN',
    )
  })

  it('a time that is none', () => {
    expect(() => fitSurface([{ ...first, expiryYears: Number.NaN }])).toThrow('fitSurface: expiries[0]: expiryYears')
  })

  it('two expiries at one time', () => {
    expect(() => fitSurface([first, ...CHAIN])).toThrow('expiries[1].expiryYears must differ from that of expiries[0]')
  })
})

it('of nothing is nothing', () => {
  expect(fitSurface([])).toEqual({ slices: [], omitted: [] })
})
