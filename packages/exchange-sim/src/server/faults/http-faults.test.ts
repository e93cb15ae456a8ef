import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import {
  BUY,
  bytesOf,
  call,
  faultyServer,
  HANGS_MS,
  isSilent,
  once,
  openOrders,
  post,
  rawConnection,
  wish,
} from './faulty-server.fixture.js'

describe('when it is time', () => {
  it('late replies come late, of requests that took effect at once', async () => {
    const server = await faultyServer(once(BUY, { kind: 'latency', ms: 600 }))
    const reply = await post(server, BUY, wish('late'))
    const repliedMs = server.now()
    expect(reply.envelope()).toMatchObject({ id: 7, result: { order: { label: 'late' } } })
    const [order] = await openOrders(server, 'late')
    expect(repliedMs - (order?.creation_timestamp ?? Number.NaN)).toBeGreaterThanOrEqual(600)
  })

  it('a request that arrives late takes effect then, whether or not its connection is still there', async () => {
    const server = await faultyServer(once(BUY, { kind: 'late-arrival', ms: 1_000 }))
    const sentMs = server.now()
    const { socket, send } = await rawConnection(server)
    send(bytesOf(BUY, wish('late')))
    await vi.waitFor(() => expect(server.plan.left()).toBe(0), HANGS_MS)
    socket.destroy()
    await vi.waitFor(async () => expect(await openOrders(server, 'late')).toHaveLength(1), HANGS_MS)
    const [order] = await openOrders(server, 'late')
    expect(order?.creation_timestamp).toBeGreaterThanOrEqual(sentMs + 1_000)
  })

  it('a request that arrives late is judged by the time of its arrival', async () => {
    const server = await faultyServer(once(BUY, { kind: 'late-arrival', ms: 200 }))
    const reply = await post(server, BUY, { ...wish('late'), valid_until: server.now() + 100 })
    expect(reply.envelope()).toMatchObject({ error: { code: 13888 } })
    expect(await openOrders(server, 'late')).toEqual([])
  })
})

describe('without a reply', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a drop %s the effect leaves the connection open and silent, and %i orders', async (when, orders) => {
    const server = await faultyServer(once(BUY, { kind: 'drop', when }))
    const { socket, send } = await rawConnection(server)
    send(bytesOf(BUY, wish('dropped')))
    expect(await isSilent(socket, 'data')).toBe(true)
    expect(socket.readyState).toBe('open')
    expect(await openOrders(server, 'dropped')).toHaveLength(orders)
  })

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('a reset %s the effect is one of TCP, and leaves %i orders', async (when, orders) => {
    const server = await faultyServer(once(BUY, { kind: 'reset', when }))
    const { ended, send } = await rawConnection(server)
    send(bytesOf(BUY, wish('reset')))
    expect(await ended).toBe('ECONNRESET')
    expect(await openOrders(server, 'reset')).toHaveLength(orders)
  })

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    'a connection that is half-open %s the effect is silent for good, with %i orders',
    async (when, orders) => {
      const server = await faultyServer(once(BUY, { kind: 'half-open', when }))
      const { socket, send } = await rawConnection(server)
      send(bytesOf(BUY, wish('half')))
      expect(await isSilent(socket, 'data')).toBe(true)
      send(bytesOf(BUY, wish('half')))
      send('this is no HTTP\r\n\r\n')
      expect(await isSilent(socket, 'data')).toBe(true)
      expect(socket.readyState).toBe('open')
      expect(await openOrders(server, 'half')).toHaveLength(orders)
    },
  )
})

describe('out of turn', () => {
  it('a duplicate is a stray response behind the first', async () => {
    const server = await faultyServer(once(BUY, { kind: 'duplicate' }))
    const { until, send } = await rawConnection(server)
    send(bytesOf(BUY, wish('twice')))
    const [, first, second] = (await until((text) => text.split('HTTP/1.1').length === 3 && text.endsWith('}'))).split(
      'HTTP/1.1',
    )
    expect(second?.split('\r\n\r\n')[1]).toBe(first?.split('\r\n\r\n')[1])
    expect(await openOrders(server, 'twice')).toHaveLength(1)
    send(bytesOf('public/test', {}, 8))
    expect(await until((text) => text.includes('"id":8'))).toContain('"id":8')
  })

  it('a reordered reply changes places with the next one of its connection', async () => {
    const server = await faultyServer(once('public/get_time', { kind: 'reorder', ms: 5_000 }))
    const { until, send } = await rawConnection(server)
    send(bytesOf('public/get_time', {}, 1) + bytesOf('public/test', {}, 2))
    const text = await until((received) => received.includes('"id":1') && received.includes('"id":2'))
    expect(text.indexOf('"id":2')).toBeLessThan(text.indexOf('"id":1'))
  })

  it('a reordered reply comes by itself where no other does', async () => {
    const server = await faultyServer(once('public/get_time', { kind: 'reorder', ms: 50 }))
    expect((await post(server, 'public/get_time')).envelope()).toMatchObject({ id: 7 })
  })
})

describe('byte by byte', () => {
  it.each(['headers', 'body'] as const)('slow %s come one at a time, and become a whole reply', async (part) => {
    const server = await faultyServer(once('public/test', { kind: 'slow', part, msPerByte: 1 }))
    const { socket, until, send, ended, received } = await rawConnection(server)
    const pieces: number[] = []
    socket.on('data', (chunk) => pieces.push(chunk.length))
    send(bytesOf('public/test'))
    await until((text) => text.length > 0)
    expect(received().includes('\r\n\r\n')).toBe(part === 'body')
    expect(await ended).toBe('end')
    expect(pieces.length).toBeGreaterThan(20)
    expect(JSON.parse(received().toString().split('\r\n\r\n')[1] ?? '')).toMatchObject({ id: 7, testnet: true })
  })

  it.each(['headers', 'body'] as const)('endless %s go on and on', async (part) => {
    const server = await faultyServer(once('public/test', { kind: 'endless', part, bytesPerMs: 5_000 }))
    const { socket, until, send, received } = await rawConnection(server)
    send(bytesOf('public/test'))
    await until((text) => text.length > 500_000)
    expect(received().includes('\r\n\r\n')).toBe(part === 'body')
    socket.destroy()
    expect(await call(server, 'public/test')).toBeDefined()
  })

  it('endless headers are too many for a client of the usual kind', async () => {
    const server = await faultyServer(once('public/test', { kind: 'endless', part: 'headers' }))
    await expect(post(server, 'public/test')).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' })
  })
})

describe('not as it should be', () => {
  it.each([
    ['empty', /^$/],
    ['not-json', /^upstream/],
    ['truncated', /^\{"jsonrpc":"2.0","id":7,.*[^}]$/],
    ['invalid-utf8', /^\{"\xffjsonrpc/],
    ['wrong-id', /"id":1000010,"result":/],
    ['no-result', /^(?!.*("result"|"error")).*"usIn"/],
    ['result-and-error', /"result":\{.*"error":\{"code":11094/],
    ['not-an-object', /^"ok"$/],
    ['wrong-version', /^\{"jsonrpc":"1.0","id":7,"result":/],
  ] as const)('a body may be %s', async (form, pattern) => {
    const server = await faultyServer(once('public/test', { kind: 'malformed', form }))
    const { status, body, headers } = await post(server, 'public/test')
    expect(body.toString('latin1')).toMatch(pattern)
    expect(status).toBe(200)
    expect(headers['content-length']).toBe(String(body.length))
  })

  it('a body may be cut off with its connection', async () => {
    const server = await faultyServer(once(BUY, { kind: 'malformed', form: 'cut-off' }))
    await expect(post(server, BUY, wish('cut'))).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect(await openOrders(server, 'cut')).toHaveLength(1)
  })

  it('a reply may be giant, and right in all else', async () => {
    const server = await faultyServer(once('public/test', { kind: 'giant', bytes: 20_000_000 }))
    const reply = await post(server, 'public/test')
    expect(reply.body.length).toBe(20_000_000)
    expect(reply.envelope()).toMatchObject({ id: 7, result: { version: '1.2.26' } })
  })

  it('a bomb is small on the wire, and giant when unpacked', async () => {
    const server = await faultyServer(once('public/test', { kind: 'gzip-bomb', bytes: 20_000_000 }))
    const { body, headers, status } = await post(server, 'public/test')
    expect(body.length).toBeLessThan(50_000)
    expect({ status, encoding: headers['content-encoding'] }).toEqual({ status: 200, encoding: 'gzip' })
    const unpacked = gunzipSync(body)
    expect(unpacked.length).toBe(20_000_000)
    expect(JSON.parse(unpacked.toString())).toMatchObject({ id: 7 })
  })

  it.each([
    [405, 'before', 0],
    [502, 'after', 1],
    [521, 'before', 0],
  ] as const)('a page with status %i comes %s the effect, and leaves %i orders', async (status, when, orders) => {
    const server = await faultyServer(once(BUY, { kind: 'html', status, when }))
    const reply = await post(server, BUY, wish('page'))
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toContain('text/html')
    expect(reply.body.toString()).toContain(`<h1>${status} `)
    expect(await openOrders(server, 'page')).toHaveLength(orders)
  })

  it('a redirect names another place, without effect', async () => {
    const server = await faultyServer(once(BUY, { kind: 'redirect', location: 'http://127.0.0.1:1/api/v2' }))
    const reply = await post(server, BUY, wish('elsewhere'))
    expect([reply.status, reply.headers.location]).toEqual([307, 'http://127.0.0.1:1/api/v2'])
    expect(await openOrders(server, 'elsewhere')).toEqual([])
  })
})

describe('a request that came in a query string', () => {
  it('is hit as well', async () => {
    const server = await faultyServer(once('public/test', { kind: 'error', word: 'retry', when: 'before' }))
    const body = await new Promise<string>((resolve) => {
      request(`${server.httpUrl}/api/v2/public/test`, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
      }).end()
    })
    expect(JSON.parse(body)).toMatchObject({ error: { code: 10040, message: 'retry' } })
    expect(JSON.parse(body)).not.toHaveProperty('id')
  })
})
