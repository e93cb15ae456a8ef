import { type Breach, type BreachCode, breachSchema, type ProposedAction, type ReviewRequest } from '@cc/models'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  EARLIER_CALL,
  ETH_CALL,
  instrumentOf,
  LATER_CALL,
  marginOf,
  NOW_MS,
  open,
  positionOf,
  restingOrder,
  roll,
  stateOf,
  underlyingOf,
  unresolvedSend,
} from '../test/agent-state.js'
import { createRiskGate, type RiskLimitsInput } from './index.js'

type Case = {
  why: string
  breach: Breach
  proposal: ProposedAction
  given?: Partial<ReviewRequest>
  limits?: RiskLimitsInput
}

const short = positionOf(CALL, -0.5)
const held = { portfolio: { positions: [short] } }
const offering = (changes: Parameters<typeof instrumentOf>[1]) =>
  stateOf({ candidates: [candidateOf(CALL, { instrument: instrumentOf(CALL, changes) })] })
const expiryMs = instrumentOf(CALL).expiryMs

const CASES: readonly Case[] = [
  {
    why: 'an exit while the kill switch is on',
    breach: { code: 'halted', reason: 'the agent is in mode halted' },
    proposal: close(CALL, 0.5),
    given: { state: stateOf(held, { memory: { mode: 'halted' } }) },
  },
  {
    why: 'a roll in reduce-only mode, since it sells',
    breach: { code: 'reduce-only-mode', on: LATER_CALL },
    proposal: roll(CALL, LATER_CALL, 0.5),
    given: { state: stateOf(held, { memory: { mode: 'reduce-only' } }) },
  },
  {
    why: 'the sale of a call that is no candidate',
    breach: { code: 'symbol-unknown', on: 'BTC-23JAN26-101000-C' },
    proposal: open('BTC-23JAN26-101000-C', 0.5),
  },
  {
    why: 'the sale of a put',
    breach: { code: 'not-a-call', on: CALL },
    proposal: open(CALL, 0.5),
    given: { state: offering({ kind: 'put' }) },
  },
  {
    why: 'a locked book',
    breach: { code: 'instrument-not-open', on: CALL, state: 'locked' },
    proposal: open(CALL, 0.5),
    given: { state: offering({ state: 'locked' }) },
  },
  {
    why: 'a call at the millisecond of its expiry',
    breach: { code: 'instrument-expired', on: CALL, expiryMs: NOW_MS, nowMs: NOW_MS },
    proposal: open(CALL, 0.5),
    given: { state: offering({ expiryMs: NOW_MS }) },
  },
  {
    why: 'a book with a position whose delta nobody knows',
    breach: { code: 'state-incomplete', on: EARLIER_CALL, datum: 'delta' },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.1, { delta: null })] } }) },
  },
  {
    why: 'an account that is one millisecond too old',
    breach: { code: 'state-stale', on: 'BTC', part: 'account', ageMs: 120_001, maxAgeMs: 120_000 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ ages: { account: 20_001 } }), nowMs: NOW_MS + 100_000 },
  },
  {
    why: 'a sale while the outcome of another send is open',
    breach: { code: 'outcome-unresolved', on: EARLIER_CALL, label: 'cc-lost' },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({}, { memory: { unresolved: [unresolvedSend(EARLIER_CALL, { side: 'buy' })] } }) },
  },
  {
    why: 'less than the smallest order',
    breach: { code: 'size-too-small', on: CALL, sizeCoin: 0.05, minSizeCoin: 0.1 },
    proposal: open(CALL, 0.05),
  },
  {
    why: 'a size between two steps',
    breach: { code: 'size-off-step', on: CALL, sizeCoin: 0.25, stepCoin: 0.1 },
    proposal: open(CALL, 0.25),
  },
  {
    why: 'a slipped digit',
    breach: { code: 'size-too-large', on: CALL, sizeCoin: 5.1, maxSizeCoin: 5 },
    proposal: open(CALL, 5.1),
    given: { state: stateOf({ coveredCoin: 100 }), margins: [marginOf(CALL, 5.1)] },
  },
  {
    why: 'an exit without an ask',
    breach: { code: 'no-quote', on: CALL, side: 'ask' },
    proposal: close(CALL, 0.5),
    given: { state: stateOf({ portfolio: { positions: [positionOf(CALL, -0.5, { askPriceCoin: null })] } }) },
  },
  {
    why: 'a bid far below the mark',
    breach: { code: 'price-outside-band', on: CALL, priceCoin: 0.007, minPriceCoin: 0.0085, maxPriceCoin: 1 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ candidates: [candidateOf(CALL, { bidPriceCoin: 0.007, markPriceCoin: 0.0102 })] }) },
  },
  {
    why: 'an exit larger than the position',
    breach: { code: 'position-missing', on: CALL, sizeCoin: 0.6, heldCoin: 0.5 },
    proposal: close(CALL, 0.6),
    given: { state: stateOf(held) },
  },
  {
    why: 'a roll into itself',
    breach: { code: 'roll-same-symbol', on: CALL },
    proposal: roll(CALL, CALL, 0.5),
    given: { state: stateOf(held), margins: [marginOf(CALL, 0.5)] },
  },
  {
    why: 'a roll into another coin',
    breach: { code: 'roll-other-currency', on: CALL, to: ETH_CALL },
    proposal: roll(CALL, ETH_CALL, 0.5),
    given: {
      state: stateOf(held, { others: [underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })] }),
      margins: [marginOf(ETH_CALL, 0.5)],
    },
  },
  {
    why: 'a roll into an earlier expiry',
    breach: { code: 'roll-earlier-expiry', on: CALL, to: EARLIER_CALL },
    proposal: roll(CALL, EARLIER_CALL, 0.5),
    given: { state: stateOf(held), margins: [marginOf(EARLIER_CALL, 0.5)] },
  },
  {
    why: 'a sale beside a resting one that takes the last coins',
    breach: { code: 'coverage-exceeded', on: 'BTC', neededCoin: 1.1, coveredCoin: 1.0046 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { openOrders: [restingOrder(LATER_CALL, 0.6)] } }) },
  },
  {
    why: 'a sale whose margin the venue was not asked for',
    breach: { code: 'margin-unknown', on: CALL },
    proposal: open(CALL, 0.5),
    given: { margins: [] },
  },
  {
    why: 'a sale without a margin balance',
    breach: { code: 'margin-exceeded', on: 'BTC', marginUsedPct: null, maxPct: 60 },
    proposal: open(CALL, 0.5),
    given: { state: stateOf({ portfolio: { marginBalanceCoin: -0.1 } }) },
  },
  {
    why: 'a sale that lifts the delta of the book',
    breach: { code: 'net-delta-exceeded', on: 'BTC', netDelta: -0.1, max: 0.05 },
    proposal: open(CALL, 0.5),
    limits: { maxNetDeltaAbs: 0.05 },
  },
  {
    why: 'too much on one expiry',
    breach: { code: 'expiry-exposure-exceeded', on: 'BTC', expiryMs, exposure: 0.5, max: 0.4 },
    proposal: open(CALL, 0.5),
    limits: { maxExpiryExposure: 0.4 },
  },
]

it.each(CASES)('refuses $why: $breach.code', ({ breach, proposal, given, limits }) => {
  const verdict = createRiskGate(limits).review({
    state: stateOf(),
    nowMs: NOW_MS,
    margins: [marginOf(CALL, 0.5), marginOf(LATER_CALL, 0.5)],
    decisionId: DECISION_ID,
    proposal,
    ...given,
  })
  expect(verdict.allowed).toBe(false)
  expect(verdict.allowed ? [] : verdict.breaches).toContainEqual(breach)
})

it('has a case for every code that there is', () => {
  const codes = breachSchema.options.map((option): BreachCode => option.shape.code.value)
  expect(CASES.map(({ breach }) => breach.code).sort()).toEqual(codes.sort())
})
