import type { Clock } from '@cc/models'
import { type ApiMethod, type CreditPool, isUrgent } from '../method.js'
import type { AccountLimits, RateLimit } from '../wire/account-limits.js'
import { type Bucket, createBucket } from './bucket.js'

/** Keeps an account's requests within what Deribit allows it. */
export type RequestLimits = {
  /**
   * Resolves when a request of this method may go.
   *
   * @throws CcError `deribit/rate-limited` as soon as it cannot go before its deadline; the signal's reason when aborted.
   */
  take(
    method: Pick<ApiMethod<never, unknown>, 'name' | 'pool' | 'effect'>,
    until: { deadlineMs: number; signal: AbortSignal },
  ): Promise<void>
  /** Deribit answered 10028: the account has fewer credits than thought. Stops the pool. */
  exhausted(pool: CreditPool, waitMs: number | null): void
  /** Takes over what the account is allowed. */
  seed(limits: AccountLimits): void
}

/**
 * Requests a second and at once of the lowest tier, which test accounts have, in requests: Deribit's credits divided by
 * the cost of a request. https://docs.deribit.com/articles/rate-limits
 */
const DEFAULT_LIMITS: Readonly<Record<CreditPool, RateLimit>> = {
  'non-matching': { rate: 20, burst: 100 },
  'get-instruments': { rate: 1, burst: 50 },
  'transaction-log': { rate: 1, burst: 8 },
  matching: { rate: 5, burst: 20 },
  'cancel-all': { rate: 5, burst: 20 },
  subscribe: { rate: 10 / 3, burst: 10 },
}

/** Requests to the matching engine that no order may use up, so that a cancel always goes. */
const KEPT_FOR_CANCELS = 5

/** The limits of the lowest tier, of which `share` is used, until the account's own are known. */
export function createRequestLimits(clock: Clock, share: number): RequestLimits {
  const bucketOf = (pool: CreditPool) => createBucket(clock, pool, shareOf(pool, DEFAULT_LIMITS[pool], share))
  const buckets: Readonly<Record<CreditPool, Bucket>> = {
    'non-matching': bucketOf('non-matching'),
    'get-instruments': bucketOf('get-instruments'),
    'transaction-log': bucketOf('transaction-log'),
    matching: bucketOf('matching'),
    'cancel-all': bucketOf('cancel-all'),
    subscribe: bucketOf('subscribe'),
  }

  function resize(pool: CreditPool, limit: RateLimit | undefined): void {
    if (limit !== undefined) buckets[pool].resize(shareOf(pool, limit, share))
  }

  return {
    take(method, until) {
      const { pool, effect } = method
      return buckets[pool].take({
        ...until,
        keep: pool === 'matching' && effect === 'order' ? KEPT_FOR_CANCELS : 0,
        urgent: effect !== 'order' && isUrgent(method),
      })
    },
    exhausted: (pool, waitMs) => buckets[pool].drain(waitMs),
    seed({ nonMatching, matching, cancelAll }) {
      resize('non-matching', nonMatching)
      resize('matching', matching)
      resize('cancel-all', cancelAll)
    },
  }
}

/** No limits of our own: for a local exchange that has none either. */
export function createNoLimits(): RequestLimits {
  return {
    async take(_method, { signal }) {
      signal.throwIfAborted()
    },
    exhausted() {},
    seed() {},
  }
}

/** Never so little that no request could go, past those kept for cancels too, unless the account itself has no more. */
function shareOf(pool: CreditPool, { rate, burst }: RateLimit, share: number): RateLimit {
  const least = pool === 'matching' ? KEPT_FOR_CANCELS + 1 : 1
  return { rate: rate * share, burst: Math.max(1, burst * share, Math.min(burst, least)) }
}
