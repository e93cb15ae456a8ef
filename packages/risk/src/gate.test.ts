import { CcError, decisionIdOf, orderRequestSchema, type ProposedAction } from '@cc/models'
import { cutOrder } from '@cc/models/testing'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  instrumentOf,
  LATER_CALL,
  marginOf,
  NOTHING,
  NOW_MS,
  open,
  positionOf,
  roll,
  stateOf,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate } from './gate.js'

const review = { nowMs: NOW_MS, margins: [], decisionId: DECISION_ID }

it('allows a covered call and says how far its sale may go', () => {
  const state = stateOf()
  const verdict = createRiskGate().review({
    ...review,
    state,
    proposal: open(CALL, 0.5),
    margins: [marginOf(CALL, 0.5)],
  })
  if (!verdict.allowed) throw new Error(verdict.reasons.join())
  expect(verdict.reasons).toEqual([])
  expect(verdict.action.bounds).toEqual({
    decisionId: DECISION_ID,
    maxNetDebitCoin: null,
    maxOrders: 24,
    expiresMs: NOW_MS + 300_000,
    legs: [
      {
        leg: 'open',
        instrument: state.underlyings[0]?.candidates[1]?.instrument,
        side: 'sell',
        maxSizeCoin: 0.5,
        worstPriceCoin: 0.0095,
        reduceOnly: false,
      },
    ],
  })
  // Sealed: orders can be cut from it.
  const limit = { priceCoin: 0.0095, postOnly: false, timeInForce: 'immediate-or-cancel' } as const
  const terms = {
    ...limit,
    symbol: CALL,
    side: 'sell',
    sizeCoin: 0.5,
    reduceOnly: false,
    label: 'cc',
    validUntilMs: NOW_MS,
  } as const
  expect(cutOrder(verdict.action, 'open', terms)?.terms).toEqual(terms)
})

it('allows a roll that buys back before it sells, within one debit', () => {
  const verdict = createRiskGate({ maxNetDebitCoin: 0.002, maxApprovalMs: 60_000 }).review({
    ...review,
    state: stateOf({ coveredCoin: 1.01, portfolio: { positions: [positionOf(CALL, -1)] } }),
    proposal: roll(CALL, LATER_CALL, 1),
    margins: [marginOf(LATER_CALL, 1)],
  })
  if (!verdict.allowed) throw new Error(verdict.reasons.join())
  expect(verdict.action.bounds).toMatchObject({
    maxNetDebitCoin: 0.002,
    expiresMs: NOW_MS + 60_000,
    legs: [
      {
        leg: 'close',
        instrument: { symbol: CALL },
        side: 'buy',
        maxSizeCoin: 1,
        worstPriceCoin: 0.011,
        reduceOnly: true,
      },
      { leg: 'open', instrument: { symbol: LATER_CALL }, side: 'sell', maxSizeCoin: 1, worstPriceCoin: 0.0095 },
    ],
  })
})

it('allows a roll within one expiry, to a higher strike', () => {
  const higher = 'BTC-23JAN26-110000-C'
  const state = stateOf({
    coveredCoin: 1.01,
    candidates: [candidateOf(higher)],
    portfolio: { positions: [positionOf(CALL, -1)] },
  })
  expect(checkActionAllowed(state, roll(CALL, higher, 1)).allowed).toBe(true)
})

it('allows an order as large as the largest', () => {
  expect(checkActionAllowed(stateOf({ coveredCoin: 5 }), open(CALL, 5)).allowed).toBe(true)
})

it('counts the life of an approval from the state, not from the review', () => {
  const proposal = open(CALL, 0.5)
  const at = (nowMs: number) =>
    createRiskGate().review({ ...review, nowMs, state: stateOf(), proposal, margins: [marginOf(CALL, 0.5)] })
  const verdict = at(NOW_MS + 119_000)
  expect(verdict.allowed && verdict.action.bounds.expiresMs).toBe(NOW_MS + 300_000)
})

it('approves nothing whose life is over', () => {
  const gate = createRiskGate({ maxApprovalMs: 5_000 })
  const at = (nowMs: number, proposal: ProposedAction) => {
    const state = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5)] } })
    const verdict = gate.review({ ...review, nowMs, state, proposal, margins: [marginOf(LATER_CALL, 0.1)] })
    return verdict.allowed ? [] : verdict.breaches
  }
  for (const proposal of [open(LATER_CALL, 0.1), close(CALL, 0.5)]) {
    expect(at(NOW_MS + 5_000, proposal)).toEqual([])
    expect(at(NOW_MS + 5_001, proposal)).toEqual([
      { code: 'state-stale', on: 'BTC', part: 'state', ageMs: 5_001, maxAgeMs: 5_000 },
    ])
  }
})

it('allows a part of a position to be bought back, reducing only', () => {
  const verdict = checkActionAllowed(stateOf({ portfolio: { positions: [positionOf(CALL, -1)] } }), close(CALL, 0.4))
  if (!verdict.allowed) throw new Error(verdict.reasons.join())
  expect(verdict.action.bounds.legs).toMatchObject([
    { leg: 'close', side: 'buy', maxSizeCoin: 0.4, worstPriceCoin: 0.011, reduceOnly: true },
  ])
  // There is no debit to hold it to.
  expect(verdict.action.bounds.maxNetDebitCoin).toBeNull()
})

it('allows nothing to be done without a leg, even when halted', () => {
  const verdict = checkActionAllowed(stateOf({}, { memory: { mode: 'halted' } }), NOTHING)
  expect(verdict.allowed && verdict.action.bounds.legs).toEqual([])
})

it('holds a sale to the margin that the venue asks, and asks for it', () => {
  const verdict = createRiskGate().review({
    ...review,
    state: stateOf(),
    proposal: open(CALL, 0.5),
    margins: [marginOf(CALL, 0.4), marginOf(LATER_CALL, 0.5), { ...marginOf(CALL, 0.5), side: 'buy' }],
  })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([{ code: 'margin-unknown', on: CALL }])
})

it.each([
  ['without a margin quote', {}, []],
  ['with one that is no number', {}, [marginOf(CALL, 1, { side: 'buy', initialMarginCoin: Number.NaN })]],
  ['with one of a call that is not traded', {}, [marginOf(LATER_CALL, 1, { initialMarginCoin: Number.NaN })]],
  ['with a stale index', { index: 999_999 }, []],
  ['with an index whose age is no number', { index: Number.NaN }, []],
])('lets a call be bought back %s', (_, age, margins) => {
  const state = stateOf({
    ages: age,
    portfolio: { positions: [positionOf(CALL, -1)] },
  })
  expect(createRiskGate().review({ ...review, state, proposal: close(CALL, 1), margins })).toMatchObject({
    reasons: [],
  })
})

it('names a check of the state alone by all that it stands on', () => {
  const state = stateOf()
  const proposal = open(CALL, 0.5)
  const verdict = checkActionAllowed(state, proposal)
  expect(verdict.allowed && verdict.action.bounds.decisionId).toBe(
    decisionIdOf({ state, proposal, nowMs: NOW_MS, margins: [] }),
  )
})

it('returns every breach, each with its sentence, and not the first alone', () => {
  const state = stateOf({ coveredCoin: 0.3, ages: { account: 130_000 } }, { memory: { mode: 'reduce-only' } })
  const verdict = checkActionAllowed(state, open(CALL, 6.05), { maxMarginUsedPct: 5 })
  expect(verdict.allowed).toBe(false)
  const breaches = verdict.allowed ? [] : verdict.breaches
  expect(breaches.map(({ code }) => code)).toEqual([
    'reduce-only-mode',
    'state-stale',
    'size-off-step',
    'size-too-large',
    'coverage-exceeded',
    'margin-exceeded',
    'maintenance-exceeded',
    'stress-exceeded',
    'stress-exceeded',
    'stress-exceeded',
    'net-delta-exceeded',
    'expiry-exposure-exceeded',
  ])
  expect(verdict.reasons).toHaveLength(breaches.length)
})

it.each(['mine', 'x-cafe0123', 'cafe0123-x', 'CAFE0123'])(
  'throws where an approval cannot carry the name %s',
  (name) => {
    const gate = createRiskGate()
    expect(() => gate.review({ ...review, state: stateOf(), proposal: NOTHING, decisionId: name })).toThrowError(
      expect.toSatisfy((error) => CcError.isInstance(error) && error.code === 'models/invalid-approval'),
    )
  },
)

describe('the margin that is asked for', () => {
  const { ordersFor } = createRiskGate()
  const held = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5)] } })
  const sale = { symbol: LATER_CALL, side: 'sell', sizeCoin: 0.5, priceCoin: 0.01 }

  it.each([
    ['a sale at the bid', open(LATER_CALL, 0.5), [sale]],
    ['the sale of a roll', roll(CALL, LATER_CALL, 0.5), [sale]],
    ['nothing for a buy-back', close(CALL, 0.5), []],
    ['nothing for nothing', NOTHING, []],
    ['nothing for an unknown symbol', open('BTC-30JAN26-1-C', 0.5), []],
    ['nothing for a symbol that is none', roll(CALL, 'calls', 0.5), []],
    ['nothing for a size that the venue does not take', open(LATER_CALL, 0.55), []],
    ['nothing for no size at all', open(LATER_CALL, Number.NaN), []],
  ])('is of %s', (_, proposal, orders) => {
    expect(ordersFor(proposal, held)).toEqual(orders)
    for (const order of ordersFor(proposal, held)) expect(orderRequestSchema.safeParse(order).success).toBe(true)
  })

  it('is of nothing where there is no market, or no price that is one', () => {
    const offering = (changes: Parameters<typeof candidateOf>[1]) =>
      stateOf({ candidates: [candidateOf(CALL, changes)] })
    expect(ordersFor(open(CALL, 0.5), offering({ instrument: instrumentOf(CALL, { state: 'halted' }) }))).toEqual([])
    expect(ordersFor(open(CALL, 0.5), offering({ bidPriceCoin: Number.NaN }))).toEqual([])
    expect(ordersFor(open(CALL, 0.5), offering({ instrument: instrumentOf(CALL, { kind: 'put' }) }))).toEqual([])
  })

  it('is of the smallest sale that the venue takes, and of none below', () => {
    const instrument = instrumentOf(CALL, { minSizeCoin: 0.2 })
    const state = stateOf({ candidates: [candidateOf(CALL, { instrument })] })
    expect(ordersFor(open(CALL, 0.2), state)).toMatchObject([{ symbol: CALL, sizeCoin: 0.2 }])
    expect(ordersFor(open(CALL, 0.1), state)).toEqual([])
  })
})
