import type { RequestFault } from '@cc/exchange-sim/server'
import { describe, expect, it, vi } from 'vitest'
import {
  BRIEF,
  type FaultyExchange,
  type FaultyStreams,
  HANGS_MS,
  OPTION,
  onFaultyExchange,
  PATIENT,
  planOf,
  restingOrder,
  type SetUp,
  TRANSPORTS,
} from './faulty-exchange.ts'
import { guardLeaks } from './leak-guard.ts'
import { FAULT_CASES, type FaultCase } from './request-faults.ts'
import { cancel, read, sell } from './told.ts'

vi.setConfig({ maxConcurrency: 16 })
guardLeaks()

const TICKER = 'public/ticker'
const SELL = 'private/sell'
const CANCEL = 'private/cancel'

const cases = FAULT_CASES.map((one) => ({ ...one, name: nameOf(one) }))

describe.concurrent.each(TRANSPORTS)('over %s', (transport) => {
  it.concurrent.each(cases)('$name: a read that it hits once', ({ fault, told, effect }) =>
    onFaultyExchange(transport, hitting(TICKER, fault, told[transport].read[0]), async (exchange) => {
      const [expected, sends] = told[transport].read
      expect(await read(exchange)).toBe(expected)
      expect(sent(exchange, TICKER, effect)).toBe(sends)
      if (!told[transport].isStuck) expect(await read(exchange)).toBe('value')
    }),
  )

  const lasting = cases.filter(({ told }) => told[transport].read[1] !== 1 || told[transport].reads[1] !== 1)
  it.concurrent.each(lasting)('$name: a read that it hits each time', ({ fault, told, effect }) =>
    onFaultyExchange(transport, hitting(TICKER, fault, told[transport].reads[0], 99), async (exchange) => {
      const [expected, sends] = told[transport].reads
      expect(await read(exchange)).toBe(expected)
      expect(sent(exchange, TICKER, effect)).toBe(sends)
      exchange.plan.clear()
      expect(await read(exchange)).toBe('value')
    }),
  )

  it.concurrent.each(cases)('$name: an order', ({ fault, told, effect }) =>
    onFaultyExchange(transport, hitting(SELL, fault, told[transport].order), async (exchange) => {
      const { order, isLost, isStuck } = told[transport]
      expect(await sell(exchange, 'hit')).toBe(order)
      const isThere = effect !== 'none'
      await vi.waitFor(async () => {
        const orders = await exchange.ordersOf('hit')
        expect(orders.map(({ order_state }) => order_state)).toEqual(isThere ? ['open'] : [])
      }, HANGS_MS)
      // A refusal never hides an order.
      expect(order.startsWith('rejected') && isThere).toBe(false)
      expect(sent(exchange, SELL, effect)).toBe(1)
      if (!isStuck) await goesOn(exchange, isLost === true)
      expect(await exchange.ordersOf('hit')).toHaveLength(isThere ? 1 : 0)
      expect(exchange.plan.log()).toHaveLength(1)
    }),
  )

  it.concurrent.each(cases)('$name: a cancel', ({ fault, told, effect }) =>
    onFaultyExchange(transport, { client: timesFor(told[transport].change) }, async (exchange) => {
      const { change, isLost, isStuck } = told[transport]
      const { order_id } = await restingOrder(exchange, 'resting')
      exchange.plan.replace(planOf(CANCEL, fault))
      expect(await cancel(exchange, order_id)).toBe(change)
      await vi.waitFor(async () => {
        const orders = await exchange.ordersOf('resting')
        expect(orders.map(({ order_state }) => order_state)).toEqual([effect === 'none' ? 'open' : 'cancelled'])
      }, HANGS_MS)
      expect(sent(exchange, CANCEL, effect)).toBe(1)
      if (isStuck) return
      await goesOn(exchange, isLost === true)
      expect(await cancel(exchange, order_id)).toBe(effect === 'none' ? 'cancelled' : 'deribit/not-open-order skip')
    }),
  )

  it.concurrent.each([
    'settlement_in_progress',
    'matching_engine_queue_full',
    'system_maintenance',
    'too_many_requests',
  ])('A11: %s is the exchange’s own word that there is no order; its label tells where it is not true', (word) =>
    onFaultyExchange(transport, { faults: planOf(SELL, { kind: 'error', word, when: 'after' }) }, async (exchange) => {
      expect(await sell(exchange, 'hit')).toBe(`rejected ${word}`)
      const { result } = await exchange.client.private.getOrderStateByLabel({ currency: 'BTC', label: 'hit' })
      expect(result.map(({ order_state }) => order_state)).toEqual(['open'])
      expect(sent(exchange, SELL, 'done')).toBe(1)
    }),
  )

  it.concurrent('a lost token: a read signs in anew, an order is rejected, and a cancel may be sent again', () =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const { client, plan, server } = exchange
      const signIns = () => server.requests()['public/auth'] ?? 0
      const before = signIns()
      plan.replace(planOf('private/get_positions', { kind: 'token-loss' }))
      expect((await client.private.getPositions({ currency: 'BTC' })).result).toEqual([])
      expect(signIns()).toBe(before + 1)

      plan.replace(planOf(SELL, { kind: 'token-loss' }))
      expect(await sell(exchange, 'hit')).toBe('rejected unauthorized')
      expect(await exchange.ordersOf('hit')).toEqual([])
      expect(sent(exchange, SELL, 'done')).toBe(1)
      expect(await sell(exchange, 'next')).toBe('accepted')
      expect(signIns()).toBe(before + 2)
    }))

  it.concurrent('a cancel with a lost token has changed nothing', () =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const { order_id } = await restingOrder(exchange, 'resting')
      exchange.plan.replace(planOf(CANCEL, { kind: 'token-loss' }))
      expect(await cancel(exchange, order_id)).toBe('deribit/unauthorized retry (invalid_token)')
      expect((await exchange.ordersOf('resting'))[0]?.order_state).toBe('open')
      expect(await cancel(exchange, order_id)).toBe('cancelled')
    }))

  it.concurrent('replies out of order, and twice, reach those who asked', () =>
    onFaultyExchange(
      transport,
      {
        faults: {
          script: [
            { on: 'request', method: TICKER, fault: { kind: 'reorder', ms: 400 } },
            { on: 'request', method: TICKER, fault: { kind: 'duplicate' }, times: 3 },
          ],
        },
      },
      async ({ client }) => {
        const names = [OPTION, 'BTC-PERPETUAL', 'ETH-PERPETUAL', OPTION]
        const answers = await Promise.all(names.map((instrument_name) => client.public.ticker({ instrument_name })))
        expect(answers.map(({ result }) => result.instrument_name)).toEqual(names)
      },
    ))
})

/** A plan, and a client whose time is short only where it is told that it was. */
function hitting(method: string, fault: RequestFault, told: string, times = 1): SetUp {
  return { faults: planOf(method, fault, times), client: timesFor(told) }
}

function timesFor(told: string): typeof BRIEF {
  return told.includes('(deadline)') ? BRIEF : PATIENT
}

/** What the client is good for after a fault: the next order goes, over the same connection unless that was given up. */
async function goesOn(exchange: FaultyExchange, isLost: boolean): Promise<void> {
  const { connection } = exchange.client as FaultyStreams['client']
  if (connection !== undefined) {
    await vi.waitFor(() => expect(connection.state()).toBe('open'), { timeout: HANGS_MS, interval: 10 })
    expect(connection.epoch()).toBe(isLost ? 2 : 1)
  }
  expect(await sell(exchange, 'next')).toBe('accepted')
  expect(await exchange.ordersOf('next')).toHaveLength(1)
  expect(await read(exchange)).toBe('value')
}

/** How often the client sent a request: what takes effect is counted by the exchange, and what does not by the plan. */
function sent({ server, plan }: FaultyExchange, method: string, effect: FaultCase['effect']): number {
  return (server.requests()[method] ?? 0) + (effect === 'none' ? plan.log().length : 0)
}

function nameOf({ fault }: FaultCase): string {
  return Object.values(fault).join(' ')
}
