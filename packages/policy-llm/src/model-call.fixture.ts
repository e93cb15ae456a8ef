import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createSystemClock } from '@cc/models/clock'
import { silentLogger } from '@cc/models/testing'
import { type CallerDeps, createModelCaller } from './call-model.js'
import type { ModelRequest } from './model-reply.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import type { Provider } from './provider.js'

/** A key that must turn up nowhere. */
export const CANARY = 'sk-canary-0123456789/+"abcdef'

export const REQUEST: ModelRequest = {
  instructions: 'Choose one line of the menu.',
  input: '{"menu":{"columns":["id"],"rows":[["k3"],["q8"]]}}',
  schema: {
    type: 'object',
    properties: { choice: { enum: ['k3', 'q8'] } },
    required: ['choice'],
    additionalProperties: false,
  },
  promptHash: 'ab'.repeat(32),
}

export const ANSWER = '{"choice":"k3"}'

export const RESPONSES_USAGE = {
  input_tokens: 1_500,
  input_tokens_details: { cached_tokens: 500, cache_write_tokens: 100 },
  output_tokens: 600,
  output_tokens_details: { reasoning_tokens: 400 },
  total_tokens: 2_100,
}

/** A completed response with one message. */
export function responseBody(changes: object = {}): object {
  return {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'gpt-6-luna-2026-09-22',
    output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: ANSWER, annotations: [] }] }],
    usage: RESPONSES_USAGE,
    ...changes,
  }
}

/** A completion with one choice. */
export function completionBody(changes: object = {}, choice: object = {}): object {
  return {
    id: 'chatcmpl_1',
    object: 'chat.completion',
    model: 'llama',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: ANSWER }, ...choice }],
    usage: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 2 } },
    ...changes,
  }
}

export function jsonReply(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'x-request-id': 'req_1', ...headers },
  })
}

export function errorReply(status: number, error: object = {}, headers: Record<string, string> = {}): Response {
  return jsonReply({ error: { message: 'No.', type: null, param: null, code: null, ...error } }, status, headers)
}

export function providerForTest(baseUrl = 'https://models.example/v1', key = CANARY): Provider {
  return { name: 'compatible', baseUrl, host: new URL(baseUrl).host, apiKey: () => key }
}

/** What a `fetch` was asked, its headers as plain data. */
type Asked = { url: string; headers: Record<string, string>; body: Record<string, unknown>; init: RequestInit }

/** A `fetch` that gives these replies one after the other, the last one for ever, and remembers what it was asked. */
export function fetchOf(...replies: readonly (() => Response | Promise<Response>)[]) {
  const asked: Asked[] = []
  const fetch = async (input: Parameters<typeof globalThis.fetch>[0], init: RequestInit = {}) => {
    const reply = replies[Math.min(asked.length, replies.length - 1)]
    asked.push({
      url: String(input),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: JSON.parse(String(init.body)),
      init,
    })
    if (reply === undefined) throw new Error('no reply')
    return reply()
  }
  return { fetch, asked }
}

/** A caller on the real clock. */
export function callerForTest(deps: Partial<CallerDeps> = {}, options: LlmOptionsInput = {}) {
  const full = { provider: providerForTest(), clock: createSystemClock(), logger: silentLogger, ...deps }
  return createModelCaller(full, llmOptionsSchema.parse(options))
}

/**
 * Whether work is over before a timer of so long goes off. All timers of a process that stood still are late together,
 * and what the earlier ones bring about takes its turns.
 */
export async function isOverIn(ms: number, work: Promise<unknown>): Promise<boolean> {
  const over = new AbortController()
  const end = () => over.abort()
  work.then(end, end)
  await delay(ms, undefined, { signal: over.signal }).catch(() => {})
  for (let turn = 0; turn < 20 && !over.signal.aborted; turn += 1) await new Promise(setImmediate)
  return over.signal.aborted
}

/** A server on loopback, and what came to it. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse, body: string) => void) {
  const seen: { url: string; headers: IncomingMessage['headers']; body: string }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    seen.push({ url: request.url ?? '', headers: request.headers, body })
    handle(request, response, body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Sends JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_2' })
  response.end(JSON.stringify(body))
}
