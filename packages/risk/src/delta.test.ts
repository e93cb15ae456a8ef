import type { ProposedAction } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  close,
  EARLIER_CALL,
  LATER_CALL,
  open,
  positionOf,
  restingOrder,
  roll,
  stateOf,
  type UnderlyingParts,
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
  const limits = { maxNetDeltaAbs: 0.1, delta: { max: 1 } }
  expect(codes(checkActionAllowed(state, roll(CALL, LATER_CALL, 1), limits))).toEqual([])
})

it('never refuses a roll that leaves the delta as it is, or raises it by the noise of floats', () => {
  const portfolio = { positions: [positionOf(CALL, -1, { delta: 0.9 })] }
  const state = stateOf({ coveredCoin: 1.1, portfolio, candidates: [candidateOf(LATER_CALL, { delta: 0.9 })] })
  const limits = { maxNetDeltaAbs: 0.1, delta: { max: 1 } }
  expect(codes(checkActionAllowed(state, roll(CALL, LATER_CALL, 1), limits))).toEqual([])
  // Half a coin of this delta is the noise, and twice that over the half coin which covers it.
  const faint = stateOf({ coveredCoin: 0.5, candidates: [candidateOf(CALL, { delta: 2e-12 })] })
  expect(codes(checkActionAllowed(faint, open(CALL, 0.5), { maxNetDeltaAbs: 0 }))).toEqual([])
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
  ).not.toContain('net-delta-exceeded')
})

it('refuses a sale while the delta of a held option is missing, and lets it be bought back', () => {
  const blind = stateOf({ portfolio: { positions: [positionOf(EARLIER_CALL, -0.1, { delta: null })] } })
  expect(codes(checkActionAllowed(blind, open(CALL, 0.1)))).toEqual(['state-incomplete'])
  expect(codes(checkActionAllowed(blind, open(CALL, 0.1), { maxNetDeltaAbs: 0 }))).toEqual(['state-incomplete'])
  expect(codes(checkActionAllowed(blind, close(EARLIER_CALL, 0.1)))).toEqual([])
  const unlisted = { otherPositions: [{ symbol: EARLIER_CALL, kind: 'option' as const, sizeCoin: -0.1 }] }
  expect(codes(checkActionAllowed(stateOf({ portfolio: unlisted }), open(CALL, 0.1)))).toEqual([
    'state-incomplete',
    'position-unexpected',
  ])
})

it('does not miss the delta of what is not there', () => {
  const portfolio = {
    positions: [positionOf(EARLIER_CALL, 0, { delta: null })],
    otherPositions: [
      { symbol: EARLIER_CALL, kind: 'option' as const, sizeCoin: 0 },
      { symbol: 'BTC-PERPETUAL', kind: 'future' as const, sizeCoin: -0.2 },
    ],
  }
  expect(codes(checkActionAllowed(stateOf({ portfolio }), open(CALL, 0.1)))).toEqual(['position-unexpected'])
  const { positions } = portfolio
  expect(
    codes(checkActionAllowed(stateOf({ portfolio: { positions } }), open(CALL, 0.1), { maxNetDeltaAbs: 0 })),
  ).toEqual(['net-delta-exceeded'])
})

describe('a resting sell of a call counts towards the delta', () => {
  const netDelta = (proposal: ProposedAction, parts: UnderlyingParts) => {
    const verdict = checkActionAllowed(stateOf({ coveredCoin: 2, ...parts }), proposal, { maxNetDeltaAbs: 0.3 })
    const breach = verdict.allowed ? undefined : verdict.breaches.find(({ code }) => code === 'net-delta-exceeded')
    return breach !== undefined && 'netDelta' in breach ? breach.netDelta : undefined
  }
  const rest = (symbol: string, changes: Parameters<typeof restingOrder>[2] = {}) => ({
    openOrders: [restingOrder(symbol, 1.2, { filledCoin: 0.2, ...changes })],
  })
  const earlier = positionOf(EARLIER_CALL, -0.1, { delta: 0.9 })

  // One coin is left to sell, and the sale adds half a coin of 20 delta, over 2 covered coins.
  it.each<[string, UnderlyingParts, number | undefined]>([
    [
      'with that of its candidate',
      { candidates: [candidateOf(CALL), candidateOf(LATER_CALL, { delta: 0.8 })], portfolio: rest(LATER_CALL) },
      -(0.8 + 0.1) / 2,
    ],
    [
      'with that of its position',
      { candidates: [candidateOf(CALL)], portfolio: { ...rest(EARLIER_CALL), positions: [earlier] } },
      -(0.9 + 0.1 + 0.09) / 2,
    ],
    [
      'with none where its candidate has none',
      {
        candidates: [candidateOf(CALL, { delta: 0.65 }), candidateOf(LATER_CALL, { delta: 0 })],
        portfolio: { ...rest(LATER_CALL), positions: [positionOf(EARLIER_CALL, -0.5, { delta: 0.6 })] },
      },
      -(0.325 + 0.3) / 2,
    ],
    ['as its coin where nobody knows it', { portfolio: rest('BTC-23JAN26-200000-C') }, -(1 + 0.1) / 2],
    [
      'as its coin where it is no number',
      { candidates: [candidateOf(CALL), candidateOf(LATER_CALL, { delta: Number.NaN })], portfolio: rest(LATER_CALL) },
      -(1 + 0.1) / 2,
    ],
    [
      'as its coin where its delta is above it',
      { candidates: [candidateOf(CALL), candidateOf(LATER_CALL, { delta: 1.01 })], portfolio: rest(LATER_CALL) },
      -(1 + 0.1) / 2,
    ],
    [
      'as its coin where its delta is below nothing',
      { candidates: [candidateOf(CALL), candidateOf(LATER_CALL, { delta: -0.01 })], portfolio: rest(LATER_CALL) },
      -(1 + 0.1) / 2,
    ],
    ['as its coin where its symbol cannot be read', { portfolio: rest('BTC-X') }, -(1 + 0.1) / 2],
    ['unless it is of a put', { portfolio: rest('BTC-23JAN26-80000-P') }, undefined],
    ['unless it buys', { portfolio: rest('BTC-X', { side: 'buy' }) }, undefined],
    ['unless it has ended', { portfolio: rest('BTC-X', { state: 'cancelled' }) }, undefined],
  ])('%s', (_, parts, expected) => {
    expect(netDelta(open(CALL, 0.5), parts)).toEqual(expected === undefined ? undefined : expect.closeTo(expected, 12))
  })

  it('and makes up for nothing while it has not filled', () => {
    const positions = [positionOf(CALL, -1, { delta: 0.9 }), positionOf(EARLIER_CALL, 1, { delta: 0.9 })]
    const rolled = (portfolio: UnderlyingParts['portfolio']) =>
      netDelta(roll(CALL, LATER_CALL, 1), { portfolio: { positions, ...portfolio } })
    expect(rolled({})).toBeCloseTo(0.35, 12)
    expect(rolled(rest('BTC-X'))).toBeCloseTo(0.35, 12)
  })
})

it('holds the delta to the covered coins that resting buys leave', () => {
  const portfolio = { openOrders: [restingOrder(EARLIER_CALL, 1, { side: 'buy', priceCoin: 0.4997 })] }
  const verdict = checkActionAllowed(stateOf({ portfolio }), open(CALL, 0.4), { maxNetDeltaAbs: 0.1 })
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    { code: 'net-delta-exceeded', on: 'BTC', netDelta: expect.closeTo(-0.16, 12), max: 0.1 },
  ])
})
