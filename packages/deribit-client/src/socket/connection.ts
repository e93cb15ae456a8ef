import { CcError, type Clock, type Logger } from '@cc/models'
import { abortable, startDeadline } from '../deadline.js'
import { clientClosed } from '../errors.js'
import { refusalOf } from '../refusal.js'
import type { Delivery, Transport } from '../transport/transport.js'
import { createBackOff } from './back-off.js'
import { createFrameReader } from './frame-reader.js'
import { createListeners } from './listeners.js'
import { createPendingReplies } from './pending-replies.js'
import { createReadiness } from './readiness.js'
import { createSilence, type Silence } from './silence.js'
import { noConnection } from './socket-errors.js'
import type { OpenSocket, WireSocket } from './wire-socket.js'

/**
 * `idle` until something is asked. `connecting`: there is no socket. `greeting`: there is one, and it is being signed in.
 * `open`: requests go. `waiting`: a pause before the next try. `closed`: for good, by `close` or a failure that no further
 * try would mend.
 */
export type ConnectionState = 'idle' | 'connecting' | 'greeting' | 'open' | 'waiting' | 'closed'

/** What a connection tells those who depend on it. */
export type ConnectionListener = {
  /** A socket has been opened, signed in and prepared. `epoch` counts them from 1: what was known of an earlier one is void. */
  onOpen?(epoch: number): void
  /** The socket ended; another is on its way. */
  onLost?(reason: string): void
  /** There will be no other. */
  onClosed?(error: CcError): void
}

/** One WebSocket at a time, renewed for as long as it is wanted. As a transport, it carries requests by their ids. */
export type Connection = Transport & {
  state(): ConnectionState
  /** Of the present socket, or the last; 0 before the first. */
  epoch(): number
  /** Begins to connect, where nobody has asked for anything yet. */
  start(): void
  /** Ends the present socket as if it were lost: for what must not be trusted any more. */
  renew(reason: string): void
  watch(listener: ConnectionListener): () => void
}

/** Times in ms. */
export type ConnectionOptions = {
  /** For opening a socket and greeting. */
  readonly openTimeoutMs: number
  /** Longest time without any frame. */
  readonly silenceMs: number
  readonly reconnectMinMs: number
  readonly reconnectMaxMs: number
}

export type ConnectionDeps = {
  readonly clock: Clock
  readonly logger: Logger
  /** From 0 to below 1, for pauses that differ. */
  readonly random: () => number
  readonly openSocket: OpenSocket
  /**
   * Signs in on the present socket and prepares it. Rejects with recovery `halt` where no other try would go better; any
   * other failure costs the socket.
   */
  readonly greet: (signal: AbortSignal) => Promise<void>
  readonly onNotification: (channel: string, data: unknown, receivedMs: number) => void
}

/** A socket from the first try to its end. */
type Life = { socket: WireSocket | undefined; silence: Silence | undefined; end(reason: string, error?: CcError): void }

/** What goes before a connection is open: signing in, and preparing it. */
const GREETING: ReadonlySet<string> = new Set([
  'public/auth',
  'public/get_time',
  'public/set_heartbeat',
  'public/test',
  'private/enable_cancel_on_disconnect',
])

/** A connection that held for as long is no failure. */
const PROVEN_MS = 10_000

/** After too many requests the exchange ends the session. It is left alone for at least as long. */
const LEAST_REST_MS = 1_000
const TOO_MANY_REQUESTS = 10_028

/** Above all ids of requests. */
const TEST_ID = 2_000_000_000
const TEST_REQUEST = JSON.stringify({ jsonrpc: '2.0', id: TEST_ID, method: 'public/test', params: {} })

/**
 * Connects with the first request, and again after each loss, with growing pauses. Whoever has sent something on a socket
 * that ended is told so; whoever has not may wait for the next.
 *
 * https://docs.deribit.com/articles/connection-management-best-practices
 */
export function createConnection(
  options: ConnectionOptions,
  deps: ConnectionDeps,
): Connection & {
  /** Why there is no connection, or why the last one ended. */
  lastFailure(): CcError | undefined
} {
  const { clock, logger } = deps
  const { watch, tell } = createListeners<ConnectionListener>(logger)
  const pending = createPendingReplies()
  const readiness = createReadiness()
  const stopping = new AbortController()
  let state: ConnectionState = 'idle'
  let epoch = 0
  let life: Life | undefined
  let lastFailure: CcError | undefined
  let closedWith: CcError | undefined
  let restUntilMs = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined
  let closing: Promise<void> | undefined

  async function run(): Promise<void> {
    const { reconnectMinMs: minMs, reconnectMaxMs: maxMs } = options
    const backOff = createBackOff({ minMs, maxMs, random: deps.random })
    while (closedWith === undefined) {
      const openMs = await live()
      if (closedWith !== undefined) return
      if (openMs >= PROVEN_MS) backOff.reset()
      const pauseMs = Math.max(backOff.next(), restUntilMs - clock.now())
      logger.warn('there is no connection to the exchange', { ...lastFailure?.facts, pauseMs })
      await clock.sleep(pauseMs, stopping.signal)
    }
  }

  /** One socket. Resolves at its end, with the time for which it was open. */
  async function live(): Promise<number> {
    const over = new AbortController()
    let openedMs: number | undefined
    const own: Life = {
      socket: undefined,
      silence: undefined,
      end(reason, error = noConnection(reason)) {
        if (over.signal.aborted) return
        lastFailure = error
        life = undefined
        state = 'waiting'
        over.abort(error)
        own.socket?.destroy()
        pending.lose(reason)
        if (openedMs !== undefined && closedWith === undefined) tell((listener) => listener.onLost?.(reason))
      },
    }
    life = own
    state = 'connecting'
    const deadline = startDeadline(clock, {
      durationMs: options.openTimeoutMs,
      error: () => noConnection(own.socket === undefined ? 'no-handshake-in-time' : 'no-greeting-in-time'),
      signals: [over.signal],
    })
    try {
      const events = { onText: (text: string) => take(own, text), onEnd: own.end }
      const socket = await deps.openSocket(events, deadline.signal)
      if (over.signal.aborted) socket.destroy()
      over.signal.throwIfAborted()
      own.socket = socket
      own.silence = createSilence(clock, options.silenceMs)
      void own.silence.watch(over.signal, () => own.end('silent'))
      state = 'greeting'
      readiness.go('greeting')
      await abortable(deps.greet(deadline.signal), deadline.signal)
      over.signal.throwIfAborted()
      deadline.end()
      openedMs = clock.now()
      epoch += 1
      state = 'open'
      logger.info('connected to the exchange', { epoch })
      tell((listener) => listener.onOpen?.(epoch))
      readiness.go('all')
      await aborted(over.signal)
      return clock.now() - openedMs
    } catch (error) {
      if (!CcError.isInstance(error)) logger.error('the greeting failed for no known reason', { name: nameOf(error) })
      const failure = CcError.isInstance(error) ? error : noConnection('failed')
      if (failure.recovery === 'halt') closedWith ??= failure
      own.end(failure.code, failure)
      if (failure.recovery === 'halt') finish(failure)
      return 0
    } finally {
      deadline.end()
    }
  }

  const read = createFrameReader({
    onNotification: deps.onNotification,
    onReply(id, frame, receivedMs) {
      const { error } = frame as { error?: { code?: unknown; data?: unknown } | null }
      if (error?.code === TOO_MANY_REQUESTS) rest(error.data)
      if (id === TEST_ID || pending.answer(id, frame, receivedMs)) return
      const facts = {
        id: typeof id === 'number' ? id : null,
        code: typeof error?.code === 'number' ? error.code : null,
      }
      if (id == null && error != null)
        logger.warn('the exchange reports an error without saying of which request', facts)
      else logger.debug('nobody waits for a reply', facts)
    },
    onTestRequest: () => void life?.socket?.send(TEST_REQUEST),
    // Whatever it was, it is lost.
    onMalformed: (problem) => life?.end(`malformed-frame (${problem})`),
  })

  function take(own: Life, text: string): void {
    if (life !== own) return
    const receivedMs = clock.now()
    try {
      if (own.silence?.broken(receivedMs) === false) own.end('silent')
      else read(text, receivedMs)
    } catch (error) {
      logger.error('a frame could not be taken', { code: CcError.isInstance(error) ? error.code : 'unexpected' })
    }
  }

  function rest(data: unknown): void {
    const { waitMs } = refusalOf({ code: TOO_MANY_REQUESTS, message: '', data }, () => false)
    restUntilMs = clock.now() + Math.max(waitMs ?? 0, LEAST_REST_MS)
  }

  function start(): void {
    if (closedWith !== undefined) return
    running ??= run().catch((error) => {
      if (!stopping.signal.aborted) finish(CcError.isInstance(error) ? error : noConnection('failed'))
    })
  }

  function finish(error: CcError): void {
    if (stopping.signal.aborted) return
    closedWith ??= error
    stopping.abort(closedWith)
    life?.end('closed', closedWith)
    state = 'closed'
    readiness.fail(closedWith)
    tell((listener) => listener.onClosed?.(error))
  }

  async function shut(): Promise<void> {
    if (closedWith === undefined) {
      closedWith = clientClosed()
      readiness.fail(closedWith)
      if (state === 'open') await pending.drained()
      finish(closedWith)
    }
    await running
  }

  return {
    state: () => state,
    epoch: () => epoch,
    lastFailure: () => lastFailure,
    start,
    renew: (reason) => {
      if (life?.socket !== undefined) life.end(reason)
    },
    watch,
    async ready(method, signal) {
      signal.throwIfAborted()
      if (closedWith !== undefined) throw closedWith
      start()
      if (mayGo(method)) return
      await readiness.wait(GREETING.has(method), signal)
    },
    async send({ id, method, params, token }, signal) {
      if (signal.aborted) return notSent('aborted')
      if (closedWith !== undefined) return notSent('closed')
      const socket = life?.socket
      if (socket === undefined || !mayGo(method)) return notSent('not-connected')
      const sent = token === undefined ? params : { ...params, access_token: token }
      const text = JSON.stringify({ jsonrpc: '2.0', id, method, params: sent })
      return pending.ask(id, { sentMs: clock.now(), signal, send: () => socket.send(text) })
    },
    close() {
      closing ??= shut()
      return closing
    },
  }

  function mayGo(method: string): boolean {
    return state === 'open' || (state === 'greeting' && GREETING.has(method))
  }
}

function notSent(reason: string): Delivery {
  return { kind: 'not-sent', reason, isUntrusted: false }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
