import { black76, isOnStep, isOnTick } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listOption } from '../contract-terms.js'
import { quoteBook } from './option-book.js'
import { hash32 } from './seeded-noise.js'

const EXPIRY_MS = Date.UTC(2026, 0, 30, 8)

function book(option: {
  currency: 'BTC' | 'ETH'
  kind: 'call' | 'put'
  moneyness: number
  days: number
  iv: number
  noise: number
}) {
  const { currency, kind, moneyness, days, iv, noise } = option
  const forwardUsd = currency === 'BTC' ? 88_000 : 2_950
  const strikeUsd = Math.max(1, Math.round(forwardUsd * Math.exp(moneyness * iv * Math.sqrt(days / 365))))
  const expiryYears = days / 365
  const instrument = listOption({ currency, kind, strikeUsd, expiryMs: EXPIRY_MS })
  const fair = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind })
  return { instrument, fair, forwardUsd, ...quoteBook({ instrument, fair, forwardUsd, expiryYears, noise }) }
}

const option = fc.record({
  currency: fc.constantFrom('BTC' as const, 'ETH' as const),
  kind: fc.constantFrom('call' as const, 'put' as const),
  moneyness: fc.double({ min: -4, max: 4, noNaN: true }),
  days: fc.double({ min: 1 / 1440, max: 380, noNaN: true }),
  iv: fc.double({ min: 0.1, max: 2, noNaN: true }),
  noise: fc.nat(2 ** 32 - 1),
})

it('quotes bids below asks, on ticks, in sizes one can trade', () => {
  fc.assert(
    fc.property(option, (given) => {
      const { instrument, bidPriceCoin, bidSizeCoin, askPriceCoin, askSizeCoin } = book(given)
      expect(bidPriceCoin === null).toBe(bidSizeCoin === null)
      if (bidPriceCoin !== null) {
        expect(bidPriceCoin).toBeGreaterThan(0)
        expect(bidPriceCoin).toBeLessThan(askPriceCoin!)
        expect(isOnTick(bidPriceCoin, instrument)).toBe(true)
      }
      expect(isOnTick(askPriceCoin!, instrument)).toBe(true)
      expect(askPriceCoin!).toBeGreaterThan(0)
      for (const size of [bidSizeCoin, askSizeCoin]) {
        if (size === null) continue
        expect(size).toBeGreaterThanOrEqual(instrument.minSizeCoin)
        expect(isOnStep(size, instrument.sizeStepCoin)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

it('has no bid where the option is worth nothing', () => {
  const { bidPriceCoin, askPriceCoin } = book({
    currency: 'BTC',
    kind: 'call',
    moneyness: 6,
    days: 7,
    iv: 0.4,
    noise: 5,
  })
  expect(bidPriceCoin).toBeNull()
  expect(askPriceCoin).toBe(0.0001)
})

describe('spreads of calls', () => {
  const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!

  it.each([
    { currency: 'BTC', days: 7, delta: 0.25, moneyness: 0.66, volPoints: 1.9 },
    { currency: 'BTC', days: 7, delta: 0.48, moneyness: 0.03, volPoints: 1.7 },
    { currency: 'BTC', days: 30, delta: 0.25, moneyness: 0.66, volPoints: 1 },
    { currency: 'BTC', days: 30, delta: 0.11, moneyness: 1.2, volPoints: 0.9 },
    { currency: 'ETH', days: 7, delta: 0.25, moneyness: 0.66, volPoints: 2.1 },
    { currency: 'ETH', days: 30, delta: 0.48, moneyness: 0.03, volPoints: 1 },
  ] as const)('is about $volPoints vol points for $currency, $days days, delta $delta', (cell) => {
    const { currency, days, delta, moneyness, volPoints } = cell
    const iv = currency === 'BTC' ? 0.44 : 0.62
    const spreads = Array.from({ length: 400 }, (_, i) => {
      const given = { currency, kind: 'call' as const, moneyness: moneyness + (i % 20) / 400, days, iv }
      const { fair, forwardUsd, bidPriceCoin, askPriceCoin } = book({ ...given, noise: hash32(i) })
      expect(Math.abs(fair.delta - delta)).toBeLessThan(0.05)
      return ((askPriceCoin! - bidPriceCoin!) * forwardUsd) / fair.vega
    })
    expect(median(spreads) / volPoints).toBeGreaterThan(0.6)
    expect(median(spreads) / volPoints).toBeLessThan(1.4)
  })
})
