import type { Clock } from '@cc/models'
import { rateLimited } from '../errors.js'
import type { RateLimit } from '../wire/account-limits.js'

/** How a request waits for its turn. */
type Turn = {
  /** Requests that must still be possible after this one. */
  readonly keep: number
  /** Goes before all that are not. */
  readonly urgent: boolean
  readonly deadlineMs: number
  readonly signal: AbortSignal
}

/** A pool of requests that refills with time. */
export type Bucket = {
  /**
   * Resolves when the request may go, first come, first served.
   *
   * @throws CcError `deribit/rate-limited` as soon as it cannot go before its deadline; the signal's reason when aborted.
   */
  take(turn: Turn): Promise<void>
  /**
   * The exchange found it empty: nothing goes for `pauseMs`; or else what is not urgent waits until it is full, and what
   * is urgent until it holds one request.
   */
  drain(pauseMs: number | null): void
  resize(limit: RateLimit): void
}

/** A full bucket. Deribit's refill steadily: https://docs.deribit.com/articles/rate-limits */
export function createBucket(clock: Clock, pool: string, limit: RateLimit): Bucket {
  let { rate, burst } = limit
  let level = burst
  let levelAtMs = clock.now()
  let closedUntilMs = { urgent: Number.NEGATIVE_INFINITY, others: Number.NEGATIVE_INFINITY }
  const waiting: Turn[] = []

  function refill(): void {
    const nowMs = clock.now()
    level = Math.min(burst, level + ((nowMs - levelAtMs) / 1_000) * rate)
    levelAtMs = nowMs
  }

  /** Time until this turn, if all before it take theirs. */
  function waitMs(turn: Turn): number {
    refill()
    const ahead = waiting.indexOf(turn)
    const missing = ahead + 1 + Math.min(turn.keep, burst - 1) - level
    // Sums of fractions of a credit: what is missing of the last one is noise.
    const refillMs = missing > 1e-9 ? Math.ceil((missing / rate) * 1_000) : 0
    return Math.max(refillMs, closedUntilMs[turn.urgent ? 'urgent' : 'others'] - clock.now(), 0)
  }

  return {
    async take(turn) {
      const place = turn.urgent ? waiting.findIndex(({ urgent }) => !urgent) : -1
      waiting.splice(place === -1 ? waiting.length : place, 0, turn)
      try {
        for (;;) {
          turn.signal.throwIfAborted()
          const leftMs = waitMs(turn)
          if (leftMs === 0) {
            level -= 1
            return
          }
          if (clock.now() + leftMs > turn.deadlineMs) throw rateLimited(pool, leftMs)
          await clock.sleep(leftMs, turn.signal)
        }
      } finally {
        waiting.splice(waiting.indexOf(turn), 1)
      }
    },
    drain(pauseMs) {
      refill()
      level = 0
      const nowMs = clock.now()
      closedUntilMs = {
        urgent: Math.max(closedUntilMs.urgent, nowMs + (pauseMs ?? 0)),
        others: Math.max(closedUntilMs.others, nowMs + (pauseMs ?? Math.ceil((burst / rate) * 1_000))),
      }
    },
    resize(next) {
      refill()
      rate = next.rate
      burst = next.burst
      level = Math.min(level, burst)
    },
  }
}
