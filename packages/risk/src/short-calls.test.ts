import { describe, expect, it } from 'vitest'
import {
  CALL,
  EARLIER_CALL,
  open,
  positionOf,
  restingOrder,
  stateOf,
  type UnderlyingParts,
} from '../test/agent-state.js'
import { checkActionAllowed, type RiskLimitsInput } from './index.js'

const breachesOf = (size: number, portfolio: UnderlyingParts['portfolio'], limits: RiskLimitsInput = {}) => {
  const state = stateOf({ portfolio: portfolio ?? {} })
  const verdict = checkActionAllowed(state, open(CALL, size), limits)
  return verdict.allowed ? [] : verdict.breaches
}
const other = (symbol: string, kind: 'option' | 'future', sizeCoin: number) => ({
  otherPositions: [{ symbol, kind, sizeCoin }],
})

describe('nothing is short', () => {
  it.each([
    ['of a position without a size', { positions: [positionOf(CALL, 0)] }],
    ['of an option that does not list, without a size', other(CALL, 'option', 0)],
    ['of a sale that has filled', { openOrders: [restingOrder(CALL, 0.1, { filledCoin: 0.1 })] }],
  ])('%s', (_, portfolio) => {
    expect(breachesOf(0.1, portfolio).map(({ code }) => code)).not.toContain('duplicate-open')
  })
})

it('counts a short future once, off the coins that cover', () => {
  // 0.8 coins are left, and the sale brings some more.
  const codes = (size: number) => breachesOf(size, other('BTC-PERPETUAL', 'future', -0.2)).map(({ code }) => code)
  expect(codes(0.8)).toEqual(['position-unexpected'])
  expect(codes(0.9)).toEqual(['position-unexpected', 'coverage-exceeded', 'expiry-exposure-exceeded'])
})

it('gives no credit for a long option that does not list', () => {
  expect(breachesOf(1.2, other(EARLIER_CALL, 'option', 0.5))).toContainEqual(
    expect.objectContaining({ code: 'coverage-exceeded', neededCoin: 1.2 }),
  )
})

it.each([
  ['volatility', { markIv: null }],
  ['delta', { delta: null }],
])('knows the market of a sale under way whose %s is missing', (_, missing) => {
  const positions = [positionOf(EARLIER_CALL, -0.1, missing)]
  const openOrders = [restingOrder(EARLIER_CALL, 0.2)]
  // 0.075 and the mark of 0.0102 a coin, and 0.0046 from the sale. A call that nobody knows is marked at its coin.
  const breaches = breachesOf(0.5, { positions, openOrders, maintenanceMarginCoin: 0 }, { maxMaintenancePct: 1 })
  expect(breaches).toContainEqual(
    expect.objectContaining({
      code: 'maintenance-exceeded',
      maintenancePct: expect.closeTo((100 * (0.5 + 0.2) * (0.075 + 0.0102)) / 1.0046, 9),
    }),
  )
})
