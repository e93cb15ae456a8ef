import type { Logger } from '@cc/models'
import { isErrorWord, namedError } from '../error-table.js'
import { stackOf } from '../failure-report.js'
import type { Answer } from '../rpc/dispatcher.js'
import type { RequestId } from '../rpc/envelope.js'
import { idOf, parseBody, readRequest } from '../rpc/request.js'
import { RpcError } from '../rpc-error.js'
import type { FaultTransport, RequestFault } from './fault.js'
import type { FaultPlan } from './fault-plan.js'
import type { FaultTimers } from './fault-timers.js'
import type { ToldTime } from './told-time.js'

/** What faults need of the server, whatever the transport. */
export type FaultParts = {
  readonly plan: FaultPlan
  readonly timers: FaultTimers
  readonly told: ToldTime
  /** Revokes every token. */
  readonly loseTokens: () => void
  readonly answerFailure: (error: RpcError, id: RequestId) => Answer
  readonly logger: Logger | undefined
}

/** As much of a request as faults go by. */
export type KnownRequest = { readonly method: string; readonly id: RequestId }

/** `undefined` for what is no request: it is answered as ever. */
export function knownRequest(text: string, pathMethod?: string): KnownRequest | undefined {
  try {
    const body = parseBody(text)
    return { method: readRequest(body, pathMethod).method, id: idOf(body) }
  } catch (error) {
    if (error instanceof RpcError) return undefined
    throw error
  }
}

/** What goes wrong with a request. Whatever steers the simulation is exempt. */
export function fateOf(
  { method }: KnownRequest,
  { plan, transport }: { plan: FaultPlan; transport: FaultTransport },
): RequestFault | undefined {
  return method.startsWith('sim/') ? undefined : plan.ofRequest({ method, transport })
}

/** A request that something goes wrong with. */
export type FaultyRequest = {
  readonly id: RequestId
  /** Lets it take effect, now. */
  perform(): Effect | Promise<Effect>
  /** Lets it take effect when the function is called that comes back. */
  postpone(): () => Effect | Promise<Effect>
}

/** What there is to answer, if anything. */
export type Effect = Answer | undefined

/**
 * Lets a request take effect as the fault has it: at once, late, or not at all, which leaves nothing to answer. What has an
 * effect at once has it before this function returns, and what is known at once comes without a promise.
 */
export function effectOf(fault: RequestFault, request: FaultyRequest, parts: FaultParts): Effect | Promise<Effect> {
  switch (fault.kind) {
    case 'drop':
    case 'reset':
    case 'half-open':
    case 'html':
      return fault.when === 'before' ? undefined : request.perform()
    case 'redirect':
      return undefined
    case 'late-arrival': {
      const arrive = request.postpone()
      return parts.timers.wait(fault.ms).then((isThere) => (isThere ? arrive() : undefined))
    }
    case 'error': {
      const answer = () => parts.answerFailure(errorOf(fault), request.id)
      const before = fault.when === 'after' ? request.perform() : undefined
      return before instanceof Promise ? before.then(answer) : answer()
    }
    case 'token-loss':
      parts.loseTokens()
      return request.perform()
    case 'clock-skew':
      parts.told.skew(fault.ms)
      return request.perform()
    default:
      return request.perform()
  }
}

/** Goes on with what a request came to, in the same turn if it can, and tells of what goes wrong that should not. */
export function goOn(
  effect: Effect | Promise<Effect>,
  next: (effect: Effect) => void | Promise<void>,
  { logger }: Pick<FaultParts, 'logger'>,
): void {
  const go = async (known: Effect) => next(known)
  const report = (error: unknown) => {
    logger?.error('A fault could not be played.', { stack: stackOf(error) })
  }
  if (effect instanceof Promise) effect.then(go).catch(report)
  else go(effect).catch(report)
}

/**
 * The body of a request to an exchange whose clock is wrong: what is valid for a while is so for that much less, or more.
 */
export function bodyAtSkew(text: string, skewMs: number): string {
  if (skewMs === 0) return text
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return text
  }
  const params = typeof body === 'object' && body !== null && 'params' in body ? body.params : undefined
  if (typeof params !== 'object' || params === null || !('valid_until' in params)) return text
  const validUntil = atSkew(params.valid_until, skewMs)
  return validUntil === undefined
    ? text
    : JSON.stringify({ ...(body as object), params: { ...params, valid_until: validUntil } })
}

/** The same of a query string. */
export function queryAtSkew(query: string, skewMs: number): string {
  if (skewMs === 0) return query
  const params = new URLSearchParams(query)
  const validUntil = atSkew(params.get('valid_until'), skewMs)
  if (validUntil === undefined) return query
  params.set('valid_until', String(validUntil))
  return params.toString()
}

function atSkew(validUntil: unknown, skewMs: number): number | undefined {
  const ms = typeof validUntil === 'string' && /^\d+$/.test(validUntil) ? Number(validUntil) : validUntil
  return typeof ms === 'number' && Number.isSafeInteger(ms - skewMs) ? ms - skewMs : undefined
}

function errorOf({ word, code, waitSec }: Extract<RequestFault, { kind: 'error' }>): RpcError {
  const data = waitSec === undefined ? undefined : { wait: waitSec }
  if (code !== undefined) return new RpcError(code, word, data)
  if (!isErrorWord(word)) throw new Error(`A fault has a word that Deribit does not have: ${word}`)
  return namedError(word, data)
}
