import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkOrderTime, type OrderParams, onGrid } from './order-check.js'

const BTC = {
  ticks: { tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] },
  stepCoin: 0.1,
}

describe('checkOrderTime', () => {
  it.each([1, 3_000, 60_000])('lets an order pass that is good for %i ms', (leftMs) => {
    expect(() => checkOrderTime('private/sell', { valid_until: 5_000 + leftMs }, 5_000)).not.toThrow()
  })

  it.each([undefined, 0, 4_999, 5_000, 65_001, Number.NaN])('refuses one that is good until %s', (valid_until) => {
    expect(() => checkOrderTime('private/sell', { valid_until } as never, 5_000)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ field: 'valid_until' }) }),
    )
  })

  it('has nothing to look at where a position is closed, which Deribit begins whenever', () => {
    expect(() => checkOrderTime('private/close_position', {}, 5_000)).not.toThrow()
  })
})

describe('onGrid', () => {
  it.each([
    [{ price: 0.012, amount: 0.3 }, { price: 0.012, amount: 0.3 }, 'nothing to do'],
    [{ price: 0.0049, amount: 0.1 }, { price: 0.0049, amount: 0.1 }, 'the fine grid'],
    [{ price: 0.1 * 0.15, amount: 0.1 + 0.2 }, { price: 0.015, amount: 0.3 }, 'noise of float arithmetic'],
    [{ price: 0.012 }, { price: 0.012 }, 'no amount'],
  ])('makes %j %j: %s', (params: OrderParams, expected: OrderParams, _why: string) => {
    expect(onGrid('private/sell', params, BTC)).toEqual(expected)
  })

  it.each([
    [{ price: 0.0052 }, { field: 'price', value: 0.0052, below: 0.005, above: 0.0055 }],
    [{ price: 0.00495 }, { field: 'price', value: 0.00495, below: 0.0049, above: 0.005 }],
    [{ price: 0.00001 }, { field: 'price', value: 0.00001, below: 0, above: 0.0001 }],
    [
      { price: 0.012, amount: 0.25 },
      { field: 'amount', value: 0.25, below: 0.2, above: 0.3 },
    ],
    [
      { price: 0.012, amount: 0.05 },
      { field: 'amount', value: 0.05, below: 0, above: 0.1 },
    ],
    [
      { price: 0.012, amount: 0.29999999 },
      { field: 'amount', value: 0.29999999, below: 0.2, above: 0.3 },
    ],
  ])('refuses %j and names its neighbours', (params, facts) => {
    expect(() => onGrid('private/sell', params, BTC)).toThrow(
      expect.objectContaining({
        code: 'deribit/off-grid',
        recovery: 'skip',
        facts: { method: 'private/sell', ...facts },
      }),
    )
    expect(() => onGrid('private/sell', params, BTC)).toThrow(
      `private/sell: ${facts.field}: ${facts.value} is not on the grid of its instrument; next are ${facts.below} and ${facts.above}.`,
    )
  })

  it('sends only what it was given, to within noise, and always the same decimals', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        (price, amount) => {
          try {
            const sent = onGrid('private/sell', { price, amount }, BTC)
            expect(Math.abs(sent.price - price)).toBeLessThanOrEqual(1e-12)
            expect(Math.abs(sent.amount - amount)).toBeLessThanOrEqual(1e-10)
            expect(onGrid('private/sell', sent, BTC)).toEqual(sent)
          } catch (error) {
            const { field, below, above } = (error as { facts: Record<string, number> }).facts
            const value = field === ('price' as never) ? price : amount
            expect(below).toBeLessThanOrEqual(value)
            expect(above).toBeGreaterThan(value)
          }
        },
      ),
    )
  })
})
