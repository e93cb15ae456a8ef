import { CcError, type Facts } from '@cc/models'
import { type ErrorRow, errorRowOf } from './error-table.js'

/** A request that Deribit answered with an error: what its number means, and what came with it. */
export type Refusal = ErrorRow & {
  readonly number: number
  /** Deribit's wish, in ms; `null` where it has none. */
  readonly waitMs: number | null
  /** The parameter that it dislikes, where it names one. */
  readonly param: string | null
  /** Its reason in a few words, such as `wrong format`. */
  readonly reason: string | null
  /** The bound that a message ends with, as in `price_too_high 2180.0`. */
  readonly limit: number | null
}

/** Longest wait that is believed. */
const MAX_WAIT_MS = 600_000

/**
 * Reads the error of a reply. Of its texts only what looks like a name or a few plain words is kept: a reply may repeat
 * what was sent, secrets too.
 */
export function refusalOf(
  error: { readonly code: number; readonly message: string; readonly data: unknown },
  isSecret: (text: string) => boolean,
): Refusal {
  const data = isObject(error.data) ? error.data : {}
  const plain = (value: unknown, shape: RegExp) =>
    typeof value === 'string' && shape.test(value) && !isSecret(value) ? value : null
  const wait = data.wait
  return {
    ...errorRowOf(error.code),
    number: error.code,
    waitMs: typeof wait === 'number' && wait >= 0 ? Math.min(Math.ceil(wait * 1_000), MAX_WAIT_MS) : null,
    param: plain(data.param, /^[a-z][a-z0-9_.[\]]{0,39}$/),
    reason: plain(data.reason, /^[a-z][a-z0-9 _.<>=-]{0,59}$/),
    limit: limitIn(error.message),
  }
}

/** The error of a refused request: `deribit/` and Deribit's word for it. */
export function refusalError(method: string, refusal: Refusal): CcError {
  return new CcError(refusalMessage(method, refusal), {
    code: `deribit/${refusal.word.toLowerCase().replaceAll('_', '-')}`,
    recovery: refusal.recovery,
    facts: refusalFacts(method, refusal),
  })
}

/** One sentence for people. */
export function refusalMessage(method: string, { says, number, word, param, reason, limit }: Refusal): string {
  const detail = [param, reason, limit].filter((part) => part !== null).join(', ')
  return `Deribit refused ${method}: ${says} (${number} ${word}${detail === '' ? '' : `: ${detail}`}).`
}

function refusalFacts(method: string, { number, word, waitMs, param, reason, limit }: Refusal): Facts {
  return {
    method,
    number,
    word,
    ...(waitMs !== null && { waitMs }),
    ...(param !== null && { param }),
    ...(reason !== null && { reason }),
    ...(limit !== null && { limit }),
  }
}

function limitIn(message: string): number | null {
  const digits = /^[a-zA-Z0-9_]{1,80} (-?[0-9]{1,15}(?:\.[0-9]{1,15})?)$/.exec(message)?.[1]
  return digits === undefined ? null : Number(digits)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
