import type { z } from 'zod'

/** Which of Deribit's credit pools a method draws on: https://docs.deribit.com/articles/rate-limits */
export type CreditPool =
  | 'non-matching'
  | 'get-instruments'
  | 'transaction-log'
  | 'matching'
  | 'cancel-all'
  | 'subscribe'

/**
 * What repeating a request would do. A `read` may be repeated. A `change` is sent once: an answer that does not come is a
 * `CcError` with recovery `reconcile`. An `order` is sent once too, and whatever becomes of it is an {@link OrderAnswer}.
 */
export type Effect = 'read' | 'change' | 'order'

/** One method of Deribit's API: how it is asked and what it answers. Names are Deribit's own. */
export type ApiMethod<Params extends object, Result> = {
  readonly name: `public/${string}` | `private/${string}`
  readonly pool: CreditPool
  readonly effect: Effect
  /** Strict: an unknown parameter is refused before anything is sent. */
  readonly params: z.ZodType<Params>
  /** What is read of the reply's `result`. Unknown fields are tolerated and reported. */
  readonly result: z.ZodType<Result>
}

/** Private, and signing in, which is as private as anything. */
export function isOfAccount({ name }: Pick<ApiMethod<never, unknown>, 'name'>): boolean {
  return name.startsWith('private/') || name === 'public/auth'
}

/** Whether a request goes past those that only read: what sends, changes or cancels, and the sign-in that it needs. */
export function isUrgent({ name, effect }: Pick<ApiMethod<never, unknown>, 'name' | 'effect'>): boolean {
  return effect !== 'read' || PREPARING.has(name)
}

/** What a connection needs before anything else goes. */
const PREPARING: ReadonlySet<string> = new Set([
  'public/auth',
  'public/set_heartbeat',
  'private/enable_cancel_on_disconnect',
])

/** A reply that was understood. */
export type Answer<Result> = {
  readonly result: Result
  /** Venue time at which the exchange took the request in, and at which it answered, UTC epoch milliseconds. */
  readonly takenInMs: number
  readonly answeredMs: number
  /** The reply's own flag: `true` on the testnet, `false` on production. */
  readonly testnet: boolean
}

export type CallOptions = { signal?: AbortSignal }

/**
 * Sends one request: parameters checked, limits kept, signed in where the method is private, the reply validated.
 *
 * @throws CcError `deribit/…`
 */
export type Call = <Params extends object, Result>(
  method: ApiMethod<Params, Result>,
  params: Params,
  options?: CallOptions,
) => Promise<Answer<Result>>

/**
 * What became of an order request. `rejected` means that the exchange certainly has no such order; `unknown` that it may
 * or may not have it: look its label up once its `valid_until` has passed, and never send it again.
 */
export type OrderAnswer<Accepted> =
  | ({ readonly outcome: 'accepted' } & Accepted)
  | {
      readonly outcome: 'rejected'
      /** Deribit's word, such as `post_only_reject`; `not_sent` where nothing left this machine. */
      readonly word: string
      /** Deribit's number; `null` where the exchange was not asked. */
      readonly number: number | null
      readonly message: string
    }
  | { readonly outcome: 'unknown'; readonly reason: string }
