import { request as httpRequest } from 'node:http'
import {
  createDeribitClient,
  createDeribitSocketClient,
  type DeribitClient,
  type DeribitSocketClient,
  type DeribitSocketOptionsInput,
  type WireOrder,
} from '@cc/deribit-client'
import { createSyntheticMarket } from '@cc/exchange-sim'
import {
  createFaultPlan,
  createSimServer,
  type FaultPlan,
  type FaultPlanInput,
  type RequestFault,
  type SimServer,
} from '@cc/exchange-sim/server'
import { expect, vi } from 'vitest'
import { createFastClock } from '../fast-clock.ts'
import { portOf, socketsAt, unhandledSoFar } from './leak-guard.ts'

const START_MS = Date.UTC(2026, 0, 5, 12)
/** Our orders leave no trace in it. */
const MARKET = createSyntheticMarket({ seed: 1, startMs: START_MS })
const CREDENTIALS = { clientId: 'faulty', clientSecret: 'not-a-secret' }
export const OPTION = 'BTC-30JAN26-100000-C'

export type TransportName = 'http' | 'websocket'
export const TRANSPORTS = ['http', 'websocket'] as const

export type SetUp = {
  readonly faults?: FaultPlanInput
  readonly server?: Parameters<typeof createSimServer>[0]
  readonly client?: DeribitSocketOptionsInput & { maxBodyBytes?: number; connections?: number }
  /** How fast the time of both runs. Default 1: real time. */
  readonly speed?: number
  /** Whether the client is signed in before the test begins. Default true. */
  readonly opens?: boolean
  /** Where the client finds the exchange, if that is somebody in between. */
  readonly seenAt?: (httpUrl: string) => string
}

/** An exchange that goes wrong as its plan says, and a client of it over either transport. */
export type FaultyExchange = {
  readonly server: SimServer
  readonly plan: FaultPlan
  /** Every promise that it gives is watched. */
  readonly client: DeribitClient
  /** Asks the exchange past the client: what is true, whatever the client was told. */
  readonly asked: <Result>(method: string, params?: object) => Promise<Result>
  readonly ordersOf: (label: string) => Promise<WireOrder[]>
  /** Lets a promise be among those that have to be settled in the end. */
  readonly watched: <T>(promise: Promise<T>) => Promise<T>
  /** Closes both, and asserts that nothing is left of either. */
  readonly stop: () => Promise<void>
}
export type FaultyStreams = Omit<FaultyExchange, 'client'> & { readonly client: DeribitSocketClient }

const CLIENT_START_MS = Date.UTC(2026, 0, 5, 11, 30)
/** Far above the market, and inside the band. */
const RESTING_PRICE = 0.03

/** What is to come has not come by then, in real ms: a busy machine may take its time. */
export const HANGS_MS = 60_000

/** So long that a busy machine keeps to it: what ends at a deadline is not waited for by these. */
export const PATIENT = {
  timeoutMs: 20_000,
  orderTimeoutMs: 10_000,
  retryPauseMs: 5,
  reconnectMinMs: 5,
  reconnectMaxMs: 40,
}
/** For calls that are to end at their deadline. */
export const BRIEF = { ...PATIENT, timeoutMs: 2_500, orderTimeoutMs: 1_200 }
export const MAX_BYTES = 262_144

async function faultyExchange(
  transport: TransportName,
  { faults = {}, server: serverOptions = {}, client: own = {}, speed = 1, opens = true, seenAt }: SetUp = {},
): Promise<FaultyExchange> {
  const serverClock = createFastClock({ startMs: START_MS, speed })
  const clientClock = createFastClock({ startMs: CLIENT_START_MS, speed })
  const plan = createFaultPlan()
  const problems: string[] = []
  const note = (message: string, facts?: unknown) => void problems.push(`${message} ${JSON.stringify(facts)}`)
  const server = await createSimServer(
    { rateLimits: 'off', ...serverOptions },
    {
      clock: serverClock,
      market: MARKET,
      credentials: CREDENTIALS,
      faults: plan,
      logger: { debug() {}, info() {}, warn: note, error: note },
    },
  )
  const base = {
    baseUrl: seenAt?.(server.httpUrl) ?? server.httpUrl,
    allowLoopback: true,
    strict: true,
    rateLimits: 'off' as const,
    ...PATIENT,
  }
  const deps = { clock: clientClock, credentials: () => CREDENTIALS }
  const client = clientOf(transport, { ...base, ...own }, deps)
  const promises = new Set<Watched>()
  const watched = <T>(promise: Promise<T>): Promise<T> => {
    promises.add(watch(promise))
    return promise
  }
  const asked = <Result>(method: string, params: object = {}) => ask(server, { method, params }) as Promise<Result>

  if (opens) {
    try {
      await client.open()
      await client.public.getInstrument({ instrument_name: OPTION })
    } catch (error) {
      await client.close()
      await server.close()
      throw error
    }
  }
  plan.replace(faults)

  return {
    server,
    plan,
    client: watchingClient(client, watched),
    asked,
    ordersOf: (label) => asked<WireOrder[]>('private/get_order_state_by_label', { currency: 'BTC', label }),
    watched,
    async stop() {
      const port = portOf(server.httpUrl)
      await client.close()
      await new Promise(setImmediate)
      const leftOfClient = { sleepers: clientClock.sleepers(), pending: pendingOf(promises) }
      const ofClient = () => expect(socketsAt(port, 'client'), 'sockets of the client').toEqual([])
      // Before the server ends them.
      const isEnded = vi.waitFor(ofClient, { timeout: HANGS_MS, interval: 5 })
      await isEnded.finally(server.close)
      expect(leftOfClient).toEqual({ sleepers: 0, pending: 0 })
      const leftOfServer = () => ({ sleepers: serverClock.sleepers(), sockets: socketsAt(port) })
      await vi.waitFor(() => expect(leftOfServer()).toEqual({ sleepers: 0, sockets: [] }), {
        timeout: HANGS_MS,
        interval: 5,
      })
      expect(problems, 'failures of the server').toEqual([])
      expect(unhandledSoFar()).toEqual([])
    },
  }
}

/** Runs a test on such an exchange, and closes it, whatever becomes of the test. */
export async function onFaultyExchange(
  transport: TransportName,
  setUp: SetUp,
  test: (exchange: FaultyExchange) => Promise<void>,
): Promise<void> {
  const exchange = await faultyExchange(transport, setUp)
  try {
    await test(exchange)
  } catch (error) {
    await exchange.stop().catch(() => {})
    throw error
  }
  await exchange.stop()
}

/** The same over WebSocket, with what the client hears. */
export function onFaultyStreams(setUp: SetUp, test: (exchange: FaultyStreams) => Promise<void>): Promise<void> {
  return onFaultyExchange('websocket', setUp, (exchange) => test(exchange as FaultyStreams))
}

/** An order that rests, with all that the client wants to be told. It is good for `validForMs` from now. */
export function wish({ client }: Pick<FaultyExchange, 'client'>, label: string, validForMs = 5_000) {
  return {
    instrument_name: OPTION,
    type: 'limit' as const,
    price: RESTING_PRICE,
    amount: 0.1,
    label,
    time_in_force: 'good_til_cancelled' as const,
    post_only: true,
    reject_post_only: true,
    reduce_only: false,
    valid_until: client.clock.now() + validForMs,
  }
}

/** Places an order past the client, which rests. */
export async function restingOrder({ asked }: Pick<FaultyExchange, 'asked'>, label: string): Promise<WireOrder> {
  const params = { instrument_name: OPTION, type: 'limit', price: RESTING_PRICE, amount: 0.1, label }
  return (await asked<{ order: WireOrder }>('private/sell', params)).order
}

/** One fault for requests of a method: for one of them, unless told otherwise. */
export function planOf(method: string, fault: RequestFault, times = 1): FaultPlanInput {
  return { script: [{ on: 'request', method, fault, times }] }
}

function clientOf(
  transport: TransportName,
  { connections, maxBodyBytes = MAX_BYTES, ...options }: NonNullable<SetUp['client']>,
  deps: Parameters<typeof createDeribitClient>[1],
): DeribitClient {
  if (transport === 'websocket') return createDeribitSocketClient({ maxFrameBytes: MAX_BYTES, ...options }, deps)
  const { heartbeatSec: _1, silenceMs: _2, reconnectMinMs: _3, reconnectMaxMs: _4, ...rest } = options
  const { cancelOnDisconnect: _5, maxFrameBytes: _6, ...ofHttp } = rest
  return createDeribitClient({ maxBodyBytes, ...(connections && { connections }), ...ofHttp }, deps)
}

type Watched = { isSettled: boolean }

function watch(promise: Promise<unknown>): Watched {
  const watched = { isSettled: false }
  const settle = () => {
    watched.isSettled = true
  }
  promise.then(settle, settle)
  return watched
}

function pendingOf(promises: Iterable<Watched>): number {
  return [...promises].filter(({ isSettled }) => !isSettled).length
}

/** The client with every promise of its methods watched. */
function watchingClient(client: DeribitClient, watched: <T>(promise: Promise<T>) => Promise<T>): DeribitClient {
  const watching = <Api extends object>(api: Api): Api =>
    new Proxy(api, {
      get(target, name, receiver) {
        const method = Reflect.get(target, name, receiver) as unknown
        if (typeof method !== 'function') return method
        return (...args: unknown[]) => {
          const result = method.apply(target, args) as unknown
          return result instanceof Promise ? watched(result) : result
        }
      },
    })
  return { ...client, public: watching(client.public), private: watching(client.private) }
}

/** One request on a connection of its own, with the key. */
function ask({ httpUrl }: SimServer, { method, params }: { method: string; params: object }): Promise<unknown> {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const authorization = `Basic ${Buffer.from(`${CREDENTIALS.clientId}:${CREDENTIALS.clientSecret}`).toString('base64')}`
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text), authorization }
  return new Promise((resolve, reject) => {
    httpRequest(`${httpUrl}/api/v2`, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const { result, error } = JSON.parse(Buffer.concat(chunks).toString()) as { result: unknown; error?: object }
        if (error === undefined) resolve(result)
        else reject(new Error(`${method}: ${JSON.stringify(error)}`))
      })
    })
      .on('error', reject)
      .end(text)
  })
}
