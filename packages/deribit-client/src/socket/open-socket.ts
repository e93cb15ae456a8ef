import type { Socket } from 'node:net'
import { Agent, buildConnector, type Dispatcher, WebSocket } from 'undici'
import { codeOf, isCertificateError } from '../transport/network-failure.js'
import { noConnection, noUpgrade, untrustedSocket } from './socket-errors.js'
import type { OpenSocket, WireSocket } from './wire-socket.js'

/** Where and how a WebSocket is opened. */
export type OpenSocketOptions = {
  /** Such as `wss://test.deribit.com/ws/api/v2`. */
  readonly url: string
  /** Of one message, unpacked. A larger one ends the socket. */
  readonly maxFrameBytes: number
  /** Backstop in real time for a connection that does not come about. */
  readonly connectTimeoutMs: number
}

/** How far a handshake got, and what is known of its end. */
type Line = { raw?: Socket; status?: number; failure?: unknown; hasPeerEnded: boolean }

/** Nobody cuts a message into more. */
const MAX_FRAGMENTS = 4_096

/** The library hands the socket back at once, before it is connected, though its types do not say so. */
type Connector = (options: buildConnector.Options, callback: buildConnector.Callback) => Socket | undefined

/**
 * Opens WebSockets over connections of their own. Redirects are refused, proxies of the environment not used and
 * certificates always checked. A message that is binary, too large or in too many pieces ends the socket. Errors of the
 * WebSocket library end here.
 */
export function createOpenSocket({ url, maxFrameBytes, connectTimeoutMs }: OpenSocketOptions): OpenSocket {
  // Explicit, so that no environment variable can turn the check off.
  const connector = buildConnector({ timeout: connectTimeoutMs, rejectUnauthorized: true, allowH2: false }) as Connector

  return (events, signal) =>
    new Promise<WireSocket>((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const line: Line = { hasPeerEnded: false }
      let phase: 'opening' | 'open' | 'over' = 'opening'
      const agent = new Agent({
        webSocket: { maxPayloadSize: maxFrameBytes, maxFragments: MAX_FRAGMENTS },
        connect(options, callback) {
          const connecting = connector(options, (...outcome) => {
            if (outcome[0] === null) hold(line, outcome[1])
            else line.failure ??= outcome[0]
            if (phase === 'over') line.raw?.destroy()
            callback(...outcome)
          })
          if (connecting !== undefined) hold(line, connecting)
        },
      })
      const webSocket = new WebSocket(url, {
        dispatcher: watchingStatus(agent, line),
        headers: { 'user-agent': '@cc/deribit-client' },
      })
      webSocket.binaryType = 'arraybuffer'

      /** `false` where that was done before. */
      function tearDown(): boolean {
        if (phase === 'over') return false
        phase = 'over'
        signal.removeEventListener('abort', onAbort)
        webSocket.removeEventListener('open', onOpen)
        webSocket.removeEventListener('message', onMessage)
        webSocket.removeEventListener('close', onClose)
        // Says goodbye, where that is still possible. The library would wait for the other side to do so too.
        webSocket.close()
        line.raw?.destroy()
        void agent.destroy().catch(() => {})
        return true
      }

      function onAbort(): void {
        if (tearDown()) reject(signal.reason)
      }

      function onOpen(): void {
        phase = 'open'
        signal.removeEventListener('abort', onAbort)
        // After a goodbye the library would wait for the other side to end, which it need not do.
        line.raw?.on('data', () => {
          if (webSocket.readyState !== WebSocket.OPEN) line.raw?.destroy()
        })
        resolve({
          send(text) {
            if (phase === 'over' || webSocket.readyState !== WebSocket.OPEN) return false
            webSocket.send(text)
            return true
          },
          destroy: () => void tearDown(),
        })
      }

      function onMessage({ data }: { data: unknown }): void {
        if (typeof data === 'string') events.onText(data)
        else if (tearDown()) events.onEnd('binary-frame')
      }

      function onClose({ code }: { code: number }): void {
        const wasOpen = phase === 'open'
        if (!tearDown()) return
        if (wasOpen) events.onEnd(endOf(line, code))
        else reject(failureOf(line))
      }

      signal.addEventListener('abort', onAbort, { once: true })
      webSocket.addEventListener('open', onOpen)
      webSocket.addEventListener('message', onMessage)
      webSocket.addEventListener('close', onClose)
    })
}

function hold(line: Line, socket: Socket): void {
  if (line.raw === socket) return
  line.raw = socket
  // Stays to the end: an error that nobody hears would end the process.
  socket.on('error', (error) => {
    line.failure ??= error
  })
  socket.once('end', () => {
    line.hasPeerEnded = true
  })
}

/** The WebSocket library tells only that there was no upgrade, not what there was instead. */
function watchingStatus(agent: Agent, line: Line): Dispatcher {
  return agent.compose(
    (dispatch) => (request, handler) =>
      dispatch(request, {
        onRequestStart: (...start) => handler.onRequestStart?.(...start),
        onRequestUpgrade: (...upgrade) => handler.onRequestUpgrade?.(...upgrade),
        onResponseStart(controller, status, headers, message) {
          line.status ??= status
          handler.onResponseStart?.(controller, status, headers, message)
        },
        onResponseData: (...data) => handler.onResponseData?.(...data),
        onResponseEnd: (...end) => handler.onResponseEnd?.(...end),
        onResponseError(controller, error) {
          line.failure ??= error
          handler.onResponseError?.(controller, error)
        },
      }),
  )
}

function failureOf({ status, failure }: Line): Error {
  if (status !== undefined) return noUpgrade(status)
  const code = codeOf(failure)
  // Whoever answers the handshake wrongly causes no error of the network.
  const reason = code === 'unknown' ? 'bad-handshake' : code
  return isCertificateError(reason) ? untrustedSocket(reason) : noConnection(reason)
}

/** Without an error and without the other side's end, it was the library that ended it: it does not say over what. */
function endOf({ failure, hasPeerEnded }: Line, code: number): string {
  if (failure !== undefined) return codeOf(failure)
  return code !== 1006 || hasPeerEnded ? `closed-${code}` : 'protocol-fault'
}
