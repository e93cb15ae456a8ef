import { describe, expect, it } from 'vitest'
import { black76 } from './black76.js'
import { type StripStrike, stripVariance } from './volatility-index-strip.js'

function strike(forwardUsd: number, strikeUsd: number, expiryYears: number, iv: number): StripStrike {
  const priceOf = (kind: 'call' | 'put') => black76({ forwardUsd, strikeUsd, expiryYears, iv, kind }).priceUsd
  return { strikeUsd, callUsd: priceOf('call'), putUsd: priceOf('put') }
}
const flat = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => strike(60_250, from + step * i, 30 / 365, 0.55))

describe('the fair variance', () => {
  it('of Demeterfi, Derman, Kamal and Zou is the published one', () => {
    const forwardUsd = 100 * Math.exp(0.05 * 0.246575)
    const strikes = Array.from({ length: 18 }, (_, i) => strike(forwardUsd, 50 + 5 * i, 0.246575, 0.3 - 0.01 * i))
    const strip = stripVariance({ forwardUsd, expiryYears: 0.246575, strikes })
    expect(strip?.variance).toBeCloseTo(0.041912471656166, 14)
    expect(Math.abs((strip?.variance ?? 0) - 0.04189)).toBeLessThan(1e-4)
    expect(strip).toMatchObject({ strikes: 18, pivotUsd: 100 })
  })

  it.each([
    [20_000, 180_000, 1_000, 0.30306733343150544],
    [30_000, 110_000, 5_000, 0.3166684608738279],
  ])('of a flat 55 %% with strikes %i-%i by %i is the reference', (from, to, step, variance) => {
    const strikes = flat(from, to, step)
    expect(stripVariance({ forwardUsd: 60_250, expiryYears: 30 / 365, strikes })?.variance).toBeCloseTo(variance, 12)
    const reversed = strikes.toReversed()
    expect(stripVariance({ forwardUsd: 60_250, expiryYears: 30 / 365, strikes: reversed })?.variance).toBeCloseTo(
      variance,
      12,
    )
  })
})

const input = { forwardUsd: 60_250, expiryYears: 30 / 365 }

it('turns at the highest strike up to the forward that has both options', () => {
  const strikes = flat(30_000, 110_000, 5_000).map((row) =>
    row.strikeUsd === 60_000 ? { ...row, callUsd: null } : row,
  )
  expect(stripVariance({ ...input, strikes })).toMatchObject({ pivotUsd: 55_000, strikes: 16 })
})

it('turns at a strike that is the forward', () => {
  const strikes = flat(30_000, 110_000, 5_000)
  expect(stripVariance({ ...input, forwardUsd: 60_000, strikes })?.pivotUsd).toBe(60_000)
})

it('needs only the option on a strike’s own side', () => {
  const strikes = flat(30_000, 110_000, 5_000)
  const sided = strikes.map((row) =>
    row.strikeUsd < 60_000 ? { ...row, callUsd: null } : row.strikeUsd > 60_000 ? { ...row, putUsd: null } : row,
  )
  expect(stripVariance({ ...input, strikes: sided })).toEqual(stripVariance({ ...input, strikes }))
})

it.each([
  ['no strike has both', flat(30_000, 110_000, 5_000).map((row) => ({ ...row, putUsd: null }))],
  ['none lies below the forward', flat(65_000, 110_000, 5_000)],
  ['there are two strikes', flat(60_000, 65_000, 5_000)],
  ['the prices are nothing', flat(30_000, 110_000, 5_000).map((row) => ({ ...row, callUsd: 0, putUsd: 0 }))],
])('is missing where %s', (_, strikes) => {
  expect(stripVariance({ ...input, strikes })).toBeNull()
})

it.each([
  [{ strikeUsd: 0 }, 'strikes[1]: strikeUsd'],
  [{ strikeUsd: 30_000 }, 'strikes[1]: strikeUsd must differ from that of strikes[0]'],
  [{ callUsd: Number.NaN }, 'strikes[1]: callUsd'],
  [{ putUsd: -1 }, 'strikes[1]: putUsd'],
])('names the row of %o', (change, named) => {
  const strikes = flat(30_000, 110_000, 5_000)
  strikes[1] = { ...(strikes[1] as StripStrike), ...change }
  expect(() => stripVariance({ ...input, strikes })).toThrow(named)
})
