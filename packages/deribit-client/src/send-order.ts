import { CcError, type Clock } from '@cc/models'
import type { SendOrder } from './api.js'
import type { InstrumentCache } from './instrument-cache.js'
import type { ApiMethod, Call, OrderAnswer } from './method.js'
import { getInstrument } from './methods/instruments.js'
import { checkOrderTime, type OrderParams, onGrid } from './order-check.js'
import { mismatchOf } from './order-reply.js'
import { checkParams } from './params-check.js'
import { refusalError, refusalMessage } from './refusal.js'
import type { Reply, Requester, Ticket } from './requester.js'
import type { WirePlacedOrder } from './wire/order.js'
import type { ResultReader } from './wire/read-result.js'

export type SendOrderDeps = {
  readonly requester: Requester
  readonly readResult: ResultReader
  readonly instruments: InstrumentCache
  /** Asks for an instrument that is not known yet. */
  readonly call: Call
  /** Venue time, asked for if it is not known. */
  readonly serverTimeMs: (signal: AbortSignal) => Promise<number>
  readonly serverClock: Pick<Clock, 'now'>
}

/** Words of Deribit that say that our idea of an instrument's grid is wrong. */
const GRID_WORDS = ['price_wrong_tick', 'invalid_amount', 'price_precision_exceeded', 'qty_too_low']

/**
 * Sends orders, each once. What is wrong with the order itself is thrown before anything is sent; whatever the exchange
 * or the network does is an outcome. Aborted before it was sent, it rejects with the signal's reason; after that the
 * signal is not heard, because then the answer is worth more.
 */
export function createSendOrder(timeoutMs: number, deps: SendOrderDeps): SendOrder {
  const { requester, instruments } = deps

  return async (method, params, { signal } = {}) => {
    const name = method.name
    const checked: OrderParams = checkParams(method, params)

    const waiting = requester.waiting(method, timeoutMs, signal)
    let order: OrderParams
    let ticket: Ticket
    try {
      const grid = await gridFor(checked.instrument_name, waiting.signal)
      checkOrderTime(name, checked, await deps.serverTimeMs(waiting.signal))
      order = grid === undefined ? checked : onGrid(name, checked, grid)
      ticket = await requester.prepare(method, waiting)
      signal?.throwIfAborted()
      const { valid_until: untilMs } = checked
      if (untilMs !== undefined && untilMs <= deps.serverClock.now())
        return notSent(`${name} waited past its valid_until.`)
    } catch (error) {
      signal?.throwIfAborted()
      if (!CcError.isInstance(error) || isAboutTheOrder(name, error)) throw error
      return notSent(error.message)
    } finally {
      waiting.end()
    }

    const answering = requester.answering(method, timeoutMs)
    const reply = await requester.send(method, order, { ticket, signal: answering.signal }).finally(answering.end)
    return outcomeOf(method, order, reply)
  }

  async function gridFor(instrumentName: string | undefined, signal: AbortSignal) {
    if (instrumentName === undefined) return undefined
    if (instruments.gridOf(instrumentName) === undefined) {
      await deps.call(getInstrument, { instrument_name: instrumentName }, { signal })
    }
    return instruments.gridOf(instrumentName)
  }

  function outcomeOf<Params extends object, Result>(
    method: ApiMethod<Params, Result>,
    order: OrderParams,
    reply: Reply,
  ): OrderAnswer<Result> {
    switch (reply.kind) {
      case 'failed':
        return reply.wasSent ? unknown(reply.error) : notSent(reply.error.message)
      case 'refused': {
        const { refusal } = reply
        if (GRID_WORDS.includes(refusal.word) && order.instrument_name !== undefined) {
          instruments.forget(order.instrument_name)
        }
        if (refusal.order === 'unknown') return unknown(refusalError(method.name, refusal))
        const { word, number } = refusal
        return { outcome: 'rejected', word, number, message: refusalMessage(method.name, refusal) }
      }
      case 'result':
        return acceptedOf(method, order, reply.result)
    }
  }

  function acceptedOf<Params extends object, Result>(
    method: ApiMethod<Params, Result>,
    order: OrderParams,
    result: unknown,
  ): OrderAnswer<Result> {
    let accepted: Result
    try {
      accepted = deps.readResult(method, result)
    } catch (error) {
      // Whatever fails now, an `onDrift` of somebody's too: the order may be there.
      return CcError.isInstance(error) ? unknown(error) : { outcome: 'unknown', reason: 'deribit/unexpected-reply' }
    }
    const field = mismatchOf(method.name, order, (accepted as WirePlacedOrder).order)
    if (field !== undefined) return { outcome: 'unknown', reason: `deribit/reply-mismatch (${field})` }
    return { outcome: 'accepted', ...accepted }
  }
}

/** Faults of the order itself, found by us. The exchange's own `invalid-params` has a number. */
function isAboutTheOrder(method: string, { code, facts }: CcError): boolean {
  return (code === 'deribit/invalid-params' || code === 'deribit/off-grid') && facts.method === method
}

function notSent<Result>(message: string): OrderAnswer<Result> {
  return { outcome: 'rejected', word: 'not_sent', number: null, message }
}

function unknown<Result>({ code, facts }: CcError): OrderAnswer<Result> {
  const detail = facts.reason ?? facts.problem ?? facts.path ?? facts.status
  return { outcome: 'unknown', reason: detail === undefined ? code : `${code} (${detail})` }
}
