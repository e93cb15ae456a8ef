import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { byCredentials, CREDENTIALS, type Envelope, exchangeBytes, NOW_MS, serveForTest } from './protocol.fixture.js'

let server: Awaited<ReturnType<typeof serveForTest>>
let api: string

beforeAll(async () => {
  server = await serveForTest({ rateLimits: 'off', virtualTime: true })
  api = `${server.httpUrl}/api/v2`
})
afterAll(() => server.close())

async function get(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: Envelope }> {
  const response = await fetch(`${api}/${path}`, { headers })
  return { status: response.status, body: (await response.json()) as Envelope }
}

async function post(
  path: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<{ status: number; body: Envelope }> {
  const response = await fetch(`${api}${path}`, { method: 'POST', body, headers })
  return { status: response.status, body: (await response.json()) as Envelope }
}

const request = (method: string, params: unknown = {}) => JSON.stringify({ jsonrpc: '2.0', id: 'a', method, params })

async function accessToken(): Promise<string> {
  const query = new URLSearchParams(byCredentials() as Record<string, string>)
  return ((await get(`public/auth?${query}`)).body.result as { access_token: string }).access_token
}

describe('GET', () => {
  it('takes its parameters from the query and answers without an id', async () => {
    const { status, body } = await get('public/echo?name=BTC-PERPETUAL&depth=5&ids[]=a&ids[]=b')
    expect(status).toBe(200)
    expect(body).toMatchObject({ jsonrpc: '2.0', result: { name: 'BTC-PERPETUAL', depth: 5, ids: ['a', 'b'] } })
    expect(body).not.toHaveProperty('id')
  })

  it('may have JSON-RPC in its body', async () => {
    const body = request('public/echo', { x: 1 })
    const head = `GET /api/v2/public/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`
    const answer = await exchangeBytes(server.httpUrl, `${head}\r\n\r\n${body}`)
    expect(answer).toContain('HTTP/1.1 200')
    expect(answer).toContain('"id":"a","result":{"x":1}')
  })

  it('of no method finds none', async () => {
    expect(await get('')).toMatchObject({ status: 400, body: { error: { code: -32601 } } })
  })

  it('has the headers of JSON that is not to be kept', async () => {
    const { headers } = await fetch(`${api}/public/test`)
    expect(headers.get('content-type')).toBe('application/json')
    expect(headers.get('cache-control')).toBe('no-store')
  })
})

describe('POST', () => {
  it.each(['/public/echo', '', '/'])('takes JSON-RPC at /api/v2%s', async (path) => {
    expect(await post(path, request('public/echo', { x: [1] }))).toMatchObject({
      status: 200,
      body: { id: 'a', result: { x: [1] } },
    })
  })

  it('takes the method from the path where the body leaves it out, and refuses two that differ', async () => {
    expect(await post('/public/test', '{"id":1}')).toMatchObject({ status: 200, body: { id: 1 } })
    expect(await post('/public/test', request('public/echo'))).toMatchObject({
      status: 400,
      body: { error: { code: -32600 } },
    })
  })

  it('needs no content type, but refuses one that is not JSON', async () => {
    const body = request('public/test')
    const bare = await exchangeBytes(
      server.httpUrl,
      `POST /api/v2/public/test HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(bare).toContain('HTTP/1.1 200')
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(await post('/public/test', 'a=b', form)).toMatchObject({ status: 400, body: { error: { code: 13018 } } })
    const suffixed = { 'Content-Type': 'application/json; charset=utf-8' }
    expect(await post('/public/test', body, suffixed)).toMatchObject({ status: 200 })
  })

  it.each([
    ['no JSON', 'hello', -32700],
    ['nothing', '', -32700],
    ['broken UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), -32700],
    ['a batch', '[]', -32600],
    ['32 kB and more', request('public/echo', { x: 'x'.repeat(32_768) }), -32600],
  ])('is told of %s', async (_what, body, code) => {
    expect(await post('/public/echo', body)).toMatchObject({ status: 400, body: { error: { code } } })
  })

  it('takes exactly 32 kB', async () => {
    const empty = request('public/echo', { x: '' })
    expect((await post('', request('public/echo', { x: 'x'.repeat(32_768 - empty.length) }))).status).toBe(200)
  })

  it('that is too long is refused while it is still coming, and its connection goes on', async () => {
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    const socket = connect(Number(new URL(api).port), '127.0.0.1').setEncoding('utf8')
    const heard = new Promise<string>((resolve) => socket.once('data', resolve))
    socket.write(`POST /api/v2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
    expect(await heard).toContain('request entity too large')
    for (let i = 0; i < 100; i += 1) {
      if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve))
    }
    const next = new Promise<string>((resolve) => socket.once('data', resolve))
    socket.write('0\r\n\r\nGET /api/v2/public/test HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await next).toContain('"version":"1.2.26"')
    socket.destroy()
  })
})

describe('the status', () => {
  it('tells failures apart', async () => {
    expect((await get('public/nope')).status).toBe(400)
    expect((await get('public/need')).status).toBe(400)
    expect((await get('public/rejected')).status).toBe(400)
    expect((await get('public/broken')).status).toBe(400)
    expect((await get('public/set_heartbeat?interval=10')).status).toBe(400)
    expect(await get('private/read')).toMatchObject({ status: 401, body: { error: { code: 13009 } } })
    expect(await get('public/auth?grant_type=client_credentials&client_id=x&client_secret=y')).toMatchObject({
      status: 401,
      body: { error: { code: 13004 } },
    })
  })

  it('is 429 for whoever asks too often', async () => {
    const limited = await serveForTest()
    const query = new URLSearchParams(byCredentials() as Record<string, string>)
    const auth = await fetch(`${limited.httpUrl}/api/v2/public/auth?${query}`)
    const { result } = (await auth.json()) as { result: { access_token: string } }
    const statuses = []
    for (let i = 0; i < 102; i += 1) {
      const url = `${limited.httpUrl}/api/v2/public/get_time?access_token=${result.access_token}`
      statuses.push((await fetch(url)).status)
    }
    expect(statuses).toEqual([...Array(100).fill(200), 429, 429])
    await limited.close()
  })

  it('is 404 outside /api/v2, and 405 for other verbs, with an envelope', async () => {
    for (const path of ['/', '/api/v1/public/test', '/api/v20/public/test', '/API/V2/public/test']) {
      const response = await fetch(`${server.httpUrl}${path}`)
      expect(response.status).toBe(404)
      expect(await response.json()).toMatchObject({ error: { code: -32601 } })
    }
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const response = await fetch(`${api}/public/test`, { method })
      expect(response.status).toBe(405)
      expect(await response.json()).toMatchObject({ error: { code: -32600 } })
    }
  })
})

describe('credentials', () => {
  it('are a bearer token from the header, on whatever connection, or a parameter', async () => {
    const token = await accessToken()
    const Authorization = `Bearer ${token}`
    expect((await get('private/read', { Authorization, Connection: 'close' })).status).toBe(200)
    expect(
      (await post('/private/read', request('private/read'), { Authorization, 'Content-Type': 'application/json' }))
        .status,
    ).toBe(200)
    expect((await get(`private/read?access_token=${token}`)).status).toBe(200)
    expect((await post('', request('private/read', { access_token: token }))).status).toBe(200)
  })

  it('are bound to the connection where that is asked for', async () => {
    const bound = await serveForTest({ bindTokens: true })
    const auth = request('public/auth', byCredentials())
    const read = (token: string) =>
      `GET /api/v2/private/read HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`
    const own = connect(Number(new URL(bound.httpUrl).port), '127.0.0.1').setEncoding('utf8')
    const next = () => new Promise<string>((resolve) => own.once('data', resolve))
    own.write(`POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: ${auth.length}\r\n\r\n${auth}`)
    const token = /"access_token":"([^"]+)"/.exec(await next())?.[1] ?? ''
    own.write(read(token))
    expect(await next()).toContain('HTTP/1.1 200')
    expect(await exchangeBytes(bound.httpUrl, read(token))).toContain('"reason":"invalid_token"')
    own.destroy()
    await bound.close()
  })

  it('are the signature of a request as it was sent', async () => {
    const { clientId, clientSecret } = CREDENTIALS
    const header = (verb: string, uri: string, body = '', nonce = 'n') => {
      const signed = `${NOW_MS}\n${nonce}\n${verb}\n${uri}\n${body}\n`
      const sig = createHmac('sha256', clientSecret).update(signed).digest('hex')
      return `deri-hmac-sha256 id=${clientId},ts=${NOW_MS},sig=${sig},nonce=${nonce}`
    }
    const uri = '/api/v2/private/read?b=%41+x&a=1'
    expect((await get(uri.slice(8), { Authorization: header('GET', uri) })).status).toBe(200)
    expect((await get(`${uri.slice(8)}0`, { Authorization: header('GET', uri) })).status).toBe(401)
    const body = request('private/read', { label: '€' })
    const headers = { 'Content-Type': 'application/json', Authorization: header('POST', '/api/v2/private/read', body) }
    expect((await post('/private/read', body, headers)).status).toBe(200)
    expect((await post('/private/read', `${body} `, headers)).status).toBe(401)
    const bare = header('GET', '/api/v2/private/read', '', 'm')
    expect((await get('private/read?', { Authorization: bare })).status).toBe(200)
  })

  it('are a name and a secret', async () => {
    const text = Buffer.from(`${CREDENTIALS.clientId}:${CREDENTIALS.clientSecret}`).toString('base64')
    expect((await get('private/read', { Authorization: `Basic ${text}` })).status).toBe(200)
  })
})

it('shows neither its secret nor its tokens to whoever looks into it', async () => {
  const token = await accessToken()
  const shown = [inspect(server, { depth: 20, showHidden: true }), JSON.stringify(server)].join()
  for (const secret of [token, CREDENTIALS.clientSecret]) expect(shown).not.toContain(secret)
})

describe('time', () => {
  it('can be advanced over HTTP', async () => {
    const own = await serveForTest({ virtualTime: true })
    const response = await fetch(`${own.httpUrl}/api/v2/sim/advance_time?by_ms=1000`)
    expect(await response.json()).toMatchObject({ result: { timestamp: NOW_MS + 1_000 } })
    await own.close()
  })
})

describe('a WebSocket', () => {
  const upgradeOf = (path: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`

  it.each(['/ws/api/v2', '/ws/api/v2/', '/ws/api/v2?client=x'])('is opened at %s', async (path) => {
    expect(server.wsUrl).toBe(`${server.httpUrl.replace('http', 'ws')}/ws/api/v2`)
    expect(await exchangeBytes(server.httpUrl, upgradeOf(path))).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
  })

  it.each(['/', '/ws', '/ws/api/v1', '/ws/api/v22', '/api/v2/public/test'])('is not opened at %s', async (path) => {
    const answer = await exchangeBytes(server.httpUrl, upgradeOf(path))
    expect(answer).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
    expect(answer).toContain('WebSockets are at /ws/api/v2')
  })

  it('has a path that HTTP is told to upgrade at', async () => {
    const response = await fetch(`${server.httpUrl}/ws/api/v2`)
    expect([response.status, await response.json()]).toMatchObject([426, { error: { code: -32601 } }])
  })

  it('is not what everybody wants who offers another protocol', async () => {
    const answer = await exchangeBytes(
      server.httpUrl,
      'GET /api/v2/public/test HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n',
    )
    expect(answer).toContain('"version":"1.2.26"')
  })
})
