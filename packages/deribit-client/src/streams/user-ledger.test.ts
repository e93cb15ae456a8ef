import { describe, expect, it } from 'vitest'
import type { WireOrder } from '../wire/order.js'
import type { WirePosition } from '../wire/position.js'
import type { WireUserTrade } from '../wire/trade.js'
import { createUserLedger, KEEP_MS, OVERLAP_MS, type UserEvent } from './user-ledger.js'

const BORN_MS = 1_789_000_000_000
const SYMBOL = 'BTC-27NOV26-90000-C'

function tradeAt(ms: number, seq: number): WireUserTrade {
  return {
    trade_id: `t${seq}`,
    trade_seq: seq,
    instrument_name: SYMBOL,
    timestamp: BORN_MS + ms,
    price: 0.01,
    amount: 1,
    order_id: 'o',
    direction: 'sell',
    fee: 0,
    fee_currency: 'BTC',
  }
}

function orderAt(ms: number, own: Partial<WireOrder> = {}): WireOrder {
  return {
    order_id: 'o',
    order_state: 'open',
    order_type: 'limit',
    instrument_name: SYMBOL,
    direction: 'sell',
    price: 0.01,
    amount: 3,
    filled_amount: 0,
    creation_timestamp: BORN_MS,
    last_update_timestamp: BORN_MS + ms,
    ...own,
  }
}

function held(size: number): WirePosition {
  return { instrument_name: SYMBOL, kind: 'option', direction: 'sell', size }
}

const kinds = (events: readonly UserEvent[]) => events.map(({ kind }) => kind)

describe('a ledger', () => {
  it.each([
    ['an earlier update', orderAt(10), orderAt(9, { price: 0.02 })],
    [
      'an open one, after it was cancelled in the same millisecond',
      orderAt(10, { order_state: 'cancelled' }),
      orderAt(10),
    ],
    ['a smaller fill in the same millisecond', orderAt(10, { filled_amount: 2 }), orderAt(10, { filled_amount: 1 })],
    ['a waiting one, after it was triggered', orderAt(10), orderAt(10, { order_state: 'untriggered' })],
    ['the same, with what may be left out said', orderAt(10), orderAt(10, { post_only: false, reduce_only: false })],
  ])('does not tell %s', (_what, first, second) => {
    const ledger = createUserLedger(BORN_MS)
    expect(kinds(ledger.hear({ orders: [first] }))).toEqual(['order'])
    expect(ledger.hear({ orders: [second] })).toEqual([])
    expect(ledger.join({ trades: [], orders: [second] }, [], BORN_MS + 20)).toEqual([])
  })

  it('does not tell an older position after a newer one, where notifications come the wrong way round', () => {
    const ledger = createUserLedger(BORN_MS)
    const newer = ledger.hear({ trades: [tradeAt(20, 2)], positions: [held(-2)] })
    const older = ledger.hear({ trades: [tradeAt(10, 1)], positions: [held(-1)] })
    expect([kinds(newer), kinds(older)]).toEqual([['trade', 'position'], ['trade']])
  })

  it('does not tell an older position after a newer one that was read', () => {
    const ledger = createUserLedger(BORN_MS)
    ledger.settle([held(0)])
    ledger.join({ trades: [tradeAt(20, 2)], orders: [] }, [], BORN_MS + 30)
    ledger.settle([held(-2)])
    expect(kinds(ledger.hear({ trades: [tradeAt(10, 1)], positions: [held(-1)] }))).toEqual(['trade'])
  })

  it('tells the trades of one notification in their order, and old news not at all', () => {
    const ledger = createUserLedger(BORN_MS)
    const events = ledger.hear({ trades: [tradeAt(5, 2), tradeAt(5, 1), tradeAt(-1, 9)] })
    expect(events).toEqual([tradeAt(5, 1), tradeAt(5, 2)].map((trade) => ({ kind: 'trade', trade })))
  })

  it('tells both sides of a trade between two own orders', () => {
    const ledger = createUserLedger(BORN_MS)
    const sides = [tradeAt(10, 1), { ...tradeAt(10, 1), order_id: 'other', direction: 'buy' as const }]
    expect(ledger.hear({ trades: sides })).toEqual(sides.map((trade) => ({ kind: 'trade', trade })))
    expect(ledger.join({ trades: sides, orders: [] }, [], BORN_MS + 20)).toEqual([])
  })

  it('knows what is old news also when it has forgotten it', () => {
    const ledger = createUserLedger(BORN_MS)
    const ended = orderAt(0, { order_state: 'filled', filled_amount: 3 })
    const first = { trades: [tradeAt(0, 1)], orders: [ended], positions: [held(0)] }
    expect(kinds(ledger.hear(first))).toEqual(['trade', 'order', 'position'])
    ledger.hear({ trades: [tradeAt(2 * KEEP_MS, 2)] })
    expect(ledger.hear(first)).toEqual([])
    expect(ledger.readFromMs()).toBe(BORN_MS + 2 * KEEP_MS - OVERLAP_MS)
  })

  it('remembers no more than what was told in its span', () => {
    const ledger = createUserLedger(BORN_MS)
    const sizes: number[] = []
    for (let at = 1; at <= 1_000; at += 1) {
      const ended = orderAt(at * 60_000, { order_id: `o${at}`, order_state: 'cancelled' })
      ledger.hear({ trades: [tradeAt(at * 60_000, at)], orders: [ended] })
      sizes.push(ledger.size())
    }
    expect(Math.max(...sizes)).toBeLessThan((2 * 1.2 * KEEP_MS) / 60_000)
  })

  it('asks which of two states of one millisecond came last, and corrects itself', () => {
    const ledger = createUserLedger(BORN_MS)
    const [first, second] = [orderAt(5, { price: 0.02 }), orderAt(5, { price: 0.03 })]
    ledger.hear({ orders: [orderAt(1)] })
    ledger.hear({ orders: [second] })
    expect(ledger.doubts()).toEqual([])
    ledger.hear({ orders: [first] })
    expect([ledger.doubts(), ledger.doubts()]).toEqual([['o'], []])
    expect(ledger.confirm(second)).toEqual([{ kind: 'order', order: second }])
    expect([ledger.confirm(second), ledger.confirm(orderAt(1))]).toEqual([[], []])
    expect(ledger.hear({ orders: [first] })).toEqual([])
  })

  it('never forgets an open order', () => {
    const ledger = createUserLedger(BORN_MS)
    ledger.hear({ orders: [orderAt(0)] })
    ledger.hear({ trades: [tradeAt(10 * KEEP_MS, 2)] })
    expect(ledger.openOrders()).toEqual(['o'])
    expect(ledger.hear({ orders: [orderAt(0)] })).toEqual([])
  })
})
