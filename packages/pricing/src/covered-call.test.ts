import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CoveredCall, coveredCallOutcome, coveredCallYield } from './covered-call.js'
import { DELIVERY_FEE_RATE } from './fees.js'

const index = fc.double({ min: 100, max: 1e6, noNaN: true })
const calls = fc
  .record({
    strikeShare: fc.double({ min: 0.3, max: 3, noNaN: true }),
    indexUsd: index,
    priceCoin: fc.integer({ min: 0, max: 9_000 }).map((ticks) => ticks / 1e4),
    feeRate: fc.constantFrom(0, 0.0003),
    daily: fc.boolean(),
  })
  .map(({ strikeShare, ...call }): CoveredCall => ({ ...call, strikeUsd: strikeShare * call.indexUsd }))

const soldAtEighty = { strikeUsd: 80_000, indexUsd: 75_000, priceCoin: 0.02, feeRate: 0.0003, daily: false }

describe('coveredCallOutcome', () => {
  it('adds up the half coin of calls that was sold at 0.020 and delivered a fifth in the money', () => {
    const outcome = coveredCallOutcome({ ...soldAtEighty, sizeCoin: 0.5, deliveryUsd: 100_000 })
    expect(outcome.premiumCoin).toBeCloseTo(0.01, 15)
    expect(outcome.tradeFeeCoin).toBeCloseTo(0.00015, 15)
    expect(outcome.payoutCoin).toBeCloseTo(0.1, 15)
    expect(outcome.payoutUsd).toBe(10_000)
    expect(outcome.deliveryFeeCoin).toBeCloseTo(0.000075, 15)
    expect(outcome.callPnlCoin).toBeCloseTo(-0.090075 - 0.00015, 15)
    expect(outcome.callPnlUsd).toBeCloseTo(-9_022.5, 9)
    expect(outcome.holdingPnlUsd).toBe(12_500)
    expect(outcome.positionPnlUsd).toBeCloseTo(3_477.5, 9)
  })

  it('keeps the net premium of a call that expires worthless', () => {
    const outcome = coveredCallOutcome({ ...soldAtEighty, sizeCoin: 2, deliveryUsd: 80_000 })
    expect(outcome).toMatchObject({ payoutCoin: 0, payoutUsd: 0, deliveryFeeCoin: 0 })
    expect(outcome.callPnlCoin).toBeCloseTo(2 * 0.0197, 15)
  })

  it('spares a daily the delivery fee', () => {
    const daily = coveredCallOutcome({ ...soldAtEighty, daily: true, sizeCoin: 1, deliveryUsd: 100_000 })
    expect(daily.deliveryFeeCoin).toBe(0)
    expect(daily.callPnlCoin).toBeCloseTo(-0.1803, 15)
  })

  it('caps the trade fee of a cheap call at an eighth of its price', () => {
    const cheap = coveredCallOutcome({ ...soldAtEighty, priceCoin: 0.0001, sizeCoin: 1, deliveryUsd: 70_000 })
    expect(cheap.callPnlCoin).toBeCloseTo(0.0000875, 15)
  })

  it('ends worth (1 + p − f − g)D − max(0, D − K) per coin: holding less what the call took', () => {
    fc.assert(
      fc.property(calls, index, (call, deliveryUsd) => {
        const outcome = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd })
        const kept = 1 + outcome.premiumCoin - outcome.tradeFeeCoin - outcome.deliveryFeeCoin
        const endUsd = kept * deliveryUsd - Math.max(0, deliveryUsd - call.strikeUsd)
        const scaleUsd = deliveryUsd + call.indexUsd
        expect(Math.abs(outcome.positionPnlUsd + call.indexUsd - endUsd)).toBeLessThan(1e-14 * scaleUsd)
        expect(outcome.positionPnlUsd).toBe(outcome.holdingPnlUsd + outcome.callPnlCoin * deliveryUsd)
      }),
    )
  })

  it('gains the net premium at most, and loses the coins at most but for a delivery fee', () => {
    fc.assert(
      fc.property(calls, fc.double({ min: 1, max: 1e12, noNaN: true }), (call, deliveryUsd) => {
        const outcome = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd })
        const netPremium = outcome.premiumCoin - outcome.tradeFeeCoin
        expect(outcome.callPnlCoin).toBeLessThanOrEqual(netPremium)
        expect(outcome.callPnlCoin).toBeGreaterThanOrEqual(netPremium - 1 - DELIVERY_FEE_RATE)
        if (netPremium > DELIVERY_FEE_RATE) expect(outcome.callPnlCoin).toBeGreaterThan(-1)
      }),
    )
  })

  it('loses coin, and gives upside away, as the delivery price rises', () => {
    fc.assert(
      fc.property(calls, index, index, (call, a, b) => {
        const low = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd: Math.min(a, b) })
        const high = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd: Math.max(a, b) })
        expect(high.callPnlCoin).toBeLessThanOrEqual(low.callPnlCoin)
        expect(high.payoutCoin).toBeGreaterThanOrEqual(low.payoutCoin)
        expect(high.payoutUsd).toBeGreaterThanOrEqual(low.payoutUsd)
      }),
    )
  })

  it('scales with the size', () => {
    fc.assert(
      fc.property(calls, index, (call, deliveryUsd) => {
        const one = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd })
        const four = coveredCallOutcome({ ...call, sizeCoin: 4, deliveryUsd })
        for (const [field, value] of Object.entries(one)) expect(four[field as keyof typeof one]).toBe(4 * value)
      }),
    )
  })

  it.each([
    { field: 'strikeUsd', value: 0, expected: '> 0' },
    { field: 'indexUsd', value: Number.NaN, expected: '> 0' },
    { field: 'deliveryUsd', value: -1, expected: '> 0' },
    { field: 'priceCoin', value: -0.01, expected: '>= 0' },
    { field: 'feeRate', value: Infinity, expected: '>= 0' },
    { field: 'sizeCoin', value: Number.NaN, expected: '>= 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    expect(() => coveredCallOutcome({ ...soldAtEighty, sizeCoin: 1, deliveryUsd: 1, [field]: value })).toThrow(
      `coveredCallOutcome: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})

describe('coveredCallYield', () => {
  it('of a call out of the money is the net premium, and with the way to the strike if called', () => {
    const yields = coveredCallYield({ ...soldAtEighty, expiryYears: 30 / 365 })
    expect(yields.static.coin).toBeCloseTo(0.0197, 15)
    expect(yields.static.usd).toBe(yields.static.coin)
    expect(yields.static.annualisedCoin).toBeCloseTo((0.0197 * 365) / 30, 14)
    expect(yields.ifCalled.coin).toBeCloseTo(0.0197, 15)
    expect(yields.ifCalled.usd).toBeCloseTo((1.0197 * 80) / 75 - 1, 14)
    expect(yields.ifCalled.annualisedUsd).toBeCloseTo((((1.0197 * 80) / 75 - 1) * 365) / 30, 13)
  })

  it('of a call in the money is its time value less both fees', () => {
    const deep = { ...soldAtEighty, indexUsd: 100_000, priceCoin: 0.21 }
    const yields = coveredCallYield({ ...deep, expiryYears: 1 })
    expect(yields.static.coin).toBeCloseTo(0.21 - 0.2 - 0.0003 - 0.00015, 14)
    expect(yields.ifCalled.usd).toBeCloseTo(1.2097 * 0.8 - 1, 14)
    expect(coveredCallYield({ ...deep, daily: true, expiryYears: 1 }).static.coin).toBeCloseTo(0.0097, 14)
  })

  it('is the outcome at an unchanged index and at the strike', () => {
    fc.assert(
      fc.property(calls, (call) => {
        const yields = coveredCallYield({ ...call, expiryYears: 0.1 })
        const unchanged = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd: call.indexUsd })
        const called = coveredCallOutcome({ ...call, sizeCoin: 1, deliveryUsd: call.strikeUsd })
        expect(yields.static.coin).toBeCloseTo(unchanged.callPnlCoin, 14)
        expect(yields.static.usd).toBeCloseTo(unchanged.positionPnlUsd / call.indexUsd, 13)
        expect(yields.ifCalled.coin).toBeCloseTo(called.callPnlCoin, 14)
        expect(yields.ifCalled.usd).toBeCloseTo(called.positionPnlUsd / call.indexUsd, 13)
      }),
    )
  })

  it('annualises simply: half the time is twice the rate', () => {
    const year = coveredCallYield({ ...soldAtEighty, expiryYears: 1 })
    const half = coveredCallYield({ ...soldAtEighty, expiryYears: 0.5 })
    expect(year.ifCalled.annualisedUsd).toBe(year.ifCalled.usd)
    expect(half.ifCalled.annualisedUsd).toBe(2 * year.ifCalled.usd)
    expect(half.static.annualisedCoin).toBe(2 * year.static.coin)
    expect(half.ifCalled.annualisedCoin).toBe(2 * year.ifCalled.coin)
    expect(half.static.annualisedUsd).toBe(2 * year.static.usd)
  })

  it.each([
    { field: 'expiryYears', value: 0, expected: '> 0' },
    { field: 'strikeUsd', value: Number.NaN, expected: '> 0' },
    { field: 'indexUsd', value: 0, expected: '> 0' },
    { field: 'priceCoin', value: Number.NaN, expected: '>= 0' },
    { field: 'feeRate', value: -0.0003, expected: '>= 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    expect(() => coveredCallYield({ ...soldAtEighty, expiryYears: 1, [field]: value })).toThrow(
      `coveredCallYield: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})
