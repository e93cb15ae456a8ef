import type { Clock } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import type { Exchange } from '../../exchange/exchange-port.js'
import { KEY_RIGHTS, type Rights } from '../auth/scope.js'
import type { Connection } from '../method.js'
import { readParams } from '../params.js'
import { RpcError } from '../rpc-error.js'
import { createStreamHub } from './create-stream-hub.js'

/** One notification, as it was read. */
// biome-ignore lint/suspicious/noExplicitAny: data are JSON of as many shapes as there are channels.
type Heard = { readonly channel: string; readonly data: any; readonly label?: string }

/** A connection that keeps what it hears. */
export type Listener = Connection & {
  readonly frames: string[]
  /** What came since it was asked last, of one channel or of all. */
  take(channel?: string): readonly Heard[]
}

/** A clock that a test moves; sleepers wake as it passes them. */
export function createManualClock(
  startMs: number,
): Clock & { pass(durationMs: number): Promise<void>; sleepers(): number } {
  const sleepers = new Set<{ wakeMs: number; wake(): void }>()
  let nowMs = startMs
  return {
    now: () => nowMs,
    sleepers: () => sleepers.size,
    sleep(durationMs, signal) {
      return new Promise((resolve, reject) => {
        const sleeper = { wakeMs: nowMs + durationMs, wake: resolve }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper)
          reject(signal.reason)
        })
      })
    },
    async pass(durationMs) {
      const endMs = nowMs + durationMs
      while (true) {
        const [next] = [...sleepers].sort((a, b) => a.wakeMs - b.wakeMs)
        if (next === undefined || next.wakeMs > endMs) break
        nowMs = Math.max(nowMs, next.wakeMs)
        sleepers.delete(next)
        next.wake()
        await new Promise(setImmediate)
      }
      nowMs = endMs
    },
    hold: (work) => work(),
  }
}

/** A hub over an exchange, called as the server calls it. Time stands still unless there is a clock. */
export function hubOver(
  exchange: Exchange,
  { clock, rights = KEY_RIGHTS }: { clock?: Clock; rights?: Rights | null } = {},
) {
  const failures: unknown[] = []
  const log = (message: string, facts?: unknown) => void failures.push({ message, facts })
  const time = clock ?? createVirtualClock({ startMs: exchange.nowMs() })
  const hub = createStreamHub({
    exchange,
    clock: time,
    standing: clock === undefined,
    rightsOf: () => rights,
    logger: { debug: log, info: log, warn: log, error: log },
  })
  const methods = new Map(hub.methods.map((method) => [method.name as string, method]))
  let connections = 0

  function call(connection: Connection, name: string, params: Readonly<Record<string, unknown>> = {}): unknown {
    const method = methods.get(name)
    if (method === undefined) throw new Error(`There is no method ${name}.`)
    exchange.advanceTo(time.now())
    return method.handle({ params: readParams(params), exchange, nowMs: time.now(), clock: time, connection })
  }

  return {
    hub,
    failures,
    call,
    subscribe: (connection: Connection, ...channels: string[]) => call(connection, 'private/subscribe', { channels }),
    unsubscribe: (connection: Connection, ...channels: string[]) =>
      call(connection, 'public/unsubscribe', { channels }),
    /** The number of the error that a call fails with. */
    failure(connection: Connection, name: string, params: Readonly<Record<string, unknown>>): number {
      try {
        call(connection, name, params)
      } catch (error) {
        if (error instanceof RpcError) return error.code
        throw error
      }
      throw new Error(`${name} was answered.`)
    },
    connect(): Listener {
      const frames: string[] = []
      let heard: Heard[] = []
      connections += 1
      return {
        transport: 'websocket',
        id: connections,
        frames,
        session: {
          token: null,
          cancelOnDisconnect: false,
          boundOrders: new Set(),
          setHeartbeat() {},
          answerTestRequest() {},
          logout() {},
          notify(channel, frame) {
            const message = JSON.parse(frame)
            if (message.params.channel !== channel) throw new Error(`${channel} was sent as ${message.params.channel}.`)
            frames.push(frame)
            heard.push(message.params)
          },
        },
        take(channel) {
          const taken = heard.filter((each) => channel === undefined || each.channel === channel)
          heard = heard.filter((each) => !taken.includes(each))
          return taken
        },
      }
    },
  }
}
