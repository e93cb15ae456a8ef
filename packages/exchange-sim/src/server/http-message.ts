import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { namedError } from './error-table.js'
import type { Answer } from './rpc/dispatcher.js'
import { MAX_REQUEST_BYTES } from './rpc/request.js'
import { parseError, type RpcError, requestTooLarge } from './rpc-error.js'

/** Where a request goes: the method that its path names, and its query, undecoded. */
export type Target = { readonly pathMethod: string | undefined; readonly query: string; readonly uri: string }

const ROOT = '/api/v2'

/** `undefined` for what lies outside `/api/v2`. */
export function targetOf(url: string): Target | undefined {
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  const query = mark === -1 ? '' : url.slice(mark + 1)
  // Some libraries leave a bare question mark behind, which signatures do not cover.
  const uri = query === '' ? path : url
  if (path === ROOT || path === `${ROOT}/`) return { pathMethod: undefined, query, uri }
  return path.startsWith(`${ROOT}/`) ? { pathMethod: path.slice(ROOT.length + 1), query, uri } : undefined
}

export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/**
 * Gives the body as text, or why it is none. What is too long is refused as soon as that is known; the rest of it is read
 * off and dropped, so that the answer gets through. Of a request that breaks off nothing is heard.
 */
export function readBody(request: IncomingMessage, done: (body: string | RpcError) => void): void {
  const refusal = refusalByHead(request)
  if (refusal !== undefined) {
    request.resume()
    done(refusal)
    return
  }
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MAX_REQUEST_BYTES) {
      chunks.push(chunk)
    } else {
      request.removeAllListeners('data').removeAllListeners('end').resume()
      done(requestTooLarge())
    }
  })
  request.on('end', () => {
    const bytes = Buffer.concat(chunks, size)
    done(isUtf8(bytes) ? bytes.toString('utf8') : parseError())
  })
}

function refusalByHead({ headers }: IncomingMessage): RpcError | undefined {
  const type = headers['content-type']
  if (Number(headers['content-length'] ?? 0) > MAX_REQUEST_BYTES) return requestTooLarge()
  return type === undefined || /\bjson\b/i.test(type) ? undefined : namedError('invalid_content_type')
}

/** Answers with an envelope. Nothing is sent where the other side has gone. */
export function sendAnswer(response: ServerResponse, answer: Answer, status: number = statusOf(answer)): void {
  sendJson(response, status, answer.text)
}

/** Source: recorded replies, and current clients for what they expect. */
export function statusOf({ errorCode }: Answer): number {
  switch (errorCode) {
    case null:
      return 200
    case 13004:
    case 13009:
      return 401
    case 10028:
      return 429
    default:
      return 400
  }
}

function sendJson(response: ServerResponse, status: number, text: string): void {
  if (response.destroyed) return
  response.sendDate = false
  const bytes = String(Buffer.byteLength(text))
  response.writeHead(status, ['Content-Type', 'application/json', 'Content-Length', bytes, 'Cache-Control', 'no-store'])
  response.end(text)
}

/** Answers on a socket that carries no request that could be answered, and ends it. Each of `headers` ends its line. */
export function sendAndClose(
  socket: Duplex,
  { status, type, text, headers = '' }: { status: string; type: string; text: string; headers?: string },
): void {
  const head = `HTTP/1.1 ${status}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n${headers}Connection: close\r\n\r\n`
  socket.end(head + text, () => socket.destroy())
}
