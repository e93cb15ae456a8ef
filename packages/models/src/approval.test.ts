import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ApprovalBounds,
  ApprovedAction,
  type ApprovedLeg,
  ApprovedOrder,
  cutOrder,
  isApproved,
  type LegName,
  openApprovedOrder,
  sealApproval,
  settleOrder,
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
const bounds: ApprovalBounds = {
  decisionId: 'cafe0123',
  legs: [open],
  maxNetDebitCoin: null,
  maxOrders: 1_000,
  expiresMs: 10_000,
}
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
  sealApproval({ ...bounds, legs, ...more })

/** Settles an order as the venue would have it: after it was sent. */
function fill(order: ApprovedOrder | undefined, filledCoin: number, averagePriceCoin: number | null = 0.02): void {
  openApprovedOrder(order)
  settleOrder(order as ApprovedOrder, { filledCoin, averagePriceCoin: filledCoin > 0 ? averagePriceCoin : null })
}

describe('sealApproval', () => {
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
    expect(isApproved(real)).toBe(true)
    for (const fake of fakes) expect(isApproved(fake)).toBe(false)
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
    ['no order', { maxOrders: 0 }],
    ['half an order', { maxOrders: 1.5 }],
    ['orders without end', { maxOrders: Number.POSITIVE_INFINITY }],
    ['a number of orders that is none', { maxOrders: Number.NaN }],
    ['a leg twice', { legs: [open, open] }],
    ['no size', { legs: [{ ...open, maxSizeCoin: 0 }] }],
    ['a size without end', { legs: [{ ...open, maxSizeCoin: Number.POSITIVE_INFINITY }] }],
    ['no worst price', { legs: [{ ...open, worstPriceCoin: 0 }] }],
    ['an opening leg that buys', { legs: [{ ...open, side: 'buy' }] }],
    ['a closing leg that may grow the position', { legs: [{ ...close, reduceOnly: false }] }],
  ])('is not sealed with %s', (_, change) => {
    expect(() => sealApproval({ ...bounds, ...change })).toThrow(
      expect.objectContaining({ code: 'models/invalid-approval' }),
    )
  })
})

describe('cutOrder', () => {
  it('cuts an order inside the bounds', () => {
    const order = cutOrder(sealed(), 'open', sell)
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
    ['half a satoshi more than the leg', 'open', { sizeCoin: 1.0000000049 }],
    ['a size that is no number', 'open', { sizeCoin: Number.NaN }],
    ['nothing', 'open', { sizeCoin: 0 }],
    ['a size below zero', 'open', { sizeCoin: -1 }],
    ['a life beyond the approval', 'open', { validUntilMs: 10_001 }],
    ['a life without end', 'open', { validUntilMs: Number.NaN }],
  ])('refuses %s', (_, leg, change) => {
    expect(cutOrder(sealed(), leg, { ...sell, ...change })).toBeUndefined()
  })

  it('refuses a close that may grow the position or pays more than the worst price', () => {
    expect(cutOrder(sealed([close]), 'close', { ...buy, reduceOnly: false })).toBeUndefined()
    expect(cutOrder(sealed([close]), 'close', { ...buy, priceCoin: 0.0301 })).toBeUndefined()
    expect(cutOrder(sealed([close]), 'close', buy)).toBeDefined()
  })

  it('keeps the size of live orders and of unknown outcomes taken, and gives back what a settled order left', () => {
    const action = sealed()
    const first = cutOrder(action, 'open', { ...sell, sizeCoin: 0.7 })
    expect(cutOrder(action, 'open', { ...sell, sizeCoin: 0.4 })).toBeUndefined()
    fill(first, 0.2, 0.012)
    expect(cutOrder(action, 'open', { ...sell, sizeCoin: 0.8 })).toBeDefined()
    expect(cutOrder(action, 'open', { ...sell, sizeCoin: 0.1 })).toBeUndefined()
  })

  it('cuts as many orders as were approved, over both legs and whatever becomes of them', () => {
    const action = sealed([close, open], { maxOrders: 3 })
    expect(cutOrder(action, 'close', { ...buy, priceCoin: 0.0301 })).toBeUndefined()
    fill(cutOrder(action, 'close', { ...buy, sizeCoin: 0.4 }), 0)
    fill(cutOrder(action, 'close', { ...buy, sizeCoin: 0.4 }), 0.4)
    fill(cutOrder(action, 'open', { ...sell, sizeCoin: 0.4 }), 0)
    expect(cutOrder(action, 'open', { ...sell, sizeCoin: 0.4 })).toBeUndefined()
    expect(cutOrder(action, 'close', { ...buy, sizeCoin: 0.4 })).toBeUndefined()
    expect(cutOrder(sealed([close, open], { maxOrders: 3 }), 'close', buy)).toBeDefined()
  })

  it('throws for an approval that it did not seal', () => {
    const forged = Object.create(ApprovedAction.prototype, { bounds: { value: { ...bounds } } }) as ApprovedAction
    expect(() => cutOrder(forged, 'open', sell)).toThrow(expect.objectContaining({ code: 'models/forged-approval' }))
  })
})

describe('the opening leg of a roll', () => {
  const reopen = { ...sell, sizeCoin: 0.4 }

  it('waits until the close is done, and opens at most what was closed', () => {
    const action = sealed([close, open])
    expect(cutOrder(action, 'open', reopen)).toBeUndefined()
    const closing = cutOrder(action, 'close', { ...buy, sizeCoin: 1 }) as ApprovedOrder
    expect(cutOrder(action, 'open', reopen)).toBeUndefined()
    fill(closing, 0.4)
    expect(cutOrder(action, 'open', { ...reopen, sizeCoin: 0.5 })).toBeUndefined()
    expect(cutOrder(action, 'open', reopen)).toBeDefined()
    expect(cutOrder(action, 'open', { ...reopen, sizeCoin: 0.1 })).toBeUndefined()
  })

  it('costs no more than the net debit cap', () => {
    const action = sealed([close, open], { maxNetDebitCoin: 0.005 })
    const closing = cutOrder(action, 'close', { ...buy, sizeCoin: 0.4 }) as ApprovedOrder
    fill(closing, 0.4)
    expect(cutOrder(action, 'open', { ...reopen, priceCoin: 0.0145 })).toBeUndefined()
    expect(cutOrder(action, 'open', { ...reopen, priceCoin: 0.015 })).toBeDefined()
  })
})

describe('an approval in hand', () => {
  /** What code could try that has one, and imports nothing but types. */
  const made = (value: object, key: string, ...given: unknown[]) => {
    const maker = Reflect.get(Object.getPrototypeOf(value).constructor, key)
    return typeof maker === 'function' ? maker(...given) : undefined
  }

  it('leads to no other approval', () => {
    const honest = sealed()
    const wide = { ...bounds, legs: [{ ...open, maxSizeCoin: 1_000 }] }
    const tries = [
      () => made(honest, 'seal', wide),
      () => Reflect.construct(honest.constructor, [wide]),
      () => Reflect.construct(ApprovedAction, [wide, Symbol('permit')]),
      () => Object.setPrototypeOf({ bounds: wide }, Object.getPrototypeOf(honest)),
      () => new Proxy(honest, { get: (target, key) => (key === 'bounds' ? wide : Reflect.get(target, key)) }),
      () => structuredClone(honest),
    ]
    for (const attempt of tries) expect(isApproved(quietly(attempt))).toBe(false)
  })

  it('leads to no order but by cutting', () => {
    const honest = cutOrder(sealed(), 'open', sell) as ApprovedOrder
    const large = { ...sell, sizeCoin: 1_000 }
    const tries = [
      () => Reflect.construct(honest.constructor, [large, Symbol('permit')]),
      () => Reflect.construct(ApprovedOrder, [large, Symbol('permit')]),
      () => Object.setPrototypeOf({ terms: large }, Object.getPrototypeOf(honest)),
      () => new Proxy(honest, { get: () => large }),
    ]
    for (const attempt of tries) expect(() => openApprovedOrder(quietly(attempt))).toThrow('not cut from an approval')
    expect(() => Object.assign(honest.terms, { sizeCoin: 1_000 })).toThrow(TypeError)
    expect(() => Object.defineProperty(Object.getPrototypeOf(honest), 'terms', { value: large })).toThrow(TypeError)
  })

  it('is checked on what it keeps, not on what a getter said first', () => {
    let reads = 0
    const shifty = {
      ...sell,
      get sizeCoin() {
        return reads++ === 0 ? 0.1 : 1_000
      },
    }
    expect(openApprovedOrder(cutOrder(sealed(), 'open', shifty)).sizeCoin).toBe(0.1)
  })

  it('keeps its tick grid when the caller changes theirs', () => {
    const tickSteps = [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }]
    const action = sealed([{ ...open, instrument: { ...call, tickSteps } }])
    tickSteps[0] = { abovePriceCoin: 0.005, tickSizeCoin: 0.5 }
    expect(action.bounds.legs[0]?.instrument.tickSteps).toEqual(call.tickSteps)
  })

  function quietly(attempt: () => unknown): unknown {
    try {
      return attempt()
    } catch {
      return undefined
    }
  }
})

describe('settleOrder', () => {
  it.each([
    ['more than its size', { filledCoin: 0.6, averagePriceCoin: 0.012 }],
    ['less than nothing', { filledCoin: -0.1, averagePriceCoin: 0.012 }],
    ['no number', { filledCoin: Number.NaN, averagePriceCoin: 0.012 }],
    ['fills without a price', { filledCoin: 0.1, averagePriceCoin: null }],
    ['fills at less than nothing', { filledCoin: 0.1, averagePriceCoin: -5 }],
  ])('refuses %s', (_, result) => {
    const order = cutOrder(sealed(), 'open', sell) as ApprovedOrder
    openApprovedOrder(order)
    expect(() => settleOrder(order, result)).toThrow(expect.objectContaining({ code: 'models/invalid-settlement' }))
  })

  it('takes no fill of an order that was never sent', () => {
    const order = cutOrder(sealed(), 'open', sell) as ApprovedOrder
    expect(() => settleOrder(order, { filledCoin: 0.5, averagePriceCoin: 0.012 })).toThrow(
      expect.objectContaining({ code: 'models/invalid-settlement' }),
    )
    settleOrder(order, { filledCoin: 0, averagePriceCoin: null })
  })

  it('happens once', () => {
    const order = cutOrder(sealed(), 'open', sell) as ApprovedOrder
    settleOrder(order, { filledCoin: 0, averagePriceCoin: null })
    expect(() => settleOrder(order, { filledCoin: 0, averagePriceCoin: null })).toThrow(
      expect.objectContaining({ code: 'models/invalid-settlement' }),
    )
  })
})

describe('openApprovedOrder', () => {
  it('hands the terms out once', () => {
    const order = cutOrder(sealed(), 'open', sell)
    expect(openApprovedOrder(order)).toEqual(sell)
    expect(() => openApprovedOrder(order)).toThrow(
      expect.objectContaining({ code: 'models/order-already-sent', recovery: 'halt' }),
    )
  })

  it('refuses what was not cut from an approval', () => {
    const order = cutOrder(sealed(), 'open', sell) as ApprovedOrder
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
  it('never lets a leg trade more than approved, a roll open more than it closed, nor more orders go out', () => {
    const step = fc.record({
      leg: fc.constantFrom<LegName>('close', 'open'),
      size: fc.integer({ min: 1, max: 14 }).map((tenths) => tenths / 10),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      settles: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 12 }), (steps, maxOrders) => {
        const action = sealed([close, open], { maxOrders })
        let cuts = 0
        const out = { close: 0, open: 0 }
        const filled = { close: 0, open: 0 }
        for (const { leg, size, share, settles } of steps) {
          const order = cutOrder(action, leg, { ...(leg === 'open' ? sell : buy), sizeCoin: size })
          if (order === undefined) continue
          cuts += 1
          expect(cuts).toBeLessThanOrEqual(maxOrders)
          if (settles) {
            const filledCoin = Math.floor(size * share * 10) / 10
            fill(order, filledCoin)
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
