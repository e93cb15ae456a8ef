import { black76 } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHourlyWorld, type Forces, HOUR_MS } from './hourly-world.js'
import { atmIvAt, createSmile, createSurface } from './surface.js'
import { SURFACE_TENORS_DAYS, WORLD } from './world-parameters.js'

const NOW_MS = Date.UTC(2026, 0, 2)
const DAYS = [0.002, 0.3, 1, 2.3, 4, 7, 14, 22, 30, 60, 90, 180, 270, 370]
const expiriesMs = DAYS.map((days) => Math.round(NOW_MS + days * 24 * HOUR_MS))
const currencies = ['BTC', 'ETH'] as const

/** Forces up to 4 deviations from home. */
const forces = fc.record<Forces>({
  slow: fc.double({ min: -0.7, max: 0.7, noNaN: true }),
  fast: fc.double({ min: -0.8, max: 1.1, noNaN: true }),
  premium: fc.double({ min: -0.16, max: 0.16, noNaN: true }),
  skew: fc.double({ min: -4, max: 4, noNaN: true }),
  wings: fc.double({ min: -4, max: 4, noNaN: true }),
  carry: fc.double({ min: -4, max: 4, noNaN: true }),
})

describe('surface', () => {
  it('never lets total at-the-money variance fall with time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencies), forces, (currency, moved) => {
        const slices = createSurface({
          currency,
          forces: moved,
          indexUsd: 50_000,
          atMs: NOW_MS,
          expiriesMs,
          settlementMeanUsd: () => 50_000,
        })
        const variances = slices.map(({ smile, expiryYears }) => smile(0) ** 2 * expiryYears)
        variances.slice(1).forEach((variance, i) => {
          expect(variance).toBeGreaterThanOrEqual(variances[i]! * (1 - 1e-12))
        })
      }),
    )
  })

  it('prices calls positive, falling and convex in strike, with sane IVs', () => {
    fc.assert(
      fc.property(fc.constantFrom(...currencies), forces, (currency, moved) => {
        for (const { smile, expiryYears, forwardUsd } of createSurface({
          currency,
          forces: moved,
          indexUsd: 50_000,
          atMs: NOW_MS,
          expiriesMs,
          settlementMeanUsd: () => 50_000,
        })) {
          const deviation = smile(0) * Math.sqrt(expiryYears)
          const points = Array.from({ length: 61 }, (_, i) => {
            const k = (i / 10 - 3) * deviation
            const strikeUsd = forwardUsd * Math.exp(k)
            expect(smile(k)).toBeGreaterThan(0.3 * smile(0))
            expect(smile(k)).toBeLessThan(2.5 * smile(0))
            return { strikeUsd, ...black76({ forwardUsd, strikeUsd, expiryYears, iv: smile(k), kind: 'call' }) }
          })
          const slopes = points
            .slice(1)
            .map((to, i) => (to.priceUsd - points[i]!.priceUsd) / (to.strikeUsd - points[i]!.strikeUsd))
          slopes.forEach((slope, i) => {
            expect(slope).toBeLessThan(0)
            if (i > 0) expect(slope).toBeGreaterThan(slopes[i - 1]! - 1e-9)
          })
        }
      }),
      { numRuns: 60 },
    )
  })

  it('lets forwards converge to the index', () => {
    const slices = createSurface({
      currency: 'BTC',
      forces: { slow: 0, fast: 0, premium: 0, skew: 0, wings: 0, carry: 1 },
      indexUsd: 88_000,
      atMs: NOW_MS,
      expiriesMs,
      settlementMeanUsd: () => 88_000,
    })
    expect(Math.abs(slices[0]!.forwardUsd - 88_000)).toBeLessThan(0.1)
    expect(slices.at(-1)!.forwardUsd / 88_000 - 1).toBeGreaterThan(0.03)
  })
})

describe('smile', () => {
  const nodes = { atmIv: 0.44, skew25: -0.12, wings25: 0.025, skew10: -0.26, wings10: 0.107 }
  const YEARS = 30 / 365

  /** IV where an option of this delta stands on the smile. */
  function ivAtDelta(smile: (k: number) => number, delta: number, kind: 'call' | 'put'): number {
    let [low, high] = [-1.5, 1.5]
    for (let i = 0; i < 80; i++) {
      const k = (low + high) / 2
      const value = black76({ forwardUsd: 1, strikeUsd: Math.exp(k), expiryYears: YEARS, iv: smile(k), kind })
      if (value.delta > delta) low = k
      else high = k
    }
    return smile(low)
  }

  it('has the risk reversals and butterflies that it was given', () => {
    const smile = createSmile(nodes, YEARS)
    const [c25, p25] = [ivAtDelta(smile, 0.25, 'call'), ivAtDelta(smile, -0.25, 'put')]
    const [c10, p10] = [ivAtDelta(smile, 0.1, 'call'), ivAtDelta(smile, -0.1, 'put')]
    expect(smile(0)).toBe(nodes.atmIv)
    expect((c25 - p25) / nodes.atmIv).toBeCloseTo(nodes.skew25, 9)
    expect((c25 + p25) / 2 / nodes.atmIv - 1).toBeCloseTo(nodes.wings25, 9)
    expect((c10 - p10) / nodes.atmIv).toBeCloseTo(nodes.skew10, 9)
    expect((c10 + p10) / 2 / nodes.atmIv - 1).toBeCloseTo(nodes.wings10, 9)
  })

  it('is flat where all nodes are alike', () => {
    const smile = createSmile({ atmIv: 0.5, skew25: 0, wings25: 0, skew10: 0, wings10: 0 }, YEARS)
    for (const logMoneyness of [-2, -0.3, 0, 0.1, 2]) expect(smile(logMoneyness)).toBe(0.5)
  })

  it('is smooth through its nodes and levels off in the wings', () => {
    const smile = createSmile(nodes, YEARS)
    const slope = (k: number) => (smile(k + 1e-4) - smile(k - 1e-4)) / 2e-4
    for (let k = -0.6; k < 0.6; k += 0.001) expect(Math.abs(slope(k + 0.001) - slope(k))).toBeLessThan(0.03)
    expect(smile(-3) - smile(-2)).toBeLessThan(1e-3)
    expect(smile(3)).toBeLessThan(smile(0) * 1.3)
  })
})

describe('over 400 days of five seeds', () => {
  const states = [1, 2, 3, 4, 5].flatMap((seed) => {
    const world = createHourlyWorld({ seed, startMs: NOW_MS })
    return Array.from({ length: 400 }, (_, day) => ({ world, hour: world.firstHour + 24 * day }))
  })
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  it.each(currencies)('has the term structure, skew and wings of %s that were measured', (currency) => {
    const sampled = states.map(({ world, hour }) => {
      const atMs = hour * HOUR_MS
      const surface = createSurface({
        currency,
        forces: world.at(currency, hour),
        indexUsd: 1_000,
        atMs,
        expiriesMs: SURFACE_TENORS_DAYS.map((days) => atMs + days * 24 * HOUR_MS),
        settlementMeanUsd: () => 1_000,
      })
      return surface.map(({ smile, expiryYears }) => ({ atm: smile(0), ...risk(smile, expiryYears) }))
    })
    const { atmIv, atmRatio, skew25, wings25 } = WORLD[currency]
    SURFACE_TENORS_DAYS.forEach((_, i) => {
      const ratio = mean(sampled.map((row) => row[i]!.atm / row[3]!.atm))
      expect(Math.abs(ratio - atmRatio[i]!)).toBeLessThan(0.045)
      expect(Math.abs(mean(sampled.map((row) => row[i]!.skew25)) - skew25[i]!)).toBeLessThan(0.012)
      expect(Math.abs(mean(sampled.map((row) => row[i]!.wings25)) - wings25[i]!)).toBeLessThan(0.004)
    })
    expect(Math.abs(mean(sampled.map((row) => row[3]!.atm)) / atmIv - 1)).toBeLessThan(0.1)
  })

  it.each(currencies)('moves at-the-money IV of %s by 2-6 % a day', (currency) => {
    const changes = states
      .filter(({ world, hour }) => hour > world.firstHour)
      .map(({ world, hour }) =>
        Math.log(
          atmIvAt(currency, world.at(currency, hour), 30) / atmIvAt(currency, world.at(currency, hour - 24), 30),
        ),
      )
    const deviation = Math.sqrt(mean(changes.map((change) => change * change)))
    expect(deviation).toBeGreaterThan(0.02)
    expect(deviation).toBeLessThan(0.06)
  })
})

/** 25-delta risk reversal and butterfly over at-the-money IV, read off the smile. */
function risk(smile: (k: number) => number, expiryYears: number): { skew25: number; wings25: number } {
  const at = (d1: number) => {
    let iv = smile(0)
    for (let i = 0; i < 40; i++) iv = smile((iv * Math.sqrt(expiryYears)) ** 2 / 2 - d1 * iv * Math.sqrt(expiryYears))
    return iv
  }
  const [call, put] = [at(-0.6744897501960817), at(0.6744897501960817)]
  return { skew25: (call - put) / smile(0), wings25: (call + put) / 2 / smile(0) - 1 }
}
