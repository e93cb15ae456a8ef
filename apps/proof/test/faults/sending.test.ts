import type { RequestFault } from '@cc/exchange-sim/server'
import { describe, expect, it, vi } from 'vitest'
import {
  BRIEF,
  type FaultyExchange,
  type FaultyStreams,
  HANGS_MS,
  OPTION,
  onFaultyExchange,
  onFaultyStreams,
  PATIENT,
  planOf,
  TRANSPORTS,
  wish,
} from './faulty-exchange.ts'
import { guardLeaks, portOf, socketsAt } from './leak-guard.ts'
import { found, outcomeOf, read, sell, wordsOf } from './told.ts'

vi.setConfig({ maxConcurrency: 12 })
guardLeaks()

const SELL = 'private/sell'
const BY_LABEL = 'private/get_order_state_by_label'

const sends = ({ server, plan }: FaultyExchange) => (server.requests()[SELL] ?? 0) + plan.log().length

describe.concurrent.each(TRANSPORTS)('sending over %s', (transport) => {
  const onExchange = (fault: RequestFault, test: (exchange: FaultyExchange) => Promise<void>) =>
    onFaultyExchange(transport, { faults: planOf(SELL, fault), client: BRIEF }, test)

  it.concurrent('A1 no reply in time: unknown, at the deadline and not later, and no second send', () =>
    onExchange({ kind: 'drop', when: 'after' }, async (exchange) => {
      const beganMs = performance.now()
      expect(await sell(exchange, 'hit')).toBe('unknown deribit/no-answer (deadline)')
      const tookMs = performance.now() - beganMs
      expect(tookMs).toBeGreaterThanOrEqual(BRIEF.orderTimeoutMs - 2)
      expect(tookMs).toBeLessThan(BRIEF.orderTimeoutMs + HANGS_MS)
      await exchange.client.clock.sleep(200)
      expect(exchange.server.requests()[SELL]).toBe(1)
    }))

  it.concurrent.each<RequestFault>([
    { kind: 'drop', when: 'after' },
    { kind: 'reset', when: 'after' },
    { kind: 'malformed', form: 'cut-off' },
  ])('A2 reply lost, order accepted: unknown, found by its label, one order exists: $kind', (fault) =>
    onExchange(fault, async (exchange) => {
      expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit\/no-answer/)
      const { states, ids } = await found(exchange, 'hit')
      expect(states).toEqual(['open'])
      expect((await exchange.ordersOf('hit')).map(({ order_id }) => order_id)).toEqual(ids)
      expect(exchange.server.requests()[SELL]).toBe(1)
    }),
  )

  it.concurrent('A3 request lost: unknown, and after its valid_until no order has its label, by the exchange’s time', () =>
    onExchange({ kind: 'drop', when: 'before' }, async (exchange) => {
      const { client } = exchange
      const order = wish(exchange, 'hit', BRIEF.orderTimeoutMs + 300)
      expect(outcomeOf(await client.private.sell(order))).toBe('unknown deribit/no-answer (deadline)')
      await client.clock.sleep(
        Math.max(0, order.valid_until + (client.clock.uncertaintyMs() ?? 0) - client.clock.now()) + 5,
      )
      const { states, answeredMs } = await found(exchange, 'hit')
      expect(states).toEqual([])
      expect(answeredMs).toBeGreaterThan(order.valid_until)
      expect(sends(exchange)).toBe(1)
    }))

  it.concurrent('A4 request late, before its valid_until: unknown, and found by its label when it is there', () =>
    onExchange({ kind: 'late-arrival', ms: BRIEF.orderTimeoutMs + 3_000 }, async (exchange) => {
      expect(await sell(exchange, 'hit', 20_000)).toBe('unknown deribit/no-answer (deadline)')
      expect((await found(exchange, 'hit')).states).toEqual([])
      await vi.waitFor(async () => expect((await found(exchange, 'hit')).states).toEqual(['open']), HANGS_MS)
    }))

  it.concurrent.each([
    ['the exchange says so in time', 700, PATIENT, 'unknown deribit/timed-out'],
    [
      'the exchange is silent for too long',
      BRIEF.orderTimeoutMs + 3_000,
      BRIEF,
      'unknown deribit/no-answer (deadline)',
    ],
  ])('A5 request late, after its valid_until: unknown, and it never is an order: %s', (_, ms, client, told) =>
    onFaultyExchange(transport, { faults: planOf(SELL, { kind: 'late-arrival', ms }), client }, async (exchange) => {
      expect(await sell(exchange, 'hit', 400)).toBe(told)
      await vi.waitFor(() => expect(exchange.server.requests()[SELL]).toBe(1), HANGS_MS)
      expect((await found(exchange, 'hit')).states).toEqual([])
    }),
  )

  it.concurrent.each<[RequestFault, string]>([
    [{ kind: 'drop', when: 'before' }, 'deribit/no-answer retry (deadline)'],
    [{ kind: 'error', word: 'temporarily_unavailable', when: 'before' }, 'deribit/temporarily-unavailable retry'],
    [{ kind: 'malformed', form: 'no-result' }, 'deribit/malformed-reply skip (it has no result and no error)'],
  ])('A6 a label that cannot be looked up is an error, never an empty answer: %j', (fault, told) =>
    onExchange({ kind: 'drop', when: 'after' }, async (exchange) => {
      await sell(exchange, 'hit')
      exchange.plan.replace(planOf(BY_LABEL, fault, 99))
      expect(wordsOf(await found(exchange, 'hit').catch((error: unknown) => error))).toBe(told)
      exchange.plan.clear()
      expect((await found(exchange, 'hit')).states).toEqual(['open'])
    }),
  )

  it.concurrent.each<RequestFault>([
    ...[500, 502, 503, 504].map((status): RequestFault => ({ kind: 'html', status, when: 'after' })),
    { kind: 'reset', when: 'after' },
  ])(
    'A9 a gateway’s page or a reset after it was sent: unknown for an order, repeated for a read: $kind $status',
    (fault) =>
      onFaultyExchange(transport, { faults: planOf(SELL, fault) }, async (exchange) => {
        expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit\/(gateway-error|no-answer) \(/)
        expect((await found(exchange, 'hit')).states).toEqual(['open'])
        exchange.plan.replace(planOf('public/ticker', fault, 2))
        expect(await read(exchange)).toBe('value')
        expect(exchange.plan.left()).toBe(0)
      }),
  )

  it.concurrent('A10 refused before a byte was written: rejected here, and the exchange never was asked', () =>
    onFaultyExchange(transport, { client: BRIEF }, async (exchange) => {
      await exchange.server.close()
      // The client has noticed that its connections are gone.
      await vi.waitFor(() => expect(socketsAt(portOf(exchange.server.httpUrl))).toEqual([]), HANGS_MS)
      const answer = await exchange.client.private.sell(wish(exchange, 'hit'))
      expect(answer).toMatchObject({ outcome: 'rejected', word: 'not_sent', number: null })
      expect(exchange.server.requests()[SELL]).toBeUndefined()
      expect(
        wordsOf(await exchange.client.private.cancel({ order_id: 'BTC-1' }).catch((error: unknown) => error)),
      ).toMatch(/^deribit\/(unreachable|no-answer) retry/)
    }))

  it.concurrent.each([
    ['not_enough_funds', 10_009],
    ['price_too_low', 10_005],
    ['post_only_reject', 11_054],
    ['invalid_params', -32_602],
    ['scope_exceeded', 13_403],
    ['matching_engine_queue_full', 10_047],
    ['settlement_in_progress', 10_041],
  ])('A11 a refusal that is certain: rejected with its number, no order, no second send: %s', (word, code) =>
    onExchange({ kind: 'error', word, code, when: 'before' }, async (exchange) => {
      const answer = await exchange.client.private.sell(wish(exchange, 'hit'))
      expect(answer).toMatchObject({ outcome: 'rejected', number: code })
      expect((await found(exchange, 'hit')).states).toEqual([])
      expect(sends(exchange)).toBe(1)
    }),
  )

  it.concurrent.each([
    ['timed_out', 13_888],
    ['internal_server_error', 11_094],
    ['temporarily_unavailable', 13_028],
    ['internal_error', -32_603],
    ['lock_time_exceeded', 10_050],
    ['retry', 10_040],
    ['never_heard_of', 20_001],
  ])('A12 a number that proves nothing: unknown, found by its label, no second send: %s', (word, code) =>
    onExchange({ kind: 'error', word, code, when: 'after' }, async (exchange) => {
      expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit\//)
      expect((await found(exchange, 'hit')).states).toEqual(['open'])
      expect(exchange.server.requests()[SELL]).toBe(1)
    }),
  )

  it.concurrent('A15 a post-only order that would trade is rejected by that word, and is none', () =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const answer = await exchange.client.private.sell({ ...wish(exchange, 'hit'), price: 0.0005 })
      expect(answer).toMatchObject({ outcome: 'rejected', word: 'post_only_reject', number: 11_054 })
      expect((await found(exchange, 'hit')).states.filter((state) => state !== 'rejected')).toEqual([])
      expect(await exchange.asked('private/get_positions', { currency: 'BTC' })).toEqual([])
    }))

  it.concurrent.each([
    ['settlement_in_progress', 'deribit/settlement-in-progress retry'],
    ['system_maintenance', 'deribit/system-maintenance retry'],
  ])('A21 %s: an order is rejected, and whoever reads is told which of the two it is', (word, told) =>
    onExchange({ kind: 'error', word, when: 'before' }, async (exchange) => {
      expect(await sell(exchange, 'hit')).toBe(`rejected ${word}`)
      exchange.plan.replace(planOf('public/ticker', { kind: 'error', word, when: 'before' }, 99))
      expect(await read(exchange)).toBe(told)
      expect((await found(exchange, 'hit')).states).toEqual([])
    }),
  )

  it.concurrent.each([
    ['unauthorized', 'retry'],
    ['invalid_credentials', 'halt'],
    ['forbidden', 'halt'],
  ])('A23 %s in the middle: an order is rejected, and a read says to %s', (word, recovery) =>
    onExchange({ kind: 'error', word, when: 'before' }, async (exchange) => {
      expect(await sell(exchange, 'hit')).toBe(`rejected ${word}`)
      expect(await exchange.ordersOf('hit')).toEqual([])
      exchange.plan.replace(planOf(BY_LABEL, { kind: 'error', word, when: 'before' }, 2))
      const failure = wordsOf(await found(exchange, 'hit').catch((error: unknown) => error))
      expect(failure).toBe(`deribit/${word.replaceAll('_', '-')} ${recovery}`)
    }),
  )
})

describe.concurrent('A20 too many requests', () => {
  const fault: RequestFault = { kind: 'error', word: 'too_many_requests', when: 'before', waitSec: 3 }

  it.concurrent('over HTTP stop orders for as long as the exchange says, and no longer', () =>
    onFaultyExchange(
      'http',
      { faults: planOf(SELL, fault), client: { rateLimits: 'deribit', orderTimeoutMs: 1_000 } },
      async (exchange) => {
        const { client, server } = exchange
        expect(await sell(exchange, 'hit')).toBe('rejected too_many_requests')
        expect(await client.private.sell(wish(exchange, 'too soon'))).toMatchObject({
          outcome: 'rejected',
          word: 'not_sent',
        })
        expect(server.requests()[SELL]).toBeUndefined()
        await client.clock.sleep(3_100)
        expect(await sell(exchange, 'later')).toBe('accepted')
        expect((await found(exchange, 'hit')).states).toEqual([])
      },
    ))

  it.concurrent('over WebSocket end the session; the next one comes after the wait, and tells what is there', () =>
    onFaultyStreams(
      { faults: planOf(SELL, fault), client: { orderTimeoutMs: 1_000 } },
      async (exchange: FaultyStreams) => {
        const { client, server } = exchange
        const lost: string[] = []
        client.connection.watch({ onLost: (reason) => void lost.push(reason) })
        const beganMs = performance.now()
        expect(await sell(exchange, 'hit')).toBe('rejected too_many_requests')
        await vi.waitFor(() => expect(lost).toEqual(['closed-1008']), HANGS_MS)
        expect(await client.private.sell(wish(exchange, 'too soon'))).toMatchObject({
          outcome: 'rejected',
          word: 'not_sent',
        })
        expect((await found(exchange, 'hit')).states).toEqual([])
        expect(performance.now() - beganMs).toBeGreaterThan(2_900)
        expect(client.connection.epoch()).toBe(2)
        expect(await sell(exchange, 'later')).toBe('accepted')
        expect(server.requests()[SELL]).toBe(1)
      },
    ))
})

it('A19, A25 an amount in another unit never leaves: it is not on the grid', () =>
  onFaultyExchange('http', {}, async (exchange) => {
    const order = { ...wish(exchange, 'hit'), instrument_name: OPTION, amount: 0.15 }
    await expect(exchange.client.private.sell(order)).rejects.toMatchObject({ code: 'deribit/off-grid' })
    expect(exchange.server.requests()[SELL]).toBeUndefined()
  }))
