import { z } from 'zod'
import { wireObject } from './wire-object.js'

/** The life of a book: https://docs.deribit.com/subscriptions/market-data/instrumentstatekindcurrency */
export const instrumentStateSchema = wireObject({
  instrument_name: z.string(),
  /** As {@link WireInstrument} has it; before 13 January 2026 `created`, `started`, `settled`, `closed`, `terminated`. */
  state: z.string(),
  /** UTC epoch milliseconds. */
  timestamp: z.int(),
})
export type WireInstrumentState = z.infer<typeof instrumentStateSchema>

/**
 * A lock of one index, or a maintenance that begins or ends.
 * https://docs.deribit.com/subscriptions/platform/platform_state
 */
export const platformStateSchema = wireObject({
  /** Such as `btc_usd`. */
  price_index: z.string().nullish(),
  locked: z.union([z.boolean(), z.string()]).nullish(),
  reasons: z.array(z.unknown()).nullish(),
  maintenance: z.boolean().nullish(),
})
export type WirePlatformState = z.infer<typeof platformStateSchema>

/** Whether public methods need a sign-in: https://docs.deribit.com/subscriptions/platform/platform_statepublic_methods_state */
export const publicMethodsStateSchema = wireObject({ allow_unauthenticated_public_requests: z.boolean() })
export type WirePublicMethodsState = z.infer<typeof publicMethodsStateSchema>

/** A lock of the account: https://docs.deribit.com/subscriptions/user/userlock */
export const userLockSchema = wireObject({
  locked: z.boolean(),
  /** `ALL`, or the currency that is locked. */
  currency: z.string(),
})
export type WireUserLock = z.infer<typeof userLockSchema>
