import { gzipSync } from 'node:zlib'
import { createSystemClock } from '@cc/models/clock'
import { Dispatcher, MockAgent } from 'undici'
import { describe, expect, it, onTestFinished } from 'vitest'
import { http, startRawServer } from '../raw-server.fixture.js'
import { resultReply } from '../replies.fixture.js'
import { createHttpTransport, type HttpTransportOptions } from './http-transport.js'
import type { Transport } from './transport.js'

const clock = createSystemClock()
const never = new AbortController().signal
const request = { id: 1, method: 'public/test', params: {} }

function transportTo(url: string, options: Partial<HttpTransportOptions> = {}): Transport {
  const transport = createHttpTransport(
    { origin: url, connections: 3, maxBodyBytes: 1_000, connectTimeoutMs: 5_000, ...options },
    { clock },
  )
  onTestFinished(() => transport.close())
  return transport
}

const textOf = (body: Uint8Array) => new TextDecoder().decode(body)

describe('a good exchange over HTTP', () => {
  it('posts JSON-RPC to a path that repeats the method, with the token in a header only', async () => {
    const server = await startRawServer((seen, socket) => socket.write(http(resultReply(seen, 'pong'))))
    const params = { instrument_name: 'BTC-PERPETUAL', depth: 5 }
    const sent = { id: 42, method: 'private/get_order_state', params, token: 'access-1' }
    const delivery = await transportTo(server.url).send(sent, never)
    expect(delivery).toMatchObject({ kind: 'reply', status: 200 })
    const [seen] = server.requests
    expect(seen).toMatchObject({ id: 42, method: sent.method, params, token: 'access-1' })
    expect(seen?.line).toBe('POST /api/v2/private/get_order_state HTTP/1.1')
    expect(Object.keys(seen?.headers ?? {}).sort()).toEqual([
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ])
  })

  it('uses its connections again, and closes them at the end', async () => {
    const server = await startRawServer((seen, socket) => socket.write(http(resultReply(seen, 1))))
    const transport = transportTo(server.url, { connections: 8 })
    for (let i = 0; i < 20; i += 1) expect((await transport.send(request, never)).kind).toBe('reply')
    expect(server.openSockets()).toBeLessThanOrEqual(8)
    await transport.close()
    await server.until(() => server.openSockets() === 0)
  })

  it('tells when the request left and when the reply was here', async () => {
    const server = await startRawServer((seen, socket) => socket.write(http(resultReply(seen, 1))))
    const before = clock.now()
    const delivery = await transportTo(server.url).send(request, never)
    if (delivery.kind !== 'reply') throw new Error(delivery.kind)
    expect(before).toBeLessThanOrEqual(delivery.sentMs)
    expect(delivery.sentMs).toBeLessThanOrEqual(delivery.receivedMs)
    expect(delivery.receivedMs).toBeLessThanOrEqual(clock.now())
  })

  it('reads a reply in pieces, and one with the status of an error', async () => {
    const server = await startRawServer((seen, socket) => {
      const bytes = http(resultReply(seen, 'piece by piece'), { status: 400 })
      for (const byte of bytes) socket.write(new Uint8Array([byte]))
    })
    const delivery = await transportTo(server.url).send(request, never)
    expect(delivery).toMatchObject({ kind: 'reply', status: 400 })
    if (delivery.kind === 'reply') expect(textOf(delivery.body as Uint8Array)).toContain('piece by piece')
  })

  it('sends no more at a time than it has connections', async () => {
    const server = await startRawServer(() => {})
    const transport = transportTo(server.url)
    const controller = new AbortController()
    const all = [1, 2, 3, 4].map((id) => transport.send({ ...request, id }, controller.signal))
    await server.until(() => server.requests.length === 2)
    controller.abort()
    const kinds = (await Promise.all(all)).map(({ kind }) => kind)
    expect(kinds).toEqual(['no-answer', 'no-answer', 'not-sent', 'not-sent'])
    expect(server.requests).toHaveLength(2)
  })

  it('lets an urgent request pass reads that hold every connection they may', async () => {
    const server = await startRawServer((seen, socket) => {
      if (seen.method === 'private/cancel') socket.write(http(resultReply(seen, 1)))
    })
    const transport = transportTo(server.url)
    const controller = new AbortController()
    const reads = [1, 2, 3, 4].map((id) => transport.send({ ...request, id }, controller.signal))
    await server.until(() => server.requests.length === 2)
    const urgent = { id: 5, method: 'private/cancel', params: {}, isUrgent: true }
    expect(await transport.send(urgent, never)).toMatchObject({ kind: 'reply' })
    controller.abort()
    await Promise.all(reads)
  })

  it('works over a dispatcher that is handed in, and leaves closing it to its owner', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    const reply = agent.get('https://test.deribit.com').intercept({ path: '/api/v2/public/test', method: 'POST' })
    reply.reply(200, resultReply(request, 1)).times(2)
    const options = { origin: 'https://test.deribit.com', connections: 1, maxBodyBytes: 1_000, connectTimeoutMs: 1_000 }
    const first = createHttpTransport(options, { clock, dispatcher: agent })
    expect((await first.send(request, never)).kind).toBe('reply')
    await first.close()
    const second = createHttpTransport(options, { clock, dispatcher: agent })
    expect((await second.send(request, never)).kind).toBe('reply')
    await agent.close()
  })
})

describe('a request that never leaves', () => {
  it('is not sent where the connection is refused', async () => {
    const server = await startRawServer(() => {})
    await server.close()
    expect(await transportTo(server.url).send(request, never)).toEqual({
      kind: 'not-sent',
      reason: 'ECONNREFUSED',
      isUntrusted: false,
    })
  })

  it('is not sent where the host has no address', async () => {
    const delivery = await transportTo('http://no-such-host.invalid').send(request, never)
    expect(delivery).toMatchObject({ kind: 'not-sent', isUntrusted: false })
  })

  it('is not sent to a host without TLS where TLS is wanted', async () => {
    const server = await startRawServer(() => {})
    const delivery = await transportTo(server.url.replace('http:', 'https:')).send(request, AbortSignal.timeout(200))
    expect(delivery).toMatchObject({ kind: 'not-sent' })
    expect(server.requests).toEqual([])
  })

  it('is not sent once it is aborted', async () => {
    const server = await startRawServer(() => {})
    expect(await transportTo(server.url).send(request, AbortSignal.abort())).toMatchObject({ kind: 'not-sent' })
    expect(server.openSockets()).toBe(0)
  })

  it('is not waited for, and not sent later, where its connection is not there when it is aborted', async () => {
    const begin: (() => unknown)[] = []
    let written = 0
    class LateDispatcher extends Dispatcher {
      override dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
        begin.push(() => {
          const controller = { aborted: false, abort: () => (controller.aborted = true) }
          handler.onRequestStart?.(controller as never, null)
          if (!controller.aborted) written += 1
        })
        return true
      }
    }
    const options = { origin: 'http://127.0.0.1:1', connections: 2, maxBodyBytes: 1_000, connectTimeoutMs: 1_000 }
    const transport = createHttpTransport(options, { clock, dispatcher: new LateDispatcher() })
    const controller = new AbortController()
    const delivery = transport.send(request, controller.signal)
    controller.abort()
    expect(await delivery).toEqual({ kind: 'not-sent', reason: 'aborted', isUntrusted: false })
    for (const start of begin) start()
    expect([begin.length, written]).toEqual([1, 0])
  })

  it('is not sent with a token that is no header', async () => {
    const server = await startRawServer(() => {})
    const delivery = await transportTo(server.url).send({ ...request, token: 'a\r\nb: c' }, never)
    expect(delivery).toMatchObject({ kind: 'not-sent' })
    expect(server.requests).toEqual([])
  })
})

describe('a request without an answer', () => {
  it.each([
    ['closes after the request', () => ''],
    ['closes within the headers', () => 'HTTP/1.1 200 OK\r\ncontent-'],
    ['closes after the headers', () => 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'],
    ['closes within the body', () => 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"jsonrpc"'],
    ['closes within a chunk', () => 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"jsonrpc"'],
    ['waits for more', () => 'HTTP/1.1 100 Continue\r\n\r\n'],
    [
      'switches to another protocol',
      () => 'HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    ],
    ['speaks another protocol', () => 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['sends a header that is too long', () => `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`],
  ])('is unknown where the other side %s', async (_, answer) => {
    const server = await startRawServer((_seen, socket) => socket.end(answer()))
    expect(await transportTo(server.url).send(request, never)).toMatchObject({ kind: 'no-answer' })
    expect(server.requests).toHaveLength(1)
    await server.until(() => server.openSockets() === 0)
  })

  it('is unknown where the connection is reset', async () => {
    const server = await startRawServer((_, socket) => socket.resetAndDestroy())
    expect(await transportTo(server.url).send(request, never)).toMatchObject({ kind: 'no-answer' })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['silence', ''],
    ['headers that do not end', 'HTTP/1.1 200 OK\r\nx: y\r\n'],
    ['a body that does not begin', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n'],
    ['a body that does not end', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"jsonrpc"'],
  ])('lets go of the connection when it is aborted during %s', async (_, answer) => {
    const server = await startRawServer((_seen, socket) => socket.write(answer))
    const controller = new AbortController()
    const delivery = transportTo(server.url).send(request, controller.signal)
    await server.until(() => server.requests.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    controller.abort(new Error('deadline'))
    expect(await delivery).toEqual({ kind: 'no-answer', reason: 'aborted' })
    await server.until(() => server.openSockets() === 0)
  })

  it('is not sent again by a dispatcher that begins it twice', async () => {
    let written = 0
    class TwiceDispatcher extends Dispatcher {
      override dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
        const controller = { aborted: false, abort: () => (controller.aborted = true) }
        for (let attempt = 0; attempt < 2; attempt += 1) {
          handler.onRequestStart?.(controller as never, null)
          if (!controller.aborted) written += 1
        }
        handler.onResponseError?.(controller as never, new Error('the connection broke'))
        return true
      }
    }
    const transport = createHttpTransport(
      { origin: 'http://127.0.0.1:1', connections: 1, maxBodyBytes: 1_000, connectTimeoutMs: 1_000 },
      { clock, dispatcher: new TwiceDispatcher() },
    )
    expect(await transport.send(request, never)).toMatchObject({ kind: 'no-answer' })
    expect(written).toBe(1)
  })

  it('is not sent again on another connection', async () => {
    let served = 0
    const server = await startRawServer((seen, socket) => {
      served += 1
      if (served === 2) socket.resetAndDestroy()
      else socket.write(http(resultReply(seen, 1)))
    })
    const transport = transportTo(server.url)
    const kinds = [
      await transport.send(request, never),
      await transport.send(request, never),
      await transport.send(request, never),
    ]
    expect(kinds.map(({ kind }) => kind)).toEqual(['reply', 'no-answer', 'reply'])
    expect(server.requests).toHaveLength(3)
  })
})

describe('an answer that is not read', () => {
  it.each([301, 302, 303, 307, 308])('is a redirect: %i', async (status) => {
    const elsewhere = await startRawServer(() => {})
    const headers = { location: `${elsewhere.url}/api/v2/public/test` }
    const server = await startRawServer((_, socket) => socket.write(http('', { status, headers })))
    expect(await transportTo(server.url).send({ ...request, token: 'access-1' }, never)).toEqual({
      kind: 'unusable',
      problem: 'it is a redirect',
    })
    expect(elsewhere.openSockets()).toBe(0)
    expect(elsewhere.requests).toEqual([])
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, identity'])('is packed: %s', async (encoding) => {
    const server = await startRawServer((seen, socket) =>
      socket.write(http(gzipSync(resultReply(seen, 1)), { headers: { 'content-encoding': encoding } })),
    )
    expect(await transportTo(server.url).send(request, never)).toMatchObject({
      kind: 'unusable',
      problem: expect.stringContaining('packed'),
    })
  })

  it('is larger than it may be, by its own word', async () => {
    const server = await startRawServer((_, socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n'))
    expect(await transportTo(server.url).send(request, never)).toEqual({
      kind: 'unusable',
      problem: 'it is larger than 1000 bytes',
    })
    await server.until(() => server.openSockets() === 0)
  })

  it('is larger than it may be, without a word, and is not read to its end', async () => {
    let written = 0
    const server = await startRawServer((_, socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n')
      const more = () => {
        while (!socket.destroyed && written < 50_000_000) {
          written += 500
          if (!socket.write(`1f4\r\n${'x'.repeat(500)}\r\n`)) return void socket.once('drain', more)
        }
      }
      more()
    })
    expect(await transportTo(server.url).send(request, never)).toMatchObject({ kind: 'unusable' })
    await server.until(() => server.openSockets() === 0)
    expect(written).toBeLessThan(20_000_000)
  })

  it('is as large as it may be, and is read', async () => {
    const server = await startRawServer((_, socket) => socket.write(http('x'.repeat(1_000))))
    expect(await transportTo(server.url).send(request, never)).toMatchObject({ kind: 'reply' })
  })
})
