import { isOnTick } from '@cc/pricing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { listOption } from './contract-terms.js'
import { priceBand } from './quote-option.js'

const call = listOption({ currency: 'BTC', kind: 'call', strikeUsd: 100_000, expiryMs: Date.UTC(2026, 2, 27, 8) })

it.each([
  { mark: 0.0069, low: 0.0001, high: 0.0365 },
  { mark: 0.0535, low: 0.0265, high: 0.0935 },
  { mark: 0.1296, low: 0.0945, high: 0.1705 },
])('takes about the prices that Deribit took at a mark of $mark', ({ mark, low, high }) => {
  const band = priceBand(call, { markPriceCoin: mark, bidPriceCoin: null, askPriceCoin: null })
  expect(Math.abs(band.minPriceCoin - low)).toBeLessThan(0.011)
  expect(Math.abs(band.maxPriceCoin - high)).toBeLessThan(0.011)
})

it('always takes the quotes themselves, on ticks above 0', () => {
  const price = fc.double({ min: 0, max: 2, noNaN: true })
  fc.assert(
    fc.property(price, price, price, (markPriceCoin, bidPriceCoin, askPriceCoin) => {
      const { minPriceCoin, maxPriceCoin } = priceBand(call, { markPriceCoin, bidPriceCoin, askPriceCoin })
      expect(minPriceCoin).toBeGreaterThan(0)
      expect(minPriceCoin).toBeLessThanOrEqual(Math.max(bidPriceCoin, call.tickSizeCoin))
      expect(maxPriceCoin).toBeGreaterThanOrEqual(Math.max(askPriceCoin, markPriceCoin))
      expect(isOnTick(minPriceCoin, call) && isOnTick(maxPriceCoin, call)).toBe(true)
    }),
  )
})
