import { createHash } from 'node:crypto'
import type { ModelRequest } from './model-reply.js'

/** A header that tells one request from another in the provider's logs. */
export const REQUEST_LABEL = 'x-client-request-id'

/**
 * What the `number`th request of a call is labelled with, from 1 on. The same for the same request, so that it can be found
 * in the provider's logs, and none is drawn by chance.
 */
export function labelOf({ promptHash, input }: ModelRequest, number: number): string {
  const hash = createHash('sha256').update(promptHash).update(input).digest('hex')
  return `cc:${hash.slice(0, 32)}:${number}`
}

/** The how manieth request of its call it is, by its label; `undefined`: it bears none of ours. */
export function attemptOf(headers: RequestInit['headers']): number | undefined {
  const number = /^cc:[0-9a-f]{32}:([1-9])$/.exec(new Headers(headers).get(REQUEST_LABEL) ?? '')?.[1]
  return number === undefined ? undefined : Number(number)
}
