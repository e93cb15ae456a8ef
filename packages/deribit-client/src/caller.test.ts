import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { good, inTurn, page, refusal } from './acts.fixture.js'
import { resultReply, type SeenRequest } from './replies.fixture.js'
import { createScriptedClient } from './scripted-client.fixture.js'

const VERSION = { version: '1.2.26' }

describe('a call', () => {
  it('answers the result with its times and its network', async () => {
    const { client } = createScriptedClient()
    const { result, takenInMs, answeredMs, testnet } = await client.public.test()
    expect(result).toEqual(VERSION)
    expect([takenInMs, answeredMs]).toEqual([1_767_614_400_000, 1_767_614_400_000])
    expect(testnet).toBe(true)
  })

  it('gives every request its own id', async () => {
    const { client, exchange } = createScriptedClient()
    await Promise.all([client.public.test(), client.public.test(), client.private.getOpenOrders()])
    expect(new Set(exchange.received.map(({ id }) => id)).size).toBe(exchange.received.length)
  })

  it('sends no token with a public method, and one with a private method', async () => {
    const { client, exchange } = createScriptedClient()
    await client.private.getOpenOrders()
    await client.public.test()
    expect(exchange.receivedOf('private/get_open_orders')[0]?.token).toBe('access-0')
    expect(exchange.receivedOf('public/test')[0]?.token).toBeUndefined()
    expect(exchange.receivedOf('public/auth')[0]?.token).toBeUndefined()
  })

  it('names the parameter that is wrong, and sends nothing', async () => {
    const { client, exchange } = createScriptedClient()
    const call = client.public.getInstruments({ currency: 'DOGE' as 'BTC' })
    await expect(call).rejects.toMatchObject({
      code: 'deribit/invalid-params',
      recovery: 'skip',
      facts: { method: 'public/get_instruments', field: 'currency', value: 'DOGE' },
    })
    await expect(client.public.ticker({} as never)).rejects.toMatchObject({
      message: 'public/ticker: instrument_name: expected string, got nothing.',
    })
    await expect(client.public.test({ verbose: true } as never)).rejects.toMatchObject({
      facts: { field: 'verbose', expected: 'no such parameter' },
    })
    expect(exchange.received).toEqual([])
  })

  it.each([
    ['private/mass_quote', 'order'],
    ['private/buy', 'read'],
    ['private/edit_by_label', 'change'],
  ] as const)('refuses to carry an order, which has an outcome: %s defined as %s', async (name, effect) => {
    const { client, exchange } = createScriptedClient()
    const method = { name, effect, pool: 'matching', params: z.object({}), result: z.unknown() } as const
    await expect(client.ask(method, {})).rejects.toMatchObject({ code: 'deribit/wrong-call', recovery: 'halt' })
    expect(exchange.received).toEqual([])
  })

  it('does not understand a result that its method does not describe', async () => {
    const { client } = createScriptedClient(inTurn('public/test', good({ version: 7 })))
    await expect(client.public.test()).rejects.toMatchObject({
      code: 'deribit/unexpected-reply',
      facts: { method: 'public/test', path: 'result.version' },
    })
  })
})

describe('a read', () => {
  it.each([
    ['no connection', () => ({ refused: 'ECONNREFUSED' })],
    ['a broken connection', () => ({ broken: 'ECONNRESET' })],
    ['a page of a gateway', page(502)],
    ['a blocked POST', page(405)],
    ['10040', refusal(10040)],
    ['10041', refusal(10041)],
    ['10047', refusal(10047)],
    ['13028', refusal(13028)],
    ['-32603', refusal(-32603)],
  ])('is repeated after %s', async (_, act) => {
    const { client, clock, methods } = createScriptedClient(inTurn('public/test', act, good(VERSION)))
    expect((await client.public.test()).result).toEqual(VERSION)
    expect(methods().filter((method) => method === 'public/test').length).toBeGreaterThanOrEqual(1)
    expect(clock.now()).toBeGreaterThanOrEqual(1_000_100)
  })

  it.each([
    ['10009', refusal(10009), 'deribit/not-enough-funds'],
    ['an unlisted number', refusal(4711), 'deribit/unlisted-error'],
    ['13888', refusal(13888), 'deribit/timed-out'],
    ['10019', refusal(10019), 'deribit/locked-by-admin'],
    ['a bad certificate', () => ({ refused: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'deribit/untrusted-host'],
    ['a redirect', page(302), 'deribit/malformed-reply'],
    ['text', () => ({ reply: 'hello' }), 'deribit/malformed-reply'],
    ['nothing', () => ({ reply: '' }), 'deribit/malformed-reply'],
    [
      'another id',
      (request: SeenRequest) => ({ reply: resultReply({ id: request.id + 1 }, VERSION) }),
      'deribit/malformed-reply',
    ],
    [
      'no network',
      (request: SeenRequest) => ({ reply: resultReply(request, VERSION, { testnet: null }) }),
      'deribit/malformed-reply',
    ],
  ])('is not repeated after %s', async (_, act, code) => {
    const { client, clock, exchange } = createScriptedClient(inTurn('public/test', act))
    await expect(client.public.test()).rejects.toMatchObject({ code })
    expect(exchange.receivedOf('public/test').length).toBeLessThanOrEqual(1)
    expect(clock.now()).toBe(1_000_000)
  })

  it('is repeated so often and no more, with pauses that grow and differ', async () => {
    const pauses: unknown[] = []
    const { client, exchange, logged } = createScriptedClient(
      inTurn('public/test', page(502)),
      {},
      { random: () => 0.5 },
    )
    await expect(client.public.test()).rejects.toMatchObject({
      code: 'deribit/gateway-error',
      recovery: 'retry',
      facts: { status: 502 },
    })
    expect(exchange.receivedOf('public/test')).toHaveLength(4)
    for (const { facts } of logged) pauses.push(facts.pauseMs)
    expect(pauses).toEqual([150, 300, 600])
  })

  it('takes a random part off its pauses, never more than half', async () => {
    for (const random of [() => 0, () => 0.999_999]) {
      const { client, logged } = createScriptedClient(inTurn('public/test', page(502)), { readRetries: 1 }, { random })
      await expect(client.public.test()).rejects.toThrow()
      expect(logged[0]?.facts.pauseMs).toBe(random() === 0 ? 200 : 101)
    }
  })

  it('waits as long as the exchange asks', async () => {
    const { client, clock } = createScriptedClient(
      inTurn('public/test', refusal(12998, { data: { wait: 2.5 } }), good(VERSION)),
    )
    await client.public.test()
    expect(clock.now()).toBe(1_002_500)
  })

  it('gives up at once where the exchange asks for more time than there is', async () => {
    const { client, clock } = createScriptedClient(inTurn('public/test', refusal(12998, { data: { wait: 10 } })))
    await expect(client.public.test()).rejects.toMatchObject({ facts: { waitMs: 10_000 } })
    expect(clock.now()).toBe(1_000_000)
  })

  it('ends at its deadline, whatever it is doing', async () => {
    const { client, clock } = createScriptedClient(
      inTurn('public/test', () => 'silence'),
      { timeoutMs: 3_000 },
    )
    await expect(client.public.test()).rejects.toMatchObject({
      message: 'Deribit did not answer public/test within 3000 ms.',
      code: 'deribit/no-answer',
      recovery: 'retry',
      facts: { method: 'public/test', reason: 'deadline', timeoutMs: 3_000 },
    })
    expect(clock.now()).toBe(1_003_000)
  })

  it('has one deadline over all repetitions', async () => {
    const slow = () => ({ broken: 'ECONNRESET', delayMs: 900 })
    const { client, clock } = createScriptedClient(inTurn('public/test', slow), { timeoutMs: 2_000 })
    await expect(client.public.test()).rejects.toMatchObject({ code: 'deribit/no-answer' })
    expect(clock.now()).toBeLessThanOrEqual(1_002_000)
  })

  it('ends with the reason of its signal, whatever it is doing', async () => {
    for (const act of ['silence' as const, { reply: 'x', status: 502 }]) {
      const { client, clock } = createScriptedClient(inTurn('public/test', () => act))
      const controller = new AbortController()
      void clock.sleep(50).then(() => controller.abort(new Error('enough')))
      await expect(client.public.test({}, { signal: controller.signal })).rejects.toThrow('enough')
      expect(clock.now()).toBe(1_000_050)
    }
  })

  it('sends nothing once its signal is aborted', async () => {
    const { client, exchange } = createScriptedClient()
    await expect(client.public.test({}, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
    expect(exchange.received).toEqual([])
  })

  it('signs in anew once where its token is refused, and is repeated', async () => {
    for (const code of [13009, 10000]) {
      const { client, methods } = createScriptedClient(inTurn('private/get_open_orders', refusal(code), good([])))
      expect((await client.private.getOpenOrders()).result).toEqual([])
      expect(methods()).toEqual(['public/auth', 'private/get_open_orders', 'public/auth', 'private/get_open_orders'])
    }
  })

  it('fails where the new token is refused too, and stops for good after three sign-ins', async () => {
    const { client, exchange } = createScriptedClient(inTurn('private/get_open_orders', refusal(13009)))
    await expect(client.private.getOpenOrders()).rejects.toMatchObject({
      code: 'deribit/unauthorized',
      recovery: 'retry',
    })
    await expect(client.private.getOpenOrders()).rejects.toMatchObject({ code: 'deribit/auth-loop', recovery: 'halt' })
    await expect(client.private.getOpenOrders()).rejects.toMatchObject({ code: 'deribit/auth-loop' })
    expect(exchange.receivedOf('public/auth')).toHaveLength(3)
    expect(exchange.receivedOf('private/get_open_orders')).toHaveLength(3)
  })

  it('stops its pool for as long as 10028 says, and then goes on', async () => {
    const { client, clock, logged } = createScriptedClient(
      inTurn('public/test', refusal(10028, { data: { wait: 2 } }), good(VERSION)),
    )
    const first = client.public.test()
    await clock.sleep(10)
    const second = client.public.getTime()
    await Promise.all([first, second])
    expect(clock.now()).toBeGreaterThanOrEqual(1_002_000)
    expect(logged).toContainEqual({
      level: 'warn',
      message: 'the exchange has had too many requests',
      facts: { method: 'public/test', pool: 'non-matching', waitMs: 2_000 },
    })
  })

  it('stops its pool after a bare 429 too', async () => {
    const { client, clock } = createScriptedClient(inTurn('public/test', page(429), good(VERSION)))
    await client.public.test()
    expect(clock.now()).toBeGreaterThanOrEqual(1_005_000)
  })
})
