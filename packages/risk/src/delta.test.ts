import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  EARLIER_CALL,
  LATER_CALL,
  open,
  positionOf,
  roll,
  stateOf,
} from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'

const codes = (verdict: ReturnType<typeof checkActionAllowed>) =>
  verdict.allowed ? [] : verdict.breaches.map(({ code }) => code)

it('allows the delta of the book after the trade up to the limit, over covered coins', () => {
  // −0.5 · 0.4 − 0.5 · 0.2 = −0.3 on 2 covered coins.
  const positions = [positionOf(EARLIER_CALL, -0.5, { delta: 0.4 })]
  const state = stateOf({ coveredCoin: 2, portfolio: { positions } })
  expect(codes(checkActionAllowed(state, open(CALL, 0.5), { maxNetDeltaAbs: 0.15 }))).toEqual([])
  const verdict = checkActionAllowed(state, open(CALL, 0.5), { maxNetDeltaAbs: 0.1499 })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    { code: 'net-delta-exceeded', on: 'BTC', netDelta: expect.closeTo(-0.15, 12), max: 0.1499 },
  ])
})

it('never refuses a roll that lowers the delta of the book, however far beyond the limit', () => {
  const portfolio = { positions: [positionOf(CALL, -1, { delta: 0.9 })] }
  const state = stateOf({ coveredCoin: 1.1, portfolio, candidates: [candidateOf(LATER_CALL, { delta: 0.85 })] })
  expect(codes(checkActionAllowed(state, roll(CALL, LATER_CALL, 1), { maxNetDeltaAbs: 0.1 }))).toEqual([])
})

it('refuses a roll that raises it beyond the limit', () => {
  const portfolio = { positions: [positionOf(CALL, -1, { delta: 0.4 })] }
  const state = stateOf({ coveredCoin: 1.1, portfolio, candidates: [candidateOf(LATER_CALL, { delta: 0.5 })] })
  expect(codes(checkActionAllowed(state, roll(CALL, LATER_CALL, 1), { maxNetDeltaAbs: 0.4 }))).toEqual([
    'net-delta-exceeded',
  ])
})

it('counts puts and long options as they are', () => {
  const positions = [positionOf('BTC-16JAN26-80000-P', -1, { delta: -0.3 })]
  // A short put is long delta: the call brings the book down from 0.3 to 0.2.
  expect(
    codes(checkActionAllowed(stateOf({ portfolio: { positions } }), open(CALL, 0.5), { maxNetDeltaAbs: 0 })),
  ).toEqual([])
})

it('refuses a sale while the delta of a held option is missing, and lets it be bought back', () => {
  const blind = stateOf({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.1, { delta: null })] } })
  expect(codes(checkActionAllowed(blind, open(CALL, 0.1)))).toEqual(['state-incomplete'])
  expect(codes(checkActionAllowed(blind, close(EARLIER_CALL, 0.1)))).toEqual([])
  const unlisted = { otherPositions: [{ symbol: EARLIER_CALL, kind: 'option' as const, sizeCoin: -0.1 }] }
  expect(codes(checkActionAllowed(stateOf({ portfolio: unlisted }), open(CALL, 0.1)))).toEqual(['state-incomplete'])
})

it('does not miss the delta of what is not there', () => {
  const portfolio = {
    positions: [positionOf(EARLIER_CALL, 0, { delta: null })],
    otherPositions: [
      { symbol: EARLIER_CALL, kind: 'option' as const, sizeCoin: 0 },
      { symbol: 'BTC-PERPETUAL', kind: 'future' as const, sizeCoin: -0.2 },
    ],
  }
  expect(codes(checkActionAllowed(stateOf({ portfolio }), open(CALL, 0.1)))).toEqual([])
})
