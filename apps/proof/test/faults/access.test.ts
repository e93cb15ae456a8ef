import { createServer, type Server } from 'node:net'
import type { RequestFault } from '@cc/exchange-sim/server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { onEditingProxy, type Reply } from './editing-proxy.ts'
import {
  BRIEF,
  type FaultyStreams,
  HANGS_MS,
  OPTION,
  onFaultyExchange,
  onFaultyStreams,
  planOf,
  TRANSPORTS,
  wish,
} from './faulty-exchange.ts'
import { guardLeaks, portOf, socketsAt } from './leak-guard.ts'
import { read, sell, wordsOf } from './told.ts'

vi.setConfig({ maxConcurrency: 8 })
guardLeaks()

/** Who comes here has been led astray. */
let trap: Server
let elsewhere = ''
let caught = 0
const VARIABLES = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'NODE_USE_ENV_PROXY',
]
beforeAll(async () => {
  trap = createServer((socket) => {
    caught += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const address = trap.address()
  elsewhere = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`
  for (const name of VARIABLES) vi.stubEnv(name, name === 'NODE_USE_ENV_PROXY' ? '1' : elsewhere)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await new Promise((resolve) => trap.close(resolve))
})

const failureOf = (promise: Promise<unknown>) => promise.then(() => 'no failure', wordsOf)

describe.concurrent('F73 the token', () => {
  /** A life of 20 s is 0.4 s at this speed. */
  const SETUP = {
    speed: 50,
    server: { accessTokenSec: 20 },
    client: { timeoutMs: 150_000, orderTimeoutMs: 60_000, reconnectMinMs: 100, reconnectMaxMs: 400 },
  }

  it.concurrent('over HTTP is renewed by the first call after four fifths of its life, and never refused', () =>
    onFaultyExchange('http', { ...SETUP, speed: 10 }, async (exchange) => {
      const { client, server } = exchange
      const signIns = () => server.requests()['public/auth'] ?? 0
      const [before, beganMs] = [signIns(), client.clock.now()]
      const renewedMs: number[] = []
      const calls = 25
      for (let i = 0; i < calls; i += 1) {
        const known = signIns()
        await client.private.getPositions({ currency: 'BTC' })
        if (signIns() > known) renewedMs.push(client.clock.now())
        await client.clock.sleep(2_000)
      }
      const lives = (client.clock.now() - beganMs) / 16_000
      expect(renewedMs.length).toBe(signIns() - before)
      expect(renewedMs.length).toBeGreaterThanOrEqual(2)
      expect(renewedMs.length).toBeLessThanOrEqual(Math.ceil(lives))
      // A token that had been refused would have cost a second call.
      expect(server.requests()['private/get_positions']).toBe(calls)
    }))

  it.concurrent('over WebSocket is renewed though nobody calls, and the session goes on', () =>
    onFaultyStreams(SETUP, async ({ client, server }) => {
      await vi.waitFor(() => expect(server.requests()['public/auth']).toBeGreaterThan(4), HANGS_MS)
      expect(client.connection.epoch()).toBe(1)
      expect((await client.private.getPositions({ currency: 'BTC' })).result).toEqual([])
    }))

  it.concurrent.each(TRANSPORTS)('over %s that cannot be renewed is got anew by the credentials', (transport) =>
    onFaultyExchange(transport, SETUP, async (exchange) => {
      const { client, plan, server } = exchange
      plan.replace(planOf('public/auth', { kind: 'error', word: 'unauthorized', when: 'before' }))
      await vi.waitFor(async () => {
        await client.private.getPositions({ currency: 'BTC' })
        expect(plan.left()).toBe(0)
      }, HANGS_MS)
      expect((await client.private.getPositions({ currency: 'BTC' })).result).toEqual([])
      expect(server.requests()['public/auth']).toBeGreaterThanOrEqual(2)
    }),
  )
})

describe.concurrent('F74 tokens that are refused again and again', () => {
  it.concurrent.each(TRANSPORTS)('over %s end in a halt after three sign-ins, and no more are tried', (transport) =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const { client, plan, server } = exchange
      plan.replace(planOf('private/get_positions', { kind: 'token-loss' }, 99))
      const ask = () => failureOf(client.private.getPositions({ currency: 'BTC' }))
      const told: string[] = []
      for (let i = 0; i < 4; i += 1) told.push(await ask())
      expect(told.slice(0, 1)).toEqual(['deribit/unauthorized retry (invalid_token)'])
      expect(told.at(-1)).toBe('deribit/auth-loop halt')
      plan.clear()
      const before = server.requests()['public/auth'] ?? 0
      expect(before).toBeLessThanOrEqual(4)
      expect(await ask()).toBe('deribit/auth-loop halt')
      expect(await client.private.sell(wish(exchange, 'hit'))).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
      expect(server.requests()['public/auth']).toBe(before)
      expect(server.requests()['private/sell']).toBeUndefined()
      expect(await read(exchange)).toBe('value')
    }),
  )

  it.concurrent.each(TRANSPORTS)('over %s: wrong credentials stop it at the first', (transport) =>
    onFaultyExchange(transport, { opens: false }, async ({ client, plan, server }) => {
      plan.replace(planOf('public/auth', { kind: 'error', word: 'invalid_credentials', when: 'before' }, 99))
      expect(await failureOf(client.open())).toBe('deribit/invalid-credentials halt')
      expect(plan.log()).toHaveLength(1)
      expect(server.requests()['private/get_positions']).toBeUndefined()
    }),
  )
})

describe.concurrent('F75 a scope', () => {
  it.concurrent.each(TRANSPORTS)('over %s that is less than needed stops the client at the start', (transport) =>
    onFaultyExchange(
      transport,
      { opens: false, client: { scope: 'account:read trade:read_write wallet:read_write' } },
      async ({ client, server }) => {
        expect(await failureOf(client.open())).toBe('deribit/scope-mismatch halt')
        await expect(client.private.getPositions({ currency: 'BTC' })).rejects.toMatchObject({ recovery: 'halt' })
        expect(server.requests()['private/get_positions']).toBeUndefined()
      },
    ),
  )

  it.concurrent.each(['wallet:read_write', 'account:read_write', 'block_trade:read_write', 'custody:read_write'])(
    'that is more than asked for does so too: %s',
    (more) =>
      onEditingProxy({ opens: false }, async ({ client }, proxy) => {
        const granting = (reply: Reply) => {
          const result = reply.result as { scope: string }
          return { ...reply, result: { ...result, scope: `${result.scope} ${more}` } }
        }
        proxy.editNext('public/auth', granting)
        await expect(client.open()).rejects.toMatchObject({
          code: 'deribit/scope-mismatch',
          recovery: 'halt',
          facts: { excess: more, missing: '' },
        })
        expect(proxy.seen.filter((method) => method.startsWith('private/'))).toEqual([])
      }),
  )
})

describe.concurrent('F76 one deadline over connection, head and body, and a cap on what is read', () => {
  const SLOW: readonly RequestFault[] = [
    { kind: 'slow', part: 'headers', msPerByte: 5 },
    { kind: 'slow', part: 'body', msPerByte: 30 },
    { kind: 'endless', part: 'headers', bytesPerMs: 1 },
    { kind: 'endless', part: 'body', bytesPerMs: 1 },
    { kind: 'latency', ms: 60_000 },
  ]

  it.concurrent.each(TRANSPORTS.flatMap((transport) => SLOW.map((fault) => ({ transport, fault }))))(
    'over $transport: $fault.kind $fault.part ends at the deadline',
    ({ transport, fault }) =>
      onFaultyExchange(transport, { faults: planOf('public/ticker', fault), client: BRIEF }, async (exchange) => {
        const beganMs = performance.now()
        const told = await read(exchange)
        const tookMs = performance.now() - beganMs
        expect(['value', 'deribit/no-answer retry (deadline)']).toContain(told)
        expect(tookMs).toBeLessThan(BRIEF.timeoutMs + HANGS_MS)
        if (told !== 'value') expect(tookMs).toBeGreaterThanOrEqual(BRIEF.timeoutMs - 2)
      }),
  )

  it.concurrent.each(TRANSPORTS)('over %s a body of 200 MB is not read: memory stays', (transport) =>
    onFaultyExchange(transport, { client: { readRetries: 0 } }, async (exchange) => {
      exchange.plan.replace(planOf('public/ticker', { kind: 'giant', bytes: 200 * 1_048_576 }))
      const before = process.memoryUsage().arrayBuffers
      let most = 0
      const watching = setInterval(() => {
        most = Math.max(most, process.memoryUsage().arrayBuffers)
      }, 2)
      expect(await read(exchange)).toMatch(/^deribit\/(malformed-reply skip|no-answer retry \(protocol-fault)/)
      clearInterval(watching)
      expect(most - before).toBeLessThan(80 * 1_048_576)
      expect(await read(exchange)).toBe('value')
    }),
  )
})

describe.concurrent('F77 a connection that is accepted and silent', () => {
  it.concurrent('is destroyed at the deadline, and not used again', () =>
    onFaultyExchange('http', { client: { ...BRIEF, connections: 2 } }, async (exchange) => {
      const { plan, server } = exchange
      plan.replace(planOf('public/ticker', { kind: 'half-open', when: 'before' }))
      const open = () => socketsAt(portOf(server.httpUrl)).length
      const before = open()
      expect(await read(exchange)).toBe('deribit/no-answer retry (deadline)')
      await vi.waitFor(() => expect(open()).toBeLessThan(before), HANGS_MS)
      expect(await read(exchange)).toBe('value')
    }))

  it.concurrent('holds no order up, however many reads wait on such', () =>
    onFaultyExchange('http', { client: { ...BRIEF, connections: 4 } }, async (exchange) => {
      const { client, plan } = exchange
      plan.replace(planOf('public/ticker', { kind: 'half-open', when: 'before' }, 99))
      const reads = Array.from({ length: 6 }, () => failureOf(client.public.ticker({ instrument_name: OPTION })))
      await vi.waitFor(() => expect(plan.log().length).toBeGreaterThanOrEqual(3), HANGS_MS)
      expect(await sell(exchange, 'urgent')).toBe('accepted')
      for (const told of await Promise.all(reads)) expect(told).toBe('deribit/no-answer retry (deadline)')
    }))
})

describe.concurrent('F78 a redirect', () => {
  it.concurrent.each(TRANSPORTS)('over %s is not followed, neither for a read nor for an order', (transport) =>
    onFaultyExchange(transport, {}, async (exchange) => {
      const redirect = { kind: 'redirect', location: elsewhere } as const
      exchange.plan.replace({
        script: ['public/ticker', 'private/sell'].map((method) => ({ on: 'request', method, fault: redirect })),
      })
      expect(await read(exchange)).toBe(
        transport === 'http' ? 'deribit/malformed-reply skip (it is a redirect)' : 'value',
      )
      expect(await sell(exchange, 'hit')).toMatch(/^unknown deribit/)
      expect(exchange.plan.left()).toBe(0)
      expect(caught).toBe(0)
    }),
  )
})

describe.concurrent('F80 proxies of the environment', () => {
  it.concurrent.each(TRANSPORTS)('over %s are not used', (transport) =>
    onFaultyExchange(transport, {}, async (exchange) => {
      expect(process.env.HTTP_PROXY).toBe(elsewhere)
      expect(await read(exchange)).toBe('value')
      expect(await sell(exchange, 'direct')).toBe('accepted')
      expect(exchange.client.origin).toBe(exchange.server.httpUrl)
      if (transport === 'websocket') expect((exchange as FaultyStreams).client.connection.epoch()).toBe(1)
      expect(caught).toBe(0)
    }),
  )
})
