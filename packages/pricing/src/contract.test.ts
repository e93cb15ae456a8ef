import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76, type OptionKind } from './black76.js'
import {
  DELIVERY_FEE_RATE,
  deliveryFeeCoin,
  moneyness,
  payoutCoin,
  premiumUsd,
  shortCallMargin,
  TRADE_FEE_CAP,
  tradeFeeCoin,
} from './contract.js'

const price = fc.double({ min: 1, max: 1e6, noNaN: true })

describe('payoutCoin', () => {
  it.each<{ kind: OptionKind; deliveryUsd: number; payout: number; why: string }>([
    { kind: 'call', deliveryUsd: 125_000, payout: 0.2, why: "Deribit's own example" },
    { kind: 'call', deliveryUsd: 100_000, payout: 0, why: 'at the strike' },
    { kind: 'call', deliveryUsd: 90_000, payout: 0, why: 'out of the money' },
    { kind: 'put', deliveryUsd: 80_000, payout: 0.25, why: 'a put' },
    { kind: 'put', deliveryUsd: 25_000, payout: 3, why: 'a put can pay more than a coin' },
  ])('of a 100,000 $kind at $deliveryUsd is $payout: $why', ({ kind, deliveryUsd, payout }) => {
    expect(payoutCoin({ kind, strikeUsd: 100_000, deliveryUsd })).toBe(payout)
  })

  it('never takes more than the coin that covers a call, which keeps the strike in USD', () => {
    fc.assert(
      fc.property(price, price, (strikeUsd, deliveryUsd) => {
        const payout = payoutCoin({ kind: 'call', strikeUsd, deliveryUsd })
        expect(payout).toBeGreaterThanOrEqual(0)
        expect(payout).toBeLessThan(1)
        const keptUsd = (1 - payout) * deliveryUsd
        expect(Math.abs(keptUsd / Math.min(strikeUsd, deliveryUsd) - 1)).toBeLessThan(1e-9)
      }),
    )
  })

  it('is the price of an option without time', () => {
    fc.assert(
      fc.property(price, price, fc.constantFrom<OptionKind>('call', 'put'), (strikeUsd, deliveryUsd, kind) => {
        const { priceCoin } = black76({ forwardUsd: deliveryUsd, strikeUsd, expiryYears: 0, iv: 0.5, kind })
        expect(payoutCoin({ kind, strikeUsd, deliveryUsd })).toBe(priceCoin)
      }),
    )
  })

  it('refuses a missing delivery price', () => {
    expect(() => payoutCoin({ kind: 'call', strikeUsd: 1, deliveryUsd: 0 })).toThrow(
      'payoutCoin: deliveryUsd must be a finite number > 0, got 0',
    )
  })
})

describe('moneyness', () => {
  it('is the distance of the strike from the forward', () => {
    expect(moneyness({ forwardUsd: 60_000, strikeUsd: 66_000 })).toBe(0.1)
    expect(moneyness({ forwardUsd: 60_000, strikeUsd: 45_000 })).toBe(-0.25)
  })
})

describe('premiumUsd', () => {
  it('values the whole size at the index', () => {
    expect(premiumUsd({ priceCoin: 0.02, sizeCoin: 0.5, indexUsd: 60_000 })).toBeCloseTo(600, 10)
  })
})

const amount = fc.double({ min: 0, max: 1_000, noNaN: true })

describe('tradeFeeCoin', () => {
  it.each([
    { sizeCoin: 1, priceCoin: 0.0001, fee: 0.0000125, why: "the cap, Deribit's own example" },
    { sizeCoin: 0.5, priceCoin: 0.02, fee: 0.00015, why: 'the rate' },
    { sizeCoin: 2, priceCoin: 0.0024, fee: 0.0006, why: 'where rate and cap meet' },
    { sizeCoin: 0, priceCoin: 0.02, fee: 0, why: 'nothing traded' },
  ])('is $fee for $sizeCoin at $priceCoin: $why', ({ sizeCoin, priceCoin, fee }) => {
    expect(tradeFeeCoin({ sizeCoin, priceCoin, feeRate: 0.0003 })).toBeCloseTo(fee, 15)
  })

  it('exceeds neither the rate nor an eighth of the premium', () => {
    fc.assert(
      fc.property(amount, amount, (sizeCoin, priceCoin) => {
        const fee = tradeFeeCoin({ sizeCoin, priceCoin, feeRate: 0.0003 })
        expect(fee).toBeLessThanOrEqual(0.0003 * sizeCoin)
        expect(fee).toBeLessThanOrEqual(TRADE_FEE_CAP * priceCoin * sizeCoin * (1 + 1e-15))
      }),
    )
  })

  it('refuses a missing price', () => {
    expect(() => tradeFeeCoin({ sizeCoin: 1, priceCoin: Number.NaN, feeRate: 0.0003 })).toThrow(
      'tradeFeeCoin: priceCoin must be a finite number >= 0, got NaN',
    )
  })
})

describe('deliveryFeeCoin', () => {
  it.each([
    { payoutCoin: 0.2, daily: false, fee: 0.000075, why: 'the rate' },
    { payoutCoin: 0.0004, daily: false, fee: 0.000025, why: 'the cap' },
    { payoutCoin: 0, daily: false, fee: 0, why: 'expired worthless' },
    { payoutCoin: 0.2, daily: true, fee: 0, why: 'a daily' },
  ])('is $fee for half a coin that pays $payoutCoin: $why', ({ payoutCoin, daily, fee }) => {
    expect(deliveryFeeCoin({ sizeCoin: 0.5, payoutCoin, daily })).toBeCloseTo(fee, 15)
  })

  it('exceeds neither the rate nor an eighth of the payout', () => {
    fc.assert(
      fc.property(amount, amount, (sizeCoin, payoutCoin) => {
        const fee = deliveryFeeCoin({ sizeCoin, payoutCoin, daily: false })
        expect(fee).toBeLessThanOrEqual(DELIVERY_FEE_RATE * sizeCoin)
        expect(fee).toBeLessThanOrEqual(TRADE_FEE_CAP * payoutCoin * sizeCoin * (1 + 1e-15))
      }),
    )
  })
})

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
