import { absentParams, type Params, readParams } from '../params.js'
import { invalidRequest, parseError, RpcError, requestTooLarge } from '../rpc-error.js'
import type { RequestId } from './envelope.js'

/** Longest body and longest frame, in bytes. Source: https://docs.deribit.com/articles/json-rpc-overview */
export const MAX_REQUEST_BYTES = 32 * 1024

/** A JSON-RPC request whose outer form is right. */
export type RequestBody = { readonly [Name in 'jsonrpc' | 'id' | 'method' | 'params']?: unknown }

/** @throws RpcError for what is too long, no JSON, a batch, or no object */
export function parseBody(text: string): RequestBody {
  if (text.length > MAX_REQUEST_BYTES || (text.length * 3 > MAX_REQUEST_BYTES && isLonger(text))) {
    throw requestTooLarge()
  }
  const body = parseJson(text)
  if (Array.isArray(body)) throw invalidRequest('batch requests are not supported')
  if (typeof body !== 'object' || body === null) throw invalidRequest('a request is an object')
  return body as RequestBody
}

/** `undefined` for what identifies no request. */
export function idOf({ id }: RequestBody): RequestId {
  return typeof id === 'number' || typeof id === 'string' ? id : undefined
}

/**
 * Method and parameters. `pathMethod` is the one in the path of an HTTP request, which the body repeats or leaves out.
 *
 * @throws RpcError for a request without `id`, one of another version, one whose two methods differ, and for positional
 * parameters.
 */
export function readRequest(body: RequestBody, pathMethod: string | undefined): { method: string; params: Params } {
  if (idOf(body) === undefined) throw invalidRequest('id is required: a number or a string')
  if (body.jsonrpc !== undefined && body.jsonrpc !== '2.0') throw invalidRequest('jsonrpc must be "2.0"')
  const method = body.method ?? pathMethod
  if (typeof method !== 'string') throw invalidRequest('method is required: a string')
  if (pathMethod !== undefined && method !== pathMethod) throw invalidRequest('method differs from that of the path')
  const params = body.params ?? undefined
  if (params === undefined) return { method, params: absentParams() }
  if (typeof params !== 'object' || Array.isArray(params)) {
    throw new RpcError(-32602, 'Invalid params', { reason: 'params must be an object: they are named' })
  }
  return { method, params: readParams(params as Readonly<Record<string, unknown>>) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw parseError()
  }
}

function isLonger(text: string): boolean {
  return Buffer.byteLength(text) > MAX_REQUEST_BYTES
}
