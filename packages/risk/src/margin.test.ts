import { expect, it } from 'vitest'
import {
  CALL,
  DECISION_ID,
  LATER_CALL,
  marginOf,
  NOW_MS,
  open,
  positionOf,
  roll,
  stateOf,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate } from './index.js'

// Half a coin of the call: 11 % out of the money, so 0.5 · (0.10 + 0.0102) = 0.0551 by the formula; it brings 0.0046.

it('allows margin up to the limit, to the last digit, and refuses beyond', () => {
  const used = (100 * (0.1 + 0.0551)) / 1.0046
  const state = stateOf({ portfolio: { initialMarginCoin: 0.1 } })
  expect(checkActionAllowed(state, open(CALL, 0.5), { maxMarginUsedPct: used }).allowed).toBe(true)
  const verdict = checkActionAllowed(state, open(CALL, 0.5), { maxMarginUsedPct: used - 0.000001 })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: expect.closeTo(used, 9), maxPct: used - 0.000001 },
  ])
})

it.each([
  ['the venue asks more than the formula', [marginOf(CALL, 0.5, { initialMarginCoin: 0.2 })], 0.2],
  ['the venue asks less than the formula', [marginOf(CALL, 0.5, { initialMarginCoin: 0.01 })], 0.0551],
  [
    'the venue answers twice',
    [marginOf(CALL, 0.5, { initialMarginCoin: 0.2 }), marginOf(CALL, 0.5, { initialMarginCoin: 0.3 })],
    0.3,
  ],
])('takes the larger when %s', (_, margins, added) => {
  const verdict = createRiskGate({ maxMarginUsedPct: 1 }).review({
    state: stateOf(),
    proposal: open(CALL, 0.5),
    nowMs: NOW_MS,
    margins,
    decisionId: DECISION_ID,
  })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    expect.objectContaining({ code: 'margin-exceeded', marginUsedPct: expect.closeTo((100 * added) / 1.0046, 9) }),
  ])
})

it('releases the margin of the call that a roll buys back, and never more than there is', () => {
  // The later call asks 0.10 + 0.0102 a coin, as the one bought back does; the roll costs 0.0021.
  const rolled = (initialMarginCoin: number) => {
    const state = stateOf({ coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -1)], initialMarginCoin } })
    const verdict = checkActionAllowed(state, roll(CALL, LATER_CALL, 1), { maxMarginUsedPct: 1 })
    return verdict.allowed ? undefined : verdict.breaches.find(({ code }) => code === 'margin-exceeded')
  }
  const used = (marginCoin: number) => ({ marginUsedPct: expect.closeTo((100 * marginCoin) / (1.1 - 0.0021), 9) })
  expect(rolled(0.5)).toMatchObject(used(0.5))
  expect(rolled(0.05)).toMatchObject(used(0.1102))
})

it('has no percentage where the margin balance is used up', () => {
  const verdict = checkActionAllowed(stateOf({ portfolio: { marginBalanceCoin: -0.0046 } }), open(CALL, 0.5))
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: null, maxPct: 60 },
  ])
})
