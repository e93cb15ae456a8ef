import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type WatchedServer, watched } from '../watched-server.fixture.js'

/** One client of a server that is written frame by frame. */
export type Peer = {
  /** Its number, from 1. */
  readonly number: number
  /** Text frames that came, read as JSON. */
  readonly received: { id: number; method: string; params: Record<string, unknown> }[]
  text(payload: string): void
  /** The same in several frames. */
  fragments(...pieces: string[]): void
  /** A frame of any kind, whole or not. */
  frame(opcode: number, payload: Uint8Array, options?: { isFinal?: boolean; isPacked?: boolean }): void
  close(code: number): void
  readonly socket: Socket
}

/** A server of WebSockets on a real socket, closed with its test. It leaves it to the client to close. */
export type RawSocketServer = WatchedServer & {
  /** Such as `http://127.0.0.1:1234`. */
  readonly origin: string
  readonly url: string
  readonly peers: readonly Peer[]
  /** Handshakes that arrived. */
  readonly handshakes: readonly IncomingMessage[]
}

export type RawSocketScript = {
  /** Answers a handshake in its own way; `false` where it shall be an ordinary one. */
  onHandshake?: (request: IncomingMessage, socket: Socket) => boolean
  onPeer?: (peer: Peer) => void
  onText?: (message: Peer['received'][number], peer: Peer) => void
  /** Accepts permessage-deflate. */
  packs?: boolean
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export async function startRawSocketServer(script: RawSocketScript = {}): Promise<RawSocketServer> {
  const peers: Peer[] = []
  const handshakes: IncomingMessage[] = []
  const server = createServer()
  // An HTTP server leaves the other half open.
  server.on('connection', (socket: Socket) => socket.on('end', () => socket.end()))
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
    handshakes.push(request)
    changed()
    if (script.onHandshake?.(request, socket) === true) return void socket.resume()
    socket.write(acceptanceOf(request, script.packs === true))
    const peer = peerOf(socket, peers.length + 1)
    peers.push(peer)
    const unframe = createUnframer((opcode, payload) => {
      if (opcode === 1) {
        const message = JSON.parse(payload.toString('utf8'))
        peer.received.push(message)
        changed()
        script.onText?.(message, peer)
      }
      changed()
    })
    socket.on('data', unframe)
    script.onPeer?.(peer)
    changed()
  })
  const { watch, changed } = await watched(server)
  const address = `127.0.0.1:${watch.port}`
  return { origin: `http://${address}`, url: `ws://${address}/ws/api/v2`, peers, handshakes, ...watch }
}

function acceptanceOf(request: IncomingMessage, packs: boolean): string {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64')
  const extensions = packs ? 'sec-websocket-extensions: permessage-deflate\r\n' : ''
  return `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n${extensions}\r\n`
}

function peerOf(socket: Socket, number: number): Peer {
  const frame: Peer['frame'] = (opcode, payload, { isFinal = true, isPacked = false } = {}) => {
    if (!socket.writable) return
    socket.write(headOf(opcode | (isFinal ? 0x80 : 0) | (isPacked ? 0x40 : 0), payload.length))
    socket.write(payload)
  }
  return {
    number,
    received: [],
    socket,
    frame,
    text: (payload) => frame(1, Buffer.from(payload)),
    fragments(...pieces) {
      pieces.forEach((piece, index) => {
        frame(index === 0 ? 1 : 0, Buffer.from(piece), { isFinal: index === pieces.length - 1 })
      })
    },
    close: (code) => frame(8, Buffer.from([code >> 8, code & 0xff])),
  }
}

function headOf(first: number, length: number): Buffer {
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff])
  const head = Buffer.alloc(10)
  head.writeUInt8(first, 0)
  head.writeUInt8(127, 1)
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** Takes the masked frames of a client apart. */
function createUnframer(onFrame: (opcode: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let left = Buffer.alloc(0)
  return (chunk) => {
    left = Buffer.concat([left, chunk])
    for (;;) {
      if (left.length < 2) return
      const short = left.readUInt8(1) & 0x7f
      const at = short === 126 ? 4 : short === 127 ? 10 : 2
      if (left.length < at + 4) return
      const length = short === 126 ? left.readUInt16BE(2) : short === 127 ? Number(left.readBigUInt64BE(2)) : short
      if (left.length < at + 4 + length) return
      const mask = left.subarray(at, at + 4)
      const payload = Buffer.from(left.subarray(at + 4, at + 4 + length)).map((byte, i) => byte ^ (mask[i % 4] ?? 0))
      const opcode = left.readUInt8(0) & 0x0f
      left = left.subarray(at + 4 + length)
      onFrame(opcode, Buffer.from(payload))
    }
  }
}
