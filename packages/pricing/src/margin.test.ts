import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shortCallMargin, shortPutMargin } from './margin.js'

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

describe('shortPutMargin', () => {
  it.each([
    { strikeUsd: 75_000, markCoin: 0.01, initial: 0.11, maintenance: 0.085, why: 'out of the money, at the minimum' },
    { strikeUsd: 97_000, markCoin: 0.025, initial: 0.145, maintenance: 0.1, why: 'a little out of the money' },
    { strikeUsd: 100_000, markCoin: 0.03, initial: 0.18, maintenance: 0.105, why: 'at the money' },
    { strikeUsd: 200_000, markCoin: 1, initial: 1.15, maintenance: 1.075, why: 'worth a coin' },
    { strikeUsd: 400_000, markCoin: 3, initial: 3.225, maintenance: 3.225, why: 'worth so much that holding rules' },
  ])('asks $initial and $maintenance per coin: $why', ({ strikeUsd, markCoin, initial, maintenance }) => {
    const margin = shortPutMargin({ sizeCoin: 2, strikeUsd, underlyingUsd: 100_000, markCoin })
    expect(margin.initialMarginCoin).toBeCloseTo(2 * initial, 14)
    expect(margin.maintenanceMarginCoin).toBeCloseTo(2 * maintenance, 14)
  })

  it('never asks less to open than to hold, nor less than a call as far from the money', () => {
    const share = fc.double({ min: 0, max: 0.9, noNaN: true })
    const mark = fc.double({ min: 0, max: 5, noNaN: true })
    fc.assert(
      fc.property(share, mark, (otm, markCoin) => {
        const put = shortPutMargin({ sizeCoin: 1, strikeUsd: 1_000 * (1 - otm), underlyingUsd: 1_000, markCoin })
        const call = shortCallMargin({ sizeCoin: 1, strikeUsd: 1_000 * (1 + otm), underlyingUsd: 1_000, markCoin })
        expect(put.initialMarginCoin).toBeGreaterThanOrEqual(put.maintenanceMarginCoin)
        expect(put.initialMarginCoin).toBeGreaterThanOrEqual(call.initialMarginCoin - 1e-12)
        expect(put.maintenanceMarginCoin).toBeGreaterThanOrEqual(call.maintenanceMarginCoin)
      }),
    )
  })

  it.each([
    { field: 'sizeCoin', value: -1, expected: '>= 0' },
    { field: 'strikeUsd', value: 0, expected: '> 0' },
    { field: 'underlyingUsd', value: Number.NaN, expected: '> 0' },
    { field: 'markCoin', value: Infinity, expected: '>= 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    const put = { sizeCoin: 1, strikeUsd: 1, underlyingUsd: 1, markCoin: 0.1 }
    expect(() => shortPutMargin({ ...put, [field]: value })).toThrow(
      `shortPutMargin: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})
