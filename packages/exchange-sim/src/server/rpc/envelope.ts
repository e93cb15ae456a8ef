import type { Clock } from '@cc/models'
import type { RpcError } from '../rpc-error.js'
import { writtenText } from '../written-json.js'

/** What a request is known by; `undefined` where it came without, as a query string does. */
export type RequestId = number | string | undefined

/** When a request came in and went out, in microseconds of venue time. */
export type Times = { readonly usIn: number; readonly usOut: number }

/**
 * Counts microseconds by a clock that knows milliseconds: each call gives a later one than the last, as long as its
 * millisecond has any left, and none leaves its millisecond.
 */
export function createMicroseconds(clock: Clock): () => number {
  let last = 0
  return () => {
    const floor = clock.now() * 1_000
    last = Math.min(Math.max(last + 1, floor), floor + 999)
    return last
  }
}

/** Source of the envelope: https://docs.deribit.com/articles/json-rpc-overview */
export function resultText(id: RequestId, result: unknown, times: Times): string {
  return `${head(id)}"result":${textOf(result) ?? 'null'}${tail(times)}`
}

/** The message of an error may carry a limit, so clients go by the number. */
export function errorText(id: RequestId, { code, message, data }: RpcError, times: Times): string {
  return `${head(id)}"error":${JSON.stringify({ code, message, data })}${tail(times)}`
}

function textOf(result: unknown): string | undefined {
  return writtenText(result) ?? JSON.stringify(result)
}

function head(id: RequestId): string {
  return id === undefined ? '{"jsonrpc":"2.0",' : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`
}

function tail({ usIn, usOut }: Times): string {
  return `,"usIn":${usIn},"usOut":${usOut},"usDiff":${usOut - usIn},"testnet":true}`
}
