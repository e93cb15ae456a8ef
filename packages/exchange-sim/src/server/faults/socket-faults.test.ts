import { request } from 'node:http'
import { describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  BUY,
  call,
  type FaultyServer,
  faultyServer,
  HANGS_MS,
  isSilent,
  type Listener,
  listen,
  once,
  openOrders,
  wish,
} from './faulty-server.fixture.js'

const isReply = (id: number) => (frame: { id?: number | string }) => frame.id === id

/** Asks for something else, so that it is known that the connection works. */
async function expectAlive({ send, next }: Listener): Promise<void> {
  send('public/test', {}, 99)
  expect(await next(isReply(99))).toMatchObject({ result: { version: '1.2.26' } })
}

describe('when it is time', () => {
  it('a late reply comes behind those of later requests', async () => {
    const server = await faultyServer(once(BUY, { kind: 'latency', ms: 150 }))
    const socket = await listen(server)
    socket.send(BUY, wish('late'))
    await expectAlive(socket)
    expect(await openOrders(server, 'late')).toHaveLength(1)
    expect(await socket.next(isReply(7))).toMatchObject({ result: { order: { label: 'late' } } })
  })

  it('a request that arrives late takes effect then, whether or not its connection is still there', async () => {
    const server = await faultyServer({
      script: [{ on: 'request', method: BUY, times: 2, fault: { kind: 'late-arrival', ms: 600 } }],
    })
    const [gone, there] = [await listen(server), await listen(server)]
    const sentMs = server.now()
    gone.send(BUY, wish('late'))
    there.send(BUY, wish('late'))
    await vi.waitFor(() => expect(server.plan.left()).toBe(0), HANGS_MS)
    gone.ws.terminate()
    expect(await there.next(isReply(7))).toMatchObject({ result: { order: { label: 'late' } } })
    await vi.waitFor(async () => expect(await openOrders(server, 'late')).toHaveLength(2), HANGS_MS)
    for (const { creation_timestamp } of await openOrders(server, 'late')) {
      expect(creation_timestamp).toBeGreaterThanOrEqual(sentMs + 600)
    }
  })
})

describe('without a reply', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a drop %s the effect leaves the connection as it is, and %i orders', async (when, orders) => {
    const server = await faultyServer(once(BUY, { kind: 'drop', when }))
    const socket = await listen(server)
    socket.send(BUY, wish('dropped'))
    await expectAlive(socket)
    expect(socket.frames).toHaveLength(1)
    expect(await openOrders(server, 'dropped')).toHaveLength(orders)
  })

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a reset %s the effect is one of TCP, and leaves %i orders', async (when, orders) => {
    const server = await faultyServer(once(BUY, { kind: 'reset', when }))
    const socket = await listen(server)
    const broken = new Promise((resolve) => socket.below.once('error', resolve))
    socket.send(BUY, wish('reset'))
    expect(await broken).toMatchObject({ code: 'ECONNRESET' })
    expect(await openOrders(server, 'reset')).toHaveLength(orders)
  })

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'half-open %s the effect it is silent for good, also to pings and closing, with %i orders',
    async (when, orders) => {
      const server = await faultyServer(once(BUY, { kind: 'half-open', when }))
      const { ws, send } = await listen(server)
      send(BUY, wish('half'))
      expect(await isSilent(ws, 'message')).toBe(true)
      send(BUY, wish('half'))
      ws.ping()
      expect(await isSilent(ws, 'pong')).toBe(true)
      ws.close()
      expect(await isSilent(ws, 'close')).toBe(true)
      expect(await openOrders(server, 'half')).toHaveLength(orders)
    },
  )

  it.each([
    [{ kind: 'html', status: 502, when: 'after' }, 1],
    [{ kind: 'html', status: 405, when: 'before' }, 0],
    [{ kind: 'redirect', location: 'http://127.0.0.1:1/' }, 0],
  ] as const)('what is a page over HTTP closes it with 1012: %o', async (fault, orders) => {
    const server = await faultyServer(once(BUY, fault))
    const socket = await listen(server)
    socket.send(BUY, wish('page'))
    expect(await socket.ended).toBe(1012)
    expect(socket.frames).toEqual([])
    expect(await openOrders(server, 'page')).toHaveLength(orders)
  })
})

describe('out of turn', () => {
  it('a duplicate comes twice, and took effect once', async () => {
    const server = await faultyServer(once(BUY, { kind: 'duplicate' }))
    const socket = await listen(server)
    socket.send(BUY, wish('twice'))
    expect(await socket.next(isReply(7))).toEqual(await socket.next(isReply(7)))
    expect(await openOrders(server, 'twice')).toHaveLength(1)
  })

  it('a reordered reply comes behind the next one, or by itself', async () => {
    const server = await faultyServer({
      script: [
        { on: 'request', method: 'public/get_time', fault: { kind: 'reorder', ms: 5_000 } },
        { on: 'request', method: 'public/get_time', fault: { kind: 'reorder', ms: 30 } },
      ],
    })
    const { send, next } = await listen(server)
    send('public/get_time', {}, 1)
    send('public/test', {}, 2)
    expect([(await next()).id, (await next()).id]).toEqual([2, 1])
    for (const id of [4, 5]) {
      send('public/test', {}, id)
      expect((await next()).id).toBe(id)
    }
    send('public/get_time', {}, 3)
    expect((await next()).id).toBe(3)
  })
})

describe('bit by bit', () => {
  it('a slow reply is one frame, and the others wait for their turn', async () => {
    const server = await faultyServer({
      script: [
        { on: 'request', method: 'public/get_time', times: 2, fault: { kind: 'slow', part: 'body', msPerByte: 1 } },
      ],
    })
    const { send, next, below } = await listen(server)
    const pieces: number[] = []
    below.on('data', (chunk) => pieces.push(chunk.length))
    send('public/get_time', {}, 1)
    send('public/get_time', {}, 2)
    send('public/test', {}, 3)
    expect([(await next()).id, (await next()).id, (await next()).id]).toEqual(expect.arrayContaining([1, 2, 3]))
    expect(pieces.length).toBeGreaterThan(20)
  })

  it('an endless reply is a message whose last frame never comes, and nothing comes behind it', async () => {
    const server = await faultyServer(once('public/get_time', { kind: 'endless', part: 'body', bytesPerMs: 2_000 }))
    const { send, ws, ended, below } = await listen(server)
    let bytes = 0
    below.on('data', (chunk) => {
      bytes += chunk.length
    })
    send('public/get_time')
    send('public/test')
    await vi.waitFor(() => expect(bytes).toBeGreaterThan(300_000), HANGS_MS)
    expect(await isSilent(ws, 'message')).toBe(true)
    ws.terminate()
    expect(await ended).toBe(1006)
    expect(await call(server, 'public/test')).toBeDefined()
  })

  it('a reply that is cut off ends in the middle of its frame', async () => {
    const server = await faultyServer(once(BUY, { kind: 'malformed', form: 'cut-off' }))
    const socket = await listen(server)
    socket.send(BUY, wish('cut'))
    expect(await socket.ended).toBe(1006)
    expect(socket.frames).toEqual([])
    expect(await openOrders(server, 'cut')).toHaveLength(1)
  })
})

describe('not as it should be', () => {
  it.each([
    ['empty', /^$/],
    ['not-json', /^upstream/],
    ['truncated', /^\{"jsonrpc":"2.0","id":7,.*[^}]$/],
    ['wrong-id', /"id":1000010,"result":/],
    ['no-result', /^(?!.*("result"|"error")).*"usIn"/],
    ['result-and-error', /"result":\{.*"error":\{"code":11094/],
    ['not-an-object', /^"ok"$/],
    ['wrong-version', /^\{"jsonrpc":"1.0","id":7,"result":/],
  ] as const)('a reply may be %s', async (form, pattern) => {
    const server = await faultyServer(once('public/test', { kind: 'malformed', form }))
    const socket = await listen(server)
    socket.send('public/test')
    await expectAlive({ ...socket, next: async () => waitForFrame(socket) })
    expect(socket.frames[0]).toMatch(pattern)
  })

  it('a reply that is not UTF-8 breaks the protocol', async () => {
    const server = await faultyServer(once('public/test', { kind: 'malformed', form: 'invalid-utf8' }))
    const { send, ended } = await listen(server)
    send('public/test')
    expect(await ended).toBe('WS_ERR_INVALID_UTF8')
  })

  it('a reply may be giant', async () => {
    const server = await faultyServer(once('public/test', { kind: 'giant', bytes: 20_000_000 }))
    const { send, next, frames } = await listen(server)
    send('public/test')
    expect(await next()).toMatchObject({ id: 7, result: { version: '1.2.26' } })
    expect(frames[0]).toHaveLength(20_000_000)
  })

  it('a bomb is small on the wire, and giant when unpacked', async () => {
    const server = await faultyServer({
      script: [{ on: 'request', method: 'public/test', times: 2, fault: { kind: 'gzip-bomb', bytes: 20_000_000 } }],
    })
    const { send, next, frames, ws, below } = await listen(server, { perMessageDeflate: true })
    expect(ws.extensions).toContain('permessage-deflate')
    let bytes = 0
    below.on('data', (chunk) => {
      bytes += chunk.length
    })
    for (const id of [1, 2]) {
      send('public/test', {}, id)
      expect(await next()).toMatchObject({ id })
    }
    expect(frames.map(({ length }) => length)).toEqual([20_000_000, 20_000_000])
    expect(bytes).toBeLessThan(100_000)
    send('public/get_time', {}, 3)
    expect(await next()).toMatchObject({ id: 3 })
  })

  it('a bomb for a client that did not agree to packing breaks the protocol', async () => {
    const server = await faultyServer(once('public/test', { kind: 'gzip-bomb', bytes: 20_000_000 }))
    const { send, ended } = await listen(server, { perMessageDeflate: false })
    send('public/test')
    expect(await ended).toBe('WS_ERR_UNEXPECTED_RSV_1')
  })
})

describe('an upgrade', () => {
  const upgradeTo = (server: FaultyServer) => new WebSocket(server.wsUrl)

  it('may be reset', async () => {
    const server = await faultyServer({ script: [{ on: 'upgrade', fault: { kind: 'reset' } }] })
    await expect(opened(upgradeTo(server))).rejects.toMatchObject({ code: 'ECONNRESET' })
    await expectAlive(await listen(server))
  })

  it('may never be answered', async () => {
    const server = await faultyServer({ script: [{ on: 'upgrade', fault: { kind: 'half-open' } }] })
    const ws = upgradeTo(server)
    ws.on('error', () => {})
    expect(await isSilent(ws, 'open')).toBe(true)
    expect(ws.readyState).toBe(WebSocket.CONNECTING)
    ws.terminate()
  })

  it.each([
    [{ kind: 'html', status: 503 }, 503, 'text/html', undefined],
    [{ kind: 'redirect', location: 'ws://127.0.0.1:1/' }, 307, 'text/plain', 'ws://127.0.0.1:1/'],
  ] as const)('may be answered otherwise: %o', async (fault, status, type, location) => {
    const server = await faultyServer({ script: [{ on: 'upgrade', fault }] })
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    }
    const reply = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request(server.wsUrl.replace('ws:', 'http:'), { headers }, resolve).on('error', reject).end()
    })
    expect([reply.statusCode, reply.headers['content-type'], reply.headers.location]).toEqual([status, type, location])
    reply.resume()
  })
})

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => ws.once('open', () => resolve()).once('error', reject))
}

/** Of frames that may not be JSON. */
async function waitForFrame({ frames, ws }: Listener) {
  while (frames.length < 2) await new Promise((resolve) => ws.once('message', resolve))
  return JSON.parse(frames[1] ?? '')
}
