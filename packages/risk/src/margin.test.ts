import { expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  DECISION_ID,
  EARLIER_CALL,
  instrumentOf,
  LATER_CALL,
  marginOf,
  NOW_MS,
  open,
  positionOf,
  restingOrder,
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
  // The sale brings 0.0046.
  const at = (marginBalanceCoin: number) => {
    const verdict = checkActionAllowed(stateOf({ portfolio: { marginBalanceCoin } }), open(CALL, 0.5))
    return verdict.allowed ? [] : verdict.breaches
  }
  const stress = (spotMovePct: number) => ({
    ...{ code: 'stress-exceeded', on: 'BTC', spotMovePct, maintenancePct: null, maxPct: 80 },
  })
  expect(at(-0.0046)).toEqual([
    { code: 'margin-exceeded', on: 'BTC', marginUsedPct: null, maxPct: 60 },
    { code: 'maintenance-exceeded', on: 'BTC', maintenancePct: null, maxPct: 60 },
    ...[25, 50, 100].map(stress),
  ])
  expect(at(-0.00459998)).toContainEqual(
    expect.objectContaining({ code: 'margin-exceeded', marginUsedPct: expect.any(Number) }),
  )
})

it('has a percentage where one satoshi of the margin balance is left', () => {
  // Bought and sold at the same price, and free: the balance stays what it is.
  const instrument = instrumentOf(CALL, { makerFeeRate: 0, takerFeeRate: 0 })
  const bought = instrumentOf(LATER_CALL, { makerFeeRate: 0, takerFeeRate: 0 })
  const state = stateOf({
    candidates: [candidateOf(CALL, { instrument, bidPriceCoin: 0.0105, askPriceCoin: 0.011 })],
    portfolio: {
      positions: [positionOf(LATER_CALL, -0.5, { instrument: bought, bidPriceCoin: 0.009, askPriceCoin: 0.0095 })],
      marginBalanceCoin: 1e-8,
    },
  })
  const verdict = checkActionAllowed(state, roll(LATER_CALL, CALL, 0.5))
  expect(verdict.allowed ? [] : verdict.breaches).toContainEqual(
    expect.objectContaining({ code: 'margin-exceeded', marginUsedPct: expect.any(Number) }),
  )
})

// Maintenance asks 0.075 + 0.0102 a coin.
const EACH = 0.075 + 0.0102

const maintenance = (state: ReturnType<typeof stateOf>, proposal = open(CALL, 0.5), maxMaintenancePct = 1) => {
  const verdict = checkActionAllowed(state, proposal, { maxMaintenancePct })
  const breach = verdict.allowed ? undefined : verdict.breaches.find(({ code }) => code === 'maintenance-exceeded')
  return breach !== undefined && 'maintenancePct' in breach ? breach.maintenancePct : undefined
}

it('allows maintenance margin up to the limit, to the last digit, and refuses beyond', () => {
  const used = (100 * (0.1 + 0.5 * EACH)) / 1.0046
  const state = stateOf({ portfolio: { initialMarginCoin: 0.2 } })
  expect(maintenance(state, open(CALL, 0.5), used)).toBeUndefined()
  expect(maintenance(state, open(CALL, 0.5), used - 0.000001)).toBeCloseTo(used, 9)
})

it('adds the maintenance of sales under way, at their mark or at their coin', () => {
  const resting = (symbol: string) => ({ portfolio: { openOrders: [restingOrder(symbol, 0.3, { filledCoin: 0.1 })] } })
  expect(maintenance(stateOf(resting(LATER_CALL)))).toBeCloseTo((100 * (0.5 + 0.2) * EACH) / 1.0046, 9)
  expect(maintenance(stateOf(resting('BTC-X')))).toBeCloseTo((100 * (0.5 * EACH + 0.2 * 1.075)) / 1.0046, 9)
  // That of a position is in what the account reports.
  const held = { positions: [positionOf(EARLIER_CALL, -0.3)], initialMarginCoin: 0.06 }
  expect(maintenance(stateOf({ portfolio: held }))).toBeCloseTo((100 * (0.5 * EACH + 0.03)) / 1.0046, 9)
})

it('releases the maintenance of what a roll buys back, and never more than there is', () => {
  const rolled = (maintenanceMarginCoin: number) =>
    maintenance(
      stateOf({ coveredCoin: 1.1, portfolio: { positions: [positionOf(CALL, -1)], maintenanceMarginCoin } }),
      roll(CALL, LATER_CALL, 1),
    )
  expect(rolled(0.5)).toBeCloseTo((100 * 0.5) / (1.1 - 0.0021), 9)
  expect(rolled(0.05)).toBeCloseTo((100 * EACH) / (1.1 - 0.0021), 9)
})
