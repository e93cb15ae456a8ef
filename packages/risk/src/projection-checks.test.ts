import { expect, it } from 'vitest'
import { CALL, close, positionOf, restingOrder, stateOf } from '../test/agent-state.js'
import { checkActionAllowed } from './index.js'

it('tells an order on the other side even on numbers that are none', () => {
  const portfolio = { positions: [positionOf(CALL, -0.5)], openOrders: [restingOrder(CALL, 0.1, { label: 'cc-own' })] }
  const verdict = checkActionAllowed(stateOf({ portfolio }), close(CALL, Number.NaN))
  expect(verdict.allowed ? [] : verdict.breaches).toEqual([
    { code: 'state-incomplete', on: 'request', datum: 'sizeCoin' },
    { code: 'self-cross', on: CALL, label: 'cc-own' },
  ])
})
