import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expiryIn, NOW_MS, option, quoteOf } from '../test/fake-venue.js'
import { atmForwardIv, atmIvAt, ivAtHorizon, skewNear, smilesOf } from './implied-volatility.js'
import { listingsOf } from './readings.js'

type Row = { days: number; strikeUsd: number; kind?: 'call' | 'put'; iv: number; forwardUsd?: number }

function smiles(rows: readonly Row[]) {
  const listed = rows.map(({ days, strikeUsd, kind = 'call', iv, forwardUsd = 90_000 }) => {
    const instrument = option({ strikeUsd, kind, expiryMs: expiryIn(days) })
    return { instrument, quote: quoteOf(instrument, { iv, forwardUsd }) }
  })
  const chain = { currency: 'BTC', timestampMs: NOW_MS, quotes: listed.map(({ quote }) => quote) } as const
  return smilesOf(
    listingsOf(
      listed.map(({ instrument }) => instrument),
      chain,
      NOW_MS,
    ),
  )
}

describe('IV at a horizon', () => {
  it('is linear in total variance between the expiries beside it', () => {
    const terms = [
      { dte: 23, iv: 0.58 },
      { dte: 51, iv: 0.52 },
    ]
    expect(ivAtHorizon(terms, 30)).toBeCloseTo(0.5552927156014205, 15)
  })

  it.each([
    { dte: 15, iv: 0.6, why: 'half the horizon' },
    { dte: 60, iv: 0.6, why: 'twice the horizon' },
    { dte: 14.9, iv: undefined, why: 'less than half' },
    { dte: 60.1, iv: undefined, why: 'more than twice' },
  ])('of a lone expiry at $dte days, $why, is $iv', ({ dte, iv }) => {
    expect(ivAtHorizon([{ dte, iv: 0.6 }], 30)).toBe(iv)
  })

  it('lies between those of the expiries beside it where total variance grows', () => {
    const term = (min: number, max: number) =>
      fc.record({ dte: fc.double({ min, max, noNaN: true }), iv: fc.double({ min: 0.2, max: 1.5, noNaN: true }) })
    fc.assert(
      fc.property(term(1, 29), term(31, 300), (near, far) => {
        const iv = ivAtHorizon([near, far], 30)!
        const [least, most] = [near.iv, far.iv].sort((a, b) => a - b)
        expect(iv).toBeGreaterThanOrEqual(least! * (1 - 1e-12))
        expect(iv).toBeLessThanOrEqual(most! * (1 + 1e-12))
      }),
    )
  })
})

describe('at-the-money-forward IV', () => {
  it('is linear in log-moneyness between the strikes beside the forward', () => {
    const [smile] = smiles([
      { days: 14, strikeUsd: 80_000, iv: 0.9 },
      { days: 14, strikeUsd: 88_000, iv: 0.5 },
      { days: 14, strikeUsd: 92_000, iv: 0.48 },
      { days: 14, strikeUsd: 99_000, iv: 0.9 },
    ])
    const below = Math.log(88 / 90)
    const above = Math.log(92 / 90)
    expect(atmForwardIv(smile!)).toBeCloseTo(0.5 - (0.02 * -below) / (above - below), 12)
  })

  it('averages call and put of one strike', () => {
    const [smile] = smiles([
      { days: 14, strikeUsd: 90_000, kind: 'call', iv: 0.5 },
      { days: 14, strikeUsd: 90_000, kind: 'put', iv: 0.54 },
    ])
    expect(atmForwardIv(smile!)).toBeCloseTo(0.52, 12)
  })

  it('uses the forward of its own expiry, not the index', () => {
    const rows = [
      { days: 14, strikeUsd: 90_000, iv: 0.5, forwardUsd: 95_000 },
      { days: 14, strikeUsd: 100_000, iv: 0.4, forwardUsd: 95_000 },
    ]
    expect(atmForwardIv(smiles(rows)[0]!)).toBeCloseTo(0.4 + (0.1 * Math.log(100 / 95)) / Math.log(100 / 90), 12)
  })

  it('is missing without strikes on both sides, and says so', () => {
    const oneSided = smiles([
      { days: 28, strikeUsd: 95_000, iv: 0.5 },
      { days: 28, strikeUsd: 99_000, iv: 0.5 },
    ])
    expect(atmIvAt(oneSided, 30)).toEqual({ missing: 'no expiry has mark IVs on both sides of its forward' })
    expect(atmIvAt([], 30)).toEqual({ missing: 'no expiry has mark IVs on both sides of its forward' })
  })

  it('is missing far from the horizon, and says so', () => {
    expect(atmIvAt(smiles([{ days: 3, strikeUsd: 90_000, iv: 0.5 }]), 30)).toEqual({
      missing: 'no expiry with an at-the-money IV is within a factor 2 of 30 days',
    })
  })

  it('passes over what has expired', () => {
    expect(smiles([{ days: 0, strikeUsd: 90_000, iv: 0.5 }])).toEqual([])
  })
})

describe('25-delta skew', () => {
  const tilted = (days: number) =>
    [70, 75, 80, 85, 90, 95, 100, 105, 110].flatMap((thousand) =>
      (['call', 'put'] as const).map((kind) => ({ days, kind, strikeUsd: thousand * 1_000, iv: 1.4 - thousand / 100 })),
    )

  it('is 0 on a flat smile and call minus put on a tilted one', () => {
    const flat = tilted(28).map((row) => ({ ...row, iv: 0.5 }))
    expect(skewNear(smiles(flat), 30)).toEqual({ value: { skew25: 0, skewDte: 28 - 2 / 24 } })
    const found = skewNear(smiles(tilted(28)), 30)
    if (!('value' in found)) throw new Error(found.missing)
    expect(found.value.skew25).toBeLessThan(-0.1)
  })

  it('is of the expiry nearest the horizon that reaches both deltas', () => {
    const narrow = tilted(30).filter(({ strikeUsd }) => Math.abs(strikeUsd - 90_000) < 6_000)
    expect(skewNear(smiles([...tilted(7), ...tilted(21), ...narrow]), 30)).toMatchObject({
      value: { skewDte: 21 - 2 / 24 },
    })
  })

  it('is missing where no smile reaches both deltas', () => {
    const callsOnly = tilted(28).filter(({ kind }) => kind === 'call')
    expect(skewNear(smiles(callsOnly), 30)).toEqual({
      missing: 'no expiry has marked calls and puts on both sides of 25 delta',
    })
  })
})
