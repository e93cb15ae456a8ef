import { CcError, decisionIdOf } from '@cc/models'
import { ApprovedAction } from '@cc/models/testing'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
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
  expect(ApprovedAction.is(verdict.action)).toBe(true)
  expect(verdict.action.bounds).toEqual({
    decisionId: DECISION_ID,
    maxNetDebitCoin: null,
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

it('counts the life of an approval from the review, not from the state', () => {
  const nowMs = NOW_MS + 60_000
  const verdict = createRiskGate().review({ ...review, nowMs, state: stateOf(), proposal: NOTHING })
  expect(verdict.allowed && verdict.action.bounds.expiresMs).toBe(nowMs + 300_000)
})

it('allows a part of a position to be bought back, reducing only', () => {
  const verdict = checkActionAllowed(stateOf({ portfolio: { positions: [positionOf(CALL, -1)] } }), close(CALL, 0.4))
  if (!verdict.allowed) throw new Error(verdict.reasons.join())
  expect(verdict.action.bounds.legs).toMatchObject([
    { leg: 'close', side: 'buy', maxSizeCoin: 0.4, worstPriceCoin: 0.011, reduceOnly: true },
  ])
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

it('needs no margin quote to buy back', () => {
  const state = stateOf({ portfolio: { positions: [positionOf(CALL, -1)] } })
  expect(createRiskGate().review({ ...review, state, proposal: close(CALL, 1) }).allowed).toBe(true)
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
  const state = stateOf(
    { coveredCoin: 0.3, ages: { chain: 0, index: 0, account: 130_000 } },
    { memory: { mode: 'reduce-only' } },
  )
  const verdict = checkActionAllowed(state, open(CALL, 6.05), { maxMarginUsedPct: 5 })
  expect(verdict.allowed).toBe(false)
  const breaches = verdict.allowed ? [] : verdict.breaches
  expect(breaches.map(({ code }) => code)).toEqual([
    'reduce-only-mode',
    'state-stale',
    'size-too-large',
    'size-off-step',
    'coverage-exceeded',
    'margin-exceeded',
    'net-delta-exceeded',
    'expiry-exposure-exceeded',
  ])
  expect(verdict.reasons).toHaveLength(breaches.length)
})

it('throws where a decision has no name that an approval can carry', () => {
  const gate = createRiskGate()
  expect(() => gate.review({ ...review, state: stateOf(), proposal: NOTHING, decisionId: 'mine' })).toThrowError(
    expect.toSatisfy((error) => CcError.isInstance(error) && error.code === 'models/invalid-approval'),
  )
})
