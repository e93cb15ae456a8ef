import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type ServerOptions, WebSocketServer } from 'ws'
import { sendAndClose } from '../http-message.js'
import { openSocketConnection, type SocketConnection, type SocketParts } from './socket-connection.js'

/** The WebSockets of one server. */
export type SocketServer = {
  /** Takes a request to upgrade: there is a WebSocket then, or an answer that ends the connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** How many are open. */
  count(): number
  /** Ends all, and takes no more. */
  close(): void
}

/** A longer frame ends its connection; one over 32 kB is answered with an error. In bytes. */
const MAX_FRAME_BYTES = 1_048_576

/** How long a client may take to answer the end of a connection before it is cut off, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000

/** Whether the path of a request is that of the WebSocket. */
export function isSocketPath(url: string): boolean {
  return /^\/ws\/api\/v2\/?(?:\?|$)/.test(url)
}

/** Serves JSON-RPC in text frames, one each, at `/ws/api/v2`. `nextId` numbers the connections. */
export function createSocketServer({ nextId, ...parts }: SocketParts & { nextId: () => number }): SocketServer {
  const options: ServerOptions & { closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: parts.traffic.agreesToDeflate,
    autoPong: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  }
  const server = new WebSocketServer(options)
  const open = new Set<SocketConnection>()

  return {
    count: () => open.size,
    upgrade(request, socket, head) {
      socket.on('error', () => {})
      if (!isSocketPath(request.url ?? '')) return refuse(socket)
      if (!parts.traffic.admit(request, socket)) return
      server.handleUpgrade(request, socket, head, (ws) => {
        const connection = openSocketConnection({ ws, raw: socket, id: nextId() }, parts)
        open.add(connection)
        ws.once('close', () => open.delete(connection))
      })
    },
    close() {
      // From then on it answers 503 to who still comes.
      server.close()
      for (const connection of open) connection.goAway()
    },
  }
}

function refuse(socket: Duplex): void {
  const text = 'WebSockets are at /ws/api/v2.\n'
  sendAndClose(socket, { status: '404 Not Found', type: 'text/plain; charset=utf-8', text })
}
