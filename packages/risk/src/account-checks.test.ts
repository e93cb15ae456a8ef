import type { PortfolioState } from '@cc/models'
import { expect, it } from 'vitest'
import { CALL, EARLIER_CALL, LATER_CALL, open, positionOf, restingOrder, stateOf } from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'

type Explained = { balanceCoin: number; positions: { symbol: string; sizeCoin: number }[] }
type OtherPosition = PortfolioState['otherPositions'][number]

/** What a sale of `CALL` is told, of one code. */
function told(code: string, portfolio: Partial<PortfolioState>, explained: Explained | undefined) {
  const memory = explained === undefined ? {} : { explained: { BTC: explained } }
  const verdict = checkActionAllowed(stateOf({ portfolio }, { memory }), open(CALL, 0.1))
  return verdict.allowed ? [] : verdict.breaches.filter((breach) => breach.code === code)
}

const PERPETUAL = 'BTC-PERPETUAL'
const other = (symbol: string, sizeCoin: number): OtherPosition => ({
  symbol,
  kind: symbol === PERPETUAL ? 'future' : 'option',
  sizeCoin,
})

it.each([
  ['short by as much as noise', other(EARLIER_CALL, -1e-9), 0, false],
  ['short by more', other(EARLIER_CALL, -2e-9), 0, true],
  ['long by as much as noise', other(EARLIER_CALL, 1e-9), 0, false],
  ['long by more', other(EARLIER_CALL, 2e-9), 0, true],
  ['long by more than noise, of a call that was short', other(EARLIER_CALL, 2e-9), -0.1, true],
  ['a future, which the ledger does not explain', other(PERPETUAL, -1), 0, false],
])('asks the ledger of what does not list: %s', (_, position, explainedCoin, isTold) => {
  const explained = { balanceCoin: 1, positions: [{ symbol: EARLIER_CALL, sizeCoin: explainedCoin }] }
  const { symbol: on, sizeCoin } = position
  expect(told('position-unexplained', { otherPositions: [position] }, explained)).toEqual(
    isTold ? [{ code: 'position-unexplained', on, sizeCoin, explainedCoin }] : [],
  )
})

it.each([
  ['half a step', -0.05, []],
  ['more than half a step', -0.06, [-0.06]],
  ['half a step the other way', 0.05, []],
  ['more than that', 0.06, [0.06]],
])('asks the ledger of a position, which may be short or long by half a step: %s', (_, sizeCoin, expected) => {
  const portfolio = { positions: [positionOf(EARLIER_CALL, sizeCoin)] }
  const explained = { balanceCoin: 1, positions: [] }
  expect(told('position-unexplained', portfolio, explained)).toEqual(
    expected.map((size) => ({ code: 'position-unexplained', on: EARLIER_CALL, sizeCoin: size, explainedCoin: 0 })),
  )
})

it.each([
  ['nothing is explained', 1, undefined, false],
  ['it is as low as noise', -1e-9, 0, false],
  ['it is lower', -2e-9, 0, true],
  ['it fell by as much as is allowed', 0.98, 1, false],
  ['it fell by more', 0.97, 1, true],
  ['it fell by more of what is owed', -1.03, -1, true],
])('tells of a balance where %s: %s', (_, balanceCoin, explainedCoin, isTold) => {
  const explained = explainedCoin === undefined ? undefined : { balanceCoin: explainedCoin, positions: [] }
  expect(told('balance-unexplained', { balanceCoin }, explained)).toEqual(
    isTold ? [{ code: 'balance-unexplained', on: 'BTC', balanceCoin, explainedCoin, maxDropPct: 2 }] : [],
  )
})

it('tells only of orders that rest and are of somebody else', () => {
  const openOrders = [
    restingOrder(LATER_CALL, 0.1, { label: 'cc-own' }),
    restingOrder(LATER_CALL, 0.1, { label: 'by-cc-hand' }),
    restingOrder(LATER_CALL, 0.1, { label: 'over', state: 'cancelled' }),
  ]
  expect(told('foreign-order', { openOrders }, undefined)).toEqual([
    { code: 'foreign-order', on: LATER_CALL, label: 'by-cc-hand' },
  ])
})
