import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDeribitClient } from './client.js'
import { createManualClock } from './manual-clock.fixture.js'
import type { DeribitOptionsInput } from './options.js'
import { http, type RawRequest, startRawServer } from './raw-server.fixture.js'
import { errorReply, placedResult, resultReply, SELL, type SeenRequest, VENUE_MS } from './replies.fixture.js'
import { politeAnswer } from './scripted-client.fixture.js'
import { settled } from './watched-server.fixture.js'

type SetUp = Awaited<ReturnType<typeof setUp>>

type Fault = (request: RawRequest, socket: Socket) => void

const OUR_METHODS = ['public/test', 'private/cancel_all', 'private/sell']

/** A client at a server on a real socket that does `fault` to the methods under test and is polite to all others. */
async function setUp(fault: Fault, options: DeribitOptionsInput = {}) {
  const clock = createManualClock(VENUE_MS - 5_000)
  let number = 0
  const server = await startRawServer((request, socket) => {
    if (OUR_METHODS.includes(request.method)) return fault(request, socket)
    const act = politeAnswer(request, number++)
    if (typeof act === 'object' && 'reply' in act) socket.write(http(act.reply))
  })
  const client = createDeribitClient(
    {
      baseUrl: server.url,
      allowLoopback: true,
      timeoutMs: 1_000,
      orderTimeoutMs: 500,
      readRetries: 1,
      maxBodyBytes: 20_000,
      ...options,
    },
    { clock, credentials: () => ({ clientId: 'client-id', clientSecret: 'client-secret' }) },
  )
  onTestFinished(() => client.close())
  return {
    client,
    clock,
    server,
    count: (method: string) => server.requests.filter((seen) => seen.method === method).length,
  }
}

const failureOf = (error: { code: string; recovery: string }) => `${error.code} ${error.recovery}`

const good = (request: SeenRequest) => {
  const results: Record<string, unknown> = { 'public/test': { version: '1' }, 'private/cancel_all': 1 }
  return resultReply(request, results[request.method] ?? placedResult(request.params))
}

/** Writes a piece at a time, for as long as anybody listens. */
function dribble(socket: Socket, head: string): void {
  socket.write(head)
  const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write('x')), 5)
  socket.on('close', () => clearInterval(timer))
}

/** What comes of it where the reply never does. */
const LOST = { read: 'deribit/no-answer retry', change: 'deribit/no-answer reconcile', order: 'unknown' }

const FAULTS: [string, Fault, { read: string; change: string; order: string }][] = [
  ['resets the connection before it answers', (_, socket) => socket.resetAndDestroy(), LOST],
  ['closes after its headers', (_, socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'), LOST],
  ['accepts and is silent', () => {}, LOST],
  ['sends headers without end', (_, socket) => dribble(socket, 'HTTP/1.1 200 OK\r\nx: '), LOST],
  [
    'sends its body a byte at a time',
    (_, socket) => dribble(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 10000\r\n\r\n'),
    LOST,
  ],
  [
    'sends more than may be read',
    (_, socket) => socket.write(http(`{"x":"${'x'.repeat(30_000)}"}`)),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'packs its body',
    (request, socket) => socket.write(http(gzipSync(good(request)), { headers: { 'content-encoding': 'gzip' } })),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'is a gateway with 502',
    (_, socket) => socket.write(http('<html>502</html>', { status: 502 })),
    { read: 'deribit/gateway-error retry', change: 'deribit/gateway-error reconcile', order: 'unknown' },
  ],
  [
    'is a gateway with 405',
    (_, socket) => socket.write(http('<html>405 Not Allowed</html>', { status: 405 })),
    { read: 'deribit/gateway-error retry', change: 'deribit/gateway-error reconcile', order: 'unknown' },
  ],
  [
    'answers nothing',
    (_, socket) => socket.write(http('')),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'answers another request',
    (request, socket) => socket.write(http(good({ ...request, id: request.id - 1 }))),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'answers with a result and an error',
    (request, socket) => socket.write(http(good(request).replace('{', '{"error":{"code":1,"message":"x"},'))),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'sends elsewhere',
    (_, socket) => socket.write(http('', { status: 307, headers: { location: 'https://www.deribit.com/' } })),
    { read: 'deribit/malformed-reply skip', change: 'deribit/malformed-reply reconcile', order: 'unknown' },
  ],
  [
    'has had too many requests, for longer than there is time',
    (request, socket) => socket.write(http(errorReply(request, { code: 10028, data: { wait: 30 } }), { status: 429 })),
    { read: 'deribit/too-many-requests retry', change: 'deribit/too-many-requests retry', order: 'rejected' },
  ],
  [
    'has had too many connections',
    (_, socket) => socket.write(http('Too Many Requests', { status: 429 })),
    { read: 'deribit/rate-limited retry', change: 'deribit/gateway-error reconcile', order: 'unknown' },
  ],
  [
    'says that the token is wrong, for ever',
    (request, socket) => socket.write(http(errorReply(request, { code: 13009 }), { status: 401 })),
    { read: 'deribit/unauthorized retry', change: 'deribit/unauthorized retry', order: 'rejected' },
  ],
  [
    'is another network',
    (request, socket) => socket.write(http(good(request).replace('"testnet":true', '"testnet":false'))),
    { read: 'answered', change: 'deribit/wrong-network halt', order: 'unknown' },
  ],
]

describe.each(FAULTS)('an exchange that %s', (_, fault, expected) => {
  it('is met by a read', async () => {
    const exchange = await setUp(fault)
    const outcome = await settled(
      exchange,
      exchange.client.public.test().then(() => 'answered', failureOf),
    )
    expect(outcome).toBe(expected.read)
    await closes(exchange)
  })

  it('is met by a change, once', async () => {
    const exchange = await setUp(fault)
    expect(
      await settled(
        exchange,
        exchange.client.private.cancelAll().then(() => 'answered', failureOf),
      ),
    ).toBe(expected.change)
    expect(exchange.count('private/cancel_all')).toBe(1)
    await closes(exchange)
  })

  it('is met by an order, once', async () => {
    const exchange = await setUp(fault)
    const { outcome } = await settled(exchange, exchange.client.private.sell(SELL))
    expect(outcome).toBe(expected.order)
    expect(exchange.count('private/sell')).toBe(1)
    await closes(exchange)
  })
})

/** Nothing is left open. */
async function closes({ client, server }: SetUp): Promise<void> {
  await client.close()
  await server.until(() => server.openSockets() === 0)
}

describe('a client on real sockets', () => {
  it('is told that nobody is there, and has sent nothing', async () => {
    const exchange = await setUp(() => {})
    await exchange.server.close()
    expect(await settled(exchange, exchange.client.public.test().catch(failureOf))).toBe('deribit/unreachable retry')
    expect(await settled(exchange, exchange.client.private.cancelAll().catch(failureOf))).toBe(
      'deribit/unreachable retry',
    )
    expect(await settled(exchange, exchange.client.private.sell(SELL))).toMatchObject({
      outcome: 'rejected',
      word: 'not_sent',
    })
    expect(exchange.server.requests).toEqual([])
  })

  it('goes on after faults that pass', async () => {
    const passing = FAULTS.slice(0, 9).map(([, fault]) => fault)
    const exchange = await setUp((request, socket) => {
      const fault = passing.shift()
      if (fault === undefined) socket.write(http(good(request)))
      else fault(request, socket)
    })
    while (passing.length > 0) await settled(exchange, exchange.client.public.test().catch(failureOf))
    expect((await settled(exchange, exchange.client.public.test())).result).toEqual({ version: '1' })
    expect(exchange.count('public/test')).toBe(10)
  })

  it('signs in anew where the token is wrong once', async () => {
    let isWrong = true
    const exchange = await setUp((request, socket) => {
      socket.write(isWrong ? http(errorReply(request, { code: 13009 }), { status: 400 }) : http(good(request)))
      isWrong = false
    })
    expect(await settled(exchange, exchange.client.private.cancelAll().catch(failureOf))).toBe(
      'deribit/unauthorized retry',
    )
    expect((await settled(exchange, exchange.client.private.cancelAll())).result).toBe(1)
    expect(exchange.count('public/auth')).toBe(2)
  })

  it('has a cancel answered while every read waits', async () => {
    const exchange = await setUp((request, socket) => {
      if (request.method !== 'public/test') socket.write(http(good(request)))
    })
    await exchange.client.open()
    const reads = Array.from({ length: 30 }, () => exchange.client.public.test().catch(failureOf))
    await exchange.server.until(() => exchange.count('public/test') === 6)
    expect((await exchange.client.private.cancelAll()).result).toBe(1)
    expect(exchange.count('public/test')).toBe(6)
    await settled(exchange, Promise.all(reads))
    await closes(exchange)
  })

  it('sends no order that was waiting for a connection when it was closed', async () => {
    let answer = () => {}
    const exchange = await setUp(
      (request, socket) => {
        answer = () => socket.write(http(good(request)))
      },
      { connections: 2 },
    )
    const { client, server, count } = exchange
    await client.private.getOpenOrders()
    const first = client.private.sell(SELL)
    await server.until(() => count('private/sell') === 1)
    const second = client.private.sell({ ...SELL, label: 'cc-00000000-00000002-o-1' })
    for (let i = 0; i < 5; i += 1) await new Promise((resolve) => setTimeout(resolve, 2))
    const closing = client.close()
    answer()
    expect(await first).toMatchObject({ outcome: 'accepted' })
    expect(await settled(exchange, second)).toMatchObject({ outcome: 'rejected', word: 'not_sent' })
    await closing
    expect(count('private/sell')).toBe(1)
  })

  it('has the time of an exchange whose clock is an hour off', async () => {
    const anHourOff = () => exchange.clock.now() - 3_600_000
    const exchange = await setUp((request, socket) =>
      socket.write(http(resultReply(request, { version: '1' }, { atMs: anHourOff() }))),
    )
    await settled(exchange, exchange.client.public.test())
    expect(Math.abs(exchange.client.clock.now() - anHourOff())).toBeLessThanOrEqual(1)
    expect(exchange.client.clock.uncertaintyMs()).toBeLessThanOrEqual(1)
  })

  it('lets go of a connection whose answer did not come, and uses another', async () => {
    let served = 0
    const exchange = await setUp((request, socket) => {
      served += 1
      if (served > 1) socket.write(http(good(request)))
    })
    expect(await settled(exchange, exchange.client.private.sell(SELL))).toMatchObject({ outcome: 'unknown' })
    const silent = served
    expect((await settled(exchange, exchange.client.public.test())).result).toEqual({ version: '1' })
    expect(silent).toBe(1)
    await closes(exchange)
  })
})
