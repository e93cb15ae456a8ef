import { expect, it } from 'vitest'
import { exchangeOver, optionOf, place, START_MS } from '../../exchange/exchange.fixture.js'
import { dayStatsOf } from './day-stats.js'

const DAY_MS = 86_400_000

it('tells of nothing where nothing traded', () => {
  expect(dayStatsOf([], START_MS)).toEqual({
    lastPriceCoin: null,
    highCoin: null,
    lowCoin: null,
    changePercent: null,
    volumeCoin: 0,
    volumeUsd: 0,
  })
})

it('counts the last day, and remembers the last price beyond it', () => {
  const bids = [0.02, 0.03, 0.01]
  const exchange = exchangeOver({
    topAt: (atMs) => ({ bid: bids[Math.floor((atMs - START_MS) / (DAY_MS / 2))] ?? 0.01, ask: 0.04 }),
  })
  for (const priceCoin of bids) {
    place(exchange, { priceCoin, sizeCoin: 0.5 })
    exchange.advanceTo(exchange.nowMs() + DAY_MS / 2)
  }
  const trades = exchange.trades(optionOf().currency)
  expect(trades).toHaveLength(3)
  const stats = dayStatsOf(trades, START_MS + 1.25 * DAY_MS)
  expect(stats).toMatchObject({ lastPriceCoin: 0.01, highCoin: 0.03, lowCoin: 0.01, volumeCoin: 1 })
  expect(stats.changePercent).toBeCloseTo(-66.6667, 4)
  expect(stats.volumeUsd).toBeCloseTo(0.5 * (0.03 + 0.01) * 80_000, 6)
  expect(dayStatsOf(trades, START_MS + 9 * DAY_MS)).toMatchObject({
    lastPriceCoin: 0.01,
    highCoin: null,
    volumeCoin: 0,
  })
})
