import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, inject, it } from 'vitest'
import { black76 } from './black76.js'
import { type StrikeFromDeltaInput, strikeFromDelta } from './strike-from-delta.js'

const recordings = inject('recordings')

const monthly: StrikeFromDeltaInput = {
  forwardUsd: 60_000,
  expiryYears: 30 / 365,
  delta: 0.25,
  kind: 'call',
  iv: 0.55,
}

const market = fc
  .record({
    forwardUsd: fc.double({ min: 100, max: 200_000, noNaN: true }),
    expiryYears: fc.double({ min: 1 / 8_760, max: 2, noNaN: true }),
    size: fc.double({ min: 0.001, max: 0.999, noNaN: true }),
    isCall: fc.boolean(),
  })
  .map(({ size, isCall, ...rest }) => ({
    ...rest,
    delta: isCall ? size : -size,
    kind: isCall ? ('call' as const) : ('put' as const),
  }))

/** A smile with the skew and the wings of a listed expiry, flat in neither. */
const skewed = (strikeUsd: number) => {
  const distance = Math.log(strikeUsd / 60_000)
  return 0.45 - 0.2 * distance + 0.3 * Math.sqrt(distance * distance + 0.04)
}

describe('strikeFromDelta', () => {
  // mpmath at 60 digits.
  it.each([
    { why: 'a 25-delta call', change: {}, strikeUsd: 67_567.67443329634 },
    { why: 'a 25-delta put', change: { kind: 'put' as const, delta: -0.25 }, strikeUsd: 54_621.22034862047 },
  ])('is exact for $why on one volatility', ({ change, strikeUsd }) => {
    expect(Math.abs((strikeFromDelta({ ...monthly, ...change }) ?? 0) / strikeUsd - 1)).toBeLessThan(1e-15)
  })

  it('finds the strike with the delta asked for, on one volatility', () => {
    fc.assert(
      fc.property(market, fc.double({ min: 0.05, max: 4, noNaN: true }), (wanted, iv) => {
        const strikeUsd = strikeFromDelta({ ...wanted, iv }) ?? Number.NaN
        const deviation = iv * Math.sqrt(wanted.expiryYears)
        const { delta } = black76({ ...wanted, strikeUsd, iv })
        // One rounding of the strike moves d1 by an epsilon over the deviation.
        expect(Math.abs(delta - wanted.delta)).toBeLessThan(1e-14 + Number.EPSILON * (4 / deviation + 4 * deviation))
      }),
      { numRuns: 1_000 },
    )
  })

  it('finds the strike with the delta asked for, on a smile', () => {
    const smile = fc.record({
      level: fc.double({ min: 0.2, max: 1.5, noNaN: true }),
      skew: fc.double({ min: -0.3, max: 0.3, noNaN: true }),
      wing: fc.double({ min: 0, max: 0.5, noNaN: true }),
    })
    fc.assert(
      fc.property(market, smile, (wanted, { level, skew, wing }) => {
        const iv = (strikeUsd: number) => {
          const distance = Math.log(strikeUsd / wanted.forwardUsd)
          return level * Math.sqrt(1 + (skew + wing * distance) * Math.tanh(distance))
        }
        fc.pre(wanted.expiryYears < 0.5)
        const strikeUsd = strikeFromDelta({ ...wanted, iv }) ?? Number.NaN
        const volatility = iv(strikeUsd)
        const { delta } = black76({ ...wanted, strikeUsd, iv: volatility })
        const deviation = volatility * Math.sqrt(wanted.expiryYears)
        expect(Math.abs(delta - wanted.delta)).toBeLessThan(1e-13 + (20 * Number.EPSILON) / deviation)
      }),
      { numRuns: 1_000 },
    )
  })

  it('falls as the delta rises', () => {
    for (const iv of [0.55, skewed]) {
      const strikes = [0.05, 0.1, 0.25, 0.5, 0.75, 0.95].map((delta) => strikeFromDelta({ ...monthly, delta, iv }) ?? 0)
      expect(strikes).toEqual(strikes.toSorted((a, b) => b - a))
    }
  })

  it('is one strike for the call and the put whose deltas differ by 1', () => {
    const call = strikeFromDelta({ ...monthly, iv: skewed }) ?? Number.NaN
    const put = strikeFromDelta({ ...monthly, delta: -0.75, kind: 'put', iv: skewed }) ?? Number.NaN
    expect(Math.abs(call / put - 1)).toBeLessThan(1e-14)
  })

  it('solves a smile on which repeated substitution never settles', () => {
    // Around 68,000 its volatility changes so fast that each strike asks for one on the other side, about as far off.
    const steep = (strikeUsd: number) => 0.3 + 6 * Math.max(0, 0.12 - Math.abs(Math.log(strikeUsd / 68_000)))
    const strikeUsd = strikeFromDelta({ ...monthly, iv: steep }) ?? Number.NaN
    expect(Math.abs(black76({ ...monthly, strikeUsd, iv: steep(strikeUsd) }).delta - 0.25)).toBeLessThan(1e-12)
  })

  it.each<{ why: string; change: Partial<StrikeFromDeltaInput> }>([
    { why: 'no time is left', change: { expiryYears: 0 } },
    { why: 'there is no volatility', change: { iv: 0 } },
    { why: 'a smile has none', change: { iv: () => 0 } },
    { why: 'it lies beyond the doubles', change: { iv: 1e6 } },
    { why: 'a smile jumps over it', change: { iv: (strikeUsd) => (strikeUsd < 66_000 ? 0.8 : 0.2) } },
    { why: 'a smile jumps over it by little', change: { iv: (strikeUsd) => (strikeUsd < 67_568 ? 0.5502 : 0.5498) } },
    { why: 'the wings of a smile rise too fast', change: { iv: (k) => 0.5 + 20 * Math.log(k / 60_000) ** 2 } },
  ])('knows none where $why', ({ change }) => {
    expect(strikeFromDelta({ ...monthly, ...change })).toBeNull()
  })

  it.each<{ change: object; message: string }>([
    { change: { delta: 0 }, message: 'delta must be inside 0..1 for a call, got 0' },
    { change: { delta: 1 }, message: 'delta must be inside 0..1 for a call, got 1' },
    { change: { delta: Number.NaN }, message: 'delta must be inside 0..1 for a call, got NaN' },
    { change: { kind: 'put' }, message: 'delta must be inside -1..0 for a put, got 0.25' },
    { change: { kind: 'C' }, message: "kind must be 'call' or 'put', got C" },
    { change: { iv: -0.1 }, message: 'iv must be a finite number >= 0, got -0.1' },
    { change: { iv: () => Number.NaN }, message: 'iv(60000) must be a finite number >= 0, got NaN' },
    { change: { forwardUsd: 0 }, message: 'forwardUsd must be a finite number > 0, got 0' },
    { change: { expiryYears: -1 }, message: 'expiryYears must be a finite number >= 0, got -1' },
  ])('refuses $change', ({ change, message }) => {
    expect(() => strikeFromDelta({ ...monthly, ...change })).toThrow(new RangeError(`strikeFromDelta: ${message}`))
  })
})

describe.skipIf(recordings === null)('strikeFromDelta on recorded data', () => {
  it('matches the reference strikes', () => {
    const text = readFileSync(join(recordings ?? '', 'vectors/quant.json'), 'utf8')
    const { F, days, iv, call25, put25 } = JSON.parse(text).strike_from_delta
    const market = { forwardUsd: F, expiryYears: days / 365, iv }
    expect(strikeFromDelta({ ...market, delta: 0.25, kind: 'call' })).toBeCloseTo(call25, 9)
    expect(strikeFromDelta({ ...market, delta: -0.25, kind: 'put' })).toBeCloseTo(put25, 9)
  })
})
