import type { OrderAnswer } from '@cc/deribit-client'
import type { FaultPlanInput, RequestFault } from '@cc/exchange-sim/server'
import { CcError } from '@cc/models'
import { describe, expect, it, vi } from 'vitest'
import { OPTION, onFaultyExchange, TRANSPORTS, type TransportName, wish } from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

/** 30 s are 0.75 s at this speed. */
const SPEED = 40
const OWN_TIMES = { timeoutMs: 120_000, orderTimeoutMs: 60_000, reconnectMinMs: 100, reconnectMaxMs: 2_000 }
const ROUNDS = 12

/** All that may happen to a request, none of it a lie of the exchange. */
const MIX: readonly (readonly [RequestFault, number])[] = [
  [{ kind: 'latency', ms: 30_000 }, 0.1],
  [{ kind: 'latency', ms: 3_000 }, 0.2],
  [{ kind: 'late-arrival', ms: 90_000 }, 0.05],
  [{ kind: 'drop', when: 'before' }, 0.05],
  [{ kind: 'drop', when: 'after' }, 0.05],
  [{ kind: 'duplicate' }, 0.05],
  [{ kind: 'reorder', ms: 10_000 }, 0.1],
  [{ kind: 'reset', when: 'before' }, 0.03],
  [{ kind: 'reset', when: 'after' }, 0.03],
  [{ kind: 'malformed', form: 'truncated' }, 0.02],
  [{ kind: 'html', status: 502, when: 'after' }, 0.02],
  [{ kind: 'error', word: 'matching_engine_queue_full', when: 'before' }, 0.02],
  [{ kind: 'error', word: 'temporarily_unavailable', when: 'after' }, 0.02],
]

function planOfSeed(seed: number): FaultPlanInput {
  return {
    seed,
    rates: ['private/sell', 'private/cancel', 'public/ticker', 'private/get_open_orders_by_currency'].flatMap(
      (method) => MIX.map(([fault, probability]) => ({ on: 'request' as const, method, fault, probability })),
    ),
  }
}

const RUNS = TRANSPORTS.flatMap((transport) => [1, 2, 3, 4].map((seed) => ({ transport, seed })))

describe.concurrent('F81 delays of up to 30 s, losses, doubles and disorder', () => {
  it.concurrent.each(RUNS)(
    'over $transport, seed $seed: whatever is told of an order is true, and it is sent once',
    (run) => mixed(run),
  )
})

async function mixed({ transport, seed }: { transport: TransportName; seed: number }): Promise<void> {
  const setUp = { speed: SPEED, client: { ...OWN_TIMES, heartbeatSec: 60, silenceMs: 300_000 } }
  await onFaultyExchange(transport, setUp, async (exchange) => {
    const { client, plan, server, ordersOf, asked } = exchange
    plan.replace(planOfSeed(seed))
    const outcomes = new Map<string, OrderAnswer<unknown>['outcome']>()
    const cancelled = new Map<string, boolean>()

    const round = async (number: number) => {
      const label = `mixed-${number}`
      const answer = await client.private.sell(wish(exchange, label, 60_000))
      outcomes.set(label, answer.outcome)
      if (answer.outcome !== 'accepted') return
      try {
        const { result } = await client.private.cancel({ order_id: answer.order.order_id })
        expect(result.order_state).toBe('cancelled')
        cancelled.set(label, true)
      } catch (error) {
        expect(CcError.isInstance(error)).toBe(true)
        cancelled.set(label, false)
      }
    }
    const reading = async () => {
      for (let i = 0; i < ROUNDS / 2; i += 1) {
        const [ticker, orders] = await Promise.allSettled([
          client.public.ticker({ instrument_name: OPTION }),
          client.private.getOpenOrdersByCurrency({ currency: 'BTC' }),
        ])
        if (ticker.status === 'fulfilled') expect(ticker.value.result.instrument_name).toBe(OPTION)
        else expect(CcError.isInstance(ticker.reason)).toBe(true)
        if (orders.status === 'rejected') expect(CcError.isInstance(orders.reason)).toBe(true)
      }
    }
    const rounds = Array.from({ length: 4 }, async (_, lane) => {
      for (let i = lane; i < ROUNDS; i += 4) await round(i)
    })
    await Promise.all([...rounds, reading()])
    plan.clear()
    // Requests that are under way still arrive.
    await client.clock.sleep(100_000)

    expect(outcomes.size).toBe(ROUNDS)
    for (const [label, outcome] of outcomes) {
      const orders = await ordersOf(label)
      expect(orders.length, `${label} ${outcome}`).toBeLessThanOrEqual(1)
      if (outcome === 'accepted') expect(orders).toHaveLength(1)
      if (outcome === 'rejected') expect(orders).toHaveLength(0)
      if (cancelled.get(label) === true) expect(orders[0]?.order_state).toBe('cancelled')
      // The client finds the same by the label.
      const { result } = await client.private.getOrderStateByLabel({ currency: 'BTC', label })
      expect(result.map(({ order_id }) => order_id)).toEqual(orders.map(({ order_id }) => order_id))
    }
    expect(server.requests()['private/sell'] ?? 0).toBeLessThanOrEqual(ROUNDS)
    expect(plan.log().length).toBeGreaterThan(ROUNDS / 2)
    const open = await asked<{ label: string }[]>('private/get_open_orders_by_currency', { currency: 'BTC' })
    for (const { label } of open) expect(cancelled.get(label)).not.toBe(true)
  })
}
