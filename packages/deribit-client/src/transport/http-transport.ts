import type { Clock } from '@cc/models'
import { type Dispatcher, Pool } from 'undici'
import type { Origin } from '../base-url.js'
import { abortable } from '../deadline.js'
import { codeOf, isCertificateError } from './network-failure.js'
import type { Delivery, Transport, WireRequest } from './transport.js'

/** Where and how HTTP requests go. */
export type HttpTransportOptions = {
  readonly origin: Origin
  /** At least 2: a quarter of them, rounded up, is kept for urgent requests. */
  readonly connections: number
  /** Of one reply. */
  readonly maxBodyBytes: number
  /** Backstop in real time for a connection that does not come about. */
  readonly connectTimeoutMs: number
}

/** How far a request got, marked by the dispatcher itself just before the first byte, and what ends it before that. */
type Progress = { sentMs: number | undefined; readonly signal: AbortSignal; readonly isClosed: () => boolean }

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
  const lanes = dispatcher === undefined ? createPools(options) : { reads: dispatcher, urgent: dispatcher }
  const reads = marking(lanes.reads, clock)
  const urgent = marking(lanes.urgent, clock)

  async function send(request: WireRequest, signal: AbortSignal): Promise<Delivery> {
    const progress: Progress = { sentMs: undefined, signal, isClosed: () => closed !== undefined }
    const lane = request.isUrgent === true ? urgent : reads
    try {
      const sending = lane.request({ ...httpRequest(request), signal, opaque: progress })
      // A dispatcher may hear the signal only once it has a connection: nobody waits for that.
      const { statusCode: status, headers, body } = await abortable(sending, signal)
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
    closed ??= dispatcher === undefined ? closeAll(lanes) : Promise.resolve()
    return closed
  }

  return { ready: async () => {}, send, close }
}

/** Connections of their own for what is urgent: slow reads would hold all of them, and no cancel would get through. */
function createPools({ origin, connections, connectTimeoutMs }: HttpTransportOptions): { reads: Pool; urgent: Pool } {
  const poolOf = (size: number) =>
    new Pool(origin, {
      connections: size,
      pipelining: 1,
      allowH2: false,
      // Explicit, so that no environment variable can turn the check off.
      connect: { timeout: connectTimeoutMs, rejectUnauthorized: true },
    })
  const kept = Math.ceil(connections / 4)
  return { reads: poolOf(connections - kept), urgent: poolOf(kept) }
}

async function closeAll({ reads, urgent }: { reads: Dispatcher; urgent: Dispatcher }): Promise<void> {
  await Promise.all([reads.close(), urgent.close()])
}

function marking(dispatcher: Dispatcher, clock: Clock): Dispatcher {
  return dispatcher.compose((dispatch) => (request, handler) => {
    const { opaque } = request as { opaque?: unknown }
    return dispatch(request, markingHandler(handler, opaque as Progress, clock))
  })
}

/** Notes that the request is about to be written, and lets that happen once only, and not after its end or the transport's. */
function markingHandler(
  handler: Dispatcher.DispatchHandler,
  progress: Progress,
  clock: Clock,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart(controller, context) {
      if (progress.sentMs !== undefined || progress.signal.aborted || progress.isClosed()) {
        controller.abort(new Error('a request is sent once, and in time'))
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
