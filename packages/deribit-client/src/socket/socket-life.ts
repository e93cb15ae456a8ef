import { CcError, type Clock, type Logger } from '@cc/models'
import { abortable, startDeadline } from '../deadline.js'
import { refusalOf } from '../refusal.js'
import type { Delivery } from '../transport/transport.js'
import { createFrameReader } from './frame-reader.js'
import { createPendingReplies } from './pending-replies.js'
import { createSilence, type Silence } from './silence.js'
import { noConnection } from './socket-errors.js'
import type { OpenSocket, WireSocket } from './wire-socket.js'

/** One socket, from the first try to its end. */
export type SocketLife = {
  /** `connecting`: there is no socket yet. `greeting`: it is being signed in. `undefined`: it has ended. */
  stage(): 'connecting' | 'greeting' | 'open' | undefined
  /** Opens it. Resolves at its end, with the time for which it was open, in ms. Never rejects. */
  live(): Promise<number>
  /** Sends the request `id`. Never rejects. */
  ask(id: number, text: string, signal: AbortSignal): Promise<Delivery>
  /** Resolves when no answer is waited for. */
  drained(): Promise<void>
  end(reason: string, error?: CcError): void
}

/** Times in ms. */
export type SocketLifeOptions = {
  /** For opening a socket and greeting. */
  readonly openTimeoutMs: number
  /** Longest time without any frame. */
  readonly silenceMs: number
}

export type SocketLifeDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly openSocket: OpenSocket
  /** Signs in on the socket and prepares it. Whatever it rejects with ends the socket. */
  readonly greet: (signal: AbortSignal) => Promise<void>
  readonly onNotification: (channel: string, data: unknown, receivedMs: number) => void
}

/** What a socket tells whoever made it. */
export type SocketLifeEvents = {
  /** There is a socket: what belongs to the greeting may go. */
  onGreeting(): void
  onOpen(): void
  /** The exchange has had too many requests, and may say for how long, in ms. */
  onTooMany(waitMs: number | null): void
  /** Once, and nothing after it. */
  onEnd(end: { reason: string; error: CcError; wasOpen: boolean }): void
}

/** After it the exchange ends the session. */
const TOO_MANY_REQUESTS = 10_028

/** Above all ids of requests. */
const TEST_ID = 2_000_000_000
const TEST_REQUEST = JSON.stringify({ jsonrpc: '2.0', id: TEST_ID, method: 'public/test', params: {} })

/** Whoever has sent something on it is told when it ends. Nothing of it is left then. */
export function createSocketLife(
  { openTimeoutMs, silenceMs }: SocketLifeOptions,
  { clock, logger, openSocket, greet, onNotification }: SocketLifeDeps,
  { onGreeting, onOpen, onTooMany, onEnd }: SocketLifeEvents,
): SocketLife {
  const pending = createPendingReplies()
  const over = new AbortController()
  let stage: 'connecting' | 'greeting' | 'open' | undefined = 'connecting'
  let socket: WireSocket | undefined
  let silence: Silence | undefined

  async function live(): Promise<number> {
    const deadline = startDeadline(clock, {
      durationMs: openTimeoutMs,
      error: () => noConnection(socket === undefined ? 'no-handshake-in-time' : 'no-greeting-in-time'),
      signals: [over.signal],
    })
    try {
      const opened = await openSocket({ onText: take, onEnd: (reason) => end(reason) }, deadline.signal)
      if (over.signal.aborted) opened.destroy()
      over.signal.throwIfAborted()
      socket = opened
      silence = createSilence(clock, silenceMs)
      void silence.watch(over.signal, () => end('silent'))
      stage = 'greeting'
      onGreeting()
      await abortable(greet(deadline.signal), deadline.signal)
      over.signal.throwIfAborted()
      deadline.end()
      const openedMs = clock.now()
      stage = 'open'
      onOpen()
      await aborted(over.signal)
      return clock.now() - openedMs
    } catch (error) {
      if (!CcError.isInstance(error)) logger.error('the greeting failed for no known reason', { name: nameOf(error) })
      const failure = CcError.isInstance(error) ? error : noConnection('failed')
      end(failure.code, failure)
      return 0
    } finally {
      deadline.end()
    }
  }

  function end(reason: string, error = noConnection(reason)): void {
    if (stage === undefined) return
    const wasOpen = stage === 'open'
    stage = undefined
    over.abort(error)
    socket?.destroy()
    pending.lose(reason)
    onEnd({ reason, error, wasOpen })
  }

  function take(text: string): void {
    if (stage === undefined) return
    const receivedMs = clock.now()
    try {
      if (silence?.broken(receivedMs) === false) end('silent')
      else read(text, receivedMs)
    } catch (error) {
      logger.error('a frame could not be taken', { code: CcError.isInstance(error) ? error.code : 'unexpected' })
    }
  }

  const read = createFrameReader({
    onNotification,
    onReply(id, frame, receivedMs) {
      const { error } = frame as { error?: { code?: unknown; data?: unknown } | null }
      if (error?.code === TOO_MANY_REQUESTS) onTooMany(waitMsIn(error.data))
      if (id === TEST_ID || pending.answer(id, frame, receivedMs)) return
      const facts = {
        id: typeof id === 'number' ? id : null,
        code: typeof error?.code === 'number' ? error.code : null,
      }
      if (id == null && error != null)
        logger.warn('the exchange reports an error without saying of which request', facts)
      else logger.debug('nobody waits for a reply', facts)
    },
    onTestRequest: () => void send(TEST_REQUEST),
    // Whatever it was, it is lost.
    onMalformed: (problem) => end(`malformed-frame (${problem})`),
  })

  /** `false` where nothing left. A socket that fails at it has ended: then nobody knows. */
  function send(text: string): boolean {
    try {
      return socket?.send(text) ?? false
    } catch {
      end('send-failed')
      return true
    }
  }

  return {
    stage: () => stage,
    live,
    ask: (id, text, signal) => pending.ask(id, { sentMs: clock.now(), signal, send: () => send(text) }),
    drained: pending.drained,
    end,
  }
}

function waitMsIn(data: unknown): number | null {
  return refusalOf({ code: TOO_MANY_REQUESTS, message: '', data }, () => false).waitMs
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
