import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalBounds,
  ApprovedAction,
  type ApprovedLeg,
  ApprovedOrder,
  type LegName,
  openApprovedOrder,
} from './approval.js'
import { call } from './call.fixture.js'
import type { OrderTerms } from './order.js'

const open: ApprovedLeg = {
  leg: 'open',
  instrument: call,
  side: 'sell',
  maxSizeCoin: 1,
  worstPriceCoin: 0.01,
  reduceOnly: false,
}
const close: ApprovedLeg = {
  leg: 'close',
  instrument: { ...call, symbol: 'BTC-27FEB26-90000-C' },
  side: 'buy',
  maxSizeCoin: 1,
  worstPriceCoin: 0.03,
  reduceOnly: true,
}
const bounds: ApprovalBounds = { decisionId: 'cafe0123', legs: [open], maxNetDebitCoin: null, expiresMs: 10_000 }
const sell: OrderTerms = {
  symbol: open.instrument.symbol,
  side: 'sell',
  sizeCoin: 0.5,
  priceCoin: 0.012,
  label: 'cc-run-cafe0123-o-1',
  postOnly: true,
  reduceOnly: false,
  timeInForce: 'good-til-cancelled',
  validUntilMs: 5_000,
}
const buy: OrderTerms = {
  ...sell,
  symbol: close.instrument.symbol,
  side: 'buy',
  reduceOnly: true,
  label: 'cc-run-cafe0123-c-1',
}

const sealed = (legs: ApprovedLeg[] = [open], more: Partial<ApprovalBounds> = {}) =>
  ApprovedAction.seal({ ...bounds, legs, ...more })

describe('ApprovedAction', () => {
  it('tells itself from spreads, look-alikes and prototypes', () => {
    const real = sealed()
    const fakes = [
      { ...real },
      { bounds },
      Object.create(ApprovedAction.prototype),
      structuredClone(real.bounds),
      null,
      'approved',
    ]
    expect(ApprovedAction.is(real)).toBe(true)
    for (const fake of fakes) expect(ApprovedAction.is(fake)).toBe(false)
  })

  it('does not follow later changes of what it was sealed with', () => {
    const leg = { ...open }
    const action = sealed([leg])
    leg.maxSizeCoin = 100
    expect(action.bounds.legs[0]?.maxSizeCoin).toBe(1)
    expect(() => Object.assign(action.bounds.legs[0] as object, { maxSizeCoin: 100 })).toThrow(TypeError)
    expect(() => Object.assign(action.bounds, { expiresMs: 1e15 })).toThrow(TypeError)
  })

  it.each<[string, Partial<ApprovalBounds>]>([
    ['no decision id', { decisionId: '' }],
    ['an id that is no hex', { decisionId: 'decision-1' }],
    ['an expiry that is no time', { expiresMs: Number.NaN }],
    ['a leg twice', { legs: [open, open] }],
    ['no size', { legs: [{ ...open, maxSizeCoin: 0 }] }],
    ['a size without end', { legs: [{ ...open, maxSizeCoin: Number.POSITIVE_INFINITY }] }],
    ['no worst price', { legs: [{ ...open, worstPriceCoin: 0 }] }],
    ['an opening leg that buys', { legs: [{ ...open, side: 'buy' }] }],
    ['a closing leg that may grow the position', { legs: [{ ...close, reduceOnly: false }] }],
  ])('is not sealed with %s', (_, change) => {
    expect(() => ApprovedAction.seal({ ...bounds, ...change })).toThrow(
      expect.objectContaining({ code: 'models/invalid-approval' }),
    )
  })
})

describe('ApprovedOrder.within', () => {
  it('cuts an order inside the bounds', () => {
    const order = ApprovedOrder.within(sealed(), 'open', sell)
    expect(order?.terms).toEqual(sell)
  })

  it.each<[string, LegName, Partial<OrderTerms>]>([
    ['a leg that is not approved', 'close', {}],
    ['another symbol', 'open', { symbol: 'BTC-27MAR26-110000-C' }],
    ['the other side', 'open', { side: 'buy' }],
    ['a price below the worst', 'open', { priceCoin: 0.0099 }],
    ['a price that is no number', 'open', { priceCoin: Number.NaN }],
    ['a price without end', 'open', { priceCoin: Number.POSITIVE_INFINITY }],
    ['more than the leg', 'open', { sizeCoin: 1.00000001 }],
    ['a size that is no number', 'open', { sizeCoin: Number.NaN }],
    ['nothing', 'open', { sizeCoin: 0 }],
    ['a size below zero', 'open', { sizeCoin: -1 }],
    ['a life beyond the approval', 'open', { validUntilMs: 10_001 }],
    ['a life without end', 'open', { validUntilMs: Number.NaN }],
  ])('refuses %s', (_, leg, change) => {
    expect(ApprovedOrder.within(sealed(), leg, { ...sell, ...change })).toBeUndefined()
  })

  it('refuses a close that may grow the position or pays more than the worst price', () => {
    expect(ApprovedOrder.within(sealed([close]), 'close', { ...buy, reduceOnly: false })).toBeUndefined()
    expect(ApprovedOrder.within(sealed([close]), 'close', { ...buy, priceCoin: 0.0301 })).toBeUndefined()
    expect(ApprovedOrder.within(sealed([close]), 'close', buy)).toBeDefined()
  })

  it('keeps the size of live orders and of unknown outcomes taken, and gives back what a settled order left', () => {
    const action = sealed()
    const first = ApprovedOrder.within(action, 'open', { ...sell, sizeCoin: 0.7 })
    expect(ApprovedOrder.within(action, 'open', { ...sell, sizeCoin: 0.4 })).toBeUndefined()
    ApprovedOrder.settle(first as ApprovedOrder, { filledCoin: 0.2, averagePriceCoin: 0.012 })
    expect(ApprovedOrder.within(action, 'open', { ...sell, sizeCoin: 0.8 })).toBeDefined()
    expect(ApprovedOrder.within(action, 'open', { ...sell, sizeCoin: 0.1 })).toBeUndefined()
  })

  it('throws for an approval that it did not seal', () => {
    const forged = Object.create(ApprovedAction.prototype, { bounds: { value: { ...bounds } } }) as ApprovedAction
    expect(() => ApprovedOrder.within(forged, 'open', sell)).toThrow(
      expect.objectContaining({ code: 'models/forged-approval' }),
    )
  })
})

describe('the opening leg of a roll', () => {
  const reopen = { ...sell, sizeCoin: 0.4 }

  it('waits until the close is done, and opens at most what was closed', () => {
    const action = sealed([close, open])
    expect(ApprovedOrder.within(action, 'open', reopen)).toBeUndefined()
    const closing = ApprovedOrder.within(action, 'close', { ...buy, sizeCoin: 1 }) as ApprovedOrder
    expect(ApprovedOrder.within(action, 'open', reopen)).toBeUndefined()
    ApprovedOrder.settle(closing, { filledCoin: 0.4, averagePriceCoin: 0.02 })
    expect(ApprovedOrder.within(action, 'open', { ...reopen, sizeCoin: 0.5 })).toBeUndefined()
    expect(ApprovedOrder.within(action, 'open', reopen)).toBeDefined()
    expect(ApprovedOrder.within(action, 'open', { ...reopen, sizeCoin: 0.1 })).toBeUndefined()
  })

  it('costs no more than the net debit cap', () => {
    const action = sealed([close, open], { maxNetDebitCoin: 0.005 })
    const closing = ApprovedOrder.within(action, 'close', { ...buy, sizeCoin: 0.4 }) as ApprovedOrder
    ApprovedOrder.settle(closing, { filledCoin: 0.4, averagePriceCoin: 0.02 })
    expect(ApprovedOrder.within(action, 'open', { ...reopen, priceCoin: 0.0145 })).toBeUndefined()
    expect(ApprovedOrder.within(action, 'open', { ...reopen, priceCoin: 0.015 })).toBeDefined()
  })
})

describe('ApprovedOrder.settle', () => {
  it.each([
    ['more than its size', { filledCoin: 0.6, averagePriceCoin: 0.012 }],
    ['less than nothing', { filledCoin: -0.1, averagePriceCoin: 0.012 }],
    ['no number', { filledCoin: Number.NaN, averagePriceCoin: 0.012 }],
    ['fills without a price', { filledCoin: 0.1, averagePriceCoin: null }],
  ])('refuses %s', (_, result) => {
    const order = ApprovedOrder.within(sealed(), 'open', sell) as ApprovedOrder
    expect(() => ApprovedOrder.settle(order, result)).toThrow(
      expect.objectContaining({ code: 'models/invalid-settlement' }),
    )
  })

  it('happens once', () => {
    const order = ApprovedOrder.within(sealed(), 'open', sell) as ApprovedOrder
    ApprovedOrder.settle(order, { filledCoin: 0, averagePriceCoin: null })
    expect(() => ApprovedOrder.settle(order, { filledCoin: 0, averagePriceCoin: null })).toThrow(
      expect.objectContaining({ code: 'models/invalid-settlement' }),
    )
  })
})

describe('openApprovedOrder', () => {
  it('hands the terms out once', () => {
    const order = ApprovedOrder.within(sealed(), 'open', sell)
    expect(openApprovedOrder(order)).toEqual(sell)
    expect(() => openApprovedOrder(order)).toThrow(
      expect.objectContaining({ code: 'models/order-already-sent', recovery: 'halt' }),
    )
  })

  it('refuses what was not cut from an approval', () => {
    const order = ApprovedOrder.within(sealed(), 'open', sell) as ApprovedOrder
    const forged = [
      { ...order },
      { terms: sell },
      sell,
      Object.create(ApprovedOrder.prototype),
      JSON.parse(JSON.stringify(order)),
      null,
      undefined,
    ]
    for (const fake of forged) {
      expect(() => openApprovedOrder(fake)).toThrow(
        expect.objectContaining({ code: 'models/forged-order', recovery: 'halt' }),
      )
    }
  })
})

describe('any sequence of cuts and settlements', () => {
  it('never lets a leg trade more than approved, nor a roll open more than it closed', () => {
    const step = fc.record({
      leg: fc.constantFrom<LegName>('close', 'open'),
      size: fc.integer({ min: 1, max: 14 }).map((tenths) => tenths / 10),
      fill: fc.double({ min: 0, max: 1, noNaN: true }),
      settles: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const action = sealed([close, open])
        const out = { close: 0, open: 0 }
        const filled = { close: 0, open: 0 }
        for (const { leg, size, fill, settles } of steps) {
          const order = ApprovedOrder.within(action, leg, { ...(leg === 'open' ? sell : buy), sizeCoin: size })
          if (order === undefined) continue
          if (settles) {
            const filledCoin = Math.floor(size * fill * 10) / 10
            ApprovedOrder.settle(order, { filledCoin, averagePriceCoin: 0.02 })
            filled[leg] += filledCoin
          } else {
            out[leg] += size
          }
          expect(filled.close + out.close).toBeLessThanOrEqual(1 + 1e-9)
          expect(filled.open + out.open).toBeLessThanOrEqual(filled.close + 1e-9)
        }
      }),
    )
  })
})
