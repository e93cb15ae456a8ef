import { CcError } from '@cc/models'
import { clientClosed } from '../errors.js'
import type { Delivery, Transport } from '../transport/transport.js'
import { createBackOff } from './back-off.js'
import { createListeners } from './listeners.js'
import { createReadiness } from './readiness.js'
import { noConnection } from './socket-errors.js'
import { createSocketLife, type SocketLife, type SocketLifeDeps, type SocketLifeOptions } from './socket-life.js'

/**
 * `idle` until something is asked. `connecting`: there is no socket. `greeting`: there is one, and it is being signed in.
 * `open`: requests go. `waiting`: a pause before the next try. `closed`: for good, by `close` or a failure that no further
 * try would mend.
 */
export type ConnectionState = 'idle' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'closed'

/** What a connection tells those who depend on it, in the order in which it happens. */
export type ConnectionListener = {
  /** A socket has been opened, signed in and prepared. `epoch` counts them from 1: what was known of an earlier one is void. */
  onOpen?(epoch: number): void
  /** The socket ended; another is on its way. */
  onLost?(reason: string): void
  /** There will be no other. */
  onClosed?(error: CcError): void
}

/** How a connection is. */
export type ConnectionView = {
  state(): ConnectionState
  /** Of the present socket, or the last; 0 before the first. */
  epoch(): number
  /** Tells the listener what happens from now on, until the function that it returns is called. */
  watch(listener: ConnectionListener): () => void
}

/** One WebSocket at a time, renewed for as long as it is wanted. As a transport, it carries requests by their ids. */
export type Connection = Transport &
  ConnectionView & {
    /** Begins to connect, where nobody has asked for anything yet. */
    start(): void
    /** Ends the present socket as if it were lost: for what must not be trusted any more. */
    renew(reason: string): void
    /** Why there is no connection, or why the last one ended. */
    lastFailure(): CcError | undefined
  }

/** Times in ms. */
export type ConnectionOptions = SocketLifeOptions & {
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
}

/** A greeting that rejects with recovery `halt` closes the connection: no other try would go better. */
export type ConnectionDeps = SocketLifeDeps & {
  /** From 0 to below 1, for pauses that differ. */
  readonly random: () => number
}

/** What goes before a connection is open: signing in, for which the time may be asked, and preparing it. */
const GREETING: ReadonlySet<string> = new Set([
  'public/auth',
  'public/get_time',
  'public/set_heartbeat',
  'private/enable_cancel_on_disconnect',
])

/** A connection that held for as long is no failure. */
const PROVEN_MS = 10_000

/** After too many requests the exchange is left alone for at least as long. */
const LEAST_REST_MS = 1_000

/**
 * Connects with the first request, and again after each loss, with growing pauses. Whoever has sent something on a socket
 * that ended is told so; whoever has not may wait for the next.
 *
 * https://docs.deribit.com/articles/connection-management-best-practices
 */
export function createConnection(options: ConnectionOptions, deps: ConnectionDeps): Connection {
  const { clock, logger } = deps
  const { watch, tell } = createListeners<ConnectionListener>(logger)
  const readiness = createReadiness()
  const stopping = new AbortController()
  let isWanted = false
  let epoch = 0
  let life: SocketLife | undefined
  let lastFailure: CcError | undefined
  /** Set as soon as nothing may be sent any more; `stopping` once nothing may be answered either. */
  let closedWith: CcError | undefined
  let restUntilMs = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined
  let closing: Promise<void> | undefined

  function state(): ConnectionState {
    if (stopping.signal.aborted) return 'closed'
    return life?.stage() ?? (isWanted ? 'waiting' : 'idle')
  }

  function start(): void {
    if (isWanted || closedWith !== undefined) return
    isWanted = true
    running = run().catch((error) => {
      if (!stopping.signal.aborted) finish(CcError.isInstance(error) ? error : noConnection('failed'))
    })
  }

  async function run(): Promise<void> {
    const { reconnectMinMs: minMs, reconnectMaxMs: maxMs } = options
    const backOff = createBackOff({ minMs, maxMs, random: deps.random })
    while (closedWith === undefined) {
      life = createSocketLife(options, deps, { onGreeting: () => readiness.go('greeting'), onOpen, onTooMany, onEnd })
      const openMs = await life.live()
      if (closedWith !== undefined) return
      if (openMs >= PROVEN_MS) backOff.reset()
      const pauseMs = Math.max(backOff.next(), restUntilMs - clock.now())
      logger.warn('there is no connection to the exchange', {
        ...(lastFailure && { ...lastFailure.facts, code: lastFailure.code }),
        pauseMs,
      })
      await clock.sleep(pauseMs, stopping.signal)
    }
  }

  function onOpen(): void {
    epoch += 1
    const opened = epoch
    logger.info('connected to the exchange', { epoch })
    tell((listener) => listener.onOpen?.(opened))
    readiness.go('all')
  }

  function onTooMany(waitMs: number | null): void {
    restUntilMs = Math.max(restUntilMs, clock.now() + Math.max(waitMs ?? 0, LEAST_REST_MS))
  }

  function onEnd({ reason, error, wasOpen }: { reason: string; error: CcError; wasOpen: boolean }): void {
    lastFailure = error
    if (closedWith !== undefined) return
    if (wasOpen) tell((listener) => listener.onLost?.(reason))
    else if (error.recovery === 'halt') finish(error)
  }

  function finish(error: CcError): void {
    if (stopping.signal.aborted) return
    closedWith ??= error
    stopping.abort(closedWith)
    life?.end('closed', closedWith)
    readiness.fail(closedWith)
    tell((listener) => listener.onClosed?.(error))
  }

  async function shut(): Promise<void> {
    if (closedWith === undefined) {
      closedWith = clientClosed()
      if (life?.stage() === 'open') await life.drained()
      finish(closedWith)
    }
    await running
  }

  function mayGo(method: string): boolean {
    return state() === 'open' || (state() === 'greeting' && GREETING.has(method))
  }

  return {
    state,
    epoch: () => epoch,
    lastFailure: () => lastFailure,
    start,
    renew(reason) {
      if (life?.stage() !== 'connecting') life?.end(reason)
    },
    watch,
    async ready(method, signal) {
      signal.throwIfAborted()
      start()
      for (;;) {
        if (closedWith !== undefined) throw closedWith
        if (mayGo(method)) return
        await readiness.wait(GREETING.has(method), signal)
      }
    },
    async send({ id, method, params, token }, signal) {
      if (signal.aborted) return notSent('aborted')
      if (closedWith !== undefined) return notSent('closed')
      if (life === undefined || !mayGo(method)) return notSent('not-connected')
      const sent = token === undefined ? params : { ...params, access_token: token }
      return life.ask(id, JSON.stringify({ jsonrpc: '2.0', id, method, params: sent }), signal)
    },
    close() {
      closing ??= shut()
      return closing
    },
  }
}

function notSent(reason: string): Delivery {
  return { kind: 'not-sent', reason, isUntrusted: false }
}
