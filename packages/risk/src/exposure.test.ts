import { expect, it } from 'vitest'
import {
  CALL,
  EARLIER_CALL,
  instrumentOf,
  LATER_CALL,
  open,
  positionOf,
  restingOrder,
  roll,
  stateOf,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, type RiskLimitsInput } from './index.js'

const SAME_EXPIRY = 'BTC-23JAN26-120000-C'

function exposure(proposal: ReturnType<typeof open>, state: ReturnType<typeof stateOf>, limits: RiskLimitsInput) {
  const verdict = checkActionAllowed(state, proposal, limits)
  return verdict.allowed ? undefined : verdict.breaches.find(({ code }) => code === 'expiry-exposure-exceeded')
}

it('lets every covered coin be short on one expiry, to the satoshi', () => {
  expect(checkActionAllowed(stateOf(), open(CALL, 1)).allowed).toBe(true)
  expect(exposure(open(CALL, 1), stateOf({ coveredCoin: 0.99999999 }), {})).toEqual({
    code: 'expiry-exposure-exceeded',
    on: 'BTC',
    expiryMs: instrumentOf(CALL).expiryMs,
    exposure: 1 / 0.99999999,
    max: 1,
  })
})

it('counts what is short or may become so on the same expiry, and nothing on another', () => {
  const portfolio = {
    positions: [positionOf(SAME_EXPIRY, -0.1), positionOf(EARLIER_CALL, -0.1)],
    openOrders: [restingOrder(SAME_EXPIRY, 0.1), restingOrder(LATER_CALL, 0.1)],
    otherPositions: [{ symbol: 'BTC-23JAN26-130000-C', kind: 'option' as const, sizeCoin: -0.1 }],
  }
  const unresolved = [unresolvedSend(SAME_EXPIRY), unresolvedSend(LATER_CALL, { label: 'cc-other' })]
  const state = stateOf({ portfolio }, { memory: { unresolved } })
  expect(exposure(open(CALL, 0.1), state, { maxExpiryExposure: 0.5 })).toBeUndefined()
  expect(exposure(open(CALL, 0.1), state, { maxExpiryExposure: 0.49 })).toMatchObject({ exposure: 0.5 })
})

it('counts a sell order that cannot be read on every expiry', () => {
  const state = stateOf({ portfolio: { openOrders: [restingOrder('BTC-X', 0.5)] } })
  expect(exposure(open(CALL, 0.1), state, { maxExpiryExposure: 0.5 })).toMatchObject({ exposure: 0.6 })
})

it('takes off what a roll buys back on the same expiry only', () => {
  const state = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5), positionOf(LATER_CALL, -0.3)] } })
  const limits = { maxExpiryExposure: 0.5 }
  expect(exposure(roll(CALL, LATER_CALL, 0.5), state, limits)).toMatchObject({ exposure: 0.8 })
  expect(exposure(roll(CALL, LATER_CALL, 0.2), state, limits)).toBeUndefined()
  expect(exposure(roll(LATER_CALL, LATER_CALL, 0.3), state, limits)).toBeUndefined()
})
