import type { AgentState, Breach, ProposedAction } from '@cc/models'
import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  instrumentOf,
  NOTHING,
  NOW_MS,
  open,
  positionOf,
  restingOrder,
  stateOf,
} from '../test/agent-state.js'
import { CHECKS } from './checks.js'
import { checkActionAllowed } from './index.js'

const NO_TICK = 'RangeError: tickSizeAt: tickSizeCoin must be a finite number > 0, got 0'

function breachesOf(state: AgentState, proposal: ProposedAction): readonly Breach[] {
  const verdict = checkActionAllowed(state, proposal)
  return verdict.allowed ? [] : verdict.breaches
}

it('judges words, and nothing else, on numbers that are none', () => {
  expect(CHECKS.filter(({ words }) => words).map(({ code }) => code)).toEqual([
    'halted',
    'reduce-only-mode',
    'not-testnet',
    'venue-locked',
    'state-incomplete',
    'outcome-unresolved',
    'foreign-order',
    'symbol-unknown',
    'not-a-call',
    'instrument-not-open',
    'roll-same-symbol',
    'roll-other-currency',
    'roll-earlier-expiry',
    'self-cross',
  ])
  const state = stateOf({
    candidates: [candidateOf(CALL, { forwardUsd: Number.NaN, delta: 0.9 })],
    portfolio: { openOrders: [restingOrder(CALL, 0.1, { side: 'buy', label: 'by-hand' })] },
  })
  const locked: AgentState = { ...state, venue: { testnet: true, locked: ['BTC'], clockErrorMs: 9_999 } }
  expect(breachesOf(locked, open(CALL, 0.1))).toEqual([
    { code: 'venue-locked', on: 'BTC' },
    { code: 'state-incomplete', on: CALL, datum: 'forwardUsd' },
    { code: 'foreign-order', on: CALL, label: 'by-hand' },
    { code: 'self-cross', on: CALL, label: 'by-hand' },
  ])
})

it('judges nothing else where the numbers cannot be read at all', () => {
  const memory = { recentSends: undefined as never }
  const state = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5)] } }, { memory })
  expect(breachesOf(state, close(CALL, 0.5))).toEqual([
    { code: 'check-failed', check: 'state-incomplete', message: 'TypeError: memory.recentSends is not iterable' },
  ])
})

it('tells what could not be judged in its place, before what was found earlier', () => {
  const instrument = instrumentOf(CALL, { tickSizeCoin: 0, state: 'locked' })
  const state = stateOf({ candidates: [candidateOf(CALL, { instrument })] }, { memory: { rejectsInARow: 5 } })
  const [first, ...others] = breachesOf(state, open(CALL, 0.15))
  expect(first).toEqual({ code: 'check-failed', check: 'spread-too-wide', message: NO_TICK })
  const codes = others.map(({ code }) => code)
  expect(codes.filter((code) => code !== 'check-failed')).toEqual([
    'instrument-not-open',
    'size-off-step',
    'rejects-in-a-row',
  ])
  expect(codes.lastIndexOf('check-failed')).toBeLessThan(codes.indexOf('instrument-not-open'))
})

it('makes no check of a sale where nothing is sold', () => {
  const instrument = instrumentOf(CALL, { tickSizeCoin: 0 })
  const state = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5, { instrument })] } })
  expect(breachesOf(state, close(CALL, 0.5))).toEqual([{ code: 'check-failed', check: 'approval', message: NO_TICK }])
})

it('does nothing only at a time that is one, whatever else is wrong', () => {
  const state = stateOf({}, { memory: { mode: 'halted' } })
  expect(breachesOf({ ...state, venue: { testnet: false, locked: ['BTC'], clockErrorMs: 9_999 } }, NOTHING)).toEqual([])
  const unknown = { code: 'state-incomplete', on: 'request', datum: 'timeMs' }
  expect(breachesOf({ ...state, timeMs: Number.NaN }, NOTHING)).toContainEqual(unknown)
  expect(checkActionAllowed({ ...state, timeMs: NOW_MS }, NOTHING).allowed).toBe(true)
})
