import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FallbackReason } from '../fallback-reason.js'
import { type ModelAnswer, replyWith } from './answers.js'
import type { SeenRequest } from './seen-request.js'

/** The APIs that a fake provider speaks. */
export type Api = 'responses' | 'chat'
const BOTH: readonly Api[] = ['responses', 'chat']

/** One request, and all that can be done about it. */
export type Exchange = {
  request: SeenRequest
  /** A valid answer: the id that the chooser chose. */
  answer: ModelAnswer
  response: ServerResponse
  socket: Socket
  /** Where another host listens that must not be told anything. */
  elsewhereUrl: string
  /** Waits on the real clock; rejects once the connection or the provider is closed. */
  sleep(durationMs: number): Promise<void>
}

/** What a provider does with one request. */
export type Play = (exchange: Exchange) => void | Promise<void>

/** Something that a provider does, and what a policy has to make of it. */
export type Behaviour = {
  apis: readonly Api[]
  /** One for each request, and again from the first. */
  plays: readonly Play[]
  /** Done with each connection before it is read; then there is no request to see. */
  onConnection?: (socket: Socket) => void
  /** Why there is no answer; `null` where there is one. */
  reason: FallbackReason | null
  /** How often one call asks that may ask twice and has some seconds for it. */
  requests: number
}

type Parts = { reason: FallbackReason | null; requests?: number; apis?: readonly Api[] }

/** A behaviour that plays the same each time. */
export function behaviour({ reason, requests = 1, apis = BOTH }: Parts, ...plays: readonly Play[]): Behaviour {
  return { apis, plays, reason, requests }
}

/** Answers 200 with this text as the model's, in the shape of the API that was asked. */
export function says(
  reason: FallbackReason | null,
  textOf: (answer: ModelAnswer, request: SeenRequest) => string,
): Behaviour {
  return behaviour({ reason }, (exchange) =>
    replyJson(exchange, replyWith(exchange.request, textOf(exchange.answer, exchange.request))),
  )
}

/** Answers 200 with this value as its whole body, on one of the APIs alone. */
export function replies(
  api: Api,
  reason: FallbackReason | null,
  bodyOf: (request: SeenRequest, text: string) => unknown,
): Behaviour {
  return behaviour({ reason, apis: [api] }, (exchange) =>
    replyJson(exchange, bodyOf(exchange.request, JSON.stringify(exchange.answer))),
  )
}

/** Sends a value as JSON, with the headers that OpenAI sends. */
export function replyJson(
  exchange: Exchange,
  body: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): void {
  replyBytes(exchange, JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
}

/** Sends a body with exactly these headers, its length and a request id. */
export function replyBytes(
  { response }: Exchange,
  body: string | Uint8Array,
  { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> } = {},
): void {
  const bytes = Buffer.from(body)
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(bytes.length) }
  response.writeHead(status, { 'x-request-id': 'req_fake_1', ...length, ...headers })
  response.end(bytes)
}

/** The whole valid reply, as bytes. */
export function validBody({ request, answer }: Exchange): string {
  return JSON.stringify(replyWith(request, JSON.stringify(answer)))
}

/** Sends the valid reply. */
export function replyValidly(exchange: Exchange): void {
  replyBytes(exchange, validBody(exchange), { headers: { 'content-type': 'application/json' } })
}

/** Writes to the connection itself, past everything that would keep to the protocol. */
export function writeRaw({ socket }: Exchange, head: readonly string[], body: string | Uint8Array = ''): void {
  socket.write(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  socket.write(body)
}
