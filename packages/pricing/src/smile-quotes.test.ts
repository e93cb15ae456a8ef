import { describe, expect, it } from 'vitest'
import { black76 } from './black76.js'
import { type SmileQuote, smilePoints } from './smile-quotes.js'

const YEARS = 30 / 365
const FORWARD = 60_000

/** A book around the price at a volatility, half a spread of volatility to each side. */
function quote(strikeUsd: number, iv = 0.5, halfSpread = 0.01, change: Partial<SmileQuote> = {}): SmileQuote {
  const kind = strikeUsd >= FORWARD ? 'call' : 'put'
  const priceAt = (volatility: number) =>
    black76({ forwardUsd: FORWARD, strikeUsd, expiryYears: YEARS, iv: volatility, kind }).priceCoin
  const [bidCoin, askCoin] = [priceAt(iv - halfSpread), priceAt(iv + halfSpread)]
  return { forwardUsd: FORWARD, strikeUsd, kind, bidCoin, askCoin, ...change }
}
const points = (...quotes: SmileQuote[]) => smilePoints({ expiryYears: YEARS, quotes })

it('has the volatility of the middle and the spread in volatility', () => {
  const [point] = points(quote(66_000, 0.55, 0.004)).points
  expect(point?.iv).toBeCloseTo(0.55, 4)
  expect(point?.halfSpreadIv).toBeCloseTo(0.004, 4)
  expect(point?.logMoneyness).toBeCloseTo(Math.log(1.1), 14)
  expect(point).toMatchObject({ row: 0, strikeUsd: 66_000, isDeep: false })
})

it('takes any volatility from 1 % to 1,000 %', () => {
  const found = points(quote(60_001, 0.02, 0.001), quote(66_000, 9, 0.1)).points.map(({ iv }) => iv)
  expect(found[0]).toBeCloseTo(0.02, 3)
  expect(found[1]).toBeCloseTo(9, 1)
})

it('sorts by strike and remembers the rows', () => {
  const { points: sorted } = points(quote(70_000), quote(50_000), quote(60_000))
  expect(sorted.map(({ row }) => row)).toEqual([1, 2, 0])
})

it('measures each row on its own forward', () => {
  const [point] = points(quote(66_000, 0.5, 0.01, { forwardUsd: 60_600 })).points
  expect(point?.logMoneyness).toBeCloseTo(Math.log(66_000 / 60_600), 14)
})

it('knows which options have a delta below 0.01', () => {
  const deltaOf = (strikeUsd: number) =>
    black76({ forwardUsd: FORWARD, strikeUsd, expiryYears: YEARS, iv: 0.5, kind: 'call' }).delta
  expect(deltaOf(84_000)).toBeGreaterThan(0.01)
  expect(deltaOf(85_500)).toBeLessThan(0.01)
  expect(points(quote(84_000, 0.5, 0.001), quote(85_500, 0.5, 0.001)).points.map(({ isDeep }) => isDeep)).toEqual([
    false,
    true,
  ])
})

describe('a quote that is no point is counted', () => {
  it.each([
    ['in-the-money', 'a call below the forward', quote(55_000, 0.5, 0.01, { kind: 'call' })],
    ['in-the-money', 'a put at the forward', quote(60_000, 0.5, 0.01, { kind: 'put' })],
    ['no-bid', 'no bid', quote(66_000, 0.5, 0.01, { bidCoin: null })],
    ['no-bid', 'a bid of 0', quote(66_000, 0.5, 0.01, { bidCoin: 0 })],
    ['no-bid', 'an empty book', quote(66_000, 0.5, 0.01, { bidCoin: null, askCoin: null })],
    ['no-ask', 'no ask', quote(66_000, 0.5, 0.01, { askCoin: null })],
    ['crossed', 'a bid above the ask', quote(66_000, 0.5, -0.01)],
    ['volatility-out-of-range', 'a price above the forward', quote(66_000, 0.5, 0.01, { askCoin: 2 })],
    ['volatility-out-of-range', 'a volatility of 5,000 %', quote(66_000, 50, 0.1)],
    ['volatility-out-of-range', 'a volatility of nearly 0', quote(60_001, 0.009, 0.001)],
  ] as const)('as %s: %s', (reason, _, bad) => {
    const { points: good, excluded } = points(quote(50_000), bad)
    expect(good).toHaveLength(1)
    expect(Object.entries(excluded).filter(([, count]) => count > 0)).toEqual([[reason, 1]])
  })

  it('as duplicate: the second row of a strike and kind, not a put beside a call', () => {
    const { points: good, excluded } = points(
      quote(66_000),
      quote(66_000, 0.7),
      quote(66_000, 0.5, 0.01, { kind: 'put' }),
    )
    expect(good.map(({ row }) => row)).toEqual([0])
    expect(excluded).toMatchObject({ duplicate: 1, 'in-the-money': 1 })
  })
})

it.each([
  [{ forwardUsd: Number.NaN }, 'forwardUsd'],
  [{ forwardUsd: 0 }, 'forwardUsd'],
  [{ strikeUsd: Number.POSITIVE_INFINITY }, 'strikeUsd'],
  [{ bidCoin: Number.NaN }, 'bidCoin'],
  [{ askCoin: -0.1 }, 'askCoin'],
  [{ kind: 'straddle' as 'call' }, 'kind'],
])('names row and field of %o', (change, field) => {
  const bad = { ...quote(66_000), ...change }
  expect(() => points(quote(50_000), bad)).toThrow(`smilePoints: quotes[1]: ${field} must be`)
})

it('refuses an expiry without time', () => {
  expect(() => smilePoints({ expiryYears: 0, quotes: [] })).toThrow('smilePoints: expiryYears')
})

it('takes a locked book as a point without a spread', () => {
  const locked = quote(66_000, 0.5, 0)
  expect(points(locked).points[0]?.halfSpreadIv).toBe(0)
})
