import { createHash, randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'
import type { Reply } from './rpc.ts'

/** One WebSocket to a served exchange, by hand: neither side of the project is proved by itself. */
export type SocketRpc = {
  /** Resolves with the whole reply. */
  ask(method: string, params?: Readonly<Record<string, unknown>>): Promise<Reply>
  /** What came without being asked for. */
  readonly notifications: readonly unknown[]
  /** Resolves when the exchange has ended the connection. */
  readonly ended: Promise<void>
  close(): void
}

/** Opens a WebSocket to a `ws:` address and hands back what comes over it as it is. */
export async function openSocketRpc(wsUrl: string): Promise<SocketRpc> {
  const socket = await upgraded(wsUrl)
  const waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>()
  const notifications: unknown[] = []
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('The WebSocket has ended.'))
      resolve()
    })
  })
  let id = 0
  let rest: Buffer = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    for (let frame = firstFrame(rest); frame !== undefined; frame = firstFrame(rest)) {
      rest = rest.subarray(frame.end)
      if (frame.opcode === CLOSE) socket.end()
      if (frame.opcode !== TEXT) continue
      const message = JSON.parse(frame.payload.toString('utf8')) as Reply & { id?: number }
      const asker = waiting.get(message.id ?? 0)
      waiting.delete(message.id ?? 0)
      if (asker === undefined) notifications.push(message)
      else asker.resolve(message)
    }
  })
  return {
    notifications,
    ended,
    ask(method, params = {}) {
      id += 1
      const mine = id
      return new Promise((resolve, reject) => {
        waiting.set(mine, { resolve, reject })
        socket.write(textFrame(JSON.stringify({ jsonrpc: '2.0', id: mine, method, params })))
      })
    },
    close: () => void socket.destroy(),
  }
}

const TEXT = 1
const CLOSE = 8
/** Source: https://datatracker.ietf.org/doc/html/rfc6455#section-1.3 */
const HANDSHAKE_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

function upgraded(wsUrl: string): Promise<Socket> {
  const key = randomBytes(16).toString('base64')
  const accept = createHash('sha1')
    .update(key + HANDSHAKE_ID)
    .digest('base64')
  return new Promise((resolve, reject) => {
    const upgrade = {
      upgrade: 'websocket',
      connection: 'Upgrade',
      'sec-websocket-key': key,
      'sec-websocket-version': '13',
    }
    const asked = request(wsUrl.replace(/^ws/, 'http'), { headers: upgrade })
    asked.once('error', reject)
    asked.once('response', ({ statusCode }) => reject(new Error(`No WebSocket: ${statusCode}.`)))
    asked.once('upgrade', ({ headers }, socket, head) => {
      if (headers['sec-websocket-accept'] !== accept) return reject(new Error('No WebSocket: a wrong key.'))
      if (head.length > 0) socket.unshift(head)
      resolve(socket as Socket)
    })
    asked.end()
  })
}

/** Masked, as a client must; with a mask of zeros the text stays as it is. */
function textFrame(text: string): Buffer {
  const payload = Buffer.from(text, 'utf8')
  const head = Buffer.from([0x80 | TEXT, 0x80 | 126, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

/** A server sends each message in one frame, without a mask. */
function firstFrame(bytes: Buffer): { opcode: number; payload: Buffer; end: number } | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1)
  const start = short === 127 ? 10 : short === 126 ? 4 : 2
  if (bytes.length < start) return undefined
  const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short
  const end = start + length
  if (bytes.length < end) return undefined
  return { opcode: bytes.readUInt8(0) & 0x0f, payload: bytes.subarray(start, end), end }
}
