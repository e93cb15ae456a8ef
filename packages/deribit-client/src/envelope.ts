import type { ReadJson } from './transport/transport.js'

/** The outer shape of a reply, before anything is known of its result. Times are the venue's, in microseconds. */
export type Envelope =
  | {
      readonly kind: 'result'
      readonly result: unknown
      readonly usIn: number
      readonly usOut: number
      readonly testnet: boolean | undefined
    }
  | {
      readonly kind: 'error'
      readonly error: { readonly code: number; readonly message: string; readonly data: unknown }
      /** `null` where the reply does not say. */
      readonly times: { readonly usIn: number; readonly usOut: number } | null
    }
  | { readonly kind: 'malformed'; readonly problem: string; readonly isJson: boolean }

/** 2001 to 2100: outside, the number is not microseconds. */
const MIN_US = 1e15
const MAX_US = 4.1e15

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads any bytes as the JSON-RPC reply to the request `id`. Never throws. An `id` may be missing from errors, or `null`:
 * Deribit leaves it out of some that come with an HTTP status.
 *
 * https://docs.deribit.com/articles/json-rpc-overview
 */
export function readEnvelope(body: Uint8Array | ReadJson, { id, status }: { id: number; status: number }): Envelope {
  let reply: unknown
  try {
    reply = body instanceof Uint8Array ? JSON.parse(utf8.decode(body)) : body.json
  } catch {
    return malformed('it is not JSON', false)
  }
  if (!isObject(reply)) return malformed('it is not an object')
  if (reply.jsonrpc !== '2.0') return malformed('jsonrpc is not 2.0')
  const isError = Object.hasOwn(reply, 'error')
  if (isError === Object.hasOwn(reply, 'result')) {
    return malformed(isError ? 'it has a result and an error' : 'it has no result and no error')
  }
  if (reply.id !== id && !(isError && status >= 400 && reply.id == null)) {
    return malformed('its id is not the one of the request')
  }
  return isError ? readError(reply) : readResult(reply, status)
}

function readResult(reply: Record<string, unknown>, status: number): Envelope {
  if (status !== 200) return malformed(`it has a result with HTTP ${status}`)
  const times = timesOf(reply)
  if (times === null) return malformed('usIn and usOut are not times')
  const { testnet } = reply
  if (testnet !== undefined && typeof testnet !== 'boolean') return malformed('testnet is not true or false')
  return { kind: 'result', result: reply.result, usIn: times.usIn, usOut: times.usOut, testnet }
}

function readError(reply: Record<string, unknown>): Envelope {
  const { error } = reply
  if (!isObject(error)) return malformed('its error is not an object')
  const { code, message, data } = error
  if (!Number.isSafeInteger(code) || code === 0) return malformed('its error has no number')
  const text = typeof message === 'string' ? message : ''
  return { kind: 'error', error: { code: code as number, message: text, data }, times: timesOf(reply) }
}

function timesOf({ usIn, usOut }: Record<string, unknown>): { usIn: number; usOut: number } | null {
  return isMicroseconds(usIn) && isMicroseconds(usOut) && usIn <= usOut ? { usIn, usOut } : null
}

function isMicroseconds(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= MIN_US && (value as number) <= MAX_US
}

function malformed(problem: string, isJson = true): Envelope {
  return { kind: 'malformed', problem, isJson }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
