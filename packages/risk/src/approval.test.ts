import type { ProposedAction } from '@cc/models'
import { describe, expect, it } from 'vitest'
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
  NOTHING,
  NOW_MS,
  open,
  positionOf,
  roll,
  sentAgo,
  stateOf,
  underlyingOf,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate } from './index.js'
import { nextSettlementMs, settlementWindow } from './settlement-window.js'

const boundsOf = (verdict: ReturnType<typeof checkActionAllowed>) =>
  verdict.allowed ? verdict.action.bounds : verdict.reasons
const held = { coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -0.5)] } }
const HOUR_MS = 3_600_000

describe('the most orders of an approval', () => {
  const sends = [sentAgo(1), sentAgo(2), sentAgo(HOUR_MS), sentAgo(3, { symbol: ETH_CALL })]

  it.each([
    ['what the hour leaves', { perHour: 10, perDay: 100 }, { exit: 8, sale: 6 }],
    ['what the day leaves', { perHour: 10, perDay: 7 }, { exit: 4, sale: 3 }],
    ['the last one', { perHour: 3, perDay: 100 }, { exit: 1, sale: 1 }],
  ])('are %s, of which a sale leaves a fifth to exits', (_, maxSends, { exit, sale }) => {
    const state = stateOf(held, { memory: { recentSends: sends } })
    const most = (proposal: ProposedAction) => boundsOf(checkActionAllowed(state, proposal, { maxSends }))
    expect(most(close(CALL, 0.5))).toMatchObject({ maxOrders: exit })
    expect(most(open(LATER_CALL, 0.5))).toMatchObject({ maxOrders: sale })
  })

  it('let an exit go where sales have used up theirs', () => {
    const memory = { recentSends: Array.from({ length: 24 }, (_, i) => sentAgo(i + 1)) }
    const state = stateOf(held, { memory })
    expect(boundsOf(checkActionAllowed(state, close(CALL, 0.5)))).toMatchObject({ maxOrders: 6 })
    const sale = checkActionAllowed(state, open(LATER_CALL, 0.5))
    expect(sale).toMatchObject({ breaches: [{ code: 'send-rate-exceeded', sends: 24, max: 24, windowMs: HOUR_MS }] })
  })

  it('count sends of unknown outcome', () => {
    const memory = {
      recentSends: sends,
      unresolved: [unresolvedSend(EARLIER_CALL), unresolvedSend(EARLIER_CALL, { label: 'cc-sent-1' })],
    }
    expect(boundsOf(checkActionAllowed(stateOf(held, { memory }), close(CALL, 0.5)))).toMatchObject({ maxOrders: 27 })
  })

  it('are shared by the legs of a roll', () => {
    const state = stateOf(held, { memory: { recentSends: sends } })
    expect(boundsOf(checkActionAllowed(state, roll(CALL, LATER_CALL, 0.5)))).toMatchObject({ maxOrders: 22 })
  })

  it('is one of an approval to do nothing, which has no leg to send', () => {
    const memory = { recentSends: Array.from({ length: 40 }, (_, i) => sentAgo(i)) }
    expect(boundsOf(checkActionAllowed(stateOf({}, { memory }), NOTHING))).toMatchObject({ maxOrders: 1, legs: [] })
  })
})

describe('the settlement of the venue', () => {
  const at = (time: string) => Date.parse(`2026-01-05T${time}Z`)

  it.each([
    ['07:59:29.999', true],
    ['07:59:30.000', false],
    ['08:01:59.999', false],
    ['08:02:00.000', true],
  ])('at %s lets an exit through: %s', (time, isLet) => {
    const state = { ...stateOf(held), timeMs: at(time) }
    const verdict = checkActionAllowed(state, close(CALL, 0.5))
    expect(verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)).toEqual(isLet ? [] : ['settlement-window'])
  })

  it('ends approvals of before', () => {
    const expires = (time: string) =>
      boundsOf(checkActionAllowed({ ...stateOf(held), timeMs: at(time) }, close(CALL, 0.5)))
    expect(expires('07:54:00')).toMatchObject({ expiresMs: at('07:59:00') })
    expect(expires('07:58:00')).toMatchObject({ expiresMs: at('07:59:30') })
    expect(expires('08:02:00')).toMatchObject({ expiresMs: at('08:07:00') })
  })

  it('is every day', () => {
    expect(settlementWindow(at('23:00:00'))).toEqual({ fromMs: at('07:59:30'), untilMs: at('08:02:00') })
    expect(nextSettlementMs(at('07:59:30'))).toBe(at('07:59:30') + 24 * HOUR_MS)
    expect(nextSettlementMs(at('00:00:00'))).toBe(at('07:59:30'))
  })
})

describe('what cannot be judged is refused', () => {
  const gate = createRiskGate()
  const request = { state: stateOf(), nowMs: NOW_MS, margins: [marginOf(CALL, 0.5)], decisionId: DECISION_ID }
  const judged = (changes: object) => {
    const verdict = gate.review({ ...request, proposal: open(CALL, 0.5), ...changes })
    return verdict.allowed ? [] : verdict.breaches
  }

  it.each([
    ['an action that is none', { proposal: { action: 'SELL', params: {} } }],
    ['a proposal that is none', { proposal: null }],
    ['a state without accounts', { state: {} }],
  ])('%s', (_, changes) => {
    expect(judged(changes)).toEqual([
      { code: 'check-failed', check: 'proposal', message: expect.stringContaining('TypeError') },
    ])
  })

  it('a memory that is none, by every check that reads it', () => {
    const codes = judged({ state: { ...stateOf(), memory: undefined } }).map((breach) =>
      'check' in breach ? breach.check : breach.code,
    )
    expect(codes).toEqual(
      expect.arrayContaining(['halted', 'reduce-only-mode', 'state-incomplete', 'outcome-unresolved']),
    )
    // What reads numbers is not made.
    expect(codes).not.toContain('coverage-exceeded')
  })

  it('an instrument that cannot be sealed', () => {
    const instrument = instrumentOf(CALL, { note: () => 0 } as object)
    expect(judged({ state: stateOf({ candidates: [candidateOf(CALL, { instrument })] }) })).toEqual([
      { code: 'check-failed', check: 'approval', message: expect.stringContaining('DataCloneError') },
    ])
  })

  it('a time beyond the calendar', () => {
    expect(judged({ state: { ...stateOf(), timeMs: 1e20 }, nowMs: 1e20 }).length).toBeGreaterThan(0)
  })
})

it('judges a roll between coins on both accounts', () => {
  const eth = underlyingOf('ETH', { candidates: [candidateOf(ETH_CALL)] })
  const state = {
    ...stateOf(held, { others: [eth] }),
    venue: { testnet: true, locked: ['BTC' as const, 'ETH' as const], clockErrorMs: 0 },
  }
  const verdict = checkActionAllowed(state, roll(CALL, ETH_CALL, 0.5))
  const locked = verdict.allowed ? [] : verdict.breaches.filter(({ code }) => code === 'venue-locked')
  expect(locked).toEqual([
    { code: 'venue-locked', on: 'BTC' },
    { code: 'venue-locked', on: 'ETH' },
  ])
})

it('asks for no margin of what cannot be read', () => {
  const { ordersFor } = createRiskGate()
  expect(ordersFor(null as never, stateOf())).toEqual([])
  const priced = (bidPriceCoin: number) => stateOf({ candidates: [candidateOf(CALL, { bidPriceCoin })] })
  expect(ordersFor(open(CALL, 0.5), priced(0))).toEqual([])
  expect(ordersFor(open(CALL, 0.5), priced(Number.POSITIVE_INFINITY))).toEqual([])
  expect(ordersFor(open(CALL, 0.05), stateOf())).toEqual([])
  const expired = instrumentOf(CALL, { expiryMs: NOW_MS })
  expect(ordersFor(open(CALL, 0.5), stateOf({ candidates: [candidateOf(CALL, { instrument: expired })] }))).toEqual([])
  expect(
    ordersFor(
      open(CALL, 0.5),
      stateOf({ candidates: [candidateOf(CALL, { bidPriceCoin: null as never, askPriceCoin: 0.01 })] }),
    ),
  ).toEqual([])
})
