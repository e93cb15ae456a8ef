import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { black76, type OptionKind } from './black76.js'
import { moneyness, payoutCoin, payoutUsd } from './payout.js'

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

describe('payoutUsd', () => {
  it.each([
    { kind: 'call', deliveryUsd: 125_000, payout: 25_000 },
    { kind: 'call', deliveryUsd: 90_000, payout: 0 },
    { kind: 'put', deliveryUsd: 80_000, payout: 20_000 },
    { kind: 'put', deliveryUsd: 100_000, payout: 0 },
  ] as const)('of a 100,000 $kind at $deliveryUsd is $payout', ({ kind, deliveryUsd, payout }) => {
    expect(payoutUsd({ kind, strikeUsd: 100_000, deliveryUsd })).toBe(payout)
  })

  it('is the payout in coin at the delivery price', () => {
    fc.assert(
      fc.property(price, price, fc.constantFrom<OptionKind>('call', 'put'), (strikeUsd, deliveryUsd, kind) => {
        const option = { kind, strikeUsd, deliveryUsd }
        expect(payoutUsd(option) / deliveryUsd).toBe(payoutCoin(option))
      }),
    )
  })

  it('names itself when it refuses', () => {
    expect(() => payoutUsd({ kind: 'put', strikeUsd: Number.NaN, deliveryUsd: 1 })).toThrow(
      'payoutUsd: strikeUsd must be a finite number > 0, got NaN',
    )
  })

  it('refuses a word that is no kind', () => {
    expect(() => payoutUsd({ kind: 'C' as OptionKind, strikeUsd: 1, deliveryUsd: 1 })).toThrow(
      "payoutUsd: kind must be 'call' or 'put', got C",
    )
  })
})

describe('moneyness', () => {
  it('is the distance of the strike from the forward', () => {
    expect(moneyness({ forwardUsd: 60_000, strikeUsd: 66_000 })).toBe(0.1)
    expect(moneyness({ forwardUsd: 60_000, strikeUsd: 45_000 })).toBe(-0.25)
  })

  it.each([
    { field: 'forwardUsd', value: 0 },
    { field: 'strikeUsd', value: Number.NaN },
  ])('refuses a $field of $value', ({ field, value }) => {
    expect(() => moneyness({ forwardUsd: 1, strikeUsd: 1, [field]: value })).toThrow(
      `moneyness: ${field} must be a finite number > 0, got ${value}`,
    )
  })
})
