import { describe, expect, it } from 'vitest'
import { createScriptedMarket, optionOf, START_MS, type Top } from './exchange.fixture.js'
import { flat, marginOf } from './margin.js'

describe('marginOf', () => {
  // The index and forward of the scripted market are 80,000.
  it.each([
    { kind: 'call', strikeUsd: 88_000, mark: 0.01, initial: 0.11, maintenance: 0.085, why: 'a call 10 % out' },
    { kind: 'call', strikeUsd: 80_000, mark: 0.03, initial: 0.18, maintenance: 0.105, why: 'a call at the money' },
    { kind: 'put', strikeUsd: 80_000, mark: 0.03, initial: 0.18, maintenance: 0.105, why: 'a put at the money' },
    { kind: 'put', strikeUsd: 60_000, mark: 0.01, initial: 0.11, maintenance: 0.085, why: 'a put 25 % out' },
    { kind: 'put', strikeUsd: 320_000, mark: 3, initial: 3.225, maintenance: 3.225, why: 'a put far in the money' },
  ] as const)(
    'asks $initial and $maintenance per coin sold: $why',
    ({ kind, strikeUsd, mark, initial, maintenance }) => {
      const option = optionOf({ kind, strikeUsd })
      const margin = marginOf({ ...flat(option), positionCoin: -2 }, quoteOf(option, { mark }))
      expect(margin.initialMarginCoin).toBeCloseTo(2 * initial, 12)
      expect(margin.maintenanceMarginCoin).toBeCloseTo(2 * maintenance, 12)
      expect(margin.ordersMarginCoin).toBe(0)
    },
  )

  it.each([
    { positionCoin: 1, sellsCoin: 1, buysCoin: 0, asks: 0, why: 'sells of what is held' },
    { positionCoin: 1, sellsCoin: 3, buysCoin: 0, asks: 2 * 0.18, why: 'sells of more' },
    { positionCoin: -1, sellsCoin: 1, buysCoin: 0, asks: 0.18, why: 'sells on top of a short' },
    { positionCoin: -1, sellsCoin: 0, buysCoin: 1, asks: 0, why: 'buys that close' },
    { positionCoin: -1, sellsCoin: 0, buysCoin: 4, asks: 0.06, why: 'buys of more, whose share of the cost it is' },
  ])('asks $asks for resting orders: $why', ({ asks, ...sizes }) => {
    const option = optionOf()
    const exposure = { ...flat(option), ...sizes, buysCostCoin: 0.02 * sizes.buysCoin }
    expect(marginOf(exposure, quoteOf(option, { mark: 0.03 })).ordersMarginCoin).toBeCloseTo(asks, 12)
  })
})

function quoteOf(option: ReturnType<typeof optionOf>, top: Partial<Top>) {
  const quote = createScriptedMarket({ options: [option], topAt: () => top }).quote(option.symbol, START_MS)
  if (quote === undefined) throw new Error(`${option.symbol} is not listed`)
  return quote
}
