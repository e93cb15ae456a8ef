import { z } from 'zod'
import { wireObject } from './wire-object.js'

/**
 * Whether trading is locked. `locked` is `"true"`, `"partial"`, `"false"`, or in older replies a boolean: the text
 * `"false"` is truthy, so read it with {@link isLocked}.
 * https://docs.deribit.com/api-reference/supporting/public-status
 */
export const statusSchema = wireObject({
  locked: z.union([z.boolean(), z.string()]).nullish(),
  /** Such as `BTC`. Deribit's example and its schema differ in which of the two is sent. */
  locked_currencies: z.array(z.string()).nullish(),
  /** Such as `btc_usd`. */
  locked_indices: z.array(z.string()).nullish(),
})
export type WireStatus = z.infer<typeof statusSchema>

/** How far trading is locked. What cannot be understood is `all`. */
export function lockOf(status: WireStatus): 'none' | 'some' | 'all' {
  if (status.locked === false || status.locked === 'false') return 'none'
  return status.locked === 'partial' ? 'some' : 'all'
}

/** Whether trading in this currency is locked. A partial lock that does not say of what is a lock of all. */
export function isLocked(status: WireStatus, currency: string): boolean {
  const lock = lockOf(status)
  if (lock !== 'some') return lock === 'all'
  const named = [...(status.locked_currencies ?? []), ...(status.locked_indices ?? [])]
  if (named.length === 0) return true
  return named.some((name) => name.split('_')[0]?.toUpperCase() === currency.toUpperCase())
}

/** Version of the API. */
export const testSchema = wireObject({ version: z.string() })

/**
 * A session's tokens. `expires_in` is in seconds.
 * https://docs.deribit.com/api-reference/authentication/public-auth
 */
export const authSchema = wireObject(
  {
    access_token: z.string(),
    refresh_token: z.string(),
    expires_in: z.int(),
    /** Granted, separated by spaces; never more than the key has. */
    scope: z.string(),
    token_type: z.string(),
  },
  'enabled_features google_login mandatory_tfa_status sid state',
)
export type WireAuth = z.infer<typeof authSchema>
