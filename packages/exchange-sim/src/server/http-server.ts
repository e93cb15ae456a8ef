import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { CcError, type Logger } from '@cc/models'
import { hasBody, readBody, sendAndClose, sendAnswer, targetOf } from './http-message.js'
import { type HttpTraffic, PLAIN_HTTP } from './http-traffic.js'
import type { Connection } from './method.js'
import { readQuery } from './params.js'
import type { Dispatcher } from './rpc/dispatcher.js'
import { invalidRequest, methodNotFound, parseError, RpcError } from './rpc-error.js'
import { isSocketPath, type SocketServer } from './socket/socket-server.js'

/** A server that listens. */
export type HttpServer = {
  readonly port: number
  /** Ends all connections and frees the port. */
  close(): Promise<void>
}

type HttpServerParts = {
  port: number
  dispatcher: Dispatcher
  logger: Logger | undefined
  /** Gives each connection its number. */
  nextId: () => number
  sockets: SocketServer
  /** Default: nothing goes wrong. */
  traffic?: HttpTraffic | undefined
  /** Longest wait for the head and for the whole of a request, in milliseconds. Default 10 s. */
  requestTimeoutMs?: number | undefined
}

const HOST = '127.0.0.1'

/** Longer than the pools of usual clients keep a connection, so that it is they who let go of it. */
const KEEP_ALIVE_MS = 60_000

/**
 * Serves a dispatcher over HTTP, as Deribit's front does: GET with a query string, GET and POST with JSON-RPC in the body.
 * Listens on 127.0.0.1 alone. Whatever comes in is answered with an envelope of JSON-RPC or ends its connection.
 *
 * @throws CcError `exchange-sim/port-unavailable`
 */
export async function listenHttp({
  port,
  dispatcher,
  logger,
  nextId,
  sockets,
  traffic = PLAIN_HTTP,
  requestTimeoutMs = 10_000,
}: HttpServerParts): Promise<HttpServer> {
  const answer = createListener({ dispatcher, nextId, traffic })
  const server = createServer(
    {
      headersTimeout: requestTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // Some clients offer HTTP/2 with every request: they are answered in the HTTP that they speak.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    answer,
  )
  server.on('checkExpectation', answer)
  server.on('upgrade', sockets.upgrade)
  server.on('clientError', (error, socket) => answerMalformed(error, { socket, dispatcher }))
  await listening(server, port)
  server.on('error', (error) => logger?.warn('The local exchange could not take a connection.', { why: error.message }))

  let closed: Promise<void> | undefined
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve())
        sockets.close()
        server.closeAllConnections()
      })
      return closed
    },
  }
}

function createListener({
  dispatcher,
  nextId,
  traffic,
}: {
  dispatcher: Dispatcher
  nextId: () => number
  traffic: HttpTraffic
}): (request: IncomingMessage, response: ServerResponse) => void {
  const connections = new WeakMap<Socket, Connection>()

  function connectionOf(socket: Socket): Connection {
    let connection = connections.get(socket)
    if (connection === undefined) {
      connection = { transport: 'http', id: nextId() }
      connections.set(socket, connection)
    }
    return connection
  }

  return (request, response) => {
    // The other side may go at any time; what it still had coming then is of no interest to anybody.
    request.on('error', () => {})
    response.on('error', () => {})
    const connection = connectionOf(request.socket)
    const { method: verb = '', url = '' } = request
    const target = targetOf(url)
    const fail = (error: RpcError, status?: number) => sendAnswer(response, dispatcher.answerFailure(error), status)
    if (target === undefined) return fail(methodNotFound(), isSocketPath(url) ? 426 : 404)
    if (verb !== 'GET' && verb !== 'POST') return fail(invalidRequest('use GET or POST'), 405)

    const { pathMethod, query, uri } = target
    const { authorization: header } = request.headers
    const authorizationOf = (body: string) => (header === undefined ? undefined : { header, verb, uri, body })
    if (verb === 'GET' && !hasBody(request)) {
      if (pathMethod === undefined) return fail(methodNotFound())
      const answer = (text: string) =>
        dispatcher.answerCall(
          { method: pathMethod, params: readQuery(text), authorization: authorizationOf('') },
          connection,
        )
      return traffic.handle({ socket: request.socket, response, text: query, kind: 'query', pathMethod, answer })
    }
    readBody(request, (body) => {
      if (body instanceof RpcError) return fail(body)
      const frame = { pathMethod, authorization: authorizationOf(body) }
      const answer = (text: string) => dispatcher.answerText(text, connection, frame)
      traffic.handle({ socket: request.socket, response, text: body, kind: 'body', pathMethod, answer })
    })
  }
}

/** Bytes that are no HTTP, a head that is too long, or a request that took too long to come in. */
function answerMalformed(
  error: NodeJS.ErrnoException,
  { socket, dispatcher }: { socket: Duplex; dispatcher: Dispatcher },
): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status = MALFORMED[error.code ?? ''] ?? '400 Bad Request'
  sendAndClose(socket, { status, type: 'application/json', text: dispatcher.answerFailure(parseError()).text })
}

const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        new CcError(`The local exchange cannot listen on port ${port} of ${HOST}.`, {
          code: 'exchange-sim/port-unavailable',
          recovery: 'halt',
          facts: { port, why: cause.code ?? cause.message },
          cause,
        }),
      )
    })
    server.listen(port, HOST, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}
