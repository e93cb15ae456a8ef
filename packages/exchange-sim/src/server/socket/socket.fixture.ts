import type { Clock } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { WebSocket } from 'ws'
import { createSyntheticMarket } from '../../synthetic/synthetic-market.js'
import { createSimServer, type SimServerDeps } from '../create-sim-server.js'
import type { SimServerOptionsInput } from '../options.js'
import { byCredentials, CREDENTIALS, type Envelope } from '../protocol.fixture.js'
import type { SimServer } from '../serve.js'

const START_MS = Date.UTC(2026, 0, 2)
const market = createSyntheticMarket({ seed: 1, startMs: START_MS })

/** A clock that stands still until it is told to go on, whoever sleeps on it. */
export function createSteppedClock(startMs = START_MS): Clock & {
  advance(ms: number): Promise<void>
  sleepers(): number
} {
  let nowMs = startMs
  const sleeping = new Set<{ wakeMs: number; wake: () => void }>()
  return {
    now: () => nowMs,
    hold: (work) => work(),
    sleepers: () => sleeping.size,
    sleep(durationMs, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const sleeper = { wakeMs: nowMs + durationMs, wake: resolve }
        sleeping.add(sleeper)
        signal?.addEventListener('abort', () => {
          if (sleeping.delete(sleeper)) reject(signal.reason)
        })
      })
    },
    async advance(ms) {
      const targetMs = nowMs + ms
      for (;;) {
        const [next] = [...sleeping].filter(({ wakeMs }) => wakeMs <= targetMs).sort((a, b) => a.wakeMs - b.wakeMs)
        if (next === undefined) break
        nowMs = Math.max(nowMs, next.wakeMs)
        sleeping.delete(next)
        next.wake()
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      }
      nowMs = targetMs
    },
  }
}

/** A served exchange in virtual time; with `wallClock` its sockets have a time of their own. */
export async function serveSockets(
  options: SimServerOptionsInput = {},
  {
    clock = createVirtualClock({ startMs: START_MS }),
    ...others
  }: Pick<Partial<SimServerDeps>, 'clock' | 'wallClock' | 'faults'> = {},
): Promise<SimServer> {
  return createSimServer(
    { virtualTime: true, rateLimits: 'off', accessTokenSec: 86_400 * 365, ...options },
    { clock, market, credentials: CREDENTIALS, ...others },
  )
}

/** For what is to come: it has not come by then, however busy the machine is. */
export const HANGS = { timeout: 60_000 }

/** Anything that comes in one frame. */
export type Frame = Partial<Envelope> & {
  method?: string
  params?: { channel?: string; type?: string; data?: unknown }
}

/** A client that keeps all frames. */
export type TestClient = {
  readonly ws: WebSocket
  readonly frames: Frame[]
  /** When the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>
  call(method: string, params?: Record<string, unknown>): Promise<Envelope>
  auth(more?: Record<string, unknown>): Promise<{ access_token: string; refresh_token: string; scope: string }>
  /** The first frame, of those to come and those that have, that is like this. */
  frame(is: (frame: Frame) => boolean): Promise<Frame>
  send(text: string | Uint8Array): void
}

export async function connectClient({ wsUrl }: { wsUrl: string }): Promise<TestClient> {
  const ws = new WebSocket(wsUrl, { perMessageDeflate: false })
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  let lastId = 0
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
  ws.on('error', () => {})
  ws.on('message', (data: Buffer) => {
    frames.push(JSON.parse(data.toString()))
    for (const look of waiting) look()
  })
  await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject))

  function frame(is: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      function look(): void {
        const found = frames.find(is)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      void closed.then(({ reason }) => waiting.delete(look) && reject(new Error(`The connection ended: ${reason}`)))
      look()
    })
  }

  async function call(method: string, params?: Record<string, unknown>): Promise<Envelope> {
    lastId += 1
    const id = lastId
    ws.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
    return (await frame((each) => each.id === id)) as Envelope
  }

  return {
    ws,
    frames,
    closed,
    call,
    frame,
    send: (text) => ws.send(text),
    async auth(more = {}) {
      const { result } = await call('public/auth', byCredentials(more))
      return result as { access_token: string; refresh_token: string; scope: string }
    },
  }
}

/** The same methods over HTTP, with credentials of their own. */
export async function callOverHttp(
  { httpUrl }: { httpUrl: string },
  method: string,
  params: Record<string, unknown> = {},
): Promise<Envelope> {
  const { clientId, clientSecret } = CREDENTIALS
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const response = await fetch(`${httpUrl}/api/v2/${method}`, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    headers: { 'Content-Type': 'application/json', ...(method.startsWith('private/') ? { Authorization: basic } : {}) },
  })
  return (await response.json()) as Envelope
}

/** A bid for a call of the last expiry that rests far from the market. */
export async function restingBid(client: TestClient): Promise<Record<string, unknown>> {
  const { result } = await client.call('public/get_instruments', { currency: 'BTC', kind: 'option' })
  const calls = (result as { option_type: string; instrument_name: string; expiration_timestamp: number }[])
    .filter(({ option_type }) => option_type === 'call')
    .sort((a, b) => b.expiration_timestamp - a.expiration_timestamp)
  for (const { instrument_name } of calls) {
    const ticker = (await client.call('public/ticker', { instrument_name })).result as Record<string, number>
    const { min_price: lowest = 0, best_bid_price: best = 0 } = ticker
    const price = Math.round((lowest + best) * 1_000) / 2_000
    if (best - lowest > 0.01) return { instrument_name, amount: 0.1, type: 'limit', price, post_only: false }
  }
  throw new Error('No call has a bid far enough from its lowest price.')
}
