import { CcError } from '@cc/models'
import type { FallbackReason } from './fallback-reason.js'
import { scrub } from './scrub.js'

/** What is known of the call when something is thrown in it. */
type CallState = {
  deadlinePassed: boolean
  /** The caller wants no answer any more. */
  stopped: boolean
  /** Taken out of what is told, by their value. */
  secrets?: readonly string[]
}

/** What a thrown thing comes to. */
export type Classified = {
  reason: FallbackReason
  /** Of the HTTP reply; `null`: there was none. */
  status: number | null
  requestId: string | null
  /** Class and message of the error and its causes, without secrets, at most 300 characters. */
  problem: string
  /** Whether the same request may be sent once more. */
  repeatable: boolean
  /** Whether a model may have been at work, so that something is to be paid. */
  billable: boolean
}

/** Says what was thrown during a request. Takes anything, and never throws. */
export function classify(error: unknown, { deadlinePassed, stopped, secrets = [] }: CallState): Classified {
  try {
    const chain = chainOf(error)
    const status = statusOf(error)
    const reason = stopped ? 'stopped' : deadlinePassed ? 'deadline' : reasonOf(chain, status)
    return {
      reason,
      status,
      requestId: requestIdOf(error, secrets),
      problem: scrub(chain.map(wordsOf).join(' <- '), secrets, MAX_PROBLEM),
      repeatable: REPEATABLE.has(reason) && !isFinal(error, chain),
      billable: mayBeBilled(reason, status, chain),
    }
  } catch {
    // A getter or a proxy of whoever threw it.
    const reason = stopped ? 'stopped' : deadlinePassed ? 'deadline' : 'unexpected'
    const problem = 'Something was thrown that cannot be read.'
    return { reason, status: null, requestId: null, problem, repeatable: false, billable: true }
  }
}

const MAX_PROBLEM = 300
const MAX_CAUSES = 4
const REPEATABLE: ReadonlySet<FallbackReason> = new Set(['connection', 'rate-limited', 'server'])

/** Codes of our own errors. */
const OURS: Readonly<Record<string, FallbackReason>> = {
  'policy-llm/redirect-refused': 'connection',
  'policy-llm/reply-too-large': 'bad-payload',
  'policy-llm/reply-unreadable': 'bad-payload',
  'models/deadline-passed': 'deadline',
}

/** Codes of what never reached a model. */
const NEVER_ARRIVED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_MODULE_NOT_FOUND',
  'ERR_INVALID_URL',
  'policy-llm/client-unusable',
  'policy-llm/redirect-refused',
])

function reasonOf(chain: readonly unknown[], status: number | null): FallbackReason {
  for (const part of chain) {
    const code = CcError.isInstance(part) ? part.code : undefined
    if (code !== undefined) return OURS[code] ?? 'unexpected'
  }
  const words = chain.flatMap((part) => [field(part, 'code'), field(part, 'type')])
  if (words.includes('cassette_miss')) return 'replay-miss'
  if (status !== null) return reasonOfStatus(status, words)
  return reasonOfCodes(words) ?? reasonOfClasses(chain)
}

function reasonOfStatus(status: number, words: readonly unknown[]): FallbackReason {
  if (status === 401 || status === 403) return 'auth'
  if (status === 402) return 'quota'
  if (status === 404 || status === 410) return 'model-gone'
  if (status === 429) return words.some((word) => NO_CREDIT.has(word)) ? 'quota' : 'rate-limited'
  if (status === 408 || status === 409 || status >= 500) return 'server'
  if (status >= 400) return 'bad-request'
  return status >= 300 ? 'connection' : 'bad-payload'
}

const NO_CREDIT: ReadonlySet<unknown> = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_not_active',
])

/** By the codes of Node (`ECONNRESET`), of undici (`UND_ERR_*`), of its parser (`HPE_*`) and of zlib (`Z_*`). */
function reasonOfCodes(words: readonly unknown[]): FallbackReason | undefined {
  const codes = words.filter((word) => typeof word === 'string')
  if (codes.some((code) => /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code))) return 'timeout'
  if (codes.some((code) => /^Z_[A-Z]+/.test(code))) return 'bad-payload'
  if (codes.some((code) => /^(UND_ERR_|HPE_|E[A-Z0-9]+$|EAI_)/.test(code))) return 'connection'
  return codes.some((code) => /^ERR_(MODULE_NOT_FOUND|INVALID_URL|UNSUPPORTED_)/.test(code)) ? 'unexpected' : undefined
}

/** The client's errors are all named `Error`: only their classes tell them apart. */
function reasonOfClasses(chain: readonly unknown[]): FallbackReason {
  const classes = chain.flatMap(classesOf)
  if (classes.some((name) => TIMEOUTS.has(name))) return 'timeout'
  if (classes.includes('APIConnectionError')) return 'connection'
  if (chain.some((part) => field(part, 'name') === 'AbortError' || field(part, 'name') === 'TimeoutError')) {
    return 'timeout'
  }
  if (
    classes.includes('TypeError') &&
    chain.some((part) => /^(terminated|fetch failed|failed to fetch)/i.test(messageOf(part)))
  ) {
    return 'connection'
  }
  return classes.some((name) => PAYLOAD_ERRORS.has(name)) ? 'bad-payload' : 'unexpected'
}

const TIMEOUTS: ReadonlySet<string> = new Set(['APIConnectionTimeoutError', 'APIUserAbortError'])
const PAYLOAD_ERRORS: ReadonlySet<string> = new Set(['SyntaxError', 'TypeError', 'ZodError', '$ZodError'])

/** An answer that will not change: the provider says so, or it sends the request away. */
function isFinal(error: unknown, chain: readonly unknown[]): boolean {
  if (headerOf(error, 'x-should-retry') === 'false') return true
  return chain.some((part) => CcError.isInstance(part))
}

function mayBeBilled(reason: FallbackReason, status: number | null, chain: readonly unknown[]): boolean {
  if (reason === 'replay-miss') return false
  if (status !== null) return status < 300 || status === 408 || status >= 500
  return !chain.some((part) => NEVER_ARRIVED.has(field(part, 'code')))
}

function chainOf(error: unknown): readonly unknown[] {
  const chain = [error]
  while (chain.length < MAX_CAUSES) {
    const cause = field(chain.at(-1), 'cause')
    if (cause === undefined || cause === null || chain.includes(cause)) break
    chain.push(cause)
  }
  return chain
}

function statusOf(error: unknown): number | null {
  const status = field(error, 'status')
  return typeof status === 'number' && Number.isInteger(status) && status >= 100 && status <= 999 ? status : null
}

function requestIdOf(error: unknown, secrets: readonly string[]): string | null {
  const id = field(error, 'requestID')
  return typeof id === 'string' && id !== '' ? scrub(id, secrets, 100) : null
}

/** A header of the reply that an error is about. */
export function headerOf(error: unknown, name: string): string | null {
  const headers = field(error, 'headers')
  return headers instanceof Headers ? headers.get(name) : null
}

function wordsOf(part: unknown): string {
  if (typeof part !== 'object' || part === null) return String(part)
  const code = field(part, 'code')
  const words = `${classesOf(part)[0] ?? 'Object'}: ${messageOf(part)}`
  return typeof code === 'string' && !words.includes(code) ? `${words} (${code})` : words
}

function messageOf(part: unknown): string {
  const message = field(part, 'message')
  return typeof message === 'string' ? message : ''
}

/** Names of the classes that a thing is of, its own first. */
function classesOf(part: unknown): readonly string[] {
  const names: string[] = []
  for (let proto: unknown = part; names.length < 8; ) {
    if (typeof proto !== 'object' || proto === null) break
    proto = Object.getPrototypeOf(proto)
    const name = field(field(proto, 'constructor'), 'name')
    if (typeof name === 'string') names.push(name)
  }
  return names
}

function field(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  return (value as Record<string, unknown>)[name]
}
