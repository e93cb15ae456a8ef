import type { CcError } from '@cc/models'
import { silentLogger } from '@cc/models/testing'
import { onTestFinished } from 'vitest'
import { createManualClock } from '../manual-clock.fixture.js'
import type { Delivery } from '../transport/transport.js'
import { type ConnectionDeps, type ConnectionOptions, createConnection } from './connection.js'
import type { WireSocketEvents } from './wire-socket.js'

export const never = new AbortController().signal

type FakeSocket = { readonly sent: Record<string, unknown>[]; readonly events: WireSocketEvents; isOver: boolean }

/** A connection over sockets that a test plays, on a clock that it moves. `open` may refuse. */
export function setUp(options: Partial<ConnectionOptions> = {}, deps: Partial<ConnectionDeps> = {}) {
  const clock = createManualClock()
  const sockets: FakeSocket[] = []
  const triedAtMs: number[] = []
  const told: string[] = []
  const heard: unknown[] = []
  const refusals: (CcError | 'hang')[] = []
  const connection = createConnection(
    { openTimeoutMs: 5_000, silenceMs: 30_000, reconnectMinMs: 250, reconnectMaxMs: 4_000, ...options },
    {
      clock,
      logger: silentLogger,
      random: () => 0,
      greet: async () => {},
      onNotification: (channel, data, receivedMs) => void heard.push([channel, data, receivedMs]),
      async openSocket(events, signal) {
        triedAtMs.push(clock.now())
        const refusal = refusals.shift()
        if (refusal === 'hang') {
          await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        } else if (refusal !== undefined) throw refusal
        const socket: FakeSocket = { sent: [], events, isOver: false }
        sockets.push(socket)
        return {
          send(text) {
            if (socket.isOver) return false
            socket.sent.push(JSON.parse(text))
            return true
          },
          destroy() {
            socket.isOver = true
          },
        }
      },
      ...deps,
    },
  )
  connection.watch({
    onOpen: (epoch) => void told.push(`open ${epoch}`),
    onLost: (reason) => void told.push(`lost ${reason}`),
    onClosed: ({ code }) => void told.push(`closed ${code}`),
  })
  onTestFinished(() => {
    sockets.at(-1)?.events.onEnd('test-over')
    return connection.close()
  })
  return {
    clock,
    connection,
    sockets,
    triedAtMs,
    told,
    heard,
    refusals,
    last: () => sockets.at(-1) as FakeSocket,
    ask: (id: number, method = 'public/ticker', signal = never) =>
      connection.send({ id, method, params: { a: 1 } }, signal),
    say: (frame: unknown) => sockets.at(-1)?.events.onText(typeof frame === 'string' ? frame : JSON.stringify(frame)),
  }
}

export function fail(): never {
  throw new Error('broken')
}

/** Lets everything happen that needs no time. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 20; i += 1) await Promise.resolve()
}

export async function opened(options: Partial<ConnectionOptions> = {}, deps: Partial<ConnectionDeps> = {}) {
  const made = setUp(options, deps)
  await made.connection.ready('public/ticker', never)
  return made
}

export const reply = (id: unknown, result: unknown = id) => ({ jsonrpc: '2.0', id, result })
export const resultOf = (delivery: Delivery) =>
  delivery.kind === 'reply' ? (delivery.body as { json: { result: unknown } }).json.result : delivery
