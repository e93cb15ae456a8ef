import type { OrderTrace } from '@cc/models'
import { describe, expect, it } from 'vitest'
import type { OrderEnd } from './finish-order.js'
import { FAR, openLeg, START_MS } from './scripted-broker.fixture.js'
import { filledCoin, hasEndedAction, hasUnknown, legResult } from './work-leg.js'

const endOf = (trace: Partial<OrderTrace>, changes: Partial<OrderEnd> = {}): OrderEnd => ({
  trace: {
    terms: {
      ...{ label: 'cc-abcdef01-cafe0123-o-1', symbol: FAR.symbol, side: 'sell', sizeCoin: 1, priceCoin: 0.0035 },
      ...{ postOnly: true, reduceOnly: false, timeInForce: 'good-til-cancelled', validUntilMs: START_MS },
    },
    ...{ outcome: 'cancelled', orderId: 'order-1', filledCoin: 0, averagePriceCoin: null, detail: null },
    ...trace,
  },
  ...{ fills: [], mayRepeg: false, endsAction: false },
  ...changes,
})
const nothing = endOf({})
const some = endOf({ filledCoin: 0.2, averagePriceCoin: 0.004 })
const more = endOf({ filledCoin: 0.6, averagePriceCoin: 0.003 })
const unpriced = endOf({ filledCoin: 0.1 })
const averageOf = (...ends: OrderEnd[]) => legResult({ leg: openLeg(), ends }).averagePriceCoin

describe('the price of a leg', () => {
  it('is weighted by what each order traded, those that traded nothing aside', () => {
    expect(averageOf(nothing, some, more)).toBeCloseTo((0.2 * 0.004 + 0.6 * 0.003) / 0.8, 12)
    expect(averageOf(some)).toBeCloseTo(0.004, 12)
  })

  it('is null where nothing traded, and where the price of any part is not known', () => {
    expect(averageOf()).toBeNull()
    expect(averageOf(nothing)).toBeNull()
    expect(averageOf(some, unpriced)).toBeNull()
    expect(averageOf(unpriced, some)).toBeNull()
  })
})

it('a leg has traded what its orders have, in full or unknown', () => {
  const ends = [some, endOf({ outcome: 'unknown', filledCoin: 0.1 })]
  expect(filledCoin({ ends })).toBeCloseTo(0.3, 12)
  expect(hasUnknown({ ends })).toBe(true)
  expect(hasUnknown({ ends: [some, nothing] })).toBe(false)
})

it('one order that ends the action ends it, wherever it stands', () => {
  const over = endOf({ outcome: 'rejected' }, { endsAction: true })
  expect([[over, some], [some, over], [some]].map((ends) => hasEndedAction({ ends }))).toEqual([true, true, false])
})
