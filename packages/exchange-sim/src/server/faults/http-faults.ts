import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { sendAnswer, statusOf } from '../http-message.js'
import type { HttpContext, HttpTraffic } from '../http-traffic.js'
import type { Answer } from '../rpc/dispatcher.js'
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
  queryAtSkew,
} from './faulty-request.js'
import { htmlPage } from './html-page.js'
import { firstHalf, malformedReply } from './malformed-reply.js'
import { deafen, flow, type Outlet, pour, trickle } from './raw-bytes.js'

type Reply = { readonly response: ServerResponse; readonly answer: Answer }

/** Lets requests over HTTP go wrong, as a plan has it. */
export function createHttpFaults(parts: FaultParts): HttpTraffic {
  const { plan, timers, told } = parts
  /** Replies that wait for the next one of their connection. */
  const held = new WeakMap<Socket, Reply>()
  /** Connections that carry no further request: what is written on them is no HTTP of the server's own any more. */
  const spoilt = new WeakSet<Socket>()

  /** Over HTTP replies go out in the order of their requests, so one that waits changes places with its successor. */
  function reply(socket: Socket, { response, answer }: Reply): void {
    if (spoilt.has(socket)) return
    const before = held.get(socket)
    held.delete(socket)
    if (before === undefined) {
      sendAnswer(response, answer)
    } else {
      sendAnswer(before.response, answer)
      sendAnswer(response, before.answer)
    }
  }

  function play(fault: RequestFault, { id }: KnownRequest, context: HttpContext): void {
    const { socket, response } = context
    const now = () => perform(context)
    const request = { id, perform: now, postpone: () => now }
    const next = (answer: Effect) => {
      if (response.destroyed || socket.destroyed || spoilt.has(socket)) return
      if (endsWithoutReply(fault, context) || answer === undefined) return
      return deliver(fault, socket, { response, answer })
    }
    goOn(effectOf(fault, request, parts), next, parts)
  }

  function perform({ kind, text, answer }: HttpContext): Answer | Promise<Answer> {
    return answer(kind === 'body' ? bodyAtSkew(text, told.skewMs()) : queryAtSkew(text, told.skewMs()))
  }

  /** Faults that leave nothing of the reply. */
  function endsWithoutReply(fault: RequestFault, { socket, response }: HttpContext): boolean {
    switch (fault.kind) {
      case 'drop':
        return true
      case 'reset':
        socket.resetAndDestroy()
        return true
      case 'half-open':
        spoilt.add(socket)
        deafen(socket)
        return true
      case 'html':
        sendPage(response, fault.status)
        return true
      case 'redirect':
        response.writeHead(307, { Location: fault.location, 'Content-Length': 0 }).end()
        return true
      default:
        return false
    }
  }

  async function deliver(fault: RequestFault, socket: Socket, whole: Reply): Promise<void> {
    const { response, answer } = whole
    switch (fault.kind) {
      case 'latency':
        if (await timers.wait(fault.ms, socket)) reply(socket, whole)
        return
      case 'duplicate':
        return inTurn(response, () => {
          socket.cork()
          sendAnswer(response, answer)
          socket.write(bytesOf(answer))
          socket.uncork()
        })
      case 'reorder': {
        if (held.has(socket)) return reply(socket, whole)
        held.set(socket, whole)
        if (!(await timers.wait(fault.ms, socket)) || held.get(socket) !== whole) return
        held.delete(socket)
        return reply(socket, whole)
      }
      case 'slow':
        return spoil(whole, async (outlet) => {
          const bytes = bytesOf(answer, 'close')
          const from = fault.part === 'headers' ? 0 : headBytes(bytes)
          if (from > 0) socket.write(bytes.subarray(0, from))
          if (await trickle(outlet, { bytes: bytes.subarray(from), msPerByte: fault.msPerByte }, timers))
            socket.end(() => socket.destroy())
        })
      case 'endless':
        return spoil(whole, async (outlet) => {
          const isHead = fault.part === 'headers'
          socket.write(isHead ? statusLine(answer) : `${statusLine(answer)}${TYPE}\r\n${answer.text.slice(0, -1)}`)
          const piece = isHead ? paddingLines : (bytes: number) => Buffer.alloc(bytes, ' ')
          await flow(outlet, { piece, bytesPerMs: fault.bytesPerMs }, timers)
        })
      case 'malformed':
        if (fault.form !== 'cut-off') return sendBytes(response, answer, malformedReply(fault.form, answer.text))
        return spoil(whole, async () => {
          const bytes = bytesOf(answer, 'close')
          const head = bytes.subarray(0, headBytes(bytes))
          socket.end(Buffer.concat([head, firstHalf(answer.text)]), () => socket.destroy())
        })
      case 'giant': {
        const big = paddedReply(answer.text, fault.bytes)
        response.writeHead(statusOf(answer), { 'Content-Type': 'application/json', 'Content-Length': big.bytes })
        if (await pour({ stream: response, isOpen: () => !response.destroyed }, big.chunks())) response.end()
        return
      }
      case 'gzip-bomb': {
        const bytes = await packed(paddedReply(answer.text, fault.bytes), 'gzip')
        return sendBytes(response, answer, bytes, { 'Content-Encoding': 'gzip' })
      }
      default:
        return reply(socket, whole)
    }
  }

  /** Hands the connection over to `write`, which is the last to write on it. */
  function spoil({ response }: Reply, write: (outlet: Outlet) => Promise<void>): void {
    inTurn(response, (socket) => {
      spoilt.add(socket)
      socket.setTimeout(0)
      goOn(undefined, () => write({ stream: socket, isOpen: () => socket.writable }), parts)
    })
  }

  return {
    handle(context) {
      const { socket, response, kind, text, pathMethod } = context
      if (spoilt.has(socket)) return
      const request = kind === 'body' ? knownRequest(text, pathMethod) : { method: pathMethod ?? '', id: undefined }
      const fault = request === undefined ? undefined : fateOf(request, { plan, transport: 'http' })
      if (request !== undefined && fault !== undefined) return play(fault, request, context)
      const answered = perform(context)
      if (answered instanceof Promise) void answered.then((answer) => reply(socket, { response, answer }))
      else reply(socket, { response, answer: answered })
    },
  }
}

/** Waits until earlier requests of the connection have been answered. */
function inTurn(response: ServerResponse, work: (socket: Socket) => void): void {
  if (response.socket !== null) work(response.socket)
  else response.once('socket', work)
}

function sendPage(response: ServerResponse, status: number): void {
  const page = htmlPage(status)
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': Buffer.byteLength(page) })
  response.end(page)
}

function sendBytes(
  response: ServerResponse,
  answer: Answer,
  bytes: Buffer,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return
  response.writeHead(statusOf(answer), {
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    ...headers,
  })
  response.end(bytes)
}

const TYPE = 'Content-Type: application/json\r\n'

function bytesOf(answer: Answer, connection: 'keep-alive' | 'close' = 'keep-alive'): Buffer {
  const length = `Content-Length: ${Buffer.byteLength(answer.text)}\r\nConnection: ${connection}\r\n\r\n`
  return Buffer.from(`${statusLine(answer)}${TYPE}${length}${answer.text}`)
}

function statusLine(answer: Answer): string {
  const status = statusOf(answer)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`
}

function headBytes(bytes: Buffer): number {
  return bytes.indexOf('\r\n\r\n') + 4
}

function paddingLines(bytes: number): Buffer {
  const line = `X-Padding: ${'x'.repeat(Math.max(1, Math.min(bytes, 1_024) - 13))}\r\n`
  return Buffer.from(line.repeat(Math.max(1, Math.round(bytes / line.length))))
}
