import type { RequestFault } from '@cc/exchange-sim/server'
import { describe, expect, it, vi } from 'vitest'
import { HANGS_MS, onFaultyStreams, planOf, restingOrder } from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'
import { cancel, read, sell } from './told.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

/** A WebSocket that is there and says nothing is given up after 30 s: 1.5 s at this speed. */
const SPEED = 20
const TIMES = { timeoutMs: 60_000, orderTimeoutMs: 6_000, reconnectMinMs: 100, reconnectMaxMs: 400 }

/** So rare that the exchange does not give up first, over a question that waits behind what never ends. */
const RARE_HEARTBEATS = { ...TIMES, heartbeatSec: 19 }

const STUCK: readonly RequestFault[] = [
  { kind: 'half-open', when: 'before' },
  { kind: 'half-open', when: 'after' },
  { kind: 'slow', part: 'headers', msPerByte: 1_200 },
  { kind: 'slow', part: 'body', msPerByte: 1_200 },
  { kind: 'endless', part: 'headers', bytesPerMs: 1 },
  { kind: 'endless', part: 'body', bytesPerMs: 1 },
]

describe.concurrent('E71: a WebSocket on which nothing whole comes any more', () => {
  it.concurrent.each(STUCK.map((fault) => ({ fault, name: Object.values(fault).join(' ') })))(
    '$name: an order is unknown in time, and the next connection finds it',
    ({ fault }) =>
      onFaultyStreams(
        { speed: SPEED, client: fault.kind === 'half-open' ? TIMES : RARE_HEARTBEATS },
        async (exchange) => {
          const { client, plan, server, ordersOf } = exchange
          const lost: string[] = []
          client.connection.watch({ onLost: (reason) => void lost.push(reason) })
          plan.replace(planOf('private/sell', fault))
          expect(await sell(exchange, 'hit', 50_000)).toBe('unknown deribit/no-answer (deadline)')
          expect(client.connection.epoch()).toBe(1)
          const isThere = fault.kind !== 'half-open' || fault.when === 'after'
          expect(await ordersOf('hit')).toHaveLength(isThere ? 1 : 0)

          // A read waits for the next connection, whichever of the two its request goes out on.
          await vi.waitFor(() => expect(client.connection.epoch()).toBe(2), { timeout: HANGS_MS, interval: 10 })
          expect(lost).toEqual(['silent'])
          expect(await read(exchange)).toBe('value')
          const { result } = await client.private.getOrderStateByLabel({ currency: 'BTC', label: 'hit' })
          expect(result).toHaveLength(isThere ? 1 : 0)
          expect(server.requests()['private/sell'] ?? 0).toBe(isThere ? 1 : 0)
          expect(plan.log()).toHaveLength(1)
          expect(await sell(exchange, 'next', 50_000)).toBe('accepted')
        },
      ),
  )

  it.concurrent('a read that waits there is asked again on the next connection', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      exchange.plan.replace(planOf('public/ticker', { kind: 'half-open', when: 'before' }))
      expect(await read(exchange)).toBe('value')
      expect(exchange.client.connection.epoch()).toBe(2)
    }))

  it.concurrent('B28: a cancel has no answer, its order counts as open, and is cancelled on the next connection', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async (exchange) => {
      const { client, plan } = exchange
      const { order_id } = await restingOrder(exchange, 'resting')
      plan.replace(planOf('private/cancel', { kind: 'half-open', when: 'before' }))
      expect(await cancel(exchange, order_id)).toBe('deribit/no-answer reconcile (deadline)')
      expect((await client.private.getOrderState({ order_id })).result.order_state).toBe('open')
      expect(client.connection.epoch()).toBe(2)
      expect(await cancel(exchange, order_id)).toBe('cancelled')
    }))

  it.concurrent('heartbeats keep a connection on which nobody asks for anything', () =>
    onFaultyStreams({ speed: SPEED, client: TIMES }, async ({ client, server }) => {
      await vi.waitFor(() => expect(server.requests()['public/test']).toBeGreaterThan(3), HANGS_MS)
      expect(client.connection.epoch()).toBe(1)
    }))
})
