import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { simOptionsSchema } from '../options.js'
import { exchangeOver, optionOf, place, START_MS, STEP_MS, type Top } from './exchange.fixture.js'

const MID = { kind: 'mid', queueShare: 1 } as const

describe('fills at the middle', () => {
  it.each([
    ['a sale between two ticks goes down', 'sell', { bid: 0.02, ask: 0.0215 }, 0.0205],
    ['a purchase between two ticks goes up', 'buy', { bid: 0.02, ask: 0.0215 }, 0.021],
    ['a middle on a tick is taken as it is', 'sell', { bid: 0.02, ask: 0.022 }, 0.021],
    ['one tick wide, a sale trades at the bid', 'sell', { bid: 0.02, ask: 0.0205 }, 0.02],
    ['below 0.005 ticks are finer', 'sell', { bid: 0.004, ask: 0.0045 }, 0.0042],
    ['without an ask there is no middle', 'sell', { bid: 0.02, ask: null }, 0.02],
    ['a bid off the grid is not undercut', 'sell', { bid: 0.0203, ask: 0.0205 }, 0.0203],
  ] as const)('%s', (_why, side, top: Partial<Top>, priceCoin) => {
    const exchange = exchangeOver({ topAt: () => top }, { fills: MID })
    const { trades } = place(exchange, { side, priceCoin: side === 'sell' ? 0.0005 : 0.03 })
    expect(trades).toMatchObject([{ priceCoin, sizeCoin: 0.5, liquidity: 'taker' }])
  })

  it('let what does not reach the quote rest, and fill at its own limit', () => {
    const exchange = exchangeOver(
      { topAt: (atMs) => (atMs > START_MS ? { bid: 0.03, ask: 0.04 } : {}) },
      { fills: MID },
    )
    const { order, trades } = place(exchange, { priceCoin: 0.025 })
    expect(trades).toEqual([])
    exchange.advanceTo(START_MS + STEP_MS)
    expect(exchange.tradesOfOrder(order.orderId)).toMatchObject([{ priceCoin: 0.025, liquidity: 'maker' }])
  })

  it('are never better than the middle and never worse than the quote', () => {
    const ticks = fc.integer({ min: 11, max: 400 })
    fc.assert(
      fc.property(ticks, ticks, fc.constantFrom('sell', 'buy'), (a, b, side) => {
        fc.pre(a !== b)
        const [bid, ask] = [(Math.min(a, b) * 5) / 10_000, (Math.max(a, b) * 5) / 10_000]
        const exchange = exchangeOver({ topAt: () => ({ bid, ask }) }, { fills: MID })
        const { trades } = place(exchange, { side, priceCoin: side === 'sell' ? bid : ask })
        const middle = (bid + ask) / 2
        const price = trades[0]?.priceCoin ?? Number.NaN
        const [least, most] = side === 'sell' ? [bid, middle] : [middle, ask]
        expect(price).toBeGreaterThanOrEqual(least - 1e-12)
        expect(price).toBeLessThanOrEqual(most + 1e-12)
      }),
      { numRuns: 200 },
    )
  })
})

describe('the queue at a limit', () => {
  const bidOf = (bid: number) => (atMs: number) => (atMs > START_MS ? { bid, ask: 0.04, bidSize: 2 } : {})

  it.each([
    ['a quote that equals the limit trades its share', 0.025, 0.25, 0.5],
    ['rounded down to the step of sizes', 0.025, 0.34, 0.6],
    ['none of it where all stand before', 0.025, 0, 0],
    ['a quote through the limit trades all', 0.0255, 0, 1.5],
    ['all of it where nobody stands before', 0.025, 1, 1.5],
  ])('%s', (_why, bid, queueShare, filledCoin) => {
    const exchange = exchangeOver({ topAt: bidOf(bid) }, { fills: { kind: 'touch', queueShare } })
    const { order } = place(exchange, { sizeCoin: 1.5, priceCoin: 0.025 })
    exchange.advanceTo(START_MS + STEP_MS)
    expect(order.filledCoin).toBe(filledCoin)
  })

  it('is shared by own orders of one price, and asked again with the next quote', () => {
    const exchange = exchangeOver({ topAt: bidOf(0.025) }, { fills: { kind: 'touch', queueShare: 0.25 } })
    const first = place(exchange, { label: 'first', sizeCoin: 0.3, priceCoin: 0.025 }).order
    const second = place(exchange, { label: 'second', sizeCoin: 0.5, priceCoin: 0.025 }).order
    exchange.advanceTo(START_MS + STEP_MS)
    expect([first.filledCoin, second.filledCoin]).toEqual([0.3, 0.2])
    exchange.advanceTo(START_MS + 2 * STEP_MS)
    expect(second).toMatchObject({ state: 'filled', averagePriceCoin: 0.025 })
  })

  it('does not hold up a limit that is passed', () => {
    const exchange = exchangeOver({ topAt: bidOf(0.025) }, { fills: { kind: 'touch', queueShare: 0 } })
    const passed = place(exchange, { label: 'passed', priceCoin: 0.0245 }).order
    const equal = place(exchange, { label: 'equal', priceCoin: 0.025 }).order
    exchange.advanceTo(START_MS + STEP_MS)
    expect([passed.filledCoin, equal.filledCoin]).toEqual([0.5, 0])
  })
})

it('trades at the touch with all of a quote where nothing else is said', () => {
  expect(simOptionsSchema.parse({}).fills).toEqual({ kind: 'touch', queueShare: 1 })
  const { trades } = place(exchangeOver({ topAt: () => ({ bid: 0.02, ask: 0.03 }) }), { symbol: optionOf().symbol })
  expect(trades).toMatchObject([{ priceCoin: 0.02 }])
})
