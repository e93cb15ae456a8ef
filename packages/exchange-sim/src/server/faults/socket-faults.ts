import { STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { sendAndClose } from '../http-message.js'
import type { Answer } from '../rpc/dispatcher.js'
import type { SocketLine } from '../socket/socket-line.js'
import { frameHead } from '../socket/socket-line.js'
import type { FrameContext, SocketTraffic } from '../socket/socket-traffic.js'
import { packed, paddedReply } from './big-reply.js'
import type { RequestFault } from './fault.js'
import {
  bodyAtSkew,
  type Effect,
  effectOf,
  type FaultParts,
  fateOf,
  goOn,
  type KnownRequest,
  knownRequest,
} from './faulty-request.js'
import { htmlPage } from './html-page.js'
import { firstHalf, malformedReply } from './malformed-reply.js'
import { createFaultyNotifications } from './notification-faults.js'
import { deafen, flow, type Outlet, pour, trickle } from './raw-bytes.js'

/** RFC 6455 has no code for a server that is replaced by a page: 1012 is that of one that restarts. */
const SERVICE_RESTART = 1012

/** Lets upgrades, requests over WebSocket and notifications go wrong, as a plan has it. */
export function createSocketFaults(parts: FaultParts): SocketTraffic & { close(): void } {
  const { plan, timers, told } = parts
  const notifications = createFaultyNotifications(parts)
  /** Replies that wait for the next one of their connection. */
  const held = new WeakMap<SocketLine, Answer>()
  /** Whether what is written on a line by hand leaves it whole. */
  const turns = new WeakMap<SocketLine, Promise<boolean>>()
  /** Upgrades that are never answered. */
  const silent = new Set<Duplex>()

  function reply(answer: Answer | undefined, { line, reply: send }: FrameContext): void {
    send(answer)
    const before = held.get(line)
    held.delete(line)
    if (before !== undefined) send(before)
  }

  function play(fault: RequestFault, { id, text }: KnownRequest & { text: string }, context: FrameContext): void {
    const { line } = context
    const request = {
      id,
      perform: () => context.answer(bodyAtSkew(text, told.skewMs())),
      postpone: () => context.postpone(bodyAtSkew(text, told.skewMs())),
    }
    const next = (answer: Effect) => {
      if (!line.isOpen() || endsWithoutReply(fault, line) || answer === undefined) return
      return deliver(fault, answer, context)
    }
    goOn(effectOf(fault, request, parts), next, parts)
  }

  /**
   * Writes on the connection below while no other frame goes out. Those follow if `write` says that its own frame is whole;
   * nothing can follow one that is not.
   */
  async function alone(line: SocketLine, write: (outlet: Outlet) => Promise<boolean>): Promise<void> {
    const before = turns.get(line) ?? Promise.resolve(true)
    const turn = before.then(async (isFree) => {
      if (!isFree || !line.isOpen()) return false
      const release = line.hold()
      const isWhole = await write({ stream: line.raw, isOpen: line.isOpen })
      if (isWhole) release()
      return isWhole
    })
    turns.set(line, turn)
    await turn
  }

  /** Faults that leave nothing of the reply. */
  function endsWithoutReply(fault: RequestFault, line: SocketLine): boolean {
    switch (fault.kind) {
      case 'drop':
        return true
      case 'reset':
        line.reset()
        return true
      case 'half-open':
        line.freeze()
        return true
      case 'html':
      case 'redirect':
        line.close(SERVICE_RESTART, 'service restart')
        return true
      default:
        return false
    }
  }

  async function deliver(fault: RequestFault, answer: Answer, context: FrameContext): Promise<void> {
    const { line } = context
    switch (fault.kind) {
      case 'latency':
        if (await timers.wait(fault.ms, line.raw)) reply(answer, context)
        return
      case 'duplicate':
        reply(answer, context)
        return line.send(answer.text)
      case 'reorder': {
        if (held.has(line)) return reply(answer, context)
        held.set(line, answer)
        if (!(await timers.wait(fault.ms, line.raw)) || held.get(line) !== answer) return
        held.delete(line)
        return context.reply(answer)
      }
      case 'slow':
        return alone(line, async (outlet) => {
          const bytes = Buffer.from(answer.text)
          const frame = Buffer.concat([frameHead(bytes.length), bytes])
          return trickle(outlet, { bytes: frame, msPerByte: fault.msPerByte }, timers)
        })
      case 'endless':
        return alone(line, async (outlet) => {
          outlet.stream.write(pieceOf(answer.text.slice(0, -1), { isFirst: true }))
          const piece = (bytes: number) => pieceOf(' '.repeat(bytes), { isFirst: false })
          await flow(outlet, { piece, bytesPerMs: fault.bytesPerMs }, timers)
          return false
        })
      case 'malformed':
        if (fault.form !== 'cut-off') return line.sendBytes(malformedReply(fault.form, answer.text), { binary: false })
        return alone(line, async ({ stream }) => {
          const half = firstHalf(answer.text)
          stream.end(Buffer.concat([frameHead(Buffer.byteLength(answer.text)), half]), () => stream.destroy())
          return false
        })
      case 'giant':
        return alone(line, (outlet) => {
          const big = paddedReply(answer.text, fault.bytes)
          outlet.stream.write(frameHead(big.bytes))
          return pour(outlet, big.chunks())
        })
      case 'gzip-bomb': {
        const bytes = await packed(paddedReply(answer.text, fault.bytes), 'permessage-deflate')
        return line.sendBytes(bytes, { binary: false, compressed: true })
      }
      default:
        return reply(answer, context)
    }
  }

  return {
    agreesToDeflate: true,
    opened() {},
    deliver: notifications,
    admit(_request, socket) {
      const fault = plan.ofUpgrade()
      if (fault === undefined) return true
      switch (fault.kind) {
        case 'reset':
          if (socket instanceof Socket) socket.resetAndDestroy()
          else socket.destroy()
          return false
        case 'half-open':
          silent.add(socket)
          socket.once('close', () => silent.delete(socket))
          deafen(socket)
          return false
        case 'html':
          sendAndClose(socket, { status: statusWords(fault.status), type: 'text/html', text: htmlPage(fault.status) })
          return false
        case 'redirect':
          sendAndClose(socket, {
            status: statusWords(307),
            type: 'text/plain',
            text: '',
            headers: `Location: ${fault.location}\r\n`,
          })
          return false
      }
    },
    handleFrame(text, context) {
      const request = knownRequest(text)
      const fault = request === undefined ? undefined : fateOf(request, { plan, transport: 'websocket' })
      if (request !== undefined && fault !== undefined) return play(fault, { ...request, text }, context)
      const answered = context.answer(bodyAtSkew(text, told.skewMs()))
      if (answered instanceof Promise) void answered.then((answer) => reply(answer, context))
      else reply(answered, context)
    },
    close() {
      for (const socket of silent) socket.destroy()
    },
  }
}

/** A part of a message of which another part follows. */
function pieceOf(text: string, { isFirst }: { isFirst: boolean }): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([frameHead(bytes.length, { isLast: false, isFirst }), bytes])
}

function statusWords(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? 'Error'}`
}
