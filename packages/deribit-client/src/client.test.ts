import { createVirtualClock } from '@cc/models/clock'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDeribitClient, createDeribitPublicClient } from './client.js'
import { getOpenOrders } from './methods/order-queries.js'
import { auth } from './methods/platform.js'
import type { DeribitOptionsInput } from './options.js'
import {
  errorReply,
  INSTRUMENT,
  placedResult,
  resultReply,
  SELL,
  type SeenRequest,
  tokenResult,
  VENUE_MS,
} from './replies.fixture.js'
import { createScriptedClient } from './scripted-client.fixture.js'
import { createScriptedExchange } from './scripted-exchange.fixture.js'

const clock = createVirtualClock({ startMs: 0 })
const credentials = () => ({ clientId: 'id', clientSecret: 'secret' })

function publicClient(options: DeribitOptionsInput = {}, testnet = true) {
  const exchange = createScriptedExchange(clock, (request) => ({ reply: resultReply(request, VENUE_MS, { testnet }) }))
  const client = createDeribitPublicClient(options, { clock, dispatcher: exchange.dispatcher })
  onTestFinished(() => client.close())
  return { client, exchange }
}

describe('where a client goes', () => {
  it.each(['https://www.deribit.com', 'http://127.0.0.1:8080', 'https://test.deribit.com.'])(
    'trades not at %s',
    (baseUrl) => {
      expect(() => createDeribitClient({ baseUrl }, { clock, credentials })).toThrow(
        expect.objectContaining({ code: 'deribit/forbidden-host', recovery: 'halt' }),
      )
    },
  )

  it('trades at the testnet, and at a loopback address that was allowed', () => {
    for (const options of [{}, { baseUrl: 'http://127.0.0.1:1', allowLoopback: true }]) {
      expect(createDeribitClient(options, { clock, credentials }).private.sell).toBeTypeOf('function')
    }
  })

  it('reads production without credentials, and says that it is production', async () => {
    const { client } = publicClient({ baseUrl: 'https://www.deribit.com' }, false)
    expect(await client.public.getTime()).toMatchObject({ result: VENUE_MS, testnet: false })
    expect('private' in client).toBe(false)
  })

  it('makes no private call without credentials', async () => {
    const { client, exchange } = publicClient()
    await expect(client.ask(getOpenOrders, {})).rejects.toMatchObject({ code: 'deribit/wrong-call' })
    const grant = { grant_type: 'client_credentials', client_id: 'a', client_secret: 'b' } as const
    await expect(client.ask(auth, grant)).rejects.toMatchObject({ code: 'deribit/wrong-call' })
    expect(exchange.received).toEqual([])
  })

  it('keeps to rate limits wherever there are any', () => {
    for (const baseUrl of ['https://www.deribit.com', 'https://test.deribit.com']) {
      expect(() => createDeribitPublicClient({ baseUrl, rateLimits: 'off' }, { clock })).toThrow('rateLimits')
    }
    const local = { baseUrl: 'http://127.0.0.1:1', allowLoopback: true, rateLimits: 'off' } as const
    expect(createDeribitPublicClient(local, { clock }).public.ticker).toBeTypeOf('function')
  })

  it('refuses an option that it does not know', () => {
    expect(() => createDeribitPublicClient({ timeout: 1 } as never, { clock })).toThrow('timeout')
  })
})

describe('opening a client', () => {
  it('signs in and says what was granted', async () => {
    const { client, methods } = createScriptedClient()
    expect(await client.open()).toEqual({ scopes: ['account:read', 'trade:read_write', 'session:test', 'mainaccount'] })
    expect(methods()).toEqual(['public/auth'])
    expect(Math.abs(client.clock.now() - VENUE_MS)).toBeLessThanOrEqual(1)
  })

  it('asks for the time before it proves its secret by signature', async () => {
    const { client, exchange, methods } = createScriptedClient(undefined, { auth: 'client_signature' })
    await client.open()
    expect(methods()).toEqual(['public/get_time', 'public/auth'])
    const { timestamp } = exchange.received[1]?.params ?? {}
    expect(Math.abs(Number(timestamp) - VENUE_MS)).toBeLessThanOrEqual(1)
  })

  it.each([
    [
      'a key that can do more',
      (request: SeenRequest) =>
        resultReply(request, tokenResult({ scope: 'account:read trade:read_write wallet:read_write' })),
      { code: 'deribit/scope-mismatch', recovery: 'halt', facts: { excess: 'wallet:read_write' } },
    ],
    [
      'a wrong secret',
      (request: SeenRequest) => errorReply(request, { code: 13004, message: 'invalid_credentials' }),
      { code: 'deribit/invalid-credentials', recovery: 'halt' },
    ],
    [
      'another network',
      (request: SeenRequest) => resultReply(request, tokenResult(), { testnet: false }),
      { code: 'deribit/wrong-network', recovery: 'halt', facts: { testnet: false } },
    ],
    [
      'no network',
      (request: SeenRequest) => resultReply(request, tokenResult(), { testnet: null }),
      { code: 'deribit/wrong-network', recovery: 'halt', facts: { testnet: 'absent' } },
    ],
    [
      'no token',
      (request: SeenRequest) => resultReply(request, { ...tokenResult(), access_token: undefined }),
      { code: 'deribit/unexpected-reply', facts: { method: 'public/auth', path: 'result.access_token' } },
    ],
  ])('fails with %s', async (_, reply, error) => {
    const { client, methods } = createScriptedClient((request) =>
      request.method === 'public/auth' ? { reply: reply(request) } : undefined,
    )
    await expect(client.open()).rejects.toMatchObject(error)
    expect(methods()).toEqual(['public/auth'])
  })

  it('renews the token in time, over the wire', async () => {
    const {
      client,
      clock: time,
      exchange,
    } = createScriptedClient((request, number) =>
      request.method === 'public/auth'
        ? { reply: resultReply(request, tokenResult({ access_token: `access-${number}`, expires_in: 100 })) }
        : undefined,
    )
    await client.open()
    await time.sleep(80_000)
    await client.private.getOpenOrders()
    const grants = exchange.receivedOf('public/auth').map(({ params }) => params.grant_type)
    expect(grants).toEqual(['client_credentials', 'refresh_token'])
    expect(exchange.receivedOf('private/get_open_orders')[0]?.token).toBe('access-1')
  })

  it('without credentials asks for the time', async () => {
    const { client, exchange } = publicClient()
    expect(() => client.clock.now()).toThrow(expect.objectContaining({ code: 'deribit/no-server-time' }))
    await client.open()
    expect(exchange.received.map(({ method }) => method)).toEqual(['public/get_time'])
    expect(client.clock.uncertaintyMs()).toBeLessThan(1)
  })
})

describe('a private reply from another network', () => {
  it.each([false, null])('stops everything private for good: testnet %s', async (testnet) => {
    const { client, exchange, logged } = createScriptedClient((request) =>
      request.method === 'private/get_open_orders' ? { reply: resultReply(request, [], { testnet }) } : undefined,
    )
    const wrongNetwork = { code: 'deribit/wrong-network', recovery: 'halt' }
    await expect(client.private.getOpenOrders()).rejects.toMatchObject(wrongNetwork)
    const before = exchange.received.length
    await expect(client.private.getOpenOrders()).rejects.toMatchObject(wrongNetwork)
    await expect(client.private.cancelAll()).rejects.toMatchObject(wrongNetwork)
    expect(await client.private.sell(SELL)).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    await expect(client.open()).rejects.toMatchObject(wrongNetwork)
    expect(exchange.received.slice(before).map(({ method }) => method)).toEqual(['public/get_instrument'])
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('stops after a change and after an order too', async () => {
    const { client } = createScriptedClient((request) =>
      request.method === 'private/cancel_all' ? { reply: resultReply(request, 0, { testnet: false }) } : undefined,
    )
    await expect(client.private.cancelAll()).rejects.toMatchObject({ code: 'deribit/wrong-network', recovery: 'halt' })
    await expect(client.private.getOpenOrders()).rejects.toMatchObject({ code: 'deribit/wrong-network' })
  })

  it('stops what was waiting meanwhile, though its token is a new one', async () => {
    const { client, clock, exchange } = createScriptedClient((request, number) => {
      if (request.method === 'private/get_open_orders')
        return { reply: resultReply(request, [], { testnet: false }), delayMs: 1_000 }
      if (request.method !== 'public/auth') return undefined
      return { reply: resultReply(request, tokenResult({ access_token: `access-${number}`, expires_in: 1 })) }
    })
    const wrong = client.private.getOpenOrders().catch(({ code }) => code)
    await clock.sleep(900)
    const cancels = Array.from({ length: 11 }, () =>
      client.private.cancelAllByCurrency({ currency: 'BTC' }).catch(({ code }) => code),
    )
    expect(await wrong).toBe('deribit/wrong-network')
    await Promise.all(cancels)
    expect(await cancels[10]).toBe('deribit/wrong-network')
    expect(exchange.receivedOf('private/cancel_all_by_currency')).toHaveLength(10)
  })

  it('goes on with public methods', async () => {
    const { client } = createScriptedClient((request) =>
      request.method === 'private/get_open_orders'
        ? { reply: resultReply(request, [], { testnet: false }) }
        : undefined,
    )
    await expect(client.private.getOpenOrders()).rejects.toThrow()
    expect((await client.public.getTime()).result).toBe(VENUE_MS)
  })
})

describe('what a client learns', () => {
  const summary = (limits: unknown) => ({
    currency: 'BTC',
    balance: 1,
    equity: 1,
    margin_balance: 1,
    initial_margin: 0,
    maintenance_margin: 0,
    available_funds: 1,
    delta_total: 0,
    limits,
  })
  const ample = {
    limits_per_currency: false,
    non_matching_engine: { rate: 1_000, burst: 1_500 },
    matching_engine: { trading: { total: { rate: 200, burst: 250 } }, cancel_all: { rate: 200, burst: 250 } },
  }

  it.each([
    ['private/get_account_summary', () => summary(ample)],
    ['private/get_account_summaries', () => ({ summaries: [summary(ample)] })],
  ])('are the limits of the account, from %s', async (method, result) => {
    const { client, clock: time } = createScriptedClient((request) => {
      if (request.method === method) return { reply: resultReply(request, result()) }
      return request.method === 'private/sell'
        ? { reply: resultReply(request, placedResult(request.params)) }
        : undefined
    })
    await (method.endsWith('y')
      ? client.private.getAccountSummary({ currency: 'BTC' })
      : client.private.getAccountSummaries())
    for (let i = 0; i < 100; i += 1) await client.private.sell({ ...SELL, label: `order-${i}` })
    expect(time.now()).toBeLessThan(1_001_000)
  })

  it('is what Deribit sends that was not known, once', async () => {
    const drifts: unknown[] = []
    const { client } = createScriptedClient(
      (request) =>
        request.method === 'public/get_instrument'
          ? { reply: resultReply(request, { ...INSTRUMENT, brand_new: 1 }) }
          : undefined,
      {},
      { onDrift: (drift) => drifts.push(drift) },
    )
    await client.public.getInstrument({ instrument_name: 'x' })
    await client.public.getInstrument({ instrument_name: 'x' })
    expect(drifts).toEqual([{ method: 'public/get_instrument', path: 'result.brand_new', kind: 'unknown-field' }])
  })

  it('is refused where it must be known', async () => {
    const { client } = createScriptedClient(
      (request) =>
        request.method === 'public/get_instrument'
          ? { reply: resultReply(request, { ...INSTRUMENT, brand_new: 1 }) }
          : undefined,
      { strict: true },
    )
    await expect(client.public.getInstrument({ instrument_name: 'x' })).rejects.toMatchObject({
      code: 'deribit/unexpected-reply',
    })
  })

  it('is the time, from errors too', async () => {
    const { client } = createScriptedClient((request) =>
      request.method === 'public/test' ? { reply: errorReply(request, { code: 10009 }), status: 400 } : undefined,
    )
    await expect(client.public.test()).rejects.toThrow()
    expect(Math.abs(client.clock.now() - VENUE_MS)).toBeLessThanOrEqual(1)
  })
})

describe('closing a client', () => {
  const closed = { code: 'deribit/closed', recovery: 'skip' }

  it('ends reads that wait, and sends nothing any more', async () => {
    const { client, exchange } = createScriptedClient((request) =>
      request.method === 'public/test' ? 'silence' : undefined,
    )
    const waiting = client.public.test()
    await Promise.resolve()
    await client.close()
    await expect(waiting).rejects.toMatchObject(closed)
    const before = exchange.received.length
    await expect(client.public.getTime()).rejects.toMatchObject(closed)
    await expect(client.private.cancelAll()).rejects.toMatchObject(closed)
    await expect(client.open()).rejects.toMatchObject(closed)
    expect(await client.private.sell(SELL)).toMatchObject({
      outcome: 'rejected',
      word: 'not_sent',
      message: 'The client is closed.',
    })
    expect(exchange.received).toHaveLength(before)
  })

  it('lets an order that was sent have its answer', async () => {
    const { client, clock: time } = createScriptedClient((request) =>
      request.method === 'private/sell'
        ? { reply: resultReply(request, placedResult(request.params)), delayMs: 800 }
        : undefined,
    )
    const sending = client.private.sell(SELL)
    await time.sleep(100)
    await client.close()
    expect(await sending).toMatchObject({ outcome: 'accepted' })
  })
})
