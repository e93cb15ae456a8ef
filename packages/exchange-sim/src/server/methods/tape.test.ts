import { expect, it } from 'vitest'
import { exchangeOver, optionOf, place, START_MS, STEP_MS } from '../../exchange/exchange.fixture.js'
import { tapeOf, tapeWith } from './tape.js'

const OTHER = optionOf({ strikeUsd: 90_000 })

/** Sells one step after another at these bids. */
function sellAt(bids: readonly number[]) {
  const exchange = exchangeOver({
    options: [optionOf(), OTHER],
    topAt: (atMs, symbol) => ({
      bid: symbol === OTHER.symbol ? 0.001 : (bids[(atMs - START_MS) / STEP_MS] ?? 0.02),
      ask: 0.05,
    }),
  })
  const placed = bids.map((priceCoin) => {
    const { trades } = place(exchange, { priceCoin, sizeCoin: 0.1 })
    place(exchange, { symbol: OTHER.symbol, priceCoin: 0.001, sizeCoin: 0.1 })
    exchange.advanceTo(exchange.nowMs() + STEP_MS)
    return trades
  })
  return { exchange, placed }
}

it('numbers ticks by book: up, none after up, down, none after down', () => {
  const { exchange } = sellAt([0.02, 0.02, 0.021, 0.021, 0.0205, 0.0205, 0.022])
  const { tradesOf, tickOf } = tapeOf(exchange, 'BTC')
  expect(tradesOf(optionOf().symbol).map(tickOf)).toEqual([1, 1, 0, 1, 2, 3, 0])
  expect(tradesOf(OTHER.symbol).map(tickOf)).toEqual([1, 1, 1, 1, 1, 1, 1])
  expect(tradesOf('BTC-9JAN26-1-C')).toEqual([])
})

it('takes trades as they come, in whatever order it is read', () => {
  const { exchange, placed } = sellAt([0.02, 0.021, 0.0205, 0.0205])
  const last = placed[3] ?? []
  expect(tapeWith(exchange, 'BTC', last).tickOf(last[0]!)).toBe(3)
  const again = place(exchange, { priceCoin: 0.02, sizeCoin: 0.1 }).trades
  expect(tapeWith(exchange, 'BTC', again).tickOf(again[0]!)).toBe(2)
  const { tradesOf, tickOf } = tapeOf(exchange, 'BTC')
  expect(tradesOf(optionOf().symbol).map(tickOf)).toEqual([1, 0, 2, 3, 2])
})
