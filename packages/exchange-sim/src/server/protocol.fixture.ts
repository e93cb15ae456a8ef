import { connect } from 'node:net'
import type { Clock, Facts, Logger } from '@cc/models'
import type { Exchange } from '../exchange/exchange-port.js'
import { rejectionError } from './error-table.js'
import type { Connection, Method } from './method.js'
import { type SimServerOptionsInput, simServerOptionsSchema } from './options.js'
import type { Dispatcher } from './rpc/dispatcher.js'
import { createProtocol, type SimServer, serve } from './serve.js'

export const CREDENTIALS = { clientId: 'fo7WAPRm4P', clientSecret: 'W0H6FJW4IRPZ1MOQ8FP6KMC5RZDUUKXS' }
export const NOW_MS = Date.UTC(2026, 0, 2)

/** A clock that stands still until it is set, or slept on. */
export function createManualClock(startMs = NOW_MS): Clock & { set(ms: number): void } {
  let nowMs = startMs
  return {
    now: () => nowMs,
    async sleep(durationMs) {
      await Promise.resolve()
      nowMs += durationMs
    },
    hold: (work) => work(),
    set(ms) {
      nowMs = ms
    },
  }
}

/** An exchange of which the protocol needs no more than its time, and whose market stands still. */
function createIdleExchange(): Exchange {
  let nowMs = 0
  return {
    market: { frozen: true } as Exchange['market'],
    currencies: [],
    watch: () => () => {},
    changeId: () => 1,
    nowMs: () => nowMs,
    advanceTo(ms: number) {
      nowMs = ms
    },
  } as Partial<Exchange> as Exchange
}

const secretOfServer = new Error('the vault is behind the painting')

/** Methods of all kinds: for everybody and for scopes, at once and later, and such that go wrong. */
const METHODS: readonly Method[] = [
  {
    name: 'public/echo',
    pool: 'non-matching',
    scope: null,
    handle: ({ params }) => Object.fromEntries(params.names.map((name) => [name, params.json(name)])),
  },
  {
    name: 'public/need',
    pool: 'get-instruments',
    scope: null,
    handle: ({ params }) => params.text('currency'),
  },
  {
    name: 'private/read',
    pool: 'non-matching',
    scope: 'trade:read',
    handle: ({ nowMs, exchange }) => [nowMs, exchange.nowMs()],
  },
  { name: 'private/write', pool: 'matching', scope: 'trade:read_write', handle: () => 'ok' },
  { name: 'private/settings', pool: 'cancel-all', scope: 'account:read_write', handle: () => 'ok' },
  { name: 'private/withdraw', pool: 'non-matching', scope: 'wallet:read', handle: () => 'ok' },
  {
    name: 'public/rejected',
    pool: null,
    scope: null,
    handle() {
      throw rejectionError({ code: 'price_too_high', message: 'The price 1 is above the band.', limit: 0.0935 })
    },
  },
  {
    name: 'public/broken',
    pool: null,
    scope: null,
    handle() {
      throw secretOfServer
    },
  },
  { name: 'public/unprintable', pool: null, scope: null, handle: () => 10n },
  { name: 'public/nothing', pool: null, scope: null, handle: () => undefined },
  { name: 'public/later', pool: null, scope: null, handle: async ({ params }) => params.text('what') },
  {
    name: 'public/later_broken',
    pool: null,
    scope: null,
    handle: () => Promise.reject(secretOfServer),
  },
]

export type Envelope = {
  jsonrpc: string
  id?: number | string
  result?: unknown
  error?: { code: number; message: string; data?: Record<string, unknown> }
  usIn: number
  usOut: number
  usDiff: number
  testnet: boolean
}

/** A protocol over the methods of this file, with what it logs. */
export function createTestProtocol(
  options: SimServerOptionsInput = {},
  { wallClock, methods = METHODS }: { wallClock?: Clock; methods?: readonly Method[] } = {},
) {
  const clock = createManualClock()
  const { logger, lines } = createListeningLogger()
  const dispatcher = createProtocol({ ...partsOf(options), methods, clock, wallClock, logger })
  const connection = connectionOf(1)
  return {
    clock,
    lines,
    dispatcher,
    call: (method: string, params?: unknown, on: Connection = connection) =>
      callOn(dispatcher, { method, params, connection: on }),
    async token(scope?: string, on: Connection = connection): Promise<string> {
      const { result } = await callOn(dispatcher, {
        method: 'public/auth',
        params: byCredentials({ scope }),
        connection: on,
      })
      return (result as { access_token: string }).access_token
    },
  }
}

/** The same, served. */
export async function serveForTest(
  options: SimServerOptionsInput = {},
  { requestTimeoutMs }: { requestTimeoutMs?: number } = {},
): Promise<SimServer & { clock: ReturnType<typeof createManualClock>; lines: readonly string[] }> {
  const clock = createManualClock()
  const { logger, lines } = createListeningLogger()
  const timeout = requestTimeoutMs === undefined ? {} : { requestTimeoutMs }
  const server = await serve({ ...partsOf(options), port: options.port ?? 0, clock, logger, ...timeout })
  return { ...server, clock, lines }
}

export function byCredentials(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { clientId, clientSecret } = CREDENTIALS
  return { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...more }
}

export function connectionOf(id: number, transport: Connection['transport'] = 'http'): Connection {
  return { transport, id }
}

/** Sends bytes as they are and gives everything that comes back until the connection ends, or is quiet for a while. */
export function exchangeBytes(url: string, bytes: string | Uint8Array, quietMs = 150): Promise<string> {
  const { port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1')
    let received = ''
    socket.setEncoding('utf8')
    socket.on('connect', () => socket.write(bytes))
    socket.on('data', (text: string) => {
      received += text
      socket.setTimeout(quietMs)
    })
    socket.setTimeout(10_000)
    socket.on('timeout', async () => {
      // A machine that stood still was quiet too: what is there by now is heard first.
      const heard = received
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      if (received === heard) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received))
  })
}

function partsOf(options: SimServerOptionsInput) {
  return {
    options: simServerOptionsSchema.parse(options),
    methods: METHODS,
    exchange: createIdleExchange(),
    credentials: CREDENTIALS,
  }
}

async function callOn(
  dispatcher: Dispatcher,
  { method, params, connection }: { method: string; params: unknown; connection: Connection },
): Promise<Envelope> {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })
  return JSON.parse(await dispatcher.handleText(text, connection))
}

function createListeningLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  const log = (message: string, facts?: Facts) => void lines.push(`${message} ${JSON.stringify(facts)}`)
  return { lines, logger: { debug: log, info: log, warn: log, error: log } }
}
