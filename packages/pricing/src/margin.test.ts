import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortCallMargin } from './margin.js'

describe('shortCallMargin', () => {
  it.each([
    { strikeUsd: 110_000, markCoin: 0.02, initial: 0.12, maintenance: 0.095, why: 'out of the money, at the minimum' },
    { strikeUsd: 103_000, markCoin: 0.025, initial: 0.145, maintenance: 0.1, why: 'a little out of the money' },
    { strikeUsd: 100_000, markCoin: 0.03, initial: 0.18, maintenance: 0.105, why: 'at the money' },
    { strikeUsd: 50_000, markCoin: 0.5, initial: 0.65, maintenance: 0.575, why: 'deep in the money' },
  ])('asks $initial and $maintenance per coin: $why', ({ strikeUsd, markCoin, initial, maintenance }) => {
    const margin = shortCallMargin({ sizeCoin: 1, strikeUsd, underlyingUsd: 100_000, markCoin })
    expect(margin.initialMarginCoin).toBeCloseTo(initial, 14)
    expect(margin.maintenanceMarginCoin).toBeCloseTo(maintenance, 14)
  })

  it('grows with the size, and asks more to open than to hold', () => {
    const price = fc.double({ min: 100, max: 1e6, noNaN: true })
    const unit = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(price, price, unit, (strikeUsd, underlyingUsd, markCoin) => {
        const one = shortCallMargin({ sizeCoin: 1, strikeUsd, underlyingUsd, markCoin })
        const two = shortCallMargin({ sizeCoin: 2, strikeUsd, underlyingUsd, markCoin })
        expect(one.initialMarginCoin).toBeGreaterThan(one.maintenanceMarginCoin)
        expect(two.initialMarginCoin).toBe(2 * one.initialMarginCoin)
        expect(two.maintenanceMarginCoin).toBe(2 * one.maintenanceMarginCoin)
      }),
    )
  })

  it('refuses a missing mark', () => {
    expect(() => shortCallMargin({ sizeCoin: 1, strikeUsd: 1, underlyingUsd: 1, markCoin: Number.NaN })).toThrow(
      'shortCallMargin: markCoin must be a finite number >= 0, got NaN',
    )
  })
})
