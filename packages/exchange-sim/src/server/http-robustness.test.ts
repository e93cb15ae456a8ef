import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { exchangeBytes, serveForTest } from './protocol.fixture.js'

let server: Awaited<ReturnType<typeof serveForTest>>
/** Waits for no request, also for one that a busy machine keeps from it: who is told so may ask again. */
let hasty: typeof server

beforeAll(async () => {
  server = await serveForTest({ rateLimits: 'off' })
  hasty = await serveForTest({ rateLimits: 'off' }, { requestTimeoutMs: 300 })
})
afterAll(() => Promise.all([server.close(), hasty.close()]))

async function expectAlive({ httpUrl } = server): Promise<void> {
  const response = await fetch(`${httpUrl}/api/v2/public/test`, { headers: { Connection: 'close' } })
  expect(await response.json()).toMatchObject({ result: { version: '1.2.26' } })
}

/** Takes HTTP apart; `undefined` for what is not a row of whole answers with an envelope each. */
function envelopesOf(answer: string): unknown[] | undefined {
  const envelopes: unknown[] = []
  let rest = Buffer.from(answer)
  while (rest.length > 0) {
    const head = /^HTTP\/1\.1 \d{3} [\w -]+\r\n(?:[\w-]+: [^\r\n]*\r\n)*\r\n/.exec(rest.toString('latin1'))?.[0]
    if (head === undefined) return undefined
    if (/^HTTP\/1\.1 100 /.test(head)) {
      rest = rest.subarray(head.length)
      continue
    }
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
    const text = rest.subarray(head.length, head.length + length).toString('utf8')
    if (Buffer.byteLength(text) !== length) return undefined
    envelopes.push(JSON.parse(text))
    rest = rest.subarray(head.length + length)
  }
  return envelopes
}

describe('what is no request', () => {
  it.each([
    ['garbage', 'hello\r\n\r\n', '400'],
    ['binary', Buffer.from([0, 255, 254, 1, 13, 10, 13, 10]), '400'],
    ['a TLS hello', Buffer.from('1603010200010001fc0303', 'hex'), '400'],
    ['a head that is too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['a broken chunk', 'POST /api/v2 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', '400'],
    ['two lengths', 'POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', '400'],
    ['a request without a host', 'GET /api/v2/public/test HTTP/1.1\r\n\r\n', '400'],
  ])('%s gets an answer and the end of its connection', async (_what, bytes, status) => {
    const answer = await exchangeBytes(server.httpUrl, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    await expectAlive()
  })

  it('that stops half-way is not waited for', async () => {
    const head = 'POST /api/v2 HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"id"'
    for (const bytes of [head, head.slice(0, 30)]) {
      expect(await exchangeBytes(hasty.httpUrl, bytes, 3_000)).toMatch(/^HTTP\/1\.1 408 /)
    }
    await vi.waitFor(() => expectAlive(hasty), 60_000)
  })

  it('asks for a head alone, and gets no more', async () => {
    const answer = await exchangeBytes(server.httpUrl, 'HEAD /api/v2/public/test HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 405 [^{]*\r\n\r\n$/)
  })

  it('with an expectation is taken as it is', async () => {
    const head = (expectation: string) =>
      `POST /api/v2 HTTP/1.1\r\nHost: x\r\nExpect: ${expectation}\r\nContent-Length: 31\r\nConnection: close\r\n\r\n{"id":1,"method":"public/test"}`
    expect(await exchangeBytes(server.httpUrl, head('100-continue'))).toContain('1.2.26')
    expect(await exchangeBytes(server.httpUrl, head('miracles'))).toContain('1.2.26')
  })

  it('of any kind gets whole answers with an envelope each, or a clean end', async () => {
    const verb = fc.constantFrom('GET', 'POST', 'OPTIONS', 'CONNECT', 'get', 'BREW')
    const path = fc.oneof(
      fc.constantFrom(
        '/api/v2/public/echo',
        '/api/v2',
        '/api/v2/',
        '/api/v2/private/read',
        '/',
        '*',
        'http://x/api/v2/public/test',
      ),
      fc.webPath(),
      fc.string({ maxLength: 20 }),
    )
    const query = fc.oneof(
      fc.constant(''),
      fc.webQueryParameters().map((text) => `?${text}`),
      fc.string({ maxLength: 20 }),
    )
    const header = fc.oneof(
      fc.constantFrom(
        'Content-Type: application/json',
        'Content-Type: text/html',
        'Transfer-Encoding: chunked',
        'Content-Length: 3',
        'Authorization: Basic x',
        'Authorization: deri-hmac-sha256 id=,ts=,sig=,nonce=',
        'Authorization: Bearer __proto__',
        'Connection: close',
        'Upgrade: h2c',
      ),
      fc.string({ maxLength: 30 }),
    )
    const body = fc.oneof(fc.constant(''), fc.json(), fc.string({ maxLength: 60 }))
    const raw = fc
      .record({
        verb,
        path,
        query,
        version: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2'),
        headers: fc.array(header, { maxLength: 4 }),
        body,
        whole: fc.boolean(),
      })
      .map(({ verb, path, query, version, headers, body, whole }) => {
        const length = whole ? [`Content-Length: ${Buffer.byteLength(body)}`] : []
        return [`${verb} ${path}${query} ${version}`, 'Host: x', ...headers, ...length, '', body].join('\r\n')
      })
    const bytes = fc.oneof({ weight: 5, arbitrary: raw }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) })
    await fc.assert(
      fc.asyncProperty(bytes, async (each) => {
        const answer = await exchangeBytes(hasty.httpUrl, typeof each === 'string' ? each : Uint8Array.from(each), 20)
        const envelopes = envelopesOf(answer)
        expect(envelopes).toBeDefined()
        for (const envelope of envelopes ?? []) expect(envelope).toMatchObject({ jsonrpc: '2.0', testnet: true })
      }),
      { numRuns: 250 },
    )
    await vi.waitFor(() => expectAlive(hasty), 60_000)
    expect([...server.lines, ...hasty.lines]).toEqual([])
  })
})

describe('connections that go', () => {
  it('by the thousand, opened and dropped at any point of a request, harm nobody', async () => {
    const { port } = new URL(server.httpUrl)
    const request =
      'POST /api/v2/public/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 31\r\n\r\n{"id":1,"method":"public/test"}'
    for (let batch = 0; batch < 20; batch += 1) {
      await Promise.all(
        Array.from({ length: 50 }, async (_, i) => {
          const socket = connect(Number(port), '127.0.0.1')
          socket.on('error', () => {})
          await new Promise((resolve) => socket.once('connect', resolve))
          socket.write(request.slice(0, (request.length * i) / 49))
          if (i % 3 === 0) socket.resetAndDestroy()
          else socket.destroy()
        }),
      )
    }
    await expectAlive()
  })

  it('while an answer is still being worked on, harm nobody', async () => {
    const { port } = new URL(server.httpUrl)
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      await new Promise<void>((resolve) =>
        socket.write('GET /api/v2/public/later?what=x HTTP/1.1\r\nHost: x\r\n\r\n', () => resolve()),
      )
      socket.resetAndDestroy()
    }
    await expectAlive()
  })
})

describe('close', () => {
  it('ends idle and busy connections at once, and frees the port', async () => {
    const own = await serveForTest()
    const port = Number(new URL(own.httpUrl).port)
    const sockets: Socket[] = []
    for (const bytes of [
      '',
      'POST /api/v2 HTTP/1.1\r\nContent-Length: 9\r\n\r\n{',
      'GET /api/v2/public/test HTTP/1.1\r\nHost: x\r\n\r\n',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('connect', resolve))
      socket.write(bytes)
      sockets.push(socket)
    }
    await fetch(`${own.httpUrl}/api/v2/public/test`)
    const gone = sockets.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)))
    await own.close()
    await own.close()
    await Promise.all(gone)
    const next = await serveForTest({ port })
    expect(next.httpUrl).toBe(own.httpUrl)
    await next.close()
  })

  it('a port that is taken is named in the error', async () => {
    const port = Number(new URL(server.httpUrl).port)
    await expect(serveForTest({ port })).rejects.toMatchObject({
      code: 'exchange-sim/port-unavailable',
      recovery: 'halt',
      facts: { port, why: 'EADDRINUSE' },
    })
  })
})
