import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REFERENCE_ROWS } from '../test/black76-reference.js'
import { type Black76Input, type Black76Value, black76, type OptionKind } from './black76.js'

const weekly: Black76Input = { forwardUsd: 60_000, strikeUsd: 66_000, expiryYears: 7 / 365, iv: 0.55, kind: 'call' }

/** Options as an exchange may list them, from a quiet minute before expiry to two years of panic. */
const market = fc.record({
  forwardUsd: fc.double({ min: 100, max: 200_000, noNaN: true }),
  strikeUsd: fc.double({ min: 100, max: 200_000, noNaN: true }),
  expiryYears: fc.double({ min: 2e-6, max: 2, noNaN: true }),
  iv: fc.double({ min: 0.05, max: 3, noNaN: true }),
})
const option = fc.tuple(market, fc.constantFrom<OptionKind>('call', 'put')).map(([rest, kind]) => ({ ...rest, kind }))

describe('black76', () => {
  it.each(REFERENCE_ROWS)('is exact for $why', ({ input, value }) => {
    expectClose(black76(input), value)
  })

  it('keeps call − put = forward − strike', () => {
    fc.assert(
      fc.property(market, (input) => {
        const call = black76({ ...input, kind: 'call' })
        const put = black76({ ...input, kind: 'put' })
        const scale = Math.max(input.forwardUsd, input.strikeUsd)
        expect(Math.abs(call.priceUsd - put.priceUsd - (input.forwardUsd - input.strikeUsd))).toBeLessThan(
          1e-14 * scale,
        )
        expect(call.delta - put.delta).toBeCloseTo(1, 14)
        expect([call.gamma, call.vega]).toEqual([put.gamma, put.vega])
      }),
    )
  })

  it('stays between intrinsic value and the bound of its kind, with greeks of the right sign', () => {
    fc.assert(
      fc.property(option, (input) => {
        const { forwardUsd, strikeUsd, kind } = input
        const value = black76(input)
        const isCall = kind === 'call'
        expect(value.priceUsd).toBeGreaterThanOrEqual(
          Math.max(0, isCall ? forwardUsd - strikeUsd : strikeUsd - forwardUsd),
        )
        expect(value.priceUsd).toBeLessThanOrEqual(isCall ? forwardUsd : strikeUsd)
        for (const greek of [value.delta, value.rho, value.netDelta]) {
          expect(isCall ? greek : 0 - greek).toBeGreaterThanOrEqual(0)
        }
        expect(Math.abs(value.delta)).toBeLessThanOrEqual(1)
        expect(value.gamma).toBeGreaterThanOrEqual(0)
        expect(value.vega).toBeGreaterThanOrEqual(0)
        expect(value.theta).toBeLessThanOrEqual(0)
        expect(value.theta).toBeGreaterThanOrEqual(-value.priceUsd)
        expect(Math.abs(value.netDelta - (value.delta - value.priceCoin))).toBeLessThan(1e-13 * (1 + value.priceCoin))
      }),
    )
  })

  it('rises with volatility, and falls convexly in the strike for a call', () => {
    fc.assert(
      fc.property(market, fc.double({ min: 0.001, max: 0.3, noNaN: true }), (input, share) => {
        const priceAt = (change: Partial<Black76Input>) => black76({ ...input, kind: 'call', ...change }).priceUsd
        const noise = 1e-13 * input.forwardUsd
        expect(priceAt({ iv: input.iv * (1 + share) })).toBeGreaterThanOrEqual(priceAt({}) - noise)

        const low = priceAt({ strikeUsd: input.strikeUsd * (1 - share) })
        const middle = priceAt({})
        const high = priceAt({ strikeUsd: input.strikeUsd * (1 + share) })
        expect(low).toBeGreaterThanOrEqual(middle)
        expect(middle).toBeGreaterThanOrEqual(high)
        expect(low + high - 2 * middle).toBeGreaterThanOrEqual(-4 * noise)
      }),
    )
  })

  it('has delta and vega as the slopes of its price', () => {
    const bump = 1e-4
    const slope = (field: 'forwardUsd' | 'iv', size: number) =>
      (black76({ ...weekly, [field]: weekly[field] + size }).priceUsd -
        black76({ ...weekly, [field]: weekly[field] - size }).priceUsd) /
      (2 * size)
    expect(slope('forwardUsd', 1)).toBeCloseTo(black76(weekly).delta, 7)
    expect(slope('iv', bump) / 100).toBeCloseTo(black76(weekly).vega, 5)
  })

  it.each<{ why: string; change: Partial<Black76Input>; value: Partial<Black76Value> }>([
    { why: 'out of the money', change: {}, value: { priceUsd: 0, delta: 0, netDelta: 0, rho: 0 } },
    { why: 'a put out of the money', change: { strikeUsd: 48_000, kind: 'put' }, value: { priceUsd: 0, delta: 0 } },
    { why: 'in the money', change: { strikeUsd: 48_000 }, value: { priceUsd: 12_000, priceCoin: 0.2, delta: 1 } },
    { why: 'a put in the money', change: { kind: 'put' }, value: { priceUsd: 6_000, delta: -1, netDelta: -1.1 } },
    { why: 'at the money', change: { strikeUsd: 60_000 }, value: { priceUsd: 0, delta: 0.5, netDelta: 0.5 } },
    { why: 'a put at the money', change: { strikeUsd: 60_000, kind: 'put' }, value: { priceUsd: 0, delta: -0.5 } },
  ])('is the intrinsic value when no time or no volatility is left: $why', ({ change, value }) => {
    const limit = { gamma: 0, vega: 0, theta: 0, ...value }
    expect(black76({ ...weekly, ...change, expiryYears: 0 })).toMatchObject(limit)
    expect(black76({ ...weekly, ...change, iv: 0 })).toMatchObject(limit)
  })

  it('stays finite for any finite input', () => {
    const positive = fc.double({ min: 1e-100, max: 1e100, noNaN: true })
    fc.assert(
      fc.property(positive, positive, fc.constantFrom<OptionKind>('call', 'put'), (iv, expiryYears, kind) => {
        const value = black76({ ...weekly, iv, expiryYears, kind })
        expect(Object.values(value).filter((number) => !Number.isFinite(number))).toEqual([])
      }),
    )
  })

  it.each<{ change: Partial<Black76Input> }>([
    { change: { forwardUsd: Number.MIN_VALUE } },
    { change: { forwardUsd: 1e-310, strikeUsd: 1e-310 } },
    { change: { strikeUsd: 1e300, expiryYears: 1e300, kind: 'put' } },
  ])('refuses what no double holds, rather than be NaN: $change', ({ change }) => {
    expect(() => black76({ ...weekly, ...change })).toThrow(
      /^black76: inputs must have a price and greeks that doubles hold, got forward /,
    )
  })

  it('is finite or an error for any positive numbers', () => {
    const positive = fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true })
    const option = fc.record({ forwardUsd: positive, strikeUsd: positive, expiryYears: positive, iv: positive })
    fc.assert(
      fc.property(option, fc.constantFrom<OptionKind>('call', 'put'), (input, kind) => {
        try {
          expect(Object.values(black76({ ...input, kind })).every(Number.isFinite)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
    )
  })

  it.each<{ change: object; message: string }>([
    { change: { iv: Number.NaN }, message: 'black76: iv must be a finite number >= 0, got NaN' },
    { change: { iv: -0.1 }, message: 'black76: iv must be a finite number >= 0, got -0.1' },
    { change: { expiryYears: -1 }, message: 'black76: expiryYears must be a finite number >= 0, got -1' },
    { change: { forwardUsd: 0 }, message: 'black76: forwardUsd must be a finite number > 0, got 0' },
    { change: { strikeUsd: Infinity }, message: 'black76: strikeUsd must be a finite number > 0, got Infinity' },
    { change: { strikeUsd: undefined }, message: 'black76: strikeUsd must be a finite number > 0, got undefined' },
    { change: { kind: 'C' }, message: "black76: kind must be 'call' or 'put', got C" },
  ])('refuses $change', ({ change, message }) => {
    expect(() => black76({ ...weekly, ...change })).toThrow(new RangeError(message))
  })
})

/** Relative error within 1e-13 for prices and 1e-12 for greeks. */
function expectClose(value: Black76Value, wanted: Record<keyof Black76Value, number | string>): void {
  for (const field of Object.keys(value) as (keyof Black76Value)[]) {
    const limit = field.startsWith('price') ? 1e-13 : 1e-12
    expect(Math.abs(value[field] / Number(wanted[field]) - 1), field).toBeLessThanOrEqual(limit)
  }
}
