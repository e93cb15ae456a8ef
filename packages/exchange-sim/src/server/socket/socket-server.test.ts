import { connect, type Socket } from 'node:net'
import { createVirtualClock } from '@cc/models/clock'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { listenHttp } from '../http-server.js'
import type { SimServer } from '../serve.js'
import { connectClient, HANGS, serveSockets, type TestClient } from './socket.fixture.js'
import type { SocketParts } from './socket-connection.js'
import { createSocketServer } from './socket-server.js'
import { PLAIN_TRAFFIC } from './socket-traffic.js'

let server: SimServer
let client: TestClient
beforeAll(async () => {
  server = await serveSockets()
  client = await connectClient(server)
})
afterAll(() => server.close())

/** Sockets over a dispatcher that says everything twice. */
async function listenForTest(parts: Partial<SocketParts> = {}) {
  const ended: number[] = []
  const answer = { text: '{"id":1,"result":"ok"}', errorCode: null }
  const dispatcher = {
    methods: [],
    answerText: () => answer,
    answerCall: () => answer,
    answerFailure: () => answer,
    handleText: () => answer.text,
    counts: () => ({}),
  }
  let lastId = 0
  const nextId = () => ++lastId
  const sockets = createSocketServer({
    dispatcher,
    traffic: PLAIN_TRAFFIC,
    clock: null,
    maxBacklogBytes: 1_000_000,
    startsBound: () => false,
    ended: ({ id }) => ended.push(id),
    nextId,
    ...parts,
  })
  const http = await listenHttp({ port: 0, dispatcher, logger: undefined, nextId, sockets })
  return { sockets, ended, http, wsUrl: `ws://127.0.0.1:${http.port}/ws/api/v2` }
}

describe('a frame', () => {
  it('is a request, and its reply is one frame with its id', async () => {
    const reply = await client.call('public/get_time')
    expect(reply).toMatchObject({ jsonrpc: '2.0', result: expect.any(Number), testnet: true })
    client.send(JSON.stringify({ jsonrpc: '2.0', id: 'a text', method: 'public/test' }))
    expect(await client.frame(({ id }) => id === 'a text')).toMatchObject({ result: { version: '1.2.26' } })
  })

  it('is answered in turn, while what takes its time lets the others pass', async () => {
    const ids = [101, 102, 103]
    const methods = ['sim/advance_time', 'public/get_time', 'public/test']
    for (const [index, id] of ids.entries()) {
      client.send(JSON.stringify({ jsonrpc: '2.0', id, method: methods[index], params: { by_ms: 5 } }))
    }
    await Promise.all(ids.map((id) => client.frame((each) => each.id === id)))
    expect(client.frames.map(({ id }) => id).filter((id) => ids.includes(id as number))).toEqual([102, 103, 101])
  })

  it.each([
    ['no JSON', 'hello', -32700],
    ['a batch', '[]', -32600],
    ['a request without id', '{"method":"public/test"}', -32600],
    ['longer than 32 kB', JSON.stringify({ id: 1, method: 'public/test', pad: 'x'.repeat(40_000) }), -32600],
    ['bytes', Buffer.from('{"id":1,"method":"public/test"}'), -32700],
  ])('that is %s is answered with an error, and the connection stays', async (_what, text, code) => {
    const own = await connectClient(server)
    own.send(text)
    expect(await own.frame(({ error }) => error !== undefined)).toMatchObject({ error: { code } })
    expect(await own.call('public/test')).toMatchObject({ result: {} })
    own.ws.close()
    expect(await own.closed).toMatchObject({ code: 1005 })
  })

  it('over a megabyte ends the connection', async () => {
    const own = await connectClient(server)
    own.send('x'.repeat(1_100_000))
    expect(await own.closed).toMatchObject({ code: 1009 })
  })

  it('of the protocol below is answered by it', async () => {
    client.ws.ping('are you there')
    const [data] = await new Promise<Buffer[]>((resolve) => client.ws.once('pong', (...args) => resolve(args)))
    expect(data?.toString()).toBe('are you there')
  })

  it('that breaks the protocol, or any bytes at all, ends at most its own connection', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        const own = await connectClient(server)
        const { _socket: socket } = own.ws as unknown as { _socket: Socket }
        socket.end(bytes)
        await own.closed
      }),
      { numRuns: 40 },
    )
    expect(await client.call('public/test')).toMatchObject({ result: {} })
  })
})

describe('the end of sockets', () => {
  it('comes to all of them with that of the server, also to one that never reads', async () => {
    const own = await serveSockets()
    const clients = await Promise.all([1, 2, 3].map(() => connectClient(own)))
    clients[1]?.ws.pause()
    // No timer comes to an end: whoever waits for one waits for good.
    vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    await own.close()
    vi.useRealTimers()
    clients[1]?.ws.resume()
    const codes = await Promise.all(clients.map(async ({ closed }) => (await closed).code))
    expect(codes).toEqual([1001, 1001, 1001])
    await own.close()
  })

  it('leaves nothing behind, however it came', async () => {
    const { http, sockets, ended, wsUrl } = await listenForTest()
    const ends: ((ws: WebSocket) => void)[] = [(ws) => ws.close(), (ws) => ws.terminate()]
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const ws = new WebSocket(wsUrl)
          await new Promise((resolve) => ws.once('open', resolve))
          const closed = new Promise((resolve) => ws.once('close', resolve))
          ws.send('{}')
          ends[index % ends.length]?.(ws)
          await closed
        }),
      )
    }
    await expect.poll(() => sockets.count(), HANGS).toBe(0)
    expect(ended).toHaveLength(500)
    expect(new Set(ended).size).toBe(500)
    await http.close()
  })

  it('is told of once its late requests have arrived', async () => {
    let arrive = (): unknown => undefined
    const { http, ended, wsUrl } = await listenForTest({
      traffic: {
        ...PLAIN_TRAFFIC,
        handleFrame(text, { postpone }) {
          arrive = postpone(text)
        },
      },
    })
    const own = await connectClient({ wsUrl })
    own.send('{}')
    own.ws.close()
    await own.closed
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(ended).toEqual([])
    arrive()
    expect(ended).toEqual([1])
    await http.close()
  })

  it('ends those whose upgrade comes too late', async () => {
    const { http, sockets, wsUrl } = await listenForTest()
    sockets.close()
    await expect(connectClient({ wsUrl })).rejects.toThrow('503')
    await http.close()
  })
})

describe('a line', () => {
  it('that is frozen says nothing more, and its end is noticed', async () => {
    const { http, sockets, wsUrl } = await listenForTest({
      traffic: { ...PLAIN_TRAFFIC, handleFrame: (_text, { line }) => line.freeze() },
    })
    const own = await connectClient({ wsUrl })
    let pongs = 0
    own.ws.on('pong', () => (pongs += 1))
    own.send('{}')
    own.send('{}')
    own.ws.ping()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect([own.frames, pongs, own.ws.readyState]).toEqual([[], 0, WebSocket.OPEN])
    own.ws.terminate()
    await expect.poll(() => sockets.count(), HANGS).toBe(0)
    await http.close()
  })

  it('that is reset ends without a word', async () => {
    const { http, wsUrl } = await listenForTest({
      traffic: { ...PLAIN_TRAFFIC, handleFrame: (_text, { line }) => line.reset() },
    })
    const own = await connectClient({ wsUrl })
    own.send('{}')
    expect(await own.closed).toEqual({ code: 1006, reason: '' })
    await http.close()
  })

  it('that is held lets frames go in their order', async () => {
    const { http, wsUrl } = await listenForTest({
      traffic: {
        ...PLAIN_TRAFFIC,
        handleFrame(_text, { line }) {
          const letGo = [line.hold(), line.hold()]
          line.send('{"id":1}')
          line.sendBytes(Buffer.from('{"id":2}'), { binary: false })
          for (const each of [...letGo, ...letGo]) each()
          line.send('{"id":3}')
        },
      },
    })
    const own = await connectClient({ wsUrl })
    own.send('{}')
    await own.frame(({ id }) => id === 3)
    expect(own.frames).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
    await http.close()
  })

  it('that was held and let go has nothing waiting, however often that was', async () => {
    const text = `"${'x'.repeat(400)}"`
    const { http, wsUrl } = await listenForTest({
      maxBacklogBytes: 1_000,
      traffic: {
        ...PLAIN_TRAFFIC,
        handleFrame(_text, { line }) {
          const letGo = line.hold()
          line.send(text)
          letGo()
        },
      },
    })
    const own = await connectClient({ wsUrl })
    for (let count = 1; count <= 5; count += 1) {
      own.send('{}')
      await expect.poll(() => own.frames.length, HANGS).toBe(count)
    }
    expect(own.ws.readyState).toBe(own.ws.OPEN)
    await http.close()
  })

  it('carries packed frames to clients that agreed to them', async () => {
    const { deflateRawSync } = await import('node:zlib')
    const { http, wsUrl } = await listenForTest({
      traffic: {
        ...PLAIN_TRAFFIC,
        agreesToDeflate: true,
        handleFrame: (_text, { line }) =>
          line.sendBytes(deflateRawSync('"long"'.padEnd(70_000)), { binary: false, compressed: true }),
      },
    })
    const ws = new WebSocket(wsUrl, { perMessageDeflate: true })
    await new Promise((resolve) => ws.once('open', resolve))
    ws.send('{}')
    const text = await new Promise<string>((resolve) => ws.once('message', (data: Buffer) => resolve(data.toString())))
    expect(text).toBe('"long"'.padEnd(70_000))
    ws.terminate()
    await http.close()
  })
})

it('a connection of HTTP that never says what it wants does not keep the server', async () => {
  const own = await serveSockets({}, { clock: createVirtualClock({ startMs: Date.UTC(2026, 0, 2) }) })
  const socket = connect(Number(new URL(own.httpUrl).port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {})
  await own.close()
  await closed
})
