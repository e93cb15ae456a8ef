import { CcError, type Clock, type Logger } from '@cc/models'
import { afterSending, wrongCall } from './errors.js'
import { type Answer, type ApiMethod, type Call, isOfAccount } from './method.js'
import { orderMethods } from './methods/private-methods.js'
import type { CommonOptions } from './options.js'
import { checkParams } from './params-check.js'
import { refusalError } from './refusal.js'
import type { Reply, Requester } from './requester.js'
import type { ResultReader } from './wire/read-result.js'

export type CallerDeps = {
  readonly clock: Clock
  readonly logger: Logger
  /** From 0 to below 1, for pauses that differ. */
  readonly random: () => number
  readonly requester: Requester
  readonly readResult: ResultReader
  /** Hears every result that was understood. */
  readonly onResult: (method: object, result: unknown) => void
  /** Whether there are credentials. */
  readonly isPrivate: boolean
}

type Timing = Pick<CommonOptions, 'timeoutMs' | 'orderTimeoutMs' | 'readRetries' | 'retryPauseMs'>

/** What sends or changes an order is one, whatever a definition of one's own says. */
const ORDERS: ReadonlySet<string> = new Set(Object.values(orderMethods).map(({ name }) => name))

/** Pauses do not grow beyond this. */
const MAX_PAUSE_MS = 5_000

/**
 * Calls a method. A read is repeated after a passing failure, with growing pauses, inside one deadline, and once more
 * where its token was refused. A change is sent once: what failed after that has recovery `reconcile`.
 */
export function createCaller(timing: Timing, deps: CallerDeps): Call {
  const { clock, logger, requester } = deps

  async function read<Params extends object, Result>(
    method: ApiMethod<Params, Result>,
    params: Params,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Result>> {
    const deadline = requester.waiting(method, timing.timeoutMs, signal)
    let retries = 0
    let hasSignedInAnew = false
    try {
      for (;;) {
        const ticket = await requester.prepare(method, deadline)
        const reply = await requester.send(method, params, { ticket, signal: deadline.signal })
        if (reply.kind === 'result') return answerOf(method, reply)
        signal?.throwIfAborted()
        const error = errorOf(method, reply)
        if (reply.kind === 'refused' && reply.refusal.reauth && ticket.token !== undefined && !hasSignedInAnew) {
          hasSignedInAnew = true
          logger.info('the token was refused: signing in anew', { method: method.name, code: error.code })
          continue
        }
        const pauseMs = pauseBefore(reply, retries)
        if (pauseMs === undefined || clock.now() + pauseMs >= deadline.atMs) throw error
        retries += 1
        logger.debug('a read is repeated', { method: method.name, code: error.code, pauseMs })
        await clock.sleep(pauseMs, deadline.signal)
      }
    } finally {
      deadline.end()
    }
  }

  async function change<Params extends object, Result>(
    method: ApiMethod<Params, Result>,
    params: Params,
    signal: AbortSignal | undefined,
  ): Promise<Answer<Result>> {
    const waiting = requester.waiting(method, timing.orderTimeoutMs, signal)
    const ticket = await requester.prepare(method, waiting).finally(waiting.end)
    signal?.throwIfAborted()
    const answering = requester.answering(method, timing.orderTimeoutMs)
    const reply = await requester.send(method, params, { ticket, signal: answering.signal }).finally(answering.end)
    if (reply.kind !== 'result') {
      const error = errorOf(method, reply)
      throw mayHaveWorked(reply) ? afterSending(error) : error
    }
    try {
      return answerOf(method, reply)
    } catch (error) {
      throw CcError.isInstance(error) ? afterSending(error) : error
    }
  }

  function answerOf<Params extends object, Result>(
    method: ApiMethod<Params, Result>,
    { result, takenInMs, answeredMs, testnet }: Reply & { kind: 'result' },
  ): Answer<Result> {
    const understood = deps.readResult(method, result)
    deps.onResult(method, understood)
    return { result: understood, takenInMs, answeredMs, testnet }
  }

  /** `undefined` where repeating is of no use. */
  function pauseBefore(reply: Exclude<Reply, { kind: 'result' }>, retries: number): number | undefined {
    const isTransient = reply.kind === 'refused' ? reply.refusal.transient : reply.isTransient
    if (!isTransient || retries >= timing.readRetries) return undefined
    const fullMs = Math.min(timing.retryPauseMs * 2 ** retries, MAX_PAUSE_MS)
    const ownMs = Math.ceil(fullMs * (1 - deps.random() / 2))
    return Math.max(ownMs, reply.kind === 'refused' ? (reply.refusal.waitMs ?? 0) : 0)
  }

  return async (method, params, options = {}) => {
    if (method.effect === 'order' || ORDERS.has(method.name))
      throw wrongCall(method.name, 'to be sent as an order, which has an outcome')
    if (isOfAccount(method) && !deps.isPrivate) {
      throw wrongCall(method.name, 'a public method: this client has no credentials')
    }
    const checked = checkParams(method, params)
    return method.effect === 'read' ? read(method, checked, options.signal) : change(method, checked, options.signal)
  }
}

/** The failure of a request as an error. */
function errorOf(method: { name: string }, reply: Exclude<Reply, { kind: 'result' }>): CcError {
  return reply.kind === 'refused' ? refusalError(method.name, reply.refusal) : reply.error
}

function mayHaveWorked(reply: Exclude<Reply, { kind: 'result' }>): boolean {
  return reply.kind === 'refused' ? reply.refusal.order === 'unknown' : reply.wasSent
}
