import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { FallbackReason } from '../fallback-reason.js'
import { type Behaviour, behaviour, type Exchange, replyBytes, validBody } from './behaviour.js'
import { keyOf } from './seen-request.js'

/*
 * Bodies of status 200: their type, their bytes, how they are packed.
 */

const JSON_TYPE = { 'content-type': 'application/json' }

/** Whole messages whose body is the valid reply in another dress. */
export const DRESSED_BODIES = {
  'type with a charset': sent(null, validBody, { 'content-type': 'application/json; charset=utf-8' }),
  'type of a vendor': sent(null, validBody, { 'content-type': 'application/vnd.openai+json' }),
  gzip: sent(null, (exchange) => gzipSync(validBody(exchange)), { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  brotli: sent(null, (exchange) => brotliCompressSync(validBody(exchange)), {
    ...JSON_TYPE,
    'content-encoding': 'br',
  }),
  deflate: sent(null, (exchange) => deflateSync(validBody(exchange)), { ...JSON_TYPE, 'content-encoding': 'deflate' }),
  'BOM before the body': sent(null, (exchange) => `\ufeff${validBody(exchange)}`),
  'white space around the body': sent(null, (exchange) => `\n\n  ${validBody(exchange)}\r\n`),
  'status 206': sent(null, validBody, JSON_TYPE, 206),
  'status 201': sent(null, validBody, JSON_TYPE, 201),
  'status 202': sent(null, validBody, JSON_TYPE, 202),
  'many headers': sent(null, validBody, { ...JSON_TYPE, ...manyHeaders(60) }),
  'a request id that repeats the key': behaviour({ reason: null }, (exchange) =>
    replyBytes(exchange, validBody(exchange), { headers: { ...JSON_TYPE, 'x-request-id': keyOf(exchange.request) } }),
  ),
  chunked: behaviour({ reason: null }, async (exchange) => {
    exchange.response.writeHead(200, JSON_TYPE)
    for (const piece of pieces(validBody(exchange), 97)) exchange.response.write(piece)
    exchange.response.end()
  }),
  'letters that are cut between two chunks': behaviour({ reason: null }, async (exchange) => {
    const body = Buffer.from(validBody(exchange).replace('Premium', 'Pr\u00e4mie \ud83d\udcc8'))
    const at = body.indexOf('Pr') + 3
    exchange.response.writeHead(200, JSON_TYPE)
    for (const piece of [body.subarray(0, at), body.subarray(at, at + 6), body.subarray(at + 6)]) {
      exchange.response.write(piece)
      await exchange.sleep(5)
    }
    exchange.response.end()
  }),
  'a body with trailers': behaviour({ reason: null }, (exchange) => {
    exchange.response.writeHead(200, { ...JSON_TYPE, trailer: 'x-checksum' })
    exchange.response.write(validBody(exchange))
    exchange.response.addTrailers({ 'x-checksum': 'abc' })
    exchange.response.end()
  }),
  'a slow body that ends in time': behaviour({ reason: null }, async (exchange) => {
    exchange.response.writeHead(200, JSON_TYPE)
    for (const piece of pieces(validBody(exchange), 200)) {
      exchange.response.write(piece)
      await exchange.sleep(5)
    }
    exchange.response.end()
  }),
  'a slow answer that comes in time': behaviour({ reason: null }, async (exchange) => {
    await exchange.sleep(100)
    replyBytes(exchange, validBody(exchange), { headers: JSON_TYPE })
  }),
  'hints before the answer': behaviour({ reason: null }, (exchange) => {
    exchange.response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    replyBytes(exchange, validBody(exchange), { headers: JSON_TYPE })
  }),
  'word that it is being processed': behaviour({ reason: null }, (exchange) => {
    exchange.response.writeProcessing()
    replyBytes(exchange, validBody(exchange), { headers: JSON_TYPE })
  }),
  'a connection that ends with the answer': sent(null, validBody, { ...JSON_TYPE, connection: 'close' }),
  'a connection that is broken off after the answer': behaviour({ reason: null }, async (exchange) => {
    replyBytes(exchange, validBody(exchange), { headers: { ...JSON_TYPE, connection: 'keep-alive' } })
    await exchange.sleep(20)
    exchange.socket.destroy()
  }),
} satisfies Record<string, Behaviour>

/** Whole messages whose body is no reply of such a provider. */
export const WRONG_BODIES = {
  'a page': sent('bad-payload', () => '<html><body>Please log in.</body></html>', { 'content-type': 'text/html' }),
  'the reply as a page': sent('bad-payload', validBody, { 'content-type': 'text/html' }),
  'the reply as text': sent('bad-payload', validBody, { 'content-type': 'text/plain' }),
  'the reply without a type': sent('bad-payload', validBody, {}),
  'the reply as bytes': sent('bad-payload', validBody, { 'content-type': 'application/octet-stream' }),
  'the reply with an empty type': sent('bad-payload', validBody, { 'content-type': '' }),
  'an empty body': sent('bad-payload', () => ''),
  'an empty body in chunks': behaviour({ reason: 'bad-payload' }, (exchange) => {
    exchange.response.writeHead(200, JSON_TYPE)
    exchange.response.flushHeaders()
    exchange.response.end()
  }),
  'status 204': sent('bad-payload', () => '', {}, 204),
  'status 205': sent('bad-payload', () => '', {}, 205),
  'a body of null': sent('bad-payload', () => 'null'),
  'a body of true': sent('bad-payload', () => 'true'),
  'a body that is a number': sent('bad-payload', () => '42'),
  'a body that is a string': sent('bad-payload', () => '"ok"'),
  'a body that is a list': sent('bad-payload', (exchange) => `[${validBody(exchange)}]`),
  'a body that is an empty list': sent('bad-payload', () => '[]'),
  'a body that is cut off': sent('bad-payload', (exchange) => validBody(exchange).slice(0, -20)),
  'a body twice': sent('bad-payload', (exchange) => validBody(exchange) + validBody(exchange)),
  'a body with something behind it': sent('bad-payload', (exchange) => `${validBody(exchange)}]`),
  'a body with NUL bytes': sent('bad-payload', (exchange) => `\0${validBody(exchange)}\0`),
  'a body of NUL bytes': sent('bad-payload', () => Buffer.alloc(4_096)),
  'a body in UTF-16': sent('bad-payload', (exchange) => Buffer.from(validBody(exchange), 'utf16le')),
  'a body of random bytes': sent('bad-payload', () =>
    Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 2_654_435_761) >>> 24)),
  ),
  'a body of deep nesting': sent('bad-payload', () => '['.repeat(200_000)),
  'a body of deep nesting that ends': sent('bad-payload', () => '['.repeat(5_000) + ']'.repeat(5_000)),
  'a stream of events': sent(
    'bad-payload',
    (exchange) => `event: response.completed\ndata: ${validBody(exchange)}\n\ndata: [DONE]\n\n`,
    { 'content-type': 'text/event-stream' },
  ),
  'a stream of events that is called JSON': sent(
    'bad-payload',
    (exchange) => `data: ${validBody(exchange)}\n\ndata: [DONE]\n\n`,
  ),
  'lines of JSON': sent('bad-payload', (exchange) => `${validBody(exchange)}\n${validBody(exchange)}\n`, {
    'content-type': 'application/x-ndjson',
  }),
  'a body that does not end': behaviour({ reason: 'bad-payload' }, async ({ response, sleep }) => {
    response.writeHead(200, JSON_TYPE)
    for (;;) {
      response.write(Buffer.alloc(262_144, ' '))
      await sleep(1)
    }
  }),
  '20 MB of white space': sent('bad-payload', () => Buffer.alloc(20_000_000, ' ')),
  'the answer behind 40 MB of packed white space': sent(
    'bad-payload',
    (exchange) => Buffer.concat([packedSpace(), gzipSync(validBody(exchange))]),
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
  ),
} satisfies Record<string, Behaviour>

/** Bodies that cannot be unpacked, or not as they say. */
export const MISPACKED_BODIES = {
  'a plain body that is called gzip': sent('bad-payload', validBody, { ...JSON_TYPE, 'content-encoding': 'gzip' }),
  'gzip that is cut off': sent('bad-payload', (exchange) => gzipSync(validBody(exchange)).subarray(0, 60), {
    ...JSON_TYPE,
    'content-encoding': 'gzip',
  }),
  'gzip that does not say so': sent('bad-payload', (exchange) => gzipSync(validBody(exchange))),
  'a packing that nobody knows': sent(null, validBody, { ...JSON_TYPE, 'content-encoding': 'zipper' }),
} satisfies Record<string, Behaviour>

/** The valid reply in bytes that are no UTF-8: its letters outside ASCII are lost, and nothing of its answer is. */
export const LATIN_BODIES = {
  'a body in Latin-1': sent(null, (exchange) =>
    Buffer.from(validBody(exchange).replace('Premium', 'Pr\u00e4mie'), 'latin1'),
  ),
} satisfies Record<string, Behaviour>

function sent(
  reason: FallbackReason | null,
  bodyOf: (exchange: Exchange) => string | Uint8Array,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
  status = 200,
): Behaviour {
  return behaviour({ reason }, (exchange) => replyBytes(exchange, bodyOf(exchange), { status, headers }))
}

let packed: Uint8Array | undefined
/** 40 MB, packed when it is first wanted. What is packed may be put one behind the other. */
function packedSpace(): Uint8Array {
  packed ??= gzipSync(Buffer.alloc(40_000_000, ' '), { level: 1 })
  return packed
}

function pieces(text: string, length: number): readonly string[] {
  return Array.from({ length: Math.ceil(text.length / length) }, (_, at) => text.slice(at * length, (at + 1) * length))
}

function manyHeaders(count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`x-note-${at}`, 'n'.repeat(100)]))
}
