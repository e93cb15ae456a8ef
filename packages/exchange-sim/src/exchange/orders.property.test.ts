import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSizes } from './exact-size.js'
import { STEP_MS, USUAL } from './exchange.fixture.js'
import type { Order } from './order.js'
import { moves, play, wanderingTop } from './random-session.fixture.js'

describe('whatever is sent', () => {
  it('no trade is worse than its limit, and what may not take does not', () => {
    fc.assert(
      fc.property(moves, (script) => {
        play(script, ({ trades }) => {
          for (const { side, priceCoin, liquidity, order } of trades) {
            const isWorse = side === 'sell' ? priceCoin < order.priceCoin : priceCoin > order.priceCoin
            expect(isWorse).toBe(false)
            if (order.postOnly) expect(liquidity).toBe('maker')
            if (order.kind === 'market') expect(liquidity).toBe('taker')
          }
        })
      }),
    )
  })

  it('sizes add up exactly, and what must not rest does not', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const exchange = play(script)
        const open = exchange.openOrders()
        for (const order of exchange.orders('BTC')) {
          const trades = exchange.tradesOfOrder(order.orderId)
          expect(order.filledCoin).toBe(trades.reduce((sum, { sizeCoin }) => addSizes(sum, sizeCoin), 0))
          expect(order.filledCoin).toBeLessThanOrEqual(order.sizeCoin)
          expect(order.state === 'filled').toBe(order.filledCoin === order.sizeCoin)
          expect(open.includes(order)).toBe(order.state === 'open')
          const mayRest = order.kind !== 'market' && /^good_til/.test(order.timeInForce)
          if (!mayRest) expect(order.state).not.toBe('open')
          if (order.timeInForce === 'fill_or_kill') expect([0, order.sizeCoin]).toContain(order.filledCoin)
          if (trades.length === 0) expect(order.averagePriceCoin).toBeNull()
          else {
            const premium = trades.reduce((sum, { priceCoin, sizeCoin }) => sum + priceCoin * sizeCoin, 0)
            expect(order.averagePriceCoin).toBeCloseTo(premium / order.filledCoin, 12)
          }
        }
      }),
    )
  })

  it('one step of the market never gives more than it quotes', () => {
    fc.assert(
      fc.property(moves, (script) => {
        const taken = new Map<string, number>()
        for (const { order, side, sizeCoin, timestampMs } of play(script).trades('BTC')) {
          const { symbol } = order.instrument
          const stepMs = Math.floor(timestampMs / STEP_MS) * STEP_MS
          const key = `${symbol} ${side} ${stepMs}`
          taken.set(key, (taken.get(key) ?? 0) + sizeCoin)
          const { bidSize, askSize } = { ...USUAL, ...wanderingTop(stepMs, symbol) }
          expect(taken.get(key)).toBeLessThanOrEqual(((side === 'sell' ? bidSize : askSize) ?? 0) + 1e-9)
        }
      }),
    )
  })

  it('no book is ever crossed, its levels are in order, and its changes are numbered upwards', () => {
    fc.assert(
      fc.property(moves, (script) => {
        let lastId = 0
        play(script, ({ exchange }) => {
          for (const { symbol } of exchange.instruments('BTC')) {
            const { bids, asks } = exchange.book(symbol, 100)
            const changeId = exchange.changeId()
            const ladder = [...bids.toReversed(), ...asks].map(([priceCoin]) => priceCoin)
            expect(ladder.every((priceCoin, i) => i === 0 || priceCoin > (ladder[i - 1] ?? 0))).toBe(true)
            expect([...bids, ...asks].every(([, sizeCoin]) => sizeCoin > 0)).toBe(true)
            const { bidPriceCoin, bidSizeCoin, askPriceCoin, askSizeCoin } = exchange.quote(symbol)
            expect([bidPriceCoin, bidSizeCoin]).toEqual(bids[0] ?? [null, null])
            expect([askPriceCoin, askSizeCoin]).toEqual(asks[0] ?? [null, null])
            expect(changeId).toBeGreaterThanOrEqual(lastId)
            lastId = changeId
          }
        })
      }),
    )
  })

  it('own orders are served by price and then by age', () => {
    fc.assert(
      fc.property(moves, (script) => {
        play(
          script.filter(({ kind }) => kind !== 'edit'),
          ({ exchange, trades }) => {
            const orders = exchange.orders('BTC')
            const comesBefore = (a: Order, b: Order) => {
              const better = a.side === 'sell' ? a.priceCoin - b.priceCoin : b.priceCoin - a.priceCoin
              return better < 0 || (better === 0 && orders.indexOf(a) < orders.indexOf(b))
            }
            const served = trades.filter(({ liquidity }) => liquidity === 'maker')
            served.forEach((trade, place) => {
              const { order, timestampMs } = trade
              const isRival = (other: Order) =>
                other !== order && other.side === order.side && isSameOption(other, order)
              const later = served.slice(place + 1).filter((other) => other.timestampMs === timestampMs)
              for (const other of later) if (isRival(other.order)) expect(comesBefore(other.order, order)).toBe(false)
              // One that may only reduce is passed over where there is nothing to reduce.
              const waiting = exchange.openOrders().filter((other) => isRival(other) && !other.reduceOnly)
              for (const other of waiting) expect(comesBefore(other, order)).toBe(false)
            })
          },
        )
      }),
    )
  })

  it('a reduce-only order never opens or turns a position', () => {
    fc.assert(
      fc.property(moves, (script) => {
        play(script, ({ exchange, trades }) => {
          for (const { order, tradeId } of trades) {
            if (!order.reduceOnly) continue
            const row = exchange.ledger('BTC').find((each) => each.tradeId === tradeId)
            const after = row?.positionAfterCoin ?? Number.NaN
            const held = after - (row?.positionChangeCoin ?? Number.NaN)
            expect(Math.abs(after)).toBeLessThan(Math.abs(held))
            expect(after * held).toBeGreaterThan(-1e-9)
          }
        })
      }),
    )
  })
})

function isSameOption(a: Order, b: Order): boolean {
  return a.instrument.symbol === b.instrument.symbol
}
