import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WireOrder } from '../wire/order.js'
import { openUserEvents } from './user-events.js'
import { createUserExchange } from './user-exchange.fixture.js'
import type { UserEvent } from './user-ledger.js'

describe('whatever happens to the connection', () => {
  it('each trade is told once, and of each order and position the last state in the end', async () => {
    const moves = fc.array(
      fc.record({
        move: fc.constantFrom(...MOVES),
        pauseMs: fc.constantFrom(1, 3, 20, 60, 200, 1_000, 30_000),
        which: fc.nat(20),
      }),
      { minLength: 20, maxLength: 120, size: 'max' },
    )
    const chances = fc.record({ disorder: fc.constantFrom(0, 0.2), failure: fc.constantFrom(0, 0.08), seed: fc.nat() })
    await fc.assert(
      fc.asyncProperty(moves, chances, async (script, { seed, ...faults }) => {
        const world = createUserExchange({ ...faults, random: chance(seed), lagMs: 500, pageSize: 5 })
        const { exchange, clock, trades, orders, sizes } = world
        const events = openUserEvents(world.client, { currency: 'BTC', kind: 'option' })
        const told: UserEvent[] = []
        const reading = (async () => {
          for await (const event of events) told.push(event)
        })()
        await events.ready
        for (const [index, { move, pauseMs, which }] of script.entries()) {
          const open = exchange.open()
          const id = open[which % Math.max(1, open.length)]
          if (move === 'place') exchange.place()
          else if (move === 'lose') exchange.lose()
          else if (move === 'regain') exchange.regain()
          else if (id !== undefined) {
            const { amount, filled_amount } = orders.get(id) as WireOrder
            if (move === 'edit') exchange.edit(id, 0.01 + index / 1_000)
            else if (move === 'cancel') exchange.cancel(id)
            else exchange.fill(id, move === 'fill' ? 1 : amount - (filled_amount ?? 0))
          }
          await clock.sleep(pauseMs)
        }
        exchange.regain()
        await clock.sleep(900_000)
        events.close()
        await reading

        const toldTrades = told.flatMap((event) => (event.kind === 'trade' ? [event.trade.trade_id] : []))
        expect(toldTrades.toSorted()).toEqual(trades.map(({ trade_id }) => trade_id))
        const last = new Map<string, WireOrder>()
        for (const event of told) {
          if (event.kind !== 'order') continue
          const before = last.get(event.order.order_id)
          expect(before?.last_update_timestamp ?? 0).toBeLessThan(event.order.last_update_timestamp)
          last.set(event.order.order_id, event.order)
        }
        expect([...last.values()].toSorted(byId)).toEqual([...orders.values()].toSorted(byId))
        const held = told.flatMap((event) => (event.kind === 'position' ? [event.position] : []))
        expect(new Map(held.map(({ instrument_name, size }) => [instrument_name, size]))).toEqual(sizes)
        await clock.sleep(1)
        expect(world.pending()).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})

const MOVES = 'place place place fill fill fill fill fill-whole edit cancel lose regain regain'.split(' ')

function byId(a: WireOrder, b: WireOrder): number {
  return a.order_id.localeCompare(b.order_id)
}

/** A small generator of numbers from 0 to below 1. */
function chance(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
