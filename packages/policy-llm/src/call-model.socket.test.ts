import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import {
  ANSWER,
  CANARY,
  callerForTest,
  isOverIn,
  providerForTest,
  REQUEST,
  responseBody,
  sendJson,
  serve,
} from './model-call.fixture.js'

/** Of what hangs until then. */
const QUICK = { deadlineMs: 2_000 }
/** Of what ends by itself, and may be asked twice on a busy machine too. */
const PATIENT = { deadlineMs: 10_000 }
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

async function served(...[handle]: Parameters<typeof serve>) {
  const server = await serve(handle)
  closers.push(server.close)
  return server
}

/** A server below HTTP. */
async function servedRaw(handle: (socket: Socket) => void): Promise<{ url: string; connections: () => number }> {
  let connections = 0
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    handle(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections }
}

function callerAt(url: string, options: object = {}) {
  return callerForTest({ provider: providerForTest(`${url}/v1`) }, options)
}

describe('over a socket, a call', () => {
  it('is answered, with the key where it belongs', async () => {
    const server = await served((_, response) => sendJson(response, responseBody()))
    expect(await callerAt(server.url).call(REQUEST)).toMatchObject({ text: ANSWER, failure: null })
    expect(server.seen).toHaveLength(1)
    expect(server.seen[0]).toMatchObject({ url: '/v1/responses', headers: { authorization: `Bearer ${CANARY}` } })
  })

  it.each<[string, (socket: Socket) => void, string, number]>([
    ['broken off at once', (socket) => socket.destroy(), 'connection', 2],
    ['reset', (socket) => socket.once('data', () => socket.resetAndDestroy()), 'connection', 2],
    [
      'answered with what is no HTTP',
      (socket) => socket.once('data', () => socket.end('hello\r\n\r\n')),
      'connection',
      2,
    ],
    [
      'broken off in the body',
      (socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"id":')
          setTimeout(() => socket.destroy(), 10)
        }),
      'connection',
      2,
    ],
    [
      'answered with what cannot be unpacked',
      (socket) =>
        socket.once('data', () => {
          socket.end(
            'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd',
          )
        }),
      'bad-payload',
      1,
    ],
    ['never answered', () => {}, 'deadline', 1],
    [
      'answered with headers alone',
      (socket) =>
        socket.once('data', () =>
          socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n'),
        ),
      'deadline',
      1,
    ],
    [
      'answered drop by drop',
      (socket) =>
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n')
          const drip = setInterval(() => socket.write(' '), 20)
          socket.on('close', () => clearInterval(drip))
        }),
      'deadline',
      1,
    ],
  ])('that is %s says so', async (_, handle, failure, connections) => {
    const server = await servedRaw(handle)
    const options = failure === 'deadline' ? QUICK : PATIENT
    const calling = callerAt(server.url, options).call(REQUEST)
    expect(await isOverIn(2 * options.deadlineMs, calling)).toBe(true)
    expect(await calling).toMatchObject({ failure, text: null })
    expect(server.connections()).toBe(connections)
  })

  it('that nobody takes says so, and costs nothing', async () => {
    const server = await serve(() => {})
    await server.close()
    expect(await callerAt(server.url, PATIENT).call(REQUEST)).toMatchObject({
      failure: 'connection',
      costUsd: 0,
      attempts: [{ problem: expect.stringContaining('ECONNREFUSED') }, { failure: 'connection' }],
    })
  })

  it('lets go of its connection when it ends', async () => {
    const closed: Promise<void>[] = []
    const server = await servedRaw((socket) => {
      // A socket that nobody reads does not notice its end.
      socket.resume()
      closed.push(new Promise((resolve) => socket.on('close', () => resolve())))
    })
    await callerAt(server.url, QUICK).call(REQUEST)
    await Promise.all(closed)
    expect(closed).toHaveLength(1)
  })
})

describe('a redirect', () => {
  const redirect = (status: number, location: string) =>
    ((_, response) => response.writeHead(status, { location }).end()) satisfies Parameters<typeof serve>[0]

  it.each([307, 308])('within the same origin is followed with the request as it is: %d', async (status) => {
    const server = await served((request, response) => {
      if (request.url === '/v1/responses') redirect(status, '/v2/responses')(request, response)
      else sendJson(response, responseBody())
    })
    expect(await callerAt(server.url).call(REQUEST)).toMatchObject({ text: ANSWER, attempts: [{ status: 200 }] })
    expect(server.seen.map(({ url }) => url)).toEqual(['/v1/responses', '/v2/responses'])
    expect(server.seen[1]?.body).toBe(server.seen[0]?.body)
    expect(server.seen[1]?.headers.authorization).toBe(`Bearer ${CANARY}`)
  })

  it.each([301, 302, 303, 307, 308])(
    'to another host is not followed, so that no byte gets there: %d',
    async (status) => {
      const other = await served((_, response) => sendJson(response, responseBody()))
      const server = await served(redirect(status, `${other.url}/v1/responses`))
      expect(await callerAt(server.url).call(REQUEST)).toMatchObject({ failure: 'connection', costUsd: 0 })
      expect([server.seen.length, other.seen.length]).toEqual([1, 0])
    },
  )

  it.each([
    ['that would make a GET of it', redirect(302, '/v2/responses'), 1],
    ['without an aim', ((_, response) => response.writeHead(307).end()) satisfies Parameters<typeof serve>[0], 1],
    ['that goes in a circle', redirect(307, '/v1/responses'), 4],
  ])('%s is given up', async (_, handle, requests) => {
    const server = await served(handle)
    expect(await callerAt(server.url).call(REQUEST)).toMatchObject({ failure: 'connection', attempts: [{}] })
    expect(server.seen).toHaveLength(requests)
  })
})
