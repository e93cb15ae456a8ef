import { CcError, type Clock } from '@cc/models'
import type OpenAI from 'openai'
import { type Classified, classify } from './classify.js'
import type { Attempt, ModelReply, ModelRequest } from './model-reply.js'
import type { LlmOptions } from './options.js'
import type { Provider } from './provider.js'
import { labelOf, REQUEST_LABEL } from './request-label.js'
import { scrub } from './scrub.js'
import type { Transport } from './transport.js'

/** What every attempt of a caller is made with. */
export type Line = {
  provider: Provider
  clock: Clock
  connect: () => Promise<OpenAI>
  transport: Transport
  options: LlmOptions
}

/** An attempt that is over. */
export type Ended = {
  attempt: Attempt
  /** `null` where none came. */
  reply: ModelReply | null
  /** Whether something is to be paid for it. */
  billable: boolean
  /** What was thrown, where the same may be asked once more. */
  repeatable?: { error: unknown }
}

/** A call under way. */
export type Call = {
  request: ModelRequest
  /** When it has to be over. */
  untilMs: number
  /** Aborted by then, or when `caller` is. */
  stop: AbortSignal
  caller: AbortSignal | undefined
}

/** Sends a request once, the `number`th time from 1 on, and reads the reply. Whatever goes wrong is told, not thrown. */
export async function attemptOnce(
  line: Line,
  { request, untilMs, stop, caller }: Call,
  number: number,
): Promise<Ended> {
  const { clock, provider, transport, options } = line
  const startMs = clock.now()
  let response: Response | undefined
  try {
    const client = await line.connect()
    stop.throwIfAborted()
    response = await transport.send(
      client,
      request,
      { provider, options },
      {
        signal: stop,
        timeout: Math.max(1, Math.ceil(untilMs - clock.now())) + TIMEOUT_SLACK_MS,
        headers: { [REQUEST_LABEL]: labelOf(request, number) },
      },
    )
    const reply = transport.read(await jsonOf(response))
    const attempt = {
      durationMs: clock.now() - startMs,
      status: response.status,
      requestId: requestIdOf(response, provider),
      failure: reply.failure,
      problem: null,
    }
    return { attempt, reply, billable: true }
  } catch (error) {
    const thrown = classify(error, { ...endOf(stop, caller), secrets: [provider.apiKey()] })
    const attempt = failedAttempt(thrown, clock.now() - startMs)
    if (response !== undefined) {
      attempt.status = response.status
      attempt.requestId = requestIdOf(response, provider)
    }
    return { attempt, reply: null, billable: thrown.billable, ...(thrown.repeatable ? { repeatable: { error } } : {}) }
  }
}

/** The record of an attempt that came to no reply. */
export function failedAttempt({ reason, status, requestId, problem }: Classified, durationMs: number): Attempt {
  return { durationMs, status, requestId, failure: reason, problem }
}

/** Why a call was ended: its caller wants it no more, or its time is up. */
export function endOf(
  stop: AbortSignal,
  caller: AbortSignal | undefined,
): { deadlinePassed: boolean; stopped: boolean } {
  const stopped = stop.aborted && caller?.aborted === true && stop.reason === caller.reason
  return { deadlinePassed: stop.aborted && !stopped, stopped }
}

/** Our own deadline is always the first: it says how the call ended, and the client's only ends what is left of it. */
const TIMEOUT_SLACK_MS = 100

function requestIdOf(response: Response, provider: Provider): string | null {
  const id = response.headers.get('x-request-id')
  return id === null || id === '' ? null : scrub(id, [provider.apiKey()], 100)
}

async function jsonOf(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  const text = await response.text()
  if (type === undefined || !(type === 'application/json' || type.endsWith('+json'))) {
    throw unreadable(`The reply is ${type === undefined ? 'of no type' : `of type ${type}`}, not JSON.`)
  }
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words repeat the text.
    throw unreadable('The body of the reply is no JSON.')
  }
}

function unreadable(message: string): CcError {
  return new CcError(message, { code: 'policy-llm/reply-unreadable', recovery: 'skip' })
}
