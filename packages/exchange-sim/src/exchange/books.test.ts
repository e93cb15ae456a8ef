import type { ChainQuote, OptionQuote } from '@cc/models'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createScriptedMarket,
  EXPIRY_MS,
  exchangeOver,
  optionOf,
  place,
  START_MS,
  STEP_MS,
  taken,
  wishOf,
} from './exchange.fixture.js'

const SYMBOL = optionOf().symbol

describe('a book', () => {
  it('is the quote of the market where nothing of ours rests', () => {
    const exchange = exchangeOver()
    expect(exchange.book(SYMBOL, 5)).toMatchObject({ bids: [[0.02, 1]], asks: [[0.0205, 1]] })
    const [quote] = exchange.chain('BTC')
    expect(quote).toEqual(exchange.quote(SYMBOL))
  })

  it('shows own orders in its top: behind, beside and before the market', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: 0.01, ask: 0.03, bidSize: 2 }) })
    const rest = (side: 'buy' | 'sell', priceCoin: number) => place(exchange, { side, priceCoin, sizeCoin: 0.4 })
    rest('sell', 0.035)
    expect(exchange.quote(SYMBOL)).toMatchObject({ askPriceCoin: 0.03, askSizeCoin: 1 })
    rest('sell', 0.03)
    expect(exchange.quote(SYMBOL)).toMatchObject({ askPriceCoin: 0.03, askSizeCoin: 1.4 })
    rest('sell', 0.025)
    rest('sell', 0.025)
    rest('buy', 0.015)
    const top = { askPriceCoin: 0.025, askSizeCoin: 0.8, bidPriceCoin: 0.015, bidSizeCoin: 0.4 }
    expect(exchange.quote(SYMBOL)).toMatchObject(top)
    expect(exchange.chain('BTC')).toMatchObject([top])
    expect(exchange.book(SYMBOL, 10)).toMatchObject({
      bids: [
        [0.015, 0.4],
        [0.01, 2],
      ],
      asks: [
        [0.025, 0.8],
        [0.03, 1.4],
        [0.035, 0.4],
      ],
    })
    expect(exchange.book(SYMBOL, 2).asks).toHaveLength(2)
    taken(exchange.cancelAll(() => true))
    expect(exchange.quote(SYMBOL)).toMatchObject({ askPriceCoin: 0.03, bidPriceCoin: 0.01 })
  })

  it('shows own orders where the market quotes nothing, or no size', () => {
    const exchange = exchangeOver({ topAt: () => ({ bid: null, askSize: null }) })
    place(exchange, { side: 'buy', priceCoin: 0.01 })
    expect(exchange.quote(SYMBOL)).toMatchObject({ bidPriceCoin: 0.01, bidSizeCoin: 0.5, askSizeCoin: null })
    expect(exchange.book(SYMBOL, 5)).toMatchObject({ bids: [[0.01, 0.5]], asks: [] })
  })

  it('numbers every change of any book, and never goes back', () => {
    const other = optionOf({ strikeUsd: 90_000 })
    const exchange = exchangeOver({ options: [optionOf(), other] })
    const ids = [exchange.changeId()]
    const note = () => ids.push(exchange.changeId())
    const { order } = place(exchange, { symbol: other.symbol, priceCoin: 0.025 })
    note()
    taken(exchange.edit(order.orderId, { sizeCoin: 0.4 }))
    note()
    taken(exchange.edit(order.orderId, { priceCoin: 0.03 }))
    note()
    taken(exchange.cancel(order.orderId))
    note()
    place(exchange)
    note()
    exchange.advanceTo(START_MS + STEP_MS)
    note()
    expect(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0))).toBe(true)
    expect(Math.min(...ids)).toBeGreaterThan(0)
    exchange.advanceTo(START_MS + STEP_MS + 1)
    expect(exchange.changeId()).toBe(ids.at(-1))
  })

  it('closes with the expiry of its option, in the middle of a step too', () => {
    const market = { ...createScriptedMarket(), stepMs: 7 * 3_600_000 }
    const exchange = exchangeOver({}, { market })
    exchange.advanceTo(EXPIRY_MS - 1)
    place(exchange)
    exchange.advanceTo(EXPIRY_MS)
    expect(exchange.place(wishOf())).toMatchObject({ code: 'orderbook_closed' })
    expect(() => exchange.quote(SYMBOL)).toThrow()
  })

  it('is not there for what is not listed', () => {
    const exchange = exchangeOver({}, { currencies: ['BTC'] })
    const unknown = expect.objectContaining({ code: 'exchange-sim/unknown-symbol', recovery: 'skip' })
    const margin = { side: 'sell', sizeCoin: 1, priceCoin: 0.02 } as const
    const ask = (symbol: string) => [
      () => exchange.quote(symbol),
      () => exchange.book(symbol, 1),
      () => exchange.margins({ ...margin, symbol }),
    ]
    for (const call of ask('BTC-9JAN26-81000-C')) expect(call).toThrowError(unknown)
    place(exchange)
    exchange.advanceTo(EXPIRY_MS)
    for (const call of ask(SYMBOL)) expect(call).toThrowError(unknown)
  })

  it('is in the rows of a chain as it is in its quotes, whatever rests and was taken', () => {
    const options = [80_000, 90_000].flatMap((strikeUsd) => [
      optionOf({ strikeUsd }),
      optionOf({ currency: 'ETH', strikeUsd }),
    ])
    const step = fc.oneof(
      fc.record({
        option: fc.constantFrom(...options),
        side: fc.constantFrom('buy' as const, 'sell' as const),
        priceCoin: fc.constantFrom(0.01, 0.015, 0.025, 0.03),
        sizeCoin: fc.constantFrom(1, 2),
      }),
      fc.constantFrom('cancel' as const, 'next step' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.boolean(), (steps, frozen) => {
        const scripted = createScriptedMarket({
          options,
          frozen,
          topAt: () => ({ bid: 0.01, bidSize: 1.5, ask: 0.03, askSize: 1.5 }),
        })
        const market = {
          ...scripted,
          chainRows: (...asked: Parameters<typeof scripted.chain>) => scripted.chain(...asked).map(rowOf),
        }
        const exchange = exchangeOver({}, { market })
        let atMs = START_MS
        for (const each of steps) {
          if (each === 'next step') atMs += STEP_MS
          if (each === 'cancel') exchange.cancelAll(() => true)
          else if (each === 'next step') exchange.advanceTo(atMs)
          else exchange.place(wishOf({ ...each, symbol: each.option.symbol }))
          for (const currency of ['BTC', 'ETH'] as const) {
            expect(exchange.chainRows(currency)).toEqual(exchange.chain(currency).map(rowOf))
          }
        }
      }),
    )
  })
})

function rowOf(quote: OptionQuote): ChainQuote {
  const { symbol, bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd } = quote
  return {
    ...{ symbol, bidPriceCoin, askPriceCoin, markPriceCoin, markIv, forwardUsd },
    ...{ openInterestCoin: quote.openInterestCoin, volumeCoin: quote.volumeCoin },
  }
}
