import { CcError, type Clock, type Facts, type Logger } from '@cc/models'
import { createVirtualClock } from '@cc/models/clock'
import { z } from 'zod'
import type { Call } from '../method.js'
import type { ConnectionListener, ConnectionState } from '../socket/connection.js'
import type { Drift } from '../wire/read-result.js'
import { wireObject } from '../wire/wire-object.js'
import type { Channel, ChannelSink } from './channel.js'
import { createChannelRegistry } from './channel-registry.js'

/** What the model exchange sends: whether it is whole, and the how-manieth of its channel. */
export type Sent = { whole: boolean; n: number }

const sentSchema = wireObject({ whole: z.boolean(), n: z.int() })

/** A channel of the model's: whole ones start with `w`, newest ones with `n`, those of the account with `user`. */
export function modelChannel(name: string): Channel<Sent> {
  return {
    name,
    isPrivate: name.startsWith('user'),
    data: sentSchema,
    delivery: name.startsWith('n') ? 'newest' : 'every',
    startsWhole: name.startsWith('w'),
  }
}

/** What a sink was told, in order. */
export type Told =
  | { told: 'data'; n: number; whole: boolean; epoch: number }
  | { told: 'begin'; epoch: number }
  | { told: 'pause' }
  | { told: 'unreadable' | 'end'; code: string }

export function createRecorder() {
  const heard: Told[] = []
  const codeOf = (error: unknown) => (CcError.isInstance(error) ? error.code : String(error))
  const sink: ChannelSink<Sent> = {
    onData: ({ n, whole }, { epoch }) => void heard.push({ told: 'data', n, whole, epoch }),
    onBegin: (epoch) => void heard.push({ told: 'begin', epoch }),
    onPause: () => void heard.push({ told: 'pause' }),
    onUnreadable: (error) => void heard.push({ told: 'unreadable', code: codeOf(error) }),
    onEnd: (error) => void heard.push({ told: 'end', code: codeOf(error) }),
  }
  return { sink, heard, data: () => heard.flatMap((one) => (one.told === 'data' ? [one.n] : [])) }
}

/** How the exchange treats a request: `not-heard` and `not-answered` fail for the client, the second having been done. */
type Treatment = 'answered' | 'not-heard' | 'not-answered' | CcError

type ModelCall = {
  method: string
  channels: string[]
  /** Settles the call. */
  treat(treatment: Treatment): void
}

/** An exchange that knows which channels each connection has subscribed to, and a registry that is connected to it. */
export function createModelExchange({
  isHeld = false,
  unknown = [] as string[],
  strict = false,
  signsIn = false,
} = {}) {
  const virtual = createVirtualClock({ startMs: 1_000_000 })
  let sleepers = 0
  const clock: Clock = {
    ...virtual,
    sleep(durationMs, signal) {
      sleepers += 1
      return virtual.sleep(durationMs, signal).finally(() => {
        sleepers -= 1
      })
    },
  }
  const served = new Set<string>()
  const counts = new Map<string, number>()
  const calls: ModelCall[] = []
  const held: ModelCall[] = []
  const logged: { level: string; message: string; facts: Facts }[] = []
  const drifts: Drift[] = []
  let state: ConnectionState = 'idle'
  let epoch = 0
  let connection = 0
  const listeners = new Set<ConnectionListener>()
  const starts = { count: 0 }
  const log =
    (level: string) =>
    (message: string, facts: Facts = {}) =>
      void logged.push({ level, message, facts })
  const logger: Logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }

  function send(name: string, whole = false): void {
    const n = (counts.get(name) ?? 0) + 1
    counts.set(name, n)
    registry.take(name, { whole, n }, clock.now())
  }

  function effect(method: string, names: readonly string[]): string[] {
    const known = names.filter((name) => !unknown.includes(name))
    for (const name of known) {
      if (method.endsWith('/unsubscribe')) served.delete(name)
      else if (!served.has(name)) {
        served.add(name)
        if (name.startsWith('w')) send(name, true)
      }
    }
    return known.toReversed()
  }

  const call: Call = (method, params, { signal } = {}) => {
    const { channels } = params as unknown as { channels: string[] }
    const mine = connection
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal?.aborted) reject(signal.reason)
      const made: ModelCall = {
        method: method.name,
        channels,
        treat(treatment) {
          if (mine !== connection || state !== 'open') return
          if (treatment instanceof CcError) return reject(treatment)
          const result = treatment === 'not-heard' ? [] : effect(method.name, channels)
          if (treatment === 'answered') {
            resolve({ result: result as never, takenInMs: 0, answeredMs: 0, testnet: true })
          } else reject(failure('deribit/no-answer', 'retry'))
        },
      }
      calls.push(made)
      if (isHeld) held.push(made)
      else queueMicrotask(() => made.treat('answered'))
    })
  }

  const registry = createChannelRegistry({
    connection: {
      state: () => state,
      start() {
        starts.count += 1
        state = 'connecting'
      },
      watch(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    call,
    logger,
    clock,
    strict,
    signsIn,
    onDrift: (drift) => drifts.push(drift),
  })

  return {
    registry,
    clock,
    /** How many wait for a time. */
    sleepers: () => sleepers,
    served,
    /** Requests so far, as `subscribe a b`. */
    calls,
    asked: () => calls.map(({ method, channels }) => `${method} ${channels.join(' ')}`),
    held,
    logged,
    drifts,
    starts,
    state: () => state,
    send(name: string) {
      if (served.has(name)) send(name)
    },
    open() {
      state = 'open'
      epoch += 1
      connection += 1
      for (const listener of listeners) listener.onOpen?.(epoch)
    },
    lose() {
      state = 'waiting'
      connection += 1
      served.clear()
      for (const listener of listeners) listener.onLost?.('closed-1006')
    },
    close(error: CcError) {
      state = 'closed'
      served.clear()
      for (const listener of listeners) listener.onClosed?.(error)
    },
    /** Lets everything happen that happens by itself, pauses too. */
    quiet: () => clock.sleep(200_000),
  }
}

/** One that is connected. */
export function openedExchange(options: Parameters<typeof createModelExchange>[0] = {}) {
  const exchange = createModelExchange(options)
  exchange.open()
  return exchange
}

/** A sink on a channel, and what it is told. */
export function hearing(exchange: ReturnType<typeof createModelExchange>, name: string) {
  const recorder = createRecorder()
  const attachment = exchange.registry.attach(modelChannel(name), recorder.sink)
  return { ...recorder, ...attachment, name }
}

export function failure(code: string, recovery: CcError['recovery'], facts: Facts = {}): CcError {
  return new CcError(code, { code, recovery, facts })
}
