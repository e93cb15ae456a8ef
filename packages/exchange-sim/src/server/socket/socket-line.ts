import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/** The way out of one WebSocket. What is sent on a line that is over, or frozen, is dropped. */
export type SocketLine = {
  /** The TCP connection below, for whoever writes frames of his own, while he holds the line. */
  readonly raw: Duplex
  /** Whether a frame could still go out. */
  isOpen(): boolean
  /** One text frame. */
  send(text: string): void
  /**
   * One frame of these bytes, whatever they are. `compressed`: they are packed as permessage-deflate has it, and are sent
   * as such, whether the client agreed to that or not.
   */
  sendBytes(bytes: Uint8Array, options: { binary: boolean; compressed?: boolean }): void
  /** Keeps all frames back, until what it gives is called. Then they go out in their order. */
  hold(): () => void
  /**
   * Begins the closing handshake, or cuts a line off that is held: nothing goes out after it. A client that does not
   * answer is cut off soon. A frozen line stays as it is: its client hears nothing of the end either.
   */
  close(code: number, reason: string): void
  /** Resets the TCP connection. */
  reset(): void
  /** From now on nothing is answered and nothing is written, not even on a lower level; the TCP connection stays. */
  freeze(): void
  /** Cuts the connection off at once. */
  cut(): void
}

type FrameKind = { binary?: boolean; compressed?: boolean; isFirst?: boolean; isLast?: boolean }

/** What the server alone may do on a line. */
export type ServedLine = SocketLine & {
  pong(data: Buffer): void
  /** Bytes that wait here because the client does not read them. */
  waitingBytes(): number
  /** Ends the TCP connection behind what was sent, or at once where the client does not read. */
  endSoon(): void
}

/**
 * `tooSlow` is called instead of sending what would wait behind more than `maxBacklogBytes`, `letGo` when a line is held no
 * longer.
 */
export function createSocketLine({
  ws,
  raw,
  maxBacklogBytes,
  tooSlow,
  letGo,
}: {
  ws: WebSocket
  raw: Duplex
  maxBacklogBytes: number
  tooSlow: () => void
  letGo: () => void
}): ServedLine {
  let isFrozen = false
  let holders = 0
  let keptBytes = 0
  const kept: (() => void)[] = []
  const isOpen = () => !isFrozen && ws.readyState === ws.OPEN
  const waitingBytes = () => ws.bufferedAmount + keptBytes

  function write(length: number, frame: () => void): void {
    if (!isOpen()) return
    if (waitingBytes() > maxBacklogBytes) {
      tooSlow()
    } else if (holders === 0) {
      frame()
    } else {
      keptBytes += length
      kept.push(frame)
    }
  }

  function release(): void {
    holders -= 1
    if (holders > 0) return
    keptBytes = 0
    for (const frame of kept.splice(0)) if (isOpen()) frame()
    letGo()
  }

  return {
    raw,
    isOpen,
    waitingBytes,
    send(text) {
      write(text.length, () => ws.send(text, { compress: false }, ignore))
    },
    sendBytes(bytes, { binary, compressed = false }) {
      write(bytes.length, () => {
        if (compressed) raw.write(Buffer.concat([frameHead(bytes.length, { binary, compressed }), bytes]))
        else ws.send(bytes, { binary, compress: false }, ignore)
      })
    },
    pong(data) {
      write(data.length, () => ws.pong(data, false, ignore))
    },
    hold() {
      holders += 1
      let isHeld = true
      return () => {
        if (isHeld) release()
        isHeld = false
      }
    },
    close(code, reason) {
      if (isFrozen) return
      if (holders > 0) raw.destroy()
      else ws.close(code, reason)
    },
    reset() {
      if (raw instanceof Socket) raw.resetAndDestroy()
      else raw.destroy()
    },
    freeze() {
      isFrozen = true
      // Bytes are taken off the connection, so that its end is still noticed, and nobody sees them.
      raw.removeAllListeners('data').on('data', ignore).resume()
    },
    cut: () => raw.destroy(),
    endSoon() {
      if (isFrozen || waitingBytes() > 0) raw.destroy()
      else raw.end(() => raw.destroy())
    },
  }
}

/** The head of one frame from a server; by default that of a whole text. Source: RFC 6455, section 5.2; RFC 7692, section 6. */
export function frameHead(
  length: number,
  { binary = false, compressed = false, isFirst = true, isLast = true }: FrameKind = {},
): Buffer {
  const opcode = isFirst ? (binary ? 2 : 1) : 0
  const first = (isLast ? 0x80 : 0) | (compressed ? 0x40 : 0) | opcode
  if (length < 126) return Buffer.from([first, length])
  if (length < 65_536) return Buffer.from([first, 126, length >> 8, length & 0xff])
  const head = Buffer.alloc(10)
  head.writeUInt8(first, 0)
  head.writeUInt8(127, 1)
  head.writeBigUInt64BE(BigInt(length), 2)
  return head
}

/** A frame that could not be sent is the end of its connection, which is heard of elsewhere. */
function ignore(): void {}
