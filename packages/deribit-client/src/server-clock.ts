import { CcError, type Clock } from '@cc/models'

/** Venue time, as the exchange's own replies tell it. Before the first, `now` throws `deribit/no-server-time`. */
export type ServerClock = Clock & {
  /** How far `now` may be off, in ms; `undefined` before the first reply. */
  uncertaintyMs(): number | undefined
}

/** When a request left and its reply was here, on the local clock, and when the exchange took it in and let it go. */
export type Exchanged = { sentMs: number; receivedMs: number; usIn: number; usOut: number }

/**
 * How fast the two clocks may drift apart, in ms per ms: far more than crystals do, and what clocks being put right do.
 */
const DRIFT = 2e-4

/**
 * A clock that knows the exchange's time to within the fastest round trip.
 *
 * Each reply bounds how far the exchange is ahead: it took the request in after it was sent, and let the reply go before
 * it was here. Bounds of all replies hold together, and widen with time for drift. A reply outside of them means that a
 * clock jumped: then only that reply counts. Inside of them time never goes back; it does where what was told turns out to
 * be ahead of the exchange, since orders would be good for too long.
 */
export function createServerClock(local: Clock): { clock: ServerClock; observe(reply: Exchanged): void } {
  let ahead: { minMs: number; maxMs: number; atMs: number } | undefined
  let latestMs = Number.NEGATIVE_INFINITY

  /** Bounds of how far the exchange is ahead now. */
  function bounds(): { minMs: number; maxMs: number } | undefined {
    if (ahead === undefined) return undefined
    const driftMs = Math.max(0, local.now() - ahead.atMs) * DRIFT
    return { minMs: ahead.minMs - driftMs, maxMs: ahead.maxMs + driftMs }
  }

  function observe({ sentMs, receivedMs, usIn, usOut }: Exchanged): void {
    // The local clock tells whole milliseconds: it was up to one later than it says.
    const afterMs = usOut / 1_000 - receivedMs - 1
    const beforeMs = usIn / 1_000 - sentMs
    // An exchange whose clock runs fast was busy for longer than the round trip: the truth is still between the two.
    const minMs = Math.min(afterMs, beforeMs)
    const maxMs = Math.max(afterMs, beforeMs)
    const before = bounds()
    const agrees = before !== undefined && minMs <= before.maxMs && maxMs >= before.minMs
    if (!agrees) latestMs = Number.NEGATIVE_INFINITY
    ahead = agrees
      ? { minMs: Math.max(minMs, before.minMs), maxMs: Math.min(maxMs, before.maxMs), atMs: local.now() }
      : { minMs, maxMs, atMs: local.now() }
  }

  return {
    observe,
    clock: {
      now() {
        const now = bounds()
        if (now === undefined) {
          throw new CcError('The time of the exchange is not known before its first reply.', {
            code: 'deribit/no-server-time',
            recovery: 'retry',
          })
        }
        const aheadMs = (now.minMs + now.maxMs) / 2
        latestMs = Math.floor(Math.min(Math.max(latestMs, local.now() + aheadMs), local.now() + now.maxMs))
        return latestMs
      },
      uncertaintyMs() {
        const now = bounds()
        if (now === undefined) return undefined
        return Math.max((now.maxMs - now.minMs) / 2, latestMs - local.now() - now.minMs)
      },
      sleep: (durationMs, signal) => local.sleep(durationMs, signal),
      hold: (work) => local.hold(work),
    },
  }
}
