import { CcError, type Clock, type Logger } from '@cc/models'
import { type Deadline, startDeadline } from './deadline.js'
import { readEnvelope } from './envelope.js'
import {
  gatewayError,
  malformedReply,
  noAnswer,
  outOfTime,
  unreachable,
  untrustedHost,
  wrongNetwork,
} from './errors.js'
import type { RequestLimits } from './limits/request-limits.js'
import { type ApiMethod, isOfAccount, isUrgent } from './method.js'
import { type Refusal, refusalOf } from './refusal.js'
import type { Exchanged } from './server-clock.js'
import type { Secrets } from './session/secrets.js'
import type { Session } from './session/session.js'
import type { Delivery, Transport } from './transport/transport.js'

/** What is known after a request was sent, once. */
export type Reply =
  | {
      readonly kind: 'result'
      /** Not looked at yet. */
      readonly result: unknown
      readonly takenInMs: number
      readonly answeredMs: number
      readonly testnet: boolean
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'failed'
      /** Whether the exchange may have done what it was asked. */
      readonly wasSent: boolean
      /** Whether the same request may go well in a moment. */
      readonly isTransient: boolean
      readonly error: CcError
    }

/** What a method needs before it can be sent. */
export type Ticket = { readonly token: string | undefined }

/** What is asked of a method here: nothing about its parameters and its result. */
type AnyMethod = Pick<ApiMethod<never, unknown>, 'name' | 'pool' | 'effect'>

/** Takes requests one by one through session, limits, transport and envelope. It never repeats one. */
export type Requester = {
  /**
   * Waits for a connection, for a token, where the method is private, and for the credits. Nothing is sent of the request
   * itself.
   *
   * @throws CcError why it cannot be sent; the deadline's or the signal's reason
   */
  prepare(method: AnyMethod, deadline: Deadline): Promise<Ticket>
  /** Sends it. Never rejects. */
  send(method: AnyMethod, params: object, options: { ticket: Ticket; signal: AbortSignal }): Promise<Reply>
  /** Starts the time of a call that the caller's signal, and closing the client, end too. */
  waiting(method: AnyMethod, durationMs: number, signal: AbortSignal | undefined): Deadline
  /** Starts the time for an answer that nothing else ends: to know what became of a request is worth the wait. */
  answering(method: AnyMethod, durationMs: number): Deadline
}

export type RequesterDeps = {
  readonly clock: Clock
  readonly logger: Logger
  readonly transport: Transport
  readonly limits: RequestLimits
  readonly secrets: Secrets
  /** `undefined` where there are no private methods. */
  readonly session: () => Session | undefined
  readonly observeTimes: (times: Exchanged) => void
  /** Aborted when the client is closed. */
  readonly closing: AbortSignal
  /** Hears, once, that whoever answers is not who was asked. */
  readonly onWrongNetwork?: (() => void) | undefined
}

/** The way of every request. Once a private reply came from another network, nothing private is sent any more. */
export function createRequester(deps: RequesterDeps): Requester {
  const { clock, logger, transport, limits, secrets } = deps
  let lastId = 0
  let latched: CcError | undefined

  async function prepare(method: AnyMethod, { atMs, signal }: Deadline): Promise<Ticket> {
    signal.throwIfAborted()
    throwIfLatched(method)
    await transport.ready(method.name, signal)
    const session = method.name.startsWith('private/') ? deps.session() : undefined
    await session?.token(signal)
    await limits.take(method, { deadlineMs: atMs, signal })
    // While it waited, the connection may have been lost and the token renewed.
    await transport.ready(method.name, signal)
    const token = await session?.token(signal)
    throwIfLatched(method)
    return { token }
  }

  function throwIfLatched(method: AnyMethod): void {
    if (latched !== undefined && isOfAccount(method)) throw latched
  }

  async function send(
    method: AnyMethod,
    params: object,
    { ticket: { token }, signal }: { ticket: Ticket; signal: AbortSignal },
  ): Promise<Reply> {
    lastId += 1
    const id = lastId
    const delivery = await transport.send(
      { id, method: method.name, params, token, isUrgent: isUrgent(method) },
      signal,
    )
    if (delivery.kind !== 'reply') return failureOf(method, delivery, signal)
    const { body, status, sentMs, receivedMs } = delivery
    const envelope = readEnvelope(body, { id, status })
    if (envelope.kind === 'malformed') {
      if (status === 429) stopPool(method, null)
      // What is not JSON and has an error's status is not Deribit's.
      const isGateway = status >= 400 && !envelope.isJson
      const error = isGateway ? gatewayError(method.name, status) : malformedReply(method.name, envelope.problem)
      return { kind: 'failed', wasSent: true, isTransient: isGateway, error }
    }
    if (envelope.kind === 'error') {
      if (envelope.times !== null) deps.observeTimes({ sentMs, receivedMs, ...envelope.times })
      return refused(method, refusalOf(envelope.error, secrets.isIn), token)
    }
    const { result, usIn, usOut, testnet } = envelope
    deps.observeTimes({ sentMs, receivedMs, usIn, usOut })
    if (testnet !== true && isOfAccount(method)) {
      const isNew = latched === undefined
      latched = wrongNetwork(method.name, testnet)
      if (token !== undefined) deps.session()?.refuse(token)
      logger.error(latched.message, latched.facts)
      if (isNew) deps.onWrongNetwork?.()
      return { kind: 'failed', wasSent: true, isTransient: false, error: latched }
    }
    if (testnet === undefined) {
      const error = malformedReply(method.name, 'it does not say whether it comes from the testnet')
      return { kind: 'failed', wasSent: true, isTransient: false, error }
    }
    const [takenInMs, answeredMs] = [Math.floor(usIn / 1_000), Math.floor(usOut / 1_000)]
    return { kind: 'result', result, takenInMs, answeredMs, testnet }
  }

  function refused(method: AnyMethod, refusal: Refusal, token: string | undefined): Reply {
    if (refusal.word === 'too_many_requests') stopPool(method, refusal.waitMs)
    if (refusal.reauth && token !== undefined) deps.session()?.refuse(token)
    return { kind: 'refused', refusal }
  }

  function stopPool({ name, pool }: AnyMethod, waitMs: number | null): void {
    limits.exhausted(pool, waitMs)
    logger.warn('the exchange has had too many requests', { method: name, pool, waitMs })
  }

  function deadline({ name }: AnyMethod, durationMs: number, signals: readonly (AbortSignal | undefined)[]): Deadline {
    return startDeadline(clock, { durationMs, error: () => outOfTime(name, durationMs), signals })
  }

  return {
    prepare,
    send,
    waiting: (method, durationMs, signal) => deadline(method, durationMs, [signal, deps.closing]),
    answering: (method, durationMs) => deadline(method, durationMs, []),
  }
}

function failureOf(method: AnyMethod, delivery: Exclude<Delivery, { kind: 'reply' }>, signal: AbortSignal): Reply {
  const wasSent = delivery.kind !== 'not-sent'
  if (signal.aborted) {
    const error = CcError.isInstance(signal.reason) ? signal.reason : noAnswer(method.name, 'aborted')
    return { kind: 'failed', wasSent, isTransient: false, error }
  }
  switch (delivery.kind) {
    case 'not-sent': {
      const { reason, isUntrusted } = delivery
      const error = isUntrusted ? untrustedHost(method.name, reason) : unreachable(method.name, reason)
      return { kind: 'failed', wasSent, isTransient: !isUntrusted, error }
    }
    case 'no-answer':
      return { kind: 'failed', wasSent, isTransient: true, error: noAnswer(method.name, delivery.reason) }
    case 'unusable':
      return { kind: 'failed', wasSent, isTransient: false, error: malformedReply(method.name, delivery.problem) }
  }
}
