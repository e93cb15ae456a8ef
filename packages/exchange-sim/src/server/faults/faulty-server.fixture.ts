import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect, type Socket } from 'node:net'
import { createSystemClock } from '@cc/models/clock'
import { expect, onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { createSimServer } from '../create-sim-server.js'
import type { SimServerOptionsInput } from '../options.js'
import type { Envelope } from '../protocol.fixture.js'
import type { SimServer } from '../serve.js'
import { createFaultPlan, type FaultPlan } from './fault-plan.js'
import type { FaultPlanInput } from './fault-plan-input.js'

const START_MS = Date.UTC(2026, 0, 2, 10)
const market = createSyntheticMarket({ seed: 7, startMs: START_MS })
const credentials = { clientId: 'id', clientSecret: 'secret' }
const BASIC = `Basic ${Buffer.from('id:secret').toString('base64')}`

/** Far below the market, so that it rests. */
export const ORDER = { instrument_name: 'BTC-30JAN26-100000-C', amount: 0.1, price: 0.0005, type: 'limit' }
export const BUY = 'private/buy'
export const wish = (label: string) => ({ ...ORDER, label })

/** What is to come has not come by then: a busy machine may take its time. */
export const HANGS_MS = 60_000

export type FaultyServer = SimServer & {
  readonly plan: FaultPlan
  readonly problems: readonly string[]
  /** The time by which its orders are dated. */
  now(): number
}

/** A served exchange with the faults that are asked for, until the test is over. It must have had no failure of its own. */
export async function faultyServer(
  input: FaultPlanInput = {},
  options: SimServerOptionsInput = {},
): Promise<FaultyServer> {
  const plan = createFaultPlan(input)
  const problems: string[] = []
  const log = (message: string, facts?: unknown) => void problems.push(`${message} ${JSON.stringify(facts)}`)
  const logger = { debug: log, info: log, warn: log, error: log }
  const clock = createSystemClock({ startMs: START_MS })
  const server = await createSimServer(
    { rateLimits: 'off', ...options },
    { clock, market, credentials, logger, faults: plan },
  )
  onTestFinished(async () => {
    await server.close()
    expect(problems).toEqual([])
  })
  return { ...server, plan, problems, now: clock.now }
}

/** One fault for one request. */
export function once(
  method: string,
  fault: Extract<NonNullable<FaultPlanInput['script']>[number], { on: 'request' }>['fault'],
): FaultPlanInput {
  return { script: [{ on: 'request', method, fault }] }
}

export type HttpReply = { status: number; headers: IncomingHttpHeaders; body: Buffer; envelope(): Envelope }

/** One request on a connection of its own, private ones with the key. Rejects as node's client does. */
export function post(
  { httpUrl }: Pick<SimServer, 'httpUrl'>,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  { authorization = BASIC, timeoutMs = HANGS_MS }: { authorization?: string; timeoutMs?: number } = {},
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify({ jsonrpc: '2.0', id: 7, method, params })
    const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), authorization }
    const request = httpRequest(`${httpUrl}/api/v2`, { method: 'POST', headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(chunks)
        const { statusCode: status = 0, headers } = response
        resolve({ status, headers, body, envelope: () => JSON.parse(body.toString('utf8')) as Envelope })
      })
    })
    const deadline = setTimeout(() => request.destroy(new Error('too late')), timeoutMs)
    request.on('close', () => clearTimeout(deadline))
    request.on('error', reject).end(text)
  })
}

/** Result of a request that nothing goes wrong with. */
export async function call(
  server: Pick<SimServer, 'httpUrl'>,
  method: string,
  params?: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const { error, result } = (await post(server, method, params)).envelope()
  expect(error).toBeUndefined()
  return result
}

/** The open orders with a label. */
export async function openOrders(
  server: Pick<SimServer, 'httpUrl'>,
  label: string,
): Promise<{ creation_timestamp: number }[]> {
  const orders = await call(server, 'private/get_order_state_by_label', { currency: 'BTC', label })
  return orders as { creation_timestamp: number }[]
}

/** A connection whose bytes are looked at. */
export type RawConnection = {
  readonly socket: Socket
  send(bytes: string): void
  /** Everything that came so far. */
  received(): Buffer
  /** Waits until what came is as it should be. */
  until(isThere: (received: string) => boolean): Promise<string>
  /** How it ended: `end`, or the code of the error. */
  readonly ended: Promise<string>
}

export async function rawConnection({ httpUrl }: Pick<SimServer, 'httpUrl'>): Promise<RawConnection> {
  const socket = connect(Number(new URL(httpUrl).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const chunks: Buffer[] = []
  const received = () => Buffer.concat(chunks)
  const text = () => received().toString('latin1')
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.once('close', () => resolve('end'))
  })
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk))
  await new Promise((resolve) => socket.once('connect', resolve))
  return {
    socket,
    ended,
    received,
    send: (bytes) => void socket.write(bytes),
    async until(isThere) {
      while (!isThere(text())) {
        await Promise.race([
          new Promise((resolve) => socket.once('data', resolve)),
          ended.then((how) => {
            throw new Error(`it ended before, with ${how}: ${text()}`)
          }),
        ])
      }
      return text()
    },
  }
}

/** A request as bytes. */
export function bytesOf(method: string, params: Readonly<Record<string, unknown>> = {}, id = 7): string {
  const text = JSON.stringify({ jsonrpc: '2.0', id, method, params })
  return `POST /api/v2 HTTP/1.1\r\nHost: x\r\nAuthorization: ${BASIC}\r\nContent-Length: ${text.length}\r\n\r\n${text}`
}

/** Whether nothing comes for a while. */
export async function isSilent(emitter: NodeJS.EventEmitter, event: string, ms = 80): Promise<boolean> {
  let heard = false
  const listen = () => {
    heard = true
  }
  emitter.on(event, listen)
  await new Promise((resolve) => setTimeout(resolve, ms))
  emitter.off(event, listen)
  return !heard
}

/** A WebSocket whose frames are looked at. */
export type Listener = {
  readonly ws: WebSocket
  /** The connection of TCP below. */
  readonly below: Socket
  readonly frames: string[]
  send(method: string, params?: Readonly<Record<string, unknown>>, id?: number): void
  /** The next frame that fits, of those that were not given yet. */
  next(fits?: (frame: Envelope & Notification) => boolean): Promise<Envelope & Notification>
  /** How it ended: the code, or the word of the error. */
  readonly ended: Promise<number | string>
}
type Notification = { method?: string; params?: { channel: string; data: unknown } }

export async function listen(
  { wsUrl }: Pick<SimServer, 'wsUrl'>,
  { authenticated = true, ...options }: { authenticated?: boolean; perMessageDeflate?: boolean } = {},
): Promise<Listener> {
  const ws = new WebSocket(wsUrl, options)
  ws.on('error', () => {})
  onTestFinished(() => ws.terminate())
  const frames: string[] = []
  const waiting: string[] = []
  const ended = new Promise<number | string>((resolve) => {
    ws.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    ws.on('close', (code) => resolve(code))
  })
  ws.on('message', (data: Buffer) => {
    frames.push(data.toString('utf8'))
    waiting.push(data.toString('utf8'))
  })
  await new Promise<void>((resolve, reject) => ws.once('open', resolve).once('error', reject))
  const listener: Listener = {
    ws,
    below: (ws as unknown as { _socket: Socket })._socket,
    frames,
    ended,
    send(method, params = {}, id = 7) {
      ws.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    },
    async next(fits = () => true) {
      for (;;) {
        for (const [index, frame] of waiting.entries()) {
          const read = JSON.parse(frame) as Envelope & Notification
          if (fits(read)) {
            waiting.splice(index, 1)
            return read
          }
        }
        await Promise.race([
          new Promise((resolve) => ws.once('message', resolve)),
          ended.then((how) => {
            throw new Error(`it ended before, with ${how}`)
          }),
        ])
      }
    },
  }
  if (authenticated) {
    listener.send('public/auth', { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }, 1)
    await listener.next(({ id }) => id === 1)
    frames.length = 0
  }
  return listener
}
