import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coveredCallBreakeven } from './breakeven.js'
import { type CoveredCall, coveredCallOutcome } from './covered-call.js'

const sold = { strikeUsd: 80_000, indexUsd: 75_000, priceCoin: 0.02, feeRate: 0.0003, daily: false }

describe('coveredCallBreakeven', () => {
  it.each([
    { why: 'both fees at their rate', call: sold, callUsd: 80_000 / (1 - 0.0197 + 0.00015) },
    { why: 'a daily', call: { ...sold, daily: true }, callUsd: 80_000 / (1 - 0.0197) },
    { why: 'both fees capped', call: { ...sold, priceCoin: 0.001 }, callUsd: 80_000 / (1 - 0.000875 / 1.125) },
    { why: 'no premium', call: { ...sold, priceCoin: 0 }, callUsd: 80_000 },
  ])('of the call in coin, with $why', ({ call, callUsd }) => {
    expect(coveredCallBreakeven(call).callUsd).toBeCloseTo(callUsd, 8)
  })

  it('of the position in USD is where the net premium makes up for the fall', () => {
    const { positionUsd, downsideProtection } = coveredCallBreakeven(sold)
    expect(positionUsd).toBeCloseTo(75_000 / 1.0197, 8)
    expect(downsideProtection).toBeCloseTo(0.0197 / 1.0197, 14)
  })

  it.each([
    { why: 'sold so dear that it lies below the strike', priceCoin: 0.26, positionUsd: 100_000 / 1.2597 },
    { why: 'sold at more than its intrinsic value', priceCoin: 0.21, positionUsd: 20_000 / 0.20955 },
    { why: 'sold at a little less than its intrinsic value', priceCoin: 0.19, positionUsd: 20_000 / 0.18955 },
    { why: 'sold at next to nothing', priceCoin: 0.0001, positionUsd: null },
  ])('of a position whose call was in the money and $why', ({ priceCoin, positionUsd }) => {
    const breakeven = coveredCallBreakeven({ ...sold, indexUsd: 100_000, priceCoin })
    if (positionUsd === null) expect(breakeven).toMatchObject({ positionUsd: null, downsideProtection: null })
    else expect(breakeven.positionUsd).toBeCloseTo(positionUsd, 8)
  })

  it('says that the index must rise when the call was sold under its intrinsic value', () => {
    expect(coveredCallBreakeven({ ...sold, indexUsd: 100_000, priceCoin: 0.19 }).downsideProtection).toBeLessThan(0)
  })

  it('of a call whose premium is worth a coin does not exist', () => {
    expect(coveredCallBreakeven({ ...sold, priceCoin: 1.01 }).callUsd).toBeNull()
  })

  const calls = fc
    .record({
      strikeShare: fc.double({ min: 0.4, max: 2, noNaN: true }),
      indexUsd: fc.double({ min: 100, max: 1e6, noNaN: true }),
      priceCoin: fc.oneof(
        fc.integer({ min: 1, max: 60 }).map((ticks) => ticks / 1e4),
        fc.integer({ min: 1, max: 9_000 }).map((ticks) => ticks / 1e4),
      ),
      feeRate: fc.constantFrom(0, 0.0003),
      daily: fc.boolean(),
    })
    .map(({ strikeShare, ...call }): CoveredCall => ({ ...call, strikeUsd: strikeShare * call.indexUsd }))
  const outcomeAt = (call: CoveredCall, deliveryUsd: number) =>
    coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd })

  it('is where the call neither gains nor loses, and where a root finder ends', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const callUsd = coveredCallBreakeven(call).callUsd ?? Number.NaN
        expect(Math.abs(outcomeAt(call, callUsd).callPnlCoin)).toBeLessThan(1e-14)
        const pnl = (deliveryUsd: number) => -outcomeAt(call, deliveryUsd).callPnlCoin
        const root = bisect(pnl, { low: call.strikeUsd, high: 1_000 * call.strikeUsd })
        expect(Math.abs(root / callUsd - 1)).toBeLessThan(1e-11)
      }),
    )
  })

  it('is where the position is worth what the coins were, and less so at every lower price', () => {
    fc.assert(
      fc.property(calls, fc.double({ min: 0.001, max: 0.9999, noNaN: true }), (call, share) => {
        const { positionUsd, downsideProtection } = coveredCallBreakeven(call)
        if (positionUsd === null || downsideProtection === null) {
          for (const times of [0.1, 1, 10, 1e6]) {
            expect(outcomeAt(call, times * call.indexUsd).positionPnlUsd).toBeLessThan(0)
          }
          return
        }
        const scaleUsd = positionUsd + call.indexUsd
        expect(Math.abs(outcomeAt(call, positionUsd).positionPnlUsd)).toBeLessThan(1e-13 * scaleUsd)
        expect(outcomeAt(call, share * positionUsd).positionPnlUsd).toBeLessThan(0)
        expect((1 - downsideProtection) * call.indexUsd).toBeCloseTo(positionUsd, 5)
      }),
    )
  })

  it('finds the position that breaks even while the delivery fee is still capped', () => {
    const call = { strikeUsd: 80_000, indexUsd: 100_000, priceCoin: 0.24999, feeRate: 0, daily: false }
    const { positionUsd } = coveredCallBreakeven(call)
    const outcome = outcomeAt(call, positionUsd ?? Number.NaN)
    expect(outcome.deliveryFeeCoin).toBeGreaterThan(0)
    expect(outcome.deliveryFeeCoin).toBeLessThan(0.00015)
    expect(outcome.positionPnlUsd).toBeCloseTo(0, 6)
  })

  it('knows no capped fee of a daily', () => {
    const call = { strikeUsd: 80_000, indexUsd: 100_000, priceCoin: 0.24999, feeRate: 0, daily: true }
    expect(coveredCallBreakeven(call).positionUsd).toBeCloseTo(20_000 / 0.24999, 8)
  })

  it('rises with the premium for the call, and falls with it for the position', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const less = coveredCallBreakeven(call)
        const more = coveredCallBreakeven({ ...call, priceCoin: call.priceCoin + 0.001 })
        expect(more.callUsd ?? Infinity).toBeGreaterThan(less.callUsd ?? Infinity)
        expect(more.positionUsd ?? 1e300).toBeLessThan(less.positionUsd ?? Infinity)
      }),
    )
  })

  it.each([
    { field: 'strikeUsd', value: Number.NaN, expected: '> 0' },
    { field: 'indexUsd', value: 0, expected: '> 0' },
    { field: 'priceCoin', value: -1, expected: '>= 0' },
    { field: 'feeRate', value: Infinity, expected: '>= 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    expect(() => coveredCallBreakeven({ ...sold, [field]: value })).toThrow(
      `coveredCallBreakeven: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})

/** Where a rising function crosses 0. */
function bisect(rises: (x: number) => number, { low, high }: { low: number; high: number }): number {
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2
    if (rises(middle) > 0) high = middle
    else low = middle
  }
  return high
}
