import { createHash } from 'node:crypto'
import { CcError } from '@cc/models'
import { attemptOf } from './request-label.js'

/** A reply as it is kept: of its headers only those that say how to read it, and when to ask again. */
export type TapedReply = {
  kind: 'reply'
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}
/** A connection that failed: what was thrown, and what that says was its cause. */
export type TapedFailure = {
  kind: 'failure'
  name: string
  message: string
  cause: { name: string; message: string; code: string | null } | null
}
/** A request that its caller gave up before the answer was there. */
export type TapedAbort = { kind: 'abort' }
/** A reply that held a secret: all that is kept of it is that it came. */
export type TapedSecret = { kind: 'secret' }
/** What became of one request. */
export type TapedEnd = TapedReply | TapedFailure | TapedAbort | TapedSecret

/** One request of a recording: what was asked, as a hash, the how manieth of its kind from 1 on, and what became of it. */
export type TapedCall = {
  key: string
  occurrence: number
  /** 1: what a call of the model asked first, 2: its repeat. Missing where that was not told, as in older recordings. */
  attempt?: number | undefined
  end: TapedEnd
}

/** A recording: of one standing text, its calls found by what they ask. */
export type Tape = {
  readonly promptHash: string
  find(key: string, occurrence: number): TapedCall | undefined
  /** Keeps a call; throws where it cannot, and {@link secretInAnswer} where the call holds a secret. */
  append(call: TapedCall): void
}

/** How a recording is used, and who is asked where it has no answer. */
export type CassetteOptions = {
  /** `record` asks and keeps, `replay` asks nobody, ever, `auto` asks for what is not there yet. */
  mode: 'record' | 'replay' | 'auto'
  tape: Tape
  /** Does the requests, such as `fetch` of the runtime. A replay never calls it, and needs none. */
  fetch?: typeof fetch
  /** The standing text that the calls are made with: it must be that of the tape. */
  promptHash: string
}

/**
 * Makes a `fetch` that records what a provider answers, or replays it without any connection. It stands in
 * `LlmDeps.fetch`, so that the real client runs either way.
 *
 * A call is found by its path and its body, without what only labels it, and by how often the same was asked before. The
 * caller of a recording gets what is kept, not what came, so that a replayed run has the same bytes as the recorded one:
 * failed connections fail alike, a call that was given up is answered by nothing until it is given up again, and an answer
 * that held a secret is an error, recorded or not. A replay answers what it does not have with 404 and code
 * `cassette_miss`. A repeat of what is played gets the same where none was made then, also in mode `auto`: whether there
 * was time for one is for the recording to tell, since a replay takes none.
 *
 * @throws RangeError where the tape is of another standing text, or nobody is there to ask.
 */
export function createCassetteFetch({ mode, tape, fetch, promptHash }: CassetteOptions): typeof globalThis.fetch {
  if (tape.promptHash !== promptHash) {
    throw new RangeError(`promptHash must be that of the tape, ${tape.promptHash}, got ${promptHash}`)
  }
  if (mode !== 'replay' && fetch === undefined) throw new RangeError(`fetch must be given for mode ${mode}`)
  /** Of each kind of request the last. */
  const seen = new Map<string, { occurrence: number; isPlayed: boolean }>()
  return async (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> => {
    init?.signal?.throwIfAborted()
    const key = keyOf(input, init)
    // Counted before anything is awaited: calls at the same time keep the order in which they were made.
    const last = seen.get(key)
    const occurrence = (last?.occurrence ?? 0) + 1
    const kept = mode === 'record' ? undefined : tape.find(key, occurrence)
    const attempt = attemptOf(init?.headers)
    const isRepeat = attempt !== undefined && attempt > 1
    // What is kept in the place of a repeat that was not made is another decision's, and is left for it.
    if (isRepeat && (kept === undefined ? last?.isPlayed : kept.attempt === 1)) return miss(key, occurrence)
    seen.set(key, { occurrence, isPlayed: kept !== undefined })
    if (kept !== undefined) return play(kept.end, init?.signal)
    if (mode === 'replay' || fetch === undefined) return miss(key, occurrence)
    const end = keep(tape, { key, occurrence, attempt, end: await endOf(() => fetch(input, init), init?.signal) })
    return play(end, init?.signal)
  }
}

/** What a tape throws of a call that holds a secret. */
export function secretInAnswer(): CcError {
  return new CcError('The answer holds a key, so it is not recorded.', { code: SECRET_CODE, recovery: 'halt' })
}

const SECRET_CODE = 'policy-llm/cassette-secret'

/** Keeps a call, and hands back as what it is kept. */
function keep(tape: Tape, call: TapedCall): TapedEnd {
  try {
    tape.append(call)
    return call.end
  } catch (error) {
    if (!CcError.isInstance(error) || error.code !== SECRET_CODE) throw error
    const end = { kind: 'secret' } as const
    tape.append({ ...call, end })
    return end
  }
}

/** Fields of a request that label it, and change nothing of the answer. */
const LABELS: ReadonlySet<string> = new Set(['metadata', 'prompt_cache_key', 'safety_identifier', 'service_tier'])

/** Headers of a reply that are kept. */
const KEPT_HEADERS = ['content-type', 'retry-after', 'retry-after-ms', 'x-should-retry', 'location']

/** Statuses whose reply may have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304])

/**
 * SHA-256 of method, path and canonical body: keys in order, labels left out. Host, headers and what stands before the
 * API's own path are no part of it, so that a recording replays wherever its provider lay.
 */
function keyOf(input: Parameters<typeof globalThis.fetch>[0], init: RequestInit | undefined): string {
  const url = new URL(input instanceof Request ? input.url : input)
  const body = init?.body ?? ''
  if (typeof body !== 'string') throw new TypeError('The body of a recorded request must be text.')
  return createHash('sha256')
    .update(`${init?.method ?? 'GET'} ${apiPath(url)}\n${canonicalBody(body)}`)
    .digest('hex')
}

function apiPath({ pathname }: URL): string {
  return /\/(?:responses|chat\/completions)$/.exec(pathname)?.[0] ?? pathname
}

function canonicalBody(text: string): string {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return text
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return JSON.stringify(body)
  const asked = Object.entries(body).filter(([name]) => !LABELS.has(name))
  return canonicalJson(Object.fromEntries(asked))
}

/** JSON with the keys of every object in order. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/** What becomes of a request, its body read to the end. Given up, nothing else counts, also of a `fetch` that goes on. */
async function endOf(ask: () => Promise<Response>, signal: AbortSignal | null | undefined): Promise<TapedEnd> {
  const end = await Promise.race([replyOf(ask), ...(signal ? [givenUp(signal)] : [])])
  return signal?.aborted ? { kind: 'abort' } : end
}

async function replyOf(ask: () => Promise<Response>): Promise<TapedEnd> {
  try {
    const response = await ask()
    const body = await textOf(response)
    const { status } = response
    if (status < 200 || status > 599) throw new TypeError(`The status of the reply is ${status}.`)
    const headers = KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [[name, value] as const]
    })
    return { kind: 'reply', status, headers: Object.fromEntries(headers), body }
  } catch (error) {
    return failureOf(error)
  }
}

/** More than the client takes, so that what is cut here is refused by it, recorded or replayed. */
const MOST_BODY_BYTES = 6 * 1024 * 1024

/** The body to its end, which one that has none is not read to. */
async function textOf({ body }: Response): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    // Leaving the loop lets go of the connection.
    if (bytes > MOST_BODY_BYTES) break
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function givenUp(signal: AbortSignal): Promise<TapedAbort> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'abort' }), { once: true }))
}

function failureOf(error: unknown): TapedFailure {
  const { name, message } = wordsOf(error)
  const cause = error instanceof Error ? error.cause : undefined
  if (cause === undefined || cause === null) return { kind: 'failure', name, message, cause: null }
  const code = (cause as { code?: unknown }).code
  return { kind: 'failure', name, message, cause: { ...wordsOf(cause), code: typeof code === 'string' ? code : null } }
}

function wordsOf(error: unknown): { name: string; message: string } {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: 'Error', message: String(error) }
}

/** Answers as the recorded request was answered. */
async function play(end: TapedEnd, signal: AbortSignal | null | undefined): Promise<Response> {
  if (end.kind === 'failure') throw errorOf(end)
  if (end.kind === 'secret') throw secretInAnswer()
  if (end.kind === 'abort') return silence(signal)
  const { status, headers, body } = end
  return new Response(BODILESS.has(status) ? null : body, { status, headers })
}

function errorOf({ name, message, cause }: TapedFailure): Error {
  const because = cause === null ? undefined : { cause: codedError(cause) }
  const error = name === 'TypeError' ? new TypeError(message, because) : new Error(message, because)
  if (error.name !== name) error.name = name
  return error
}

function codedError({ name, message, code }: NonNullable<TapedFailure['cause']>): Error {
  const error = new Error(message)
  error.name = name
  return code === null ? error : Object.assign(error, { code })
}

/** No answer until the caller gives up; none could come of a call that cannot be given up. */
function silence(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (!signal) reject(new TypeError('The recorded call was given up, and this one has no signal to give it up by.'))
    else if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function miss(key: string, occurrence: number): Response {
  const message = `The recording has no call ${key.slice(0, 16)} number ${occurrence}.`
  const error = { message, type: 'invalid_request_error', param: null, code: 'cassette_miss' }
  return Response.json({ error }, { status: 404, headers: { 'x-should-retry': 'false' } })
}
