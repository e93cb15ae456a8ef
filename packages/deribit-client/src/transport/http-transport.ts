import type { Clock } from '@cc/models'
import { type Dispatcher, Pool } from 'undici'
import type { Origin } from '../base-url.js'
import type { Delivery, Transport, WireRequest } from './transport.js'

/** Where and how HTTP requests go. */
export type HttpTransportOptions = {
  readonly origin: Origin
  readonly connections: number
  /** Of one reply. */
  readonly maxBodyBytes: number
  /** Backstop in real time for a connection that does not come about. */
  readonly connectTimeoutMs: number
}

/** How far a request got. Marked by the dispatcher itself, just before the first byte. */
type Progress = { sentMs: number | undefined }

/**
 * JSON-RPC in the body of a POST whose path repeats the method, one request to a connection at a time. Redirects are not
 * followed, packed bodies not unpacked, and a reply is read only up to its largest size. Proxies of the environment are
 * not used and certificates always checked. Errors of the HTTP library end here: they may hold what was sent.
 *
 * https://docs.deribit.com/articles/json-rpc-overview
 */
export function createHttpTransport(
  options: HttpTransportOptions,
  { clock, dispatcher }: { clock: Clock; dispatcher?: Dispatcher | undefined },
): Transport {
  const pool = dispatcher ?? createPool(options)
  const marked = pool.compose((dispatch) => (request, handler) => {
    const { opaque } = request as { opaque?: unknown }
    return dispatch(request, markingHandler(handler, opaque as Progress, clock))
  })

  async function send(request: WireRequest, signal: AbortSignal): Promise<Delivery> {
    const progress: Progress = { sentMs: undefined }
    try {
      const {
        statusCode: status,
        headers,
        body,
      } = await marked.request({ ...httpRequest(request), signal, opaque: progress })
      const problem = problemOf(status, headers, options.maxBodyBytes)
      const bytes = problem === undefined ? await readUpTo(body, options.maxBodyBytes) : undefined
      if (bytes === undefined) {
        // Ends the connection: what would still come is not wanted.
        body.on('error', () => {}).destroy()
        return { kind: 'unusable', problem: problem ?? `it is larger than ${options.maxBodyBytes} bytes` }
      }
      const receivedMs = clock.now()
      return { kind: 'reply', body: bytes, status, sentMs: progress.sentMs ?? receivedMs, receivedMs }
    } catch (error) {
      const reason = signal.aborted ? 'aborted' : codeOf(error)
      if (progress.sentMs !== undefined) return { kind: 'no-answer', reason }
      return { kind: 'not-sent', reason, isUntrusted: isCertificateError(reason) }
    }
  }

  function httpRequest({ id, method, params, token }: WireRequest): Dispatcher.RequestOptions {
    return {
      origin: options.origin,
      path: `/api/v2/${method}`,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // Gateways are known to turn away requests that do not say who they are.
        'user-agent': '@cc/deribit-client',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
      // One deadline for all of it comes with the signal.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
  }

  let closed: Promise<void> | undefined
  function close(): Promise<void> {
    closed ??= dispatcher === undefined ? pool.close() : Promise.resolve()
    return closed
  }

  return { send, close }
}

function createPool({ origin, connections, connectTimeoutMs }: HttpTransportOptions): Pool {
  return new Pool(origin, {
    connections,
    pipelining: 1,
    allowH2: false,
    // Explicit, so that no environment variable can turn the check off.
    connect: { timeout: connectTimeoutMs, rejectUnauthorized: true },
  })
}

/** Notes that the request is about to be written, and lets that happen once only. */
function markingHandler(
  handler: Dispatcher.DispatchHandler,
  progress: Progress,
  clock: Clock,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      if (progress.sentMs !== undefined) {
        controller.abort(new Error('a request is sent once'))
        return
      }
      handler.onRequestStart?.(controller, context)
      if (!controller.aborted) progress.sentMs = clock.now()
    },
    onResponseStart: (...response) => handler.onResponseStart?.(...response),
    onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
  }
}

function problemOf(
  status: number,
  { 'content-encoding': encoding, 'content-length': length }: Dispatcher.ResponseData['headers'],
  maxBodyBytes: number,
): string | undefined {
  if (status >= 300 && status < 400) return 'it is a redirect'
  if (encoding !== undefined && encoding !== 'identity') return 'it is packed, which was not asked for'
  if (Number(length) > maxBodyBytes) return `it is larger than ${maxBodyBytes} bytes`
  return undefined
}

async function readUpTo(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) return undefined
    chunks.push(chunk)
  }
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, length)
}

/** The system's or the library's word for a failure, such as `ECONNREFUSED`. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,63}$/.test(code) ? code : 'unknown'
}

function isCertificateError(reason: string): boolean {
  return /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_(GET|VERIFY)|HOSTNAME/.test(reason)
}
