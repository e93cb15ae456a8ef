import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  DELIVERY_FEE_RATE,
  deliveryFeeCoin,
  purchaseCostCoin,
  saleProceedsCoin,
  TRADE_FEE_CAP,
  tradeFeeCoin,
} from './fees.js'

/** Whole satoshis, up to 1,000 coins. */
const amount = fc.integer({ min: 0, max: 1e11 }).map((satoshis) => satoshis / 1e8)

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

  it.each([
    { field: 'sizeCoin', value: -1 },
    { field: 'priceCoin', value: Number.NaN },
    { field: 'feeRate', value: Infinity },
  ])('refuses a $field of $value', ({ field, value }) => {
    expect(() => tradeFeeCoin({ sizeCoin: 1, priceCoin: 0.02, feeRate: 0.0003, [field]: value })).toThrow(
      `tradeFeeCoin: ${field} must be a finite number >= 0, got ${value}`,
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

  it.each([
    { field: 'sizeCoin', value: -1 },
    { field: 'payoutCoin', value: Number.NaN },
  ])('refuses a $field of $value, of a daily too', ({ field, value }) => {
    expect(() => deliveryFeeCoin({ sizeCoin: 1, payoutCoin: 0.2, daily: true, [field]: value })).toThrow(
      `deliveryFeeCoin: ${field} must be a finite number >= 0, got ${value}`,
    )
  })
})

describe('saleProceedsCoin and purchaseCostCoin', () => {
  it('take the fee from the premium and add it to the cost', () => {
    const trade = { sizeCoin: 0.5, priceCoin: 0.02, feeRate: 0.0003 }
    expect(saleProceedsCoin(trade)).toBeCloseTo(0.00985, 15)
    expect(purchaseCostCoin(trade)).toBeCloseTo(0.01015, 15)
  })

  it('leave a seller seven eighths of the premium at least', () => {
    fc.assert(
      fc.property(amount, amount, amount, (sizeCoin, priceCoin, feeRate) => {
        const proceeds = saleProceedsCoin({ sizeCoin, priceCoin, feeRate })
        expect(proceeds).toBeGreaterThanOrEqual(0.875 * sizeCoin * priceCoin * (1 - 1e-14))
        expect(proceeds).toBeLessThanOrEqual(sizeCoin * priceCoin)
        expect(purchaseCostCoin({ sizeCoin, priceCoin, feeRate })).toBeGreaterThanOrEqual(sizeCoin * priceCoin)
      }),
    )
  })
})
