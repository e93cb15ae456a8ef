import { describe, expect, it, vi } from 'vitest'
import {
  BRIEF,
  type FaultyExchange,
  HANGS_MS,
  OPTION,
  onFaultyExchange,
  planOf,
  restingOrder,
  TRANSPORTS,
  wish,
} from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'
import { cancel, outcomeOf, sell } from './told.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

const HOUR_MS = 3_600_000

/** How far the client's idea of the exchange's time is off, and how far it says that it may be. */
async function clockError({ client, asked, plan }: FaultyExchange): Promise<{ errorMs: number; mayBeMs: number }> {
  const beforeMs = client.clock.now()
  const mayBeMs = client.clock.uncertaintyMs() ?? Number.NaN
  plan.pause()
  const serverMs = await asked<number>('public/get_time')
  plan.resume()
  const errorMs = Math.max(0, beforeMs - serverMs, serverMs - client.clock.now())
  return { errorMs, mayBeMs }
}

describe.concurrent.each(TRANSPORTS)('over %s', (transport) => {
  it.concurrent('B27 a fill overtakes the cancel: the cancel fails, and the order is found filled', () =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const { client, asked, plan } = exchange
      const { order_id } = await restingOrder(exchange, 'resting')
      // Under way while the order is made to trade at once.
      plan.replace(planOf('private/cancel', { kind: 'late-arrival', ms: 3_000 }))
      const cancelling = cancel(exchange, order_id)
      await asked('private/edit', { order_id, amount: 0.1, price: 0.0005 })
      expect(await cancelling).toBe('deribit/already-filled skip')
      const { result } = await client.private.getOrderState({ order_id })
      expect(result).toMatchObject({ order_state: 'filled', filled_amount: 0.1 })
    }))

  it.concurrent('B28 a cancel without an answer: nothing is said of the order, which is still open', () =>
    onFaultyExchange(transport, { client: BRIEF }, async (exchange) => {
      const { client, plan, server } = exchange
      const { order_id } = await restingOrder(exchange, 'resting')
      plan.replace(planOf('private/cancel', { kind: 'drop', when: 'before' }))
      expect(await cancel(exchange, order_id)).toBe('deribit/no-answer reconcile (deadline)')
      expect(server.requests()['private/cancel']).toBeUndefined()
      expect((await client.private.getOrderState({ order_id })).result.order_state).toBe('open')
      expect(await cancel(exchange, order_id)).toBe('cancelled')
    }))

  it.concurrent('B28 a mass cancel whose answer is lost: it is not sent again, and has worked', () =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const { client, plan, server } = exchange
      await restingOrder(exchange, 'resting')
      plan.replace(planOf('private/cancel_all', { kind: 'reset', when: 'after' }))
      await expect(client.private.cancelAll()).rejects.toMatchObject({
        code: 'deribit/no-answer',
        recovery: 'reconcile',
      })
      expect(server.requests()['private/cancel_all']).toBe(1)
      expect((await client.private.getOpenOrders()).result).toEqual([])
    }))

  it.concurrent('B30 pages of trades that come twice, late or out of order are the same trades', () =>
    onFaultyExchange(transport, {}, async ({ client, asked, plan }) => {
      const buy = { instrument_name: OPTION, type: 'limit', price: 0.03, amount: 0.1 }
      for (const label of ['a', 'b', 'c']) await asked('private/buy', { ...buy, label })
      plan.replace({
        script: (['duplicate', 'reorder', 'latency'] as const).map((kind) => ({
          on: 'request',
          method: 'private/get_user_trades_by_currency',
          fault: kind === 'duplicate' ? { kind } : { kind, ms: 100 },
        })),
      })
      const read = () => client.private.getUserTradesByCurrency({ currency: 'BTC', count: 100 })
      const ids = (await Promise.all([read(), read(), read(), read()])).map(({ result }) =>
        result.trades.map(({ trade_id }) => trade_id).toSorted(),
      )
      expect(plan.left()).toBe(0)
      expect(ids[0]).toHaveLength(3)
      expect(ids).toEqual(Array(4).fill(ids[0]))
    }))

  it.concurrent.each([HOUR_MS, -HOUR_MS])(
    'E69 the exchange’s clock jumps by %i ms: it is followed, time-outs are not touched, and orders are good again',
    (ms) =>
      onFaultyExchange(transport, {}, async (exchange) => {
        const { client, plan } = exchange
        const before = wish(exchange, 'before')
        plan.replace(planOf('public/get_time', { kind: 'clock-skew', ms }))
        const beganMs = performance.now()
        await client.public.getTime()
        expect(performance.now() - beganMs).toBeLessThan(10_000)
        const { errorMs, mayBeMs } = await clockError(exchange)
        expect(errorMs).toBeLessThanOrEqual(mayBeMs + 1)
        // Made before the jump: too old for the exchange, or good for far too long.
        await expect(client.private.sell(before)).rejects.toMatchObject({
          code: 'deribit/invalid-params',
          facts: { field: 'valid_until' },
        })
        expect(exchange.server.requests()['private/sell']).toBeUndefined()
        expect(await sell(exchange, 'after')).toBe('accepted')
        expect(await exchange.ordersOf('after')).toHaveLength(1)
      }),
  )

  it.concurrent('E69 an order that is under way at the jump is unknown, and is none', () =>
    onFaultyExchange(
      transport,
      { faults: planOf('private/sell', { kind: 'clock-skew', ms: HOUR_MS }) },
      async (exchange) => {
        expect(outcomeOf(await exchange.client.private.sell(wish(exchange, 'hit')))).toBe('unknown deribit/timed-out')
        expect(await exchange.ordersOf('hit')).toEqual([])
        expect(await sell(exchange, 'next')).toBe('accepted')
      },
    ))

  it.concurrent.each([
    ['there', 'late-arrival'],
    ['back', 'latency'],
  ] as const)('E70 a long way %s: the time is off by half of the way at most, and says so', (_, kind) =>
    onFaultyExchange(
      transport,
      // Whatever the client asks, and first of all who it is, takes as long.
      {
        opens: false,
        faults: {
          script: ['public/get_time', 'public/auth', 'public/set_heartbeat'].map((method) => ({
            on: 'request',
            method,
            transport,
            fault: { kind, ms: 700 },
            times: 9,
          })),
        },
      },
      async (exchange) => {
        const beganMs = performance.now()
        await exchange.client.public.getTime()
        const tookMs = performance.now() - beganMs
        const { errorMs, mayBeMs } = await clockError(exchange)
        expect(mayBeMs).toBeGreaterThan(340)
        expect(mayBeMs).toBeLessThan(tookMs)
        expect(errorMs).toBeLessThanOrEqual(mayBeMs + 1)
        exchange.plan.clear()
        // A busy machine takes long for a way that is short.
        await vi.waitFor(async () => {
          await exchange.client.public.getTime()
          expect((await clockError(exchange)).mayBeMs).toBeLessThan(340)
        }, HANGS_MS)
      },
    ),
  )
})
