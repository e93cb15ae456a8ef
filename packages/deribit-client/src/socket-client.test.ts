import { silentLogger } from '@cc/models/testing'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createManualClock } from './manual-clock.fixture.js'
import type { DeribitSocketOptionsInput } from './options.js'
import { errorReply, placedResult, resultReply, SELL, tokenResult, VENUE_MS } from './replies.fixture.js'
import { politeAnswer } from './scripted-client.fixture.js'
import { type Peer, type RawSocketScript, startRawSocketServer } from './socket/raw-socket-server.fixture.js'
import { createDeribitPublicSocketClient, createDeribitSocketClient } from './socket-client.js'
import { settled } from './watched-server.fixture.js'

type Message = Peer['received'][number]
type Fault = (message: Message, peer: Peer) => void

const unhandled: unknown[] = []
const note = (reason: unknown) => void unhandled.push(reason)
beforeAll(() => void process.on('unhandledRejection', note))
afterAll(() => {
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

/** A client at a server on a real socket that does `fault` to the methods that it names and is polite to all others. */
async function setUp(
  faults: Readonly<Record<string, Fault>> = {},
  options: DeribitSocketOptionsInput = {},
  script: RawSocketScript = {},
) {
  const clock = createManualClock(VENUE_MS - 5_000)
  let number = 0
  const server = await startRawSocketServer({
    onText(message, peer) {
      number += 1
      const fault = faults[message.method]
      if (fault === undefined) peer.text(politeReply(message, number))
      else fault(message, peer)
    },
    ...script,
  })
  const client = createDeribitSocketClient(
    {
      baseUrl: server.origin,
      allowLoopback: true,
      timeoutMs: 4_000,
      orderTimeoutMs: 2_000,
      readRetries: 2,
      maxFrameBytes: 20_000,
      ...options,
    },
    { clock, logger: silentLogger, credentials: () => ({ clientId: 'client-id', clientSecret: 'client-secret' }) },
  )
  onTestFinished(() => client.close())
  const received = () => server.peers.flatMap((peer) => peer.received)
  return {
    client,
    clock,
    server,
    methodsOf: (peer: number) => server.peers[peer - 1]?.received.map(({ method }) => method),
    of: (method: string) => received().filter((message) => message.method === method),
  }
}

function politeReply(message: Message, number: number): string {
  if (message.method === 'public/set_heartbeat') return resultReply(message, 'ok')
  if (message.method === 'private/enable_cancel_on_disconnect') return resultReply(message, 'ok')
  const act = politeAnswer({ ...message, token: undefined }, number)
  return typeof act === 'object' && 'reply' in act ? String(act.reply) : '{}'
}

type SetUp = Awaited<ReturnType<typeof setUp>>

const failureOf = (error: { code: string; recovery: string }) => `${error.code} ${error.recovery}`

const good = (message: Message) => {
  const results: Record<string, unknown> = { 'public/test': { version: '1' }, 'private/cancel_all': 1 }
  return resultReply(message, results[message.method] ?? placedResult({ ...message.params, access_token: undefined }))
}

/** Nothing is left open. */
async function closes({ client, server, clock }: SetUp): Promise<void> {
  await settled({ clock, server }, client.close())
  await server.until(() => server.openSockets() === 0)
  expect(clock.sleepers()).toBe(0)
}

describe('a client over WebSocket', () => {
  it('signs in on its connection, asks for heartbeats, and then calls', async () => {
    const exchange = await setUp({ 'private/sell': (message, peer) => peer.text(good(message)) })
    const { client, methodsOf, of } = exchange
    expect(await client.open()).toMatchObject({ scopes: expect.arrayContaining(['trade:read_write']) })
    expect(await client.private.sell(SELL)).toMatchObject({ outcome: 'accepted' })
    expect(methodsOf(1)?.slice(0, 2)).toEqual(['public/auth', 'public/set_heartbeat'])
    expect(of('public/set_heartbeat')[0]?.params).toEqual({ interval: 10 })
    expect(of('private/sell')[0]?.params).toMatchObject({ label: SELL.label, access_token: 'access-1' })
    expect(of('public/get_instrument')[0]?.params).not.toHaveProperty('access_token')
    expect(client.clock.uncertaintyMs()).toBeDefined()
    await closes(exchange)
  })

  it('has its orders cancelled when it is lost, where that is wished', async () => {
    const exchange = await setUp({}, { cancelOnDisconnect: true, scope: 'account:read_write trade:read_write' })
    const scope = 'account:read_write trade:read_write'
    const { of } = exchange
    await expect(exchange.client.open()).rejects.toMatchObject({ code: 'deribit/scope-mismatch' })
    const fit = await setUp(
      { 'public/auth': (message, peer) => peer.text(resultReply(message, tokenResult({ scope }))) },
      { cancelOnDisconnect: true, scope },
    )
    await fit.client.open()
    expect(fit.of('private/enable_cancel_on_disconnect')[0]?.params).toEqual({
      scope: 'connection',
      access_token: 'access-1',
    })
    expect(of('private/enable_cancel_on_disconnect')).toEqual([])
    await closes(fit)
  })

  it('signs in anew on each new connection, by renewing its token', async () => {
    const exchange = await setUp()
    const { client, server, of } = exchange
    await client.open()
    for (let i = 1; i <= 5; i += 1) {
      server.peers.at(-1)?.socket.resetAndDestroy()
      await settled(
        exchange,
        server.until(() => server.peers.length > i),
      )
      await settled(exchange, client.private.getOpenOrders())
    }
    expect(of('public/auth').map(({ params }) => params.grant_type)).toEqual([
      'client_credentials',
      ...Array(5).fill('refresh_token'),
    ])
    expect(client.connection.epoch()).toBe(6)
    await closes(exchange)
  })

  it('renews its token in time though nobody calls', async () => {
    const exchange = await setUp({}, { silenceMs: 3_600_000 })
    const { client, clock, of } = exchange
    await client.open()
    clock.advance(719_000)
    await client.public.test()
    expect(of('public/auth')).toHaveLength(1)
    clock.advance(1_000)
    await exchange.server.until(() => of('public/auth').length === 2)
    expect(of('public/auth')[1]?.params.grant_type).toBe('refresh_token')
    expect(client.connection.epoch()).toBe(1)
    await closes(exchange)
  })

  it.each([
    ['wrong credentials', errorOf(13_004), 'deribit/invalid-credentials'],
    ['a scope beyond', grantOf({ scope: 'account:read trade:read_write wallet:read_write' }), 'deribit/scope-mismatch'],
    ['another network', wrongNetwork, 'deribit/wrong-network'],
  ])('is closed for good by %s', async (_, fault, code) => {
    const exchange = await setUp({ 'public/auth': fault })
    const { client, clock, server } = exchange
    await expect(client.open()).rejects.toMatchObject({ code, recovery: 'halt' })
    await expect(client.public.test()).rejects.toMatchObject({ code })
    await server.until(() => server.openSockets() === 0)
    clock.advance(60_000)
    expect([client.connection.state(), server.handshakes.length]).toEqual(['closed', 1])
    await closes(exchange)
  })

  it('hears nothing more from another network that answers in the midst of it', async () => {
    const exchange = await setUp({
      'private/cancel_all': (message, peer) => peer.text(resultReply(message, 1, { testnet: false })),
    })
    const { client, of } = exchange
    await client.open()
    await expect(client.private.cancelAll()).rejects.toMatchObject({ code: 'deribit/wrong-network' })
    await expect(settled(exchange, client.public.test())).rejects.toMatchObject({ code: 'deribit/wrong-network' })
    expect([client.connection.state(), of('public/auth').length]).toEqual(['closed', 1])
    await closes(exchange)
  })

  it('says why it does not open', async () => {
    const page = await setUp(
      {},
      {},
      {
        onHandshake: (_, socket) => {
          socket.end('HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n')
          return true
        },
      },
    )
    await expect(settled(page, page.client.open())).rejects.toMatchObject({
      code: 'deribit/gateway-error',
      facts: { status: 503 },
    })
    expect(page.server.handshakes.length).toBeGreaterThan(2)
    await closes(page)
  })

  it('has no credentials where it is public', async () => {
    const clock = createManualClock(VENUE_MS)
    const server = await startRawSocketServer({ onText: (message, peer) => peer.text(politeReply(message, 0)) })
    const client = createDeribitPublicSocketClient({ baseUrl: server.origin, allowLoopback: true }, { clock })
    await client.open()
    expect((await client.public.test()).result).toEqual({ version: '1.2.26' })
    expect(server.peers[0]?.received.map(({ method }) => method)).toEqual(['public/set_heartbeat', 'public/test'])
    await client.close()
    await server.until(() => server.openSockets() === 0)
  })

  it.each([
    [{ heartbeatSec: 9 }, 'heartbeatSec'],
    [{ silenceMs: 15_000 }, 'silenceMs'],
    [{ reconnectMinMs: 40_000 }, 'reconnectMaxMs'],
    [{ cancelOnDisconnect: true }, 'scope'],
    [{ rateLimits: 'off' as const }, 'rateLimits'],
    [{ connections: 2 }, 'connections'],
  ])('does not take the options %j', (options, field) => {
    const deps = { clock: createManualClock(), credentials: () => ({ clientId: 'a', clientSecret: 'b' }) }
    expect(() => createDeribitSocketClient(options as DeribitSocketOptionsInput, deps)).toThrow(field)
  })
})

/** What comes of it where the reply never does. */
const LOST = { read: 'deribit/no-answer retry', change: 'deribit/no-answer reconcile', order: 'unknown' }

const FAULTS: [string, Fault, { read: string; change: string; order: string }][] = [
  ['resets the connection', (_, { socket }) => void socket.resetAndDestroy(), LOST],
  ['closes the connection', (_, peer) => peer.close(1000), LOST],
  ['is silent', () => {}, LOST],
  ['sends more than may be read', (message, peer) => peer.text(resultReply(message, 'x'.repeat(30_000))), LOST],
  [
    'sends half a frame and no more',
    (message, peer) => void peer.socket.write(Buffer.from([0x81, 100, ...Buffer.from(good(message).slice(0, 50))])),
    LOST,
  ],
  ['sends what is not JSON', (_, peer) => peer.text('<html>502</html>'), LOST],
  ['sends a binary frame', (message, peer) => peer.frame(2, Buffer.from(good(message))), LOST],
  ['answers another request', (message, peer) => peer.text(good({ ...message, id: message.id + 1_000 })), LOST],
  [
    'answers with a result and an error',
    (message, peer) => peer.text(good(message).replace('{', '{"error":{"code":1,"message":"x"},')),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'is another network',
    (message, peer) => peer.text(good(message).replace('"testnet":true', '"testnet":false')),
    { read: 'answered', change: 'deribit/wrong-network halt', order: 'unknown' },
  ],
  [
    'has had too many requests, and ends the session',
    (message, peer) => {
      peer.text(errorReply(message, { code: 10_028, data: { wait: 30 } }))
      peer.close(1000)
    },
    { read: 'deribit/too-many-requests retry', change: 'deribit/too-many-requests retry', order: 'rejected' },
  ],
  [
    'answers twice, a first time to another',
    (message, peer) => {
      peer.text(good({ ...message, id: message.id - 1 }))
      peer.text(good(message))
      peer.text(good(message))
    },
    { read: 'answered', change: 'answered', order: 'accepted' },
  ],
]

describe.each(FAULTS)('an exchange that %s', (_, fault, expected) => {
  const faults = { 'public/test': fault, 'private/cancel_all': fault, 'private/sell': fault }

  it('is met by a read', async () => {
    const exchange = await setUp(faults)
    const read = exchange.client.public.test().then(() => 'answered', failureOf)
    expect(await settled(exchange, read)).toBe(expected.read)
    await closes(exchange)
  })

  it('is met by a change, once', async () => {
    const exchange = await setUp(faults)
    const change = exchange.client.private.cancelAll().then(() => 'answered', failureOf)
    expect(await settled(exchange, change)).toBe(expected.change)
    expect(exchange.of('private/cancel_all')).toHaveLength(1)
    await closes(exchange)
  })

  it('is met by an order, once', async () => {
    const exchange = await setUp(faults)
    expect((await settled(exchange, exchange.client.private.sell(SELL))).outcome).toBe(expected.order)
    await settled(
      exchange,
      exchange.client.private.getOpenOrders().catch(() => {}),
    )
    expect(exchange.of('private/sell')).toHaveLength(1)
    await closes(exchange)
  })
})

describe('a connection that is lost', () => {
  it('costs a read no more than time', async () => {
    let lost = 0
    const exchange = await setUp({
      'public/test': (message, peer) => {
        lost += 1
        if (lost < 3) peer.socket.resetAndDestroy()
        else peer.text(good(message))
      },
    })
    expect((await settled(exchange, exchange.client.public.test())).result).toEqual({ version: '1' })
    expect(exchange.server.peers).toHaveLength(3)
    await closes(exchange)
  })

  it('leaves an order unsent that found no connection in its time', async () => {
    let isDown = false
    const exchange = await setUp(
      { 'private/sell': (message, peer) => peer.text(good(message)) },
      {},
      {
        onHandshake: (_, socket) => {
          if (isDown) socket.destroy()
          return isDown
        },
      },
    )
    const { client, server, of } = exchange
    await client.open()
    isDown = true
    server.peers[0]?.socket.resetAndDestroy()
    await server.until(() => server.openSockets() === 0)
    const sold = settled(exchange, client.private.sell(SELL))
    expect(await sold).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    isDown = false
    await settled(exchange, client.private.getOpenOrders())
    expect(of('private/sell')).toEqual([])
    await closes(exchange)
  })

  it('is noticed though the exchange says nothing', async () => {
    const exchange = await setUp()
    const { client, server } = exchange
    await client.open()
    exchange.clock.advance(30_000)
    await settled(
      exchange,
      server.until(() => server.peers.length === 2),
    )
    expect(server.peers[0]?.socket.destroyed).toBe(true)
    await closes(exchange)
  })

  it('answers the heartbeats that keep it', async () => {
    const exchange = await setUp()
    const { client, server, of } = exchange
    await client.open()
    server.peers[0]?.text('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}')
    await server.until(() => of('public/test').length === 1)
    expect((await client.public.test()).result).toEqual({ version: '1.2.26' })
    await closes(exchange)
  })

  it('answers heartbeats though it has no credits for anything else', async () => {
    const exchange = await setUp({ 'public/test': () => {} }, { creditShare: 0.02 })
    const { client, server, of } = exchange
    await settled(exchange, client.open())
    const reads = Array.from({ length: 20 }, () => client.public.test().catch(failureOf))
    for (let i = 1; i <= 5; i += 1) {
      server.peers[0]?.text('{"jsonrpc":"2.0","method":"heartbeat","params":{"type":"test_request"}}')
      await server.until(() => of('public/test').filter(({ id }) => id === 2_000_000_000).length === i)
    }
    await client.close()
    expect(new Set(await Promise.all(reads)).size).toBeLessThanOrEqual(2)
  })
})

describe('closing a client', () => {
  it('lets a change be answered, ends reads, and lets nothing go after it', async () => {
    let answer = () => {}
    const exchange = await setUp({
      'public/test': () => {},
      'private/cancel_all': (message, peer) => {
        answer = () => peer.text(good(message))
      },
    })
    const { client, server, of } = exchange
    await client.open()
    const read = client.public.test().catch(failureOf)
    const change = client.private.cancelAll()
    await server.until(() => of('private/cancel_all').length === 1)
    const closing = client.close()
    expect(await read).toBe('deribit/closed skip')
    const order = client.private.sell(SELL)
    expect(await order).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    expect(server.openSockets()).toBe(1)
    answer()
    expect((await change).result).toBe(1)
    await closing
    await closes(exchange)
    expect(of('private/sell')).toEqual([])
  })

  it('waits for no change longer than the change does', async () => {
    const exchange = await setUp({ 'private/cancel_all': () => {} })
    const { client, server, of } = exchange
    await client.open()
    const change = client.private.cancelAll().catch(failureOf)
    await server.until(() => of('private/cancel_all').length === 1)
    await settled(exchange, client.close())
    expect(await change).toBe('deribit/no-answer reconcile')
    await closes(exchange)
  })

  it('leaves an order unsent that was waiting for a connection', async () => {
    let go = () => {}
    const exchange = await setUp({
      'public/auth': (message, peer) => {
        go = () => peer.text(politeReply(message, 0))
      },
    })
    const { client, server, of } = exchange
    const sold = client.private.sell(SELL)
    await server.until(() => of('public/auth').length === 1)
    const closing = client.close()
    go()
    expect(await sold).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    await closing
    await closes(exchange)
    expect(of('private/sell')).toEqual([])
  })
})

function errorOf(code: number): Fault {
  return (message, peer) => peer.text(errorReply(message, { code }))
}

function grantOf(overrides: Record<string, unknown>): Fault {
  return (message, peer) => peer.text(resultReply(message, tokenResult(overrides)))
}

function wrongNetwork(message: Message, peer: Peer): void {
  peer.text(resultReply(message, tokenResult(), { testnet: false }))
}
