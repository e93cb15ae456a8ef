import fc from 'fast-check'
import { expect, it } from 'vitest'
import { candidate, shortCall } from '../test/agent-state.js'
import { rollSizeCoin } from './roll-size.js'

const target = candidate({ bidPriceCoin: 0.012 })
const call = (askPriceCoin: number, sizeCoin = -2) => ({ ...shortCall({ sizeCoin }), askPriceCoin })
const coverage = (freeCoin: number) => ({
  coveredCoin: 2 + freeCoin,
  committedCoin: 2,
  freeCoin: Math.max(0, freeCoin),
})

it.each([
  { why: 'all of them for a credit, with nothing free', askPriceCoin: 0.0085, freeCoin: 0, size: 2 },
  // Bought at 0.0505 and sold at 0.0115, each with a fee of 0.0003: 0.0396 a coin.
  { why: 'as many as the free coins pay for', askPriceCoin: 0.05, freeCoin: 0.05, size: 1.2 },
  { why: 'all of them when the free coins pay for all', askPriceCoin: 0.05, freeCoin: 0.08, size: 2 },
  { why: 'none for a debit with nothing free', askPriceCoin: 0.05, freeCoin: 0, size: 0 },
  { why: 'none for a credit that does not make up for missing cover', askPriceCoin: 0.0085, freeCoin: -0.5, size: 0 },
  { why: 'all for a credit that makes up for missing cover', askPriceCoin: 0.0085, freeCoin: -0.001, size: 2 },
])('rolls $why', ({ askPriceCoin, freeCoin, size }) => {
  expect(rollSizeCoin(call(askPriceCoin), target, coverage(freeCoin))).toBe(size)
})

it('leaves what is less than a step', () => {
  expect(rollSizeCoin(call(0.0085, -0.75), target, coverage(0))).toBe(0.7)
})

it('never rolls more than is held, nor what the coins do not pay for', () => {
  const price = fc.integer({ min: 20, max: 800 }).map((ticks) => ticks * 0.0005)
  fc.assert(
    fc.property(price, price, fc.double({ min: -1, max: 1, noNaN: true }), (ask, bid, freeCoin) => {
      const size = rollSizeCoin(call(ask), candidate({ bidPriceCoin: bid }), coverage(freeCoin))
      expect(size).toBeGreaterThanOrEqual(0)
      expect(size).toBeLessThanOrEqual(2)
      const leftCoin = freeCoin + size * (bid - 0.0005 - 0.0003 - (ask + 0.0005 + 0.0003))
      if (size > 0) expect(leftCoin).toBeGreaterThan(-1e-9)
    }),
  )
})
