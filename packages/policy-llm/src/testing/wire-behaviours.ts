import type { Socket } from 'node:net'
import type { FallbackReason } from '../fallback-reason.js'
import { type Behaviour, behaviour, type Exchange, type Play, replyValidly, validBody, writeRaw } from './behaviour.js'

/*
 * What may go wrong below HTTP, or in how HTTP itself is written.
 */

const OK = 'HTTP/1.1 200 OK'
const JSON_TYPE = 'content-type: application/json'

/** The provider holds the connection and does not come to an end. */
export const HANGS = {
  'no answer': endless(() => {}),
  'headers without a body': endless(({ response }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' }).flushHeaders()
  }),
  'half a body': endless((exchange) => {
    const body = validBody(exchange)
    exchange.response.writeHead(200, { 'content-type': 'application/json', 'content-length': `${body.length}` })
    exchange.response.write(body.slice(0, body.length >> 1))
  }),
  'a body that is said to be longer': endless((exchange) =>
    writeRaw(exchange, [OK, JSON_TYPE, 'content-length: 999999'], validBody(exchange)),
  ),
  'chunks that do not end': endless((exchange) => {
    exchange.response.writeHead(200, { 'content-type': 'application/json' })
    exchange.response.write(validBody(exchange))
  }),
  'a body byte by byte': endless(async (exchange) => {
    exchange.response.writeHead(200, { 'content-type': 'application/json' })
    for (const byte of validBody(exchange).repeat(10)) {
      exchange.response.write(byte)
      await exchange.sleep(15)
    }
  }),
  'headers byte by byte': endless(async (exchange) => {
    for (const byte of `${OK}\r\n${JSON_TYPE}\r\n${'x-slow: yes\r\n'.repeat(99)}`) {
      exchange.socket.write(byte)
      await exchange.sleep(15)
    }
  }),
  'words that it is being processed': endless(async (exchange) => {
    for (let i = 0; i < 1_000; i += 1) {
      exchange.response.writeProcessing()
      await exchange.sleep(15)
    }
  }),
  'the answer after 1.5 s': endless(async (exchange) => {
    await exchange.sleep(1_500)
    replyValidly(exchange)
  }),
  'status 500, then no answer': behaviour(
    { reason: 'deadline', requests: 2 },
    ({ response }) => void response.writeHead(500).end(),
    () => {},
  ),
  'an error whose body does not end': endless(({ response }) => {
    response.writeHead(500, { 'content-type': 'application/json' })
    response.write('{"error":{"message":"')
  }),
} satisfies Record<string, Behaviour>

/** The connection ends before the message does. */
export const BROKEN_CONNECTIONS = {
  'reset at once': atConnection((socket) => socket.resetAndDestroy()),
  'closed at once': atConnection((socket) => void socket.destroy()),
  'reset before the headers': broken(({ socket }) => void socket.resetAndDestroy(), 2),
  'closed before the headers': broken(({ socket }) => void socket.end(), 2),
  'reset in the headers': broken((exchange) => writeThen(exchange, `${OK}\r\ncontent-ty`, 'reset'), 2),
  'reset in the body': broken(
    (exchange) => writeThen(exchange, headed(['content-length: 500'], validBody(exchange).slice(0, 90)), 'reset'),
    2,
  ),
  'closed in the body': broken(
    (exchange) => writeThen(exchange, headed(['content-length: 9999'], validBody(exchange)), 'end'),
    2,
  ),
  'closed between two chunks': broken(
    (exchange) => writeThen(exchange, headed(['transfer-encoding: chunked'], chunk(validBody(exchange))), 'end'),
    2,
  ),
  'reset once, then the answer': behaviour(
    { reason: null, requests: 2 },
    ({ socket }) => void socket.resetAndDestroy(),
    replyValidly,
  ),
} satisfies Record<string, Behaviour>

/** Messages that no client of HTTP/1.1 takes. */
export const BROKEN_MESSAGES = {
  'garbage instead of HTTP': garbled(() => 'what is this\r\n\r\n'),
  'a greeting of another protocol': garbled(() => 'SSH-2.0-OpenSSH_9.6\r\n'),
  'frames of HTTP/2': garbled(() => Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])),
  'the preface of HTTP/2': garbled(() => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'a TLS alert': garbled(() => Buffer.from([0x15, 3, 3, 0, 2, 2, 40])),
  'a word to go on that nobody asked for': garbled(
    (exchange) => `HTTP/1.1 100 Continue\r\n\r\n${headed([], validBody(exchange))}`,
  ),
  'headers that are never ended': garbled(() => `${OK}\r\n${JSON_TYPE}\r\n`),
  'a line of headers that is folded': garbled((exchange) => headed(['x-note: a', ' b'], validBody(exchange))),
  'lines that end with LF alone': garbled((exchange) => headed([], validBody(exchange)).replaceAll('\r\n', '\n')),
  'a protocol in small letters': garbled((exchange) => headed([], validBody(exchange)).replace('HTTP', 'http')),
  'a body without headers': garbled(validBody),
  'a status that is a word': garbled((exchange) => `HTTP/1.1 OK\r\n${JSON_TYPE}\r\n\r\n${validBody(exchange)}`),
  'a status of two digits': garbled((exchange) => `HTTP/1.1 20 OK\r\n${JSON_TYPE}\r\n\r\n${validBody(exchange)}`),
  'status 600': garbled((exchange) => headed([], validBody(exchange)).replace('200', '600')),
  'status 999': garbled((exchange) => headed([], validBody(exchange)).replace('200', '999')),
  'a version that does not exist': garbled(
    (exchange) => `HTTP/9.9 200 OK\r\n${JSON_TYPE}\r\n\r\n${validBody(exchange)}`,
  ),
  'a header without a colon': garbled((exchange) => headed(['this is no header'], validBody(exchange))),
  'a header with a NUL byte': garbled((exchange) => headed(['x-note: a\0b'], validBody(exchange))),
  'headers of 200 kB': garbled((exchange) => headed([`x-note: ${'n'.repeat(200_000)}`], validBody(exchange))),
  'a negative length': garbled((exchange) => headed(['content-length: -5'], validBody(exchange))),
  'a length that is a word': garbled((exchange) => headed(['content-length: long'], validBody(exchange))),
  'two lengths': garbled((exchange) => headed(['content-length: 5', 'content-length: 7'], validBody(exchange))),
  'length and chunks': garbled((exchange) =>
    headed(['content-length: 5', 'transfer-encoding: chunked'], `${chunk(validBody(exchange))}0\r\n\r\n`),
  ),
  'a size of a chunk that is a word': garbled((exchange) =>
    headed(['transfer-encoding: chunked'], `zz\r\n${validBody(exchange)}\r\n0\r\n\r\n`),
  ),
  'a chunk beyond all bounds': garbled((exchange) =>
    headed(['transfer-encoding: chunked'], `ffffffffffffffffff\r\n${validBody(exchange)}\r\n0\r\n\r\n`),
  ),
  'an upgrade': garbled(() => 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
} satisfies Record<string, Behaviour>

/** Messages that are odd and still whole. */
export const ODD_MESSAGES = {
  'HTTP/1.0': whole(null, (exchange) => `HTTP/1.0 200 OK\r\n${JSON_TYPE}\r\n\r\n${validBody(exchange)}`),
  'a body that ends with the connection': whole(null, (exchange) => headed(['connection: close'], validBody(exchange))),
  'a status without words': whole(
    null,
    (exchange) => `HTTP/1.1 200\r\n${JSON_TYPE}\r\nconnection: close\r\n\r\n${validBody(exchange)}`,
  ),
  'two answers to one question': whole(null, (exchange) => headedAndSized(exchange).repeat(2)),
  'empty lines before the answer': whole(
    null,
    (exchange) => `\r\n\r\n${headed(['connection: close'], validBody(exchange))}`,
  ),
  'a header in Latin-1': whole(null, (exchange) =>
    headed(['x-note: caf\u00e9', 'connection: close'], validBody(exchange)),
  ),
  'a connection kept for no time': whole(null, (exchange) => headed(['keep-alive: timeout=0'], validBody(exchange))),
  'two types': whole('bad-payload', (exchange) => headed(['content-type: text/html'], validBody(exchange))),
  'status 199 before the answer': whole(
    null,
    (exchange) => `HTTP/1.1 199 Hm\r\n\r\n${headed(['connection: close'], validBody(exchange))}`,
  ),
  'chunks with extensions': whole(null, (exchange) =>
    headed(['transfer-encoding: chunked'], `${chunk(validBody(exchange), ';name=value')}0\r\n\r\n`),
  ),
  'chunks with trailers': whole(null, (exchange) =>
    headed(['transfer-encoding: chunked'], `${chunk(validBody(exchange))}0\r\nx-checksum: abc\r\n\r\n`),
  ),
  'a body that is said to be shorter': whole('bad-payload', (exchange) =>
    headed(['content-length: 40'], validBody(exchange)),
  ),
} satisfies Record<string, Behaviour>

function endless(play: Play): Behaviour {
  return behaviour({ reason: 'deadline' }, play)
}

function broken(play: Play, requests: number): Behaviour {
  return behaviour({ reason: 'connection', requests }, play)
}

/** Asks that never arrive: the connection is gone before they are read. */
function atConnection(onConnection: (socket: Socket) => void): Behaviour {
  return { ...behaviour({ reason: 'connection', requests: 0 }, ({ socket }) => void socket.destroy()), onConnection }
}

function garbled(bytesOf: (exchange: Exchange) => string | Uint8Array): Behaviour {
  return broken((exchange) => writeThen(exchange, bytesOf(exchange), 'end'), 2)
}

function whole(reason: FallbackReason | null, bytesOf: (exchange: Exchange) => string): Behaviour {
  return behaviour({ reason }, (exchange) => writeThen(exchange, bytesOf(exchange), 'end'))
}

async function writeThen(
  { socket, sleep }: Exchange,
  bytes: string | Uint8Array,
  then: 'end' | 'reset',
): Promise<void> {
  socket.write(bytes)
  if (then === 'end') return void socket.end()
  // A reset overtakes what is still on its way.
  await sleep(20)
  socket.resetAndDestroy()
}

function headed(headers: readonly string[], body: string): string {
  return `${[OK, JSON_TYPE, ...headers].join('\r\n')}\r\n\r\n${body}`
}

function headedAndSized(exchange: Exchange): string {
  const body = validBody(exchange)
  return headed([`content-length: ${body.length}`], body)
}

/** ASCII alone, as all valid bodies are. */
function chunk(text: string, extension = ''): string {
  return `${text.length.toString(16)}${extension}\r\n${text}\r\n`
}
