import type { AgentState } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  DECISION_ID,
  EARLIER_CALL,
  ETH_CALL,
  LATER_CALL,
  marginOf,
  NOW_MS,
  open,
  positionOf,
  roll,
  stateOf,
  type UnderlyingParts,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, createRiskGate } from './index.js'

const held = { portfolio: { positions: [positionOf(CALL, -0.5)] } }
const codes = (verdict: ReturnType<typeof checkActionAllowed>) =>
  verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)

describe('mode', () => {
  it('lets exits through in reduce-only mode, and nothing that sells', () => {
    const state = stateOf(held, { memory: { mode: 'reduce-only' } })
    expect(codes(checkActionAllowed(state, close(CALL, 0.5)))).toEqual([])
    expect(codes(checkActionAllowed(state, open(LATER_CALL, 0.1)))).toEqual(['reduce-only-mode'])
    expect(codes(checkActionAllowed(state, roll(CALL, LATER_CALL, 0.5)))).toEqual(['reduce-only-mode'])
  })

  it('lets nothing through when halted', () => {
    const state = stateOf(held, { memory: { mode: 'halted' } })
    for (const proposal of [open(LATER_CALL, 0.1), close(CALL, 0.5), roll(CALL, LATER_CALL, 0.5)]) {
      expect(codes(checkActionAllowed(state, proposal))).toEqual(['halted'])
    }
  })
})

describe('a send of unknown outcome', () => {
  const after = (...unresolved: AgentState['memory']['unresolved']) => stateOf(held, { memory: { unresolved } })

  it('takes what it may buy back from a position, and lets the rest be bought back', () => {
    const buy = after(unresolvedSend(CALL, { side: 'buy' }))
    expect(codes(checkActionAllowed(buy, close(CALL, 0.5)))).toEqual(['position-missing'])
    expect(codes(checkActionAllowed(buy, close(CALL, 0.4)))).toEqual([])
    expect(codes(checkActionAllowed(after(unresolvedSend(CALL)), close(CALL, 0.5)))).toEqual([])
    expect(codes(checkActionAllowed(after(unresolvedSend(LATER_CALL, { side: 'buy' })), close(CALL, 0.5)))).toEqual([])
  })

  it('blocks every sale in its coin, and none in the other', () => {
    const ours = after(unresolvedSend(EARLIER_CALL, { side: 'buy' }))
    expect(codes(checkActionAllowed(ours, open(LATER_CALL, 0.1)))).toEqual(['outcome-unresolved'])
    expect(codes(checkActionAllowed(ours, roll(CALL, LATER_CALL, 0.5)))).toEqual(['outcome-unresolved'])
    expect(codes(checkActionAllowed(after(unresolvedSend(ETH_CALL)), open(LATER_CALL, 0.1)))).toEqual([])
  })

  it('blocks sales in every coin when its symbol cannot be read', () => {
    // It may be of the same expiry, too.
    expect(codes(checkActionAllowed(after(unresolvedSend('lost')), open(LATER_CALL, 0.1)))).toEqual([
      'outcome-unresolved',
      'duplicate-open',
    ])
  })
})

describe('age', () => {
  const at = (nowMs: number, ages: NonNullable<UnderlyingParts['ages']>) => {
    const verdict = createRiskGate({ maxStateAgeMs: 10_000 }).review({
      state: stateOf({ ages }),
      proposal: open(CALL, 0.1),
      nowMs,
      margins: [marginOf(CALL, 0.1)],
      decisionId: DECISION_ID,
    })
    return verdict.allowed ? [] : verdict.breaches.map((breach) => 'part' in breach && [breach.part, breach.ageMs])
  }

  it.each([
    ['as old as is allowed', NOW_MS + 4_000, { chain: 6_000 }, []],
    ['a chain that is older', NOW_MS + 4_000, { chain: 6_001 }, [['chain', 10_001]]],
    ['an index that is older', NOW_MS, { index: 10_001 }, [['index', 10_001]]],
    [
      'a state that lay about',
      NOW_MS + 10_001,
      {},
      [
        ['state', 10_001],
        ['chain', 10_001],
        ['account', 10_001],
        ['index', 10_001],
        ['quote', 10_001],
      ],
    ],
    ['clocks a little apart', NOW_MS, { chain: -5_000 }, []],
    ['an account from the future', NOW_MS, { account: -5_001 }, [['account', -5_001]]],
    [
      'a listing, tickers and a history that are',
      NOW_MS,
      { instruments: 10_001, tickers: 10_001, candles: 10_001, dvol: null },
      [],
    ],
  ])('%s', (_, nowMs, ages, expected) => {
    expect(at(nowMs, ages)).toEqual(expected)
  })

  it('holds for exits too', () => {
    const state = stateOf({ ...held, ages: { chain: 200_000 } })
    expect(codes(checkActionAllowed(state, close(CALL, 0.5)))).toEqual(['state-stale'])
  })
})

it('misses a ratio of volatilities only where there is a least one', () => {
  const blind = stateOf({ vol: { realisedVol: null } })
  expect(codes(checkActionAllowed(blind, open(CALL, 0.1)))).toEqual([])
  const verdict = checkActionAllowed(blind, open(CALL, 0.1), { minIvrv: 1 })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([{ code: 'state-incomplete', on: 'BTC', datum: 'vol.ivrv' }])
})

it.each([
  ['as old as is allowed', 120_000, []],
  ['older', 120_001, [120_001]],
  ['a little ahead', -5_000, []],
  ['from the future', -5_001, [-5_001]],
])('reads the quote of what is sold: %s', (_, ageMs, ages) => {
  const candidates = [candidateOf(CALL, { quotedMs: NOW_MS - ageMs })]
  const verdict = checkActionAllowed(stateOf({ candidates }), open(CALL, 0.1))
  expect(verdict.allowed ? [] : verdict.breaches).toEqual(
    ages.map((age) => ({ code: 'state-stale', on: CALL, part: 'quote', ageMs: age, maxAgeMs: 120_000 })),
  )
})

it('names a number that is none, and what it is of', () => {
  const candidates = [candidateOf(CALL, { forwardUsd: Number.NaN })]
  const verdict = checkActionAllowed(stateOf({ candidates }), open(CALL, 0.1))
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([{ code: 'state-incomplete', on: CALL, datum: 'forwardUsd' }])
})

it.each([
  ['whose delta nobody quotes', 'option', -0.1, [{ code: 'state-incomplete', on: EARLIER_CALL, datum: 'delta' }]],
  ['that is over', 'option', 0, []],
  ['that is a future', 'future', -0.1, []],
] as const)('knows the delta of a position that does not list: one %s', (_, kind, sizeCoin, expected) => {
  const state = stateOf({ portfolio: { otherPositions: [{ symbol: EARLIER_CALL, kind, sizeCoin }] } })
  const verdict = checkActionAllowed(state, open(CALL, 0.1))
  expect(verdict.allowed ? [] : verdict.breaches.filter(({ code }) => code === 'state-incomplete')).toEqual(expected)
})

it('does not miss a ratio of volatilities that it has', () => {
  expect(codes(checkActionAllowed(stateOf(), open(CALL, 0.1), { minIvrv: 1 }))).toEqual([])
})
