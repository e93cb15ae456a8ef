import type { BreachCode } from '@cc/models'
import { describe, expect, it } from 'vitest'
import {
  CALL,
  candidateOf,
  EARLIER_CALL,
  instrumentOf,
  LATER_CALL,
  open,
  positionOf,
  restingOrder,
  roll,
  stateOf,
  type UnderlyingParts,
  unresolvedSend,
} from '../test/agent-state.js'
import { checkActionAllowed, type RiskLimitsInput } from './index.js'

type Judge = (proposal: ReturnType<typeof open>, state: ReturnType<typeof stateOf>, limits?: RiskLimitsInput) => unknown

/** What the check of this code says of a proposal; `undefined`: nothing. */
const judgeOf =
  (code: BreachCode): Judge =>
  (proposal, state, limits) => {
    const verdict = checkActionAllowed(state, proposal, limits)
    return verdict.allowed ? undefined : verdict.breaches.find((breach) => breach.code === code)
  }
const coverage = judgeOf('coverage-exceeded')
const exposure = judgeOf('expiry-exposure-exceeded')

// Half a coin is short on an earlier expiry. Half a coin more brings 0.5 · (0.0095 − 0.0003) = 0.0046 at its worst price.
const half = { positions: [positionOf(EARLIER_CALL, -0.5)] }

it('allows a call that is covered to the satoshi, by coins and by its own premium after the fee', () => {
  expect(checkActionAllowed(stateOf({ coveredCoin: 0.9954, portfolio: half }), open(CALL, 0.5)).allowed).toBe(true)
})

it('refuses a call that is one satoshi short', () => {
  expect(coverage(open(CALL, 0.5), stateOf({ coveredCoin: 0.99539999, portfolio: half }))).toEqual({
    code: 'coverage-exceeded',
    on: 'BTC',
    neededCoin: 1,
    coveredCoin: 0.99999999,
  })
})

it('does not take float noise for a satoshi', () => {
  const positions = [0.1, 0.2, 0.4].map((size, i) => positionOf(`BTC-${16 + i}JAN26-95000-C`, -size))
  const free = candidateOf(CALL, { bidPriceCoin: 0.0002, markPriceCoin: 0.0002 })
  // 0.1 + 0.2 + 0.4 + 0.3 is more than 1 in floats.
  const state = stateOf({ coveredCoin: 1, portfolio: { positions }, candidates: [free] })
  expect(coverage(open(CALL, 0.3), state)).toBeUndefined()
})

describe('counts as short', () => {
  const others: [string, UnderlyingParts['portfolio'], number][] = [
    ['a position', { positions: [positionOf(EARLIER_CALL, -0.6)] }, 1.1],
    ['what rests of a sell order', { openOrders: [restingOrder(EARLIER_CALL, 0.8, { filledCoin: 0.2 })] }, 1.1],
    [
      'a call that no longer lists',
      { otherPositions: [{ symbol: EARLIER_CALL, kind: 'option', sizeCoin: -0.6 }] },
      1.1,
    ],
    ['an option that cannot be read', { otherPositions: [{ symbol: 'BTC-X', kind: 'option', sizeCoin: -0.6 }] }, 1.1],
    ['a sell order that cannot be read', { openOrders: [restingOrder('BTC-X', 0.6)] }, 1.1],
  ]
  it.each(others)('%s', (_, portfolio, neededCoin) => {
    expect(coverage(open(CALL, 0.5), stateOf({ portfolio: portfolio ?? {} }))).toMatchObject({ neededCoin })
  })

  it('a sale of unknown outcome, once', () => {
    const lost = unresolvedSend(EARLIER_CALL, { sizeCoin: 0.6 })
    const memory = { unresolved: [lost] }
    expect(coverage(open(CALL, 0.5), stateOf({}, { memory }))).toMatchObject({ neededCoin: 1.1 })
    const openOrders = [restingOrder(EARLIER_CALL, 0.6, { label: lost.label })]
    expect(coverage(open(CALL, 0.5), stateOf({ portfolio: { openOrders } }, { memory }))).toMatchObject({
      neededCoin: 1.1,
    })
  })
})

describe('does not count', () => {
  const put = 'BTC-16JAN26-80000-P'
  const others: [string, UnderlyingParts['portfolio']][] = [
    ['a long call, neither for nor against', { positions: [positionOf(EARLIER_CALL, 0.6)] }],
    ['a put', { otherPositions: [{ symbol: put, kind: 'option', sizeCoin: -0.6 }] }],
    ['a resting sale of a put', { openOrders: [restingOrder(put, 0.6)] }],
    ['an order that has ended', { openOrders: [restingOrder(EARLIER_CALL, 0.6, { state: 'cancelled' })] }],
  ]
  it.each(others)('%s', (_, portfolio) => {
    const state = stateOf({ portfolio: portfolio ?? {} })
    expect(coverage(open(CALL, 1), state)).toBeUndefined()
    expect(coverage(open(CALL, 1.1), state)).toMatchObject({ neededCoin: 1.1 })
  })

  it('a sale of unknown outcome in another coin, or a buy', () => {
    const unresolved = [
      unresolvedSend('ETH-30JAN26-4000-C', { sizeCoin: 5 }),
      unresolvedSend(EARLIER_CALL, { side: 'buy' }),
    ]
    expect(coverage(open(CALL, 1), stateOf({}, { memory: { unresolved } }))).toBeUndefined()
  })
})

it('believes no sum of the state', () => {
  const state = stateOf({ portfolio: { ...half, coverage: { coveredCoin: 0.6, committedCoin: 0, freeCoin: 100 } } })
  expect(coverage(open(CALL, 0.5), state)).toMatchObject({ neededCoin: 1, coveredCoin: 0.6046 })
})

it('takes the coins of short futures off the balance, where the state has not', () => {
  const future = (sizeCoin: number) => [{ symbol: 'BTC-PERPETUAL', kind: 'future' as const, sizeCoin }]
  const judged = (sizeCoin: number, coveredCoin: number) =>
    coverage(
      open(CALL, 1.1),
      stateOf({
        portfolio: {
          otherPositions: future(sizeCoin),
          coverage: { coveredCoin, committedCoin: 0, freeCoin: coveredCoin },
        },
      }),
    )
  expect(judged(-0.6, 1)).toMatchObject({ coveredCoin: 0.41012 })
  expect(judged(-0.6, 0.4)).toMatchObject({ coveredCoin: 0.41012 })
  expect(judged(0.6, 1)).toMatchObject({ coveredCoin: 1.01012 })
  expect(judged(0, 5)).toMatchObject({ coveredCoin: 1.01012 })
})

it('lets short calls take no more than the share that is set', () => {
  expect(coverage(open(CALL, 0.5), stateOf(), { maxCoverage: 0.5 })).toBeUndefined()
  expect(coverage(open(CALL, 0.6), stateOf(), { maxCoverage: 0.5 })).toMatchObject({
    neededCoin: 0.6,
    coveredCoin: 0.50276,
  })
})

it('takes off what a resting buy will cost, with its fee', () => {
  // 0.4 are left to buy at 0.02: 0.4 · (0.02 + 0.0003) = 0.00812, and the sale brings 0.0046.
  const openOrders = [restingOrder(EARLIER_CALL, 0.6, { side: 'buy', filledCoin: 0.2 })]
  const judged = (coveredCoin: number) => coverage(open(CALL, 0.5), stateOf({ coveredCoin, portfolio: { openOrders } }))
  expect(judged(0.50352)).toBeUndefined()
  expect(judged(0.50351999)).toEqual({
    code: 'coverage-exceeded',
    on: 'BTC',
    neededCoin: 0.5,
    coveredCoin: 0.49999999,
  })
  const ended = [restingOrder(EARLIER_CALL, 0.6, { side: 'buy', state: 'cancelled' })]
  expect(coverage(open(CALL, 1), stateOf({ portfolio: { openOrders: ended } }))).toBeUndefined()
})

describe('coverage of a roll', () => {
  const held = { positions: [positionOf(CALL, -1)] }

  it('counts what is bought back once, and the cost of it against the cover', () => {
    // 1 · (0.0095 − 0.0003) − 1 · (0.011 + 0.0003) = −0.0021
    expect(coverage(roll(CALL, LATER_CALL, 1), stateOf({ coveredCoin: 1.0021, portfolio: held }))).toBeUndefined()
    expect(coverage(roll(CALL, LATER_CALL, 1), stateOf({ coveredCoin: 1.00209999, portfolio: held }))).toMatchObject({
      neededCoin: 1,
      coveredCoin: 0.99999999,
    })
  })

  it('has no coin back from a put', () => {
    const put = 'BTC-16JAN26-80000-P'
    const state = stateOf({ portfolio: { positions: [positionOf(put, -1)] } })
    expect(coverage(roll(put, CALL, 1), state)).toMatchObject({ neededCoin: 1 })
    expect(coverage(roll(put, CALL, 0.9), state)).toBeUndefined()
  })

  it('is not judged where it could not happen', () => {
    const state = stateOf({ coveredCoin: 0.1, portfolio: held })
    expect(coverage(roll(CALL, LATER_CALL, 1.1), state)).toBeUndefined()
    expect(checkActionAllowed(state, roll(CALL, LATER_CALL, 1.1)).allowed).toBe(false)
  })
})

it('refuses every sale where nothing covers, and has no ratio to nothing', () => {
  for (const coveredCoin of [0, -0.5]) {
    const verdict = checkActionAllowed(stateOf({ coveredCoin }), open(CALL, 0.1), { maxNetDeltaAbs: 0 })
    const coins = Math.max(0, coveredCoin + 0.00092)
    const breaches = verdict.allowed ? [] : verdict.breaches
    expect(breaches[0]).toEqual({ code: 'coverage-exceeded', on: 'BTC', neededCoin: 0.1, coveredCoin: coins })
    const codes = breaches.map(({ code }) => code)
    expect(codes).not.toContain('net-delta-exceeded')
    expect(codes).not.toContain('expiry-exposure-exceeded')
  }
})

it('pays the dearer fee of maker and taker', () => {
  const instrument = instrumentOf(CALL, { makerFeeRate: 0.0001, takerFeeRate: 0.0005 })
  const state = stateOf({ coveredCoin: 1, candidates: [candidateOf(CALL, { instrument })] })
  expect(coverage(open(CALL, 1.1), state)).toMatchObject({ coveredCoin: 1 + 0.0099 })
})

const SAME_EXPIRY = 'BTC-23JAN26-120000-C'

it('lets every covered coin be short on one expiry, to the satoshi', () => {
  expect(checkActionAllowed(stateOf(), open(CALL, 1)).allowed).toBe(true)
  expect(exposure(open(CALL, 1), stateOf({ coveredCoin: 0.99999999 }))).toEqual({
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

it('does not take off what a roll buys back on another expiry', () => {
  const state = stateOf({ portfolio: { positions: [positionOf(CALL, -0.5), positionOf(LATER_CALL, -0.3)] } })
  expect(exposure(roll(CALL, LATER_CALL, 0.5), state, { maxExpiryExposure: 0.5 })).toMatchObject({ exposure: 0.8 })
  expect(exposure(roll(CALL, LATER_CALL, 0.2), state, { maxExpiryExposure: 0.5 })).toBeUndefined()
})

it('never refuses a roll within an expiry, which does not raise what is short on it, however far beyond the limit', () => {
  const higher = 'BTC-23JAN26-110000-C'
  const state = stateOf({
    coveredCoin: 1.1,
    candidates: [candidateOf(higher)],
    portfolio: { positions: [positionOf(CALL, -1)] },
  })
  expect(exposure(open(higher, 0.1), state, { maxExpiryExposure: 0.5 })).toMatchObject({ exposure: 1 })
  expect(checkActionAllowed(state, roll(CALL, higher, 1), { maxExpiryExposure: 0.5 }).allowed).toBe(true)
})

it('takes the share of what is left after resting buys', () => {
  const openOrders = [restingOrder(EARLIER_CALL, 1, { side: 'buy', priceCoin: 0.1997 })]
  const limits = { maxExpiryExposure: 0.5 }
  expect(exposure(open(CALL, 0.4), stateOf({ portfolio: { openOrders } }), limits)).toBeUndefined()
  expect(exposure(open(CALL, 0.5), stateOf({ portfolio: { openOrders } }), limits)).toMatchObject({
    exposure: expect.closeTo(0.5 / 0.8, 12),
  })
})
