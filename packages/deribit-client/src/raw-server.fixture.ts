import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { SeenRequest } from './replies.fixture.js'

/** A request with all that was on the wire. */
export type RawRequest = SeenRequest & {
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
}

/** A server that is written byte by byte, and closed with its test. */
export type RawServer = {
  readonly url: string
  readonly port: number
  /** Requests that arrived whole. */
  readonly requests: RawRequest[]
  /** Connections that are open. */
  openSockets(): number
  /** Grows with all that a client does. */
  events(): number
  /** Resolves when the predicate holds; looks after every event of a connection. */
  until(holds: () => boolean): Promise<void>
  close(): Promise<void>
}

/** Hands every whole request to `serve`, which writes to the socket what it likes. */
export async function startRawServer(serve: (request: RawRequest, socket: Socket) => void): Promise<RawServer> {
  const sockets = new Set<Socket>()
  const requests: RawRequest[] = []
  const waiting = new Set<() => void>()
  let events = 0
  const changed = () => {
    events += 1
    for (const look of [...waiting]) look()
  }
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    changed()
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      changed()
    })
    let text = ''
    socket.on('data', (chunk) => {
      changed()
      text += chunk.toString('utf8')
      for (let end = endOfRequest(text); end !== undefined; end = endOfRequest(text)) {
        const request = parseRequest(text.slice(0, end))
        text = text.slice(end)
        requests.push(request)
        changed()
        serve(request, socket)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy()
    if (server.listening) {
      server.close()
      await once(server, 'close')
    }
  }
  onTestFinished(close)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    openSockets: () => sockets.size,
    events: () => events,
    until: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          if (!holds()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    close,
  }
}

/** A whole HTTP answer. */
export function http(body: string | Uint8Array, { status = 200, headers = {} }: HttpOptions = {}): Uint8Array {
  const bytes = Buffer.from(body)
  const lines = Object.entries({ 'content-type': 'application/json', 'content-length': bytes.length, ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Status\r\n${head}\r\n`), bytes])
}

type HttpOptions = { status?: number; headers?: Record<string, string | number> }

function endOfRequest(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return undefined
  const end = head + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
  return text.length < end ? undefined : end
}

function parseRequest(text: string): RawRequest {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [line = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map((header) => [header.slice(0, header.indexOf(':')).toLowerCase(), header.slice(header.indexOf(':') + 2)]),
  )
  const { id, method, params } = JSON.parse(body)
  return { id, method, params, token: headers.authorization?.replace('Bearer ', ''), line, headers }
}
