import { describe, expect, it } from 'vitest'
import type { ExpiryQuotes, SmileQuote } from './smile-quotes.js'
import { booksOf } from './surface.fixture.js'
import { dvolLike, type WingCut, wingCutAt } from './volatility-index.js'

const AT_2026 = Date.UTC(2026, 1, 1)
const NO_CUT: WingCut = { kind: 'none' }
const strikes = Array.from({ length: 141 }, (_, i) => 30_000 + 500 * i)
const flat = (days: number, iv: number, forwardUsd = 60_000): ExpiryQuotes =>
  booksOf({ a: iv * iv * (days / 365), b: 0, rho: 0, m: 0, sigma: 1 }, days / 365, { strikes, forwardUsd })
const CHAIN = [flat(3, 0.7), flat(23, 0.58), flat(51, 0.52), flat(100, 0.5)]

describe('without a wing cut', () => {
  it('is the variance-swap rate at 30 days, total variance being linear between the expiries around', () => {
    const index = dvolLike({ atMs: AT_2026, expiries: CHAIN, wingCut: NO_CUT })
    expect(index.missing).toBeNull()
    expect(index.iv).toBeCloseTo(0.5552927156014205, 3)
    expect(index.expiries.map(({ expiry }) => expiry)).toEqual([0, 1, 2, 3])
  })

  it('looks as far ahead as it is told', () => {
    expect(dvolLike({ atMs: AT_2026, expiries: CHAIN, wingCut: NO_CUT, targetDays: 51 }).iv).toBeCloseTo(0.52, 3)
  })

  it('takes its forward from the books, not from the rows', () => {
    const wrong = CHAIN.map(({ expiryYears, quotes }) => ({
      expiryYears,
      quotes: quotes.map((quote) => ({ ...quote, forwardUsd: 59_900 })),
    }))
    const [index, reference] = [wrong, CHAIN].map(
      (expiries) => dvolLike({ atMs: AT_2026, expiries, wingCut: NO_CUT }).iv,
    )
    expect(index).toBeCloseTo(reference as number, 12)
  })

  it('does not care for the order', () => {
    const shuffled = CHAIN.toReversed().map(({ expiryYears, quotes }) => ({ expiryYears, quotes: quotes.toReversed() }))
    const options = { atMs: AT_2026, wingCut: NO_CUT }
    expect(dvolLike({ ...options, expiries: shuffled }).iv).toBeCloseTo(
      dvolLike({ ...options, expiries: CHAIN }).iv as number,
      14,
    )
  })
})

describe('a wing cut', () => {
  it('lowers the index, and counts what it cuts', () => {
    const whole = dvolLike({ atMs: AT_2026, expiries: CHAIN, wingCut: NO_CUT })
    const cut = dvolLike({ atMs: AT_2026, expiries: CHAIN })
    expect(cut.wingCut).toEqual({ kind: 'delta-below', delta: 0.05 })
    expect(cut.iv as number).toBeLessThan((whole.iv as number) - 0.005)
    expect(cut.excluded.wing).toBeGreaterThan(0)
    expect(whole.excluded.wing).toBe(0)
    const strikesOf = (index: typeof cut) => index.expiries.reduce((sum, expiry) => sum + expiry.strikes, 0)
    expect(strikesOf(whole) - strikesOf(cut)).toBe(cut.excluded.wing)
  })

  it('is of prices until 2022, of deltas from 2024, unknown between', () => {
    expect(wingCutAt(Date.UTC(2021, 5, 1))).toEqual({ kind: 'price-below', priceCoin: 0.002 })
    expect(wingCutAt(Date.UTC(2023, 0, 1) - 1)).toEqual({ kind: 'price-below', priceCoin: 0.002 })
    expect(wingCutAt(Date.UTC(2023, 0, 1))).toBeNull()
    expect(wingCutAt(Date.UTC(2024, 0, 1))).toEqual({ kind: 'delta-below', delta: 0.05 })
    expect(() => wingCutAt(Number.NaN)).toThrow('atMs')
  })

  it('by price leaves no option below it', () => {
    const priced = dvolLike({ atMs: Date.UTC(2021, 5, 1), expiries: CHAIN })
    const cheap = CHAIN.flatMap(({ quotes }) => quotes).filter(
      ({ strikeUsd, kind, bidCoin, askCoin }) =>
        strikeUsd < 60_000 === (kind === 'put') && ((bidCoin ?? 0) + (askCoin ?? 0)) / 2 < 0.002,
    )
    expect(priced.excluded.wing + priced.excluded['no-bid']).toBe(cheap.length)
  })
})

describe('is missing', () => {
  it.each([
    ['wing-cut', { atMs: Date.UTC(2023, 6, 1), expiries: CHAIN }],
    ['expiry-before', { atMs: AT_2026, expiries: CHAIN.slice(2) }],
    ['expiry-after', { atMs: AT_2026, expiries: CHAIN.slice(0, 2) }],
    ['expiry-before', { atMs: AT_2026, expiries: [] }],
    ['expiry-after', { atMs: AT_2026, expiries: CHAIN.slice(0, 2).concat({ expiryYears: 1, quotes: [] }) }],
  ] as const)('for lack of %s', (missing, input) => {
    expect(dvolLike(input)).toMatchObject({ iv: null, missing })
  })
})

it('skips an expiry whose books make no strip for the next one', () => {
  const bare = CHAIN.map((expiry, i) =>
    i === 2 ? { ...expiry, quotes: expiry.quotes.map((quote) => ({ ...quote, bidCoin: null })) } : expiry,
  )
  const index = dvolLike({ atMs: AT_2026, expiries: bare, wingCut: NO_CUT })
  expect(index.expiries[2]).toMatchObject({ variance: null, strikes: 0 })
  expect(index.iv).toBeCloseTo(
    dvolLike({ atMs: AT_2026, expiries: [CHAIN[1], CHAIN[3]] as ExpiryQuotes[], wingCut: NO_CUT }).iv as number,
    14,
  )
})

it('leaves out expired expiries', () => {
  const expired = [-0.001, 0].map((expiryYears) => ({ ...flat(1, 0.9), expiryYears }))
  const index = dvolLike({ atMs: AT_2026, expiries: [...expired, ...CHAIN], wingCut: NO_CUT })
  expect(index.expiries.map(({ expiry }) => expiry)).toEqual([2, 3, 4, 5])
})

describe('bad quotes', () => {
  const change = (at: number, changed: Partial<SmileQuote>) =>
    CHAIN.map((expiry, i) =>
      i === 1
        ? { ...expiry, quotes: expiry.quotes.map((quote, row) => (row === at ? { ...quote, ...changed } : quote)) }
        : expiry,
    )
  const call = CHAIN[1]?.quotes.findIndex(({ strikeUsd, kind }) => strikeUsd === 66_000 && kind === 'call') as number

  it.each([
    ['no-bid', { bidCoin: null }],
    ['no-bid', { bidCoin: 0 }],
    ['no-ask', { askCoin: null }],
    ['crossed', { bidCoin: 0.9, askCoin: 0.8 }],
  ] as const)('are counted as %s', (reason, changed) => {
    const clean = dvolLike({ atMs: AT_2026, expiries: CHAIN, wingCut: NO_CUT })
    const index = dvolLike({ atMs: AT_2026, expiries: change(call, changed), wingCut: NO_CUT })
    expect(index.excluded[reason]).toBe(clean.excluded[reason] + 1)
    expect(index.expiries[1]?.strikes).toBe((clean.expiries[1]?.strikes ?? 0) - 1)
    expect(index.iv).toBeCloseTo(clean.iv as number, 3)
  })

  it.each([
    [{ askCoin: Number.NaN }, `dvolLike: expiries[1]: quotes[${call}]: askCoin`],
    [{ forwardUsd: Number.NaN }, `dvolLike: expiries[1]: quotes[${call}]: forwardUsd`],
    [{ strikeUsd: -1 }, `dvolLike: expiries[1]: quotes[${call}]: strikeUsd`],
  ])('that are none are refused by row: %o', (changed, named) => {
    expect(() => dvolLike({ atMs: AT_2026, expiries: change(call, changed) })).toThrow(named)
  })

  it('that come twice count once', () => {
    const twice = CHAIN.map(({ expiryYears, quotes }) => ({ expiryYears, quotes: [...quotes, ...quotes] }))
    const index = dvolLike({ atMs: AT_2026, expiries: twice, wingCut: NO_CUT })
    expect(index.iv).toBe(dvolLike({ atMs: AT_2026, expiries: CHAIN, wingCut: NO_CUT }).iv)
    expect(index.excluded.duplicate).toBe(CHAIN.reduce((sum, { quotes }) => sum + quotes.length, 0))
  })
})

it.each([
  [{ atMs: Number.NaN, expiries: [] }, 'atMs'],
  [{ atMs: 0, expiries: [], targetDays: 0 }, 'targetDays'],
  [{ atMs: 0, expiries: [], wingCut: { kind: 'delta-below', delta: -0.05 } }, 'wingCut.delta'],
  [{ atMs: 0, expiries: [{ expiryYears: Number.NaN, quotes: [] }] }, 'expiries[0]: expiryYears'],
] as const)('refuses %o', (input, named) => {
  expect(() => dvolLike(input)).toThrow(named)
})
