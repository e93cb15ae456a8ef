import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coinToUsd, premiumUsd, usdToCoin } from './conversion.js'

describe('premiumUsd', () => {
  it('values the whole size at the index', () => {
    expect(premiumUsd({ priceCoin: 0.02, sizeCoin: 0.5, indexUsd: 60_000 })).toBeCloseTo(600, 10)
  })

  it.each([
    { field: 'priceCoin', value: -0.01, expected: '>= 0' },
    { field: 'sizeCoin', value: Number.NaN, expected: '>= 0' },
    { field: 'indexUsd', value: 0, expected: '> 0' },
  ])('refuses a $field of $value', ({ field, value, expected }) => {
    expect(() => premiumUsd({ priceCoin: 0.02, sizeCoin: 0.5, indexUsd: 1, [field]: value })).toThrow(
      `premiumUsd: ${field} must be a finite number ${expected}, got ${value}`,
    )
  })
})

describe('coinToUsd and usdToCoin', () => {
  it('value an amount at the index, a loss too', () => {
    expect(coinToUsd(-0.09, 100_000)).toBe(-9_000)
    expect(usdToCoin(-9_000, 100_000)).toBe(-0.09)
  })

  it('undo each other', () => {
    const amount = fc.integer({ min: -1e12, max: 1e12 }).map((satoshis) => satoshis / 1e8)
    const index = fc.double({ min: 1, max: 1e6, noNaN: true })
    fc.assert(
      fc.property(amount, index, (coin, indexUsd) => {
        expect(Math.abs(usdToCoin(coinToUsd(coin, indexUsd), indexUsd) - coin)).toBeLessThanOrEqual(
          1e-15 * Math.abs(coin),
        )
      }),
    )
  })

  it('agree with the premium of a trade', () => {
    expect(coinToUsd(0.02 * 0.5, 60_000)).toBe(premiumUsd({ priceCoin: 0.02, sizeCoin: 0.5, indexUsd: 60_000 }))
  })

  it.each([
    { call: () => coinToUsd(Number.NaN, 1), message: 'coinToUsd: amountCoin must be a finite number, got NaN' },
    { call: () => coinToUsd(1, 0), message: 'coinToUsd: indexUsd must be a finite number > 0, got 0' },
    { call: () => usdToCoin(Infinity, 1), message: 'usdToCoin: amountUsd must be a finite number, got Infinity' },
    { call: () => usdToCoin(1, -1), message: 'usdToCoin: indexUsd must be a finite number > 0, got -1' },
  ])('refuse: $message', ({ call, message }) => {
    expect(call).toThrow(message)
  })
})
