import { optionInstrumentSchema, parseSymbol } from '@cc/models'
import { isOnTick } from '@cc/pricing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listOption, priceBand, settlementPeriodOf } from './contract-terms.js'

it.each([
  ['2026-05-28', 'day', 'a Thursday'],
  ['2026-05-22', 'week', 'a Friday with another one in its month'],
  ['2026-05-29', 'month', 'the last Friday of May'],
  ['2026-06-26', 'month', 'the last Friday of a quarter'],
  ['2026-05-31', 'day', 'a Sunday at the end of a month'],
])('settles an option of %s by the %s: %s', (date, period) => {
  expect(settlementPeriodOf(Date.parse(`${date}T08:00Z`))).toBe(period)
})

it('lists an option whose symbol says what it is', () => {
  const terms = { currency: 'ETH', kind: 'put', strikeUsd: 2_950, expiryMs: Date.UTC(2026, 0, 9, 8) } as const
  const instrument = optionInstrumentSchema.parse(listOption(terms))
  expect(instrument.symbol).toBe('ETH-9JAN26-2950-P')
  expect(parseSymbol(instrument.symbol)).toEqual(terms)
  expect(instrument).toMatchObject({ minSizeCoin: 1, sizeStepCoin: 1, settlementPeriod: 'week', state: 'open' })
})

describe('the price band', () => {
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
})
