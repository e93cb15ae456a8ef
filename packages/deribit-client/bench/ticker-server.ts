import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { tickerFrames } from './ticker-frames.ts'

type Request = { id: number; method: string; params: { channels: string[]; interval: number } }

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const BLOCK_BYTES = 65_536
const BLOCKS_PER_TURN = 8

/** Has `file`, called with `server`, serve tickers in a process of its own until `use` is through. */
export async function besideServer(file: string, use: (port: string) => void | Promise<void>): Promise<void> {
  const server = spawn(process.execPath, [file, 'server'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(server, 'exit').then(() => {
    throw new Error('The server ended.')
  })
  try {
    const [printed] = await Promise.race([once(server.stdout, 'data'), ended])
    await use(String(printed).trim())
  } finally {
    server.kill()
  }
}

/**
 * An exchange in a process of its own that sends the tickers of whatever is subscribed to as fast as the socket takes them.
 * Resolves with its port, and ends the process with its standard input.
 */
export async function serveTickers(): Promise<number> {
  process.stdin.on('end', () => process.exit()).resume()
  const framesOf = new Map<string, Buffer[]>()
  for (const text of tickerFrames()) {
    const { channel } = JSON.parse(text.toString()).params
    framesOf.set(channel, [...(framesOf.get(channel) ?? []), textFrame(text)])
  }
  const server = createServer()
  server.on('upgrade', (request: IncomingMessage, socket: Socket) => serve(request, socket, framesOf))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function serve(request: IncomingMessage, socket: Socket, framesOf: ReadonlyMap<string, Buffer[]>): void {
  const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64')
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`,
  )
  const wanted = new Set<string>()
  let blocks: Buffer[] = []
  let place = 0
  let isPumping = false
  let isTested = false
  let heartbeat: NodeJS.Timeout | undefined

  const send = (message: object) => socket.write(textFrame(Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }))))

  function pump(): void {
    isPumping = blocks.length > 0 && !socket.destroyed
    if (!isPumping) return
    for (let count = 0; count < BLOCKS_PER_TURN; count++) {
      place = (place + 1) % blocks.length
      if (!socket.write(blocks[place] as Buffer)) return void socket.once('drain', pump)
    }
    setImmediate(pump)
  }

  function resultOf({ method, params }: Request): unknown {
    switch (method) {
      case 'public/subscribe': {
        const known = params.channels.filter((channel) => framesOf.has(channel))
        for (const channel of known) wanted.add(channel)
        blocks = blocksOf([...wanted].map((channel) => framesOf.get(channel) as Buffer[]))
        if (!isPumping) setImmediate(pump)
        return known
      }
      case 'public/set_heartbeat':
        clearInterval(heartbeat)
        heartbeat = setInterval(beat, params.interval * 1_000)
        return 'ok'
      case 'public/test':
        isTested = false
        return { version: '1.2.26' }
      default:
        throw new Error(`${method} is not served`)
    }
  }

  /** Who leaves a question unanswered until the next is gone. */
  function beat(): void {
    if (isTested) socket.destroy()
    isTested = true
    send({ method: 'heartbeat', params: { type: 'test_request' } })
  }

  const unframe = createUnframer((text) => {
    const message: Request = JSON.parse(text)
    const usIn = Date.now() * 1_000
    send({ id: message.id, result: resultOf(message), usIn, usOut: usIn + 9, usDiff: 9, testnet: true })
  })
  socket.on('data', unframe)
  socket.on('error', () => undefined)
  socket.on('end', () => socket.destroy())
  socket.on('close', () => clearInterval(heartbeat))
}

/** Whole frames, of all channels in turn, in pieces of the size that a socket takes. */
function blocksOf(channels: readonly Buffer[][]): Buffer[] {
  const rounds = channels[0]?.length ?? 0
  const frames = Array.from({ length: rounds }, (_, round) => channels.map((of) => of[round] as Buffer)).flat()
  const blocks: Buffer[] = []
  let from = 0
  let bytes = 0
  for (const [at, { length }] of frames.entries()) {
    if (bytes + length > BLOCK_BYTES) {
      blocks.push(Buffer.concat(frames.slice(from, at)))
      from = at
      bytes = 0
    }
    bytes += length
  }
  return [...blocks, Buffer.concat(frames.slice(from))]
}

function textFrame(payload: Buffer): Buffer {
  const { length } = payload
  if (length < 126) return Buffer.concat([Buffer.from([0x81, length]), payload])
  if (length < 65_536) return Buffer.concat([Buffer.from([0x81, 126, length >> 8, length & 0xff]), payload])
  throw new Error('no frame of this server is as long')
}

/** Takes apart what a client sends: masked, and each message in one frame. */
function createUnframer(onText: (text: string) => void): (chunk: Buffer) => void {
  let left = Buffer.alloc(0)
  return (chunk) => {
    left = Buffer.concat([left, chunk])
    while (left.length >= 2) {
      const short = left.readUInt8(1) & 0x7f
      const maskAt = short === 126 ? 4 : short === 127 ? 10 : 2
      if (left.length < maskAt) return
      const length = short === 126 ? left.readUInt16BE(2) : short === 127 ? Number(left.readBigUInt64BE(2)) : short
      const from = maskAt + 4
      if (left.length < from + length) return
      const payload = left.subarray(from, from + length).map((byte, i) => byte ^ (left[maskAt + (i & 3)] as number))
      const opcode = left.readUInt8(0) & 0x0f
      if (opcode === 1) onText(Buffer.from(payload).toString())
      left = left.subarray(from + length)
    }
  }
}
