import { createServer, type Socket } from 'node:net'
import type { SeenRequest } from './replies.fixture.js'
import { type WatchedServer, watched } from './watched-server.fixture.js'

/** A request with all that was on the wire. */
export type RawRequest = SeenRequest & {
  readonly line: string
  readonly headers: Readonly<Record<string, string>>
}

/** A server that is written byte by byte, and closed with its test. */
export type RawServer = WatchedServer & {
  readonly url: string
  /** Requests that arrived whole. */
  readonly requests: RawRequest[]
}

/** Hands every whole request to `serve`, which writes to the socket what it likes. */
export async function startRawServer(serve: (request: RawRequest, socket: Socket) => void): Promise<RawServer> {
  const requests: RawRequest[] = []
  const server = createServer((socket) => {
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
  const { watch, changed } = await watched(server)
  return { url: `http://127.0.0.1:${watch.port}`, requests, ...watch }
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
