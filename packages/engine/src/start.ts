import { CcError } from '@cc/models'
import { abandonAt } from './deadline.js'
import { failureUnder, logFailure } from './failure.js'
import { settle, unresolvedError } from './life.js'
import { obeyDeferred } from './operator.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'

/** Code of a venue that must not be traded on: nothing was sent to it, and nothing is, not even a cancel. */
export const NOT_TESTNET = 'engine/not-testnet'

const LOCKED = 'engine/venue-locked'
/** How often a locked venue is asked, at most. */
const LOCKED_POLL_MS = 15_000

/**
 * Before the first decision: the venue says that it is a testnet, that it is open and what time it is; every send that an
 * earlier life left open is settled, and its resting orders are cancelled; a command that was left is obeyed. Tried
 * `maxRetries` times more, and while the venue is locked for as long as `untilMs` leaves. Whether anything was settled.
 *
 * @throws CcError the failure that the agent does not start for: `engine/not-testnet`, `engine/venue-locked`,
 * `engine/clock-off`, `engine/unresolved`, `engine/command-unreadable`; what settling throws; the stop's reason.
 */
export async function start(
  ports: EnginePorts,
  options: EngineOptions,
  { stop, untilMs }: { stop: AbortSignal; untilMs: number },
): Promise<{ hasSettled: boolean }> {
  const { clock, logger } = ports
  for (let failures = 0; ; ) {
    try {
      await abandonAt(clock, { what: 'Asking the venue', durationMs: options.settleMs, signal: stop }, () =>
        checkVenue(ports, options),
      )
      const { unresolved, settled } = await settle(ports, options, stop)
      if (unresolved.length > 0) throw unresolvedError(unresolved)
      await obeyDeferred(ports, options)
      return { hasSettled: settled.length > 0 }
    } catch (error) {
      const failure = failureUnder(stop, error)
      if (stop.aborted || failure.recovery === 'halt') throw error
      logFailure(logger, 'the agent cannot start yet', { failure, error })
      const isLocked = failure.code === LOCKED
      if (!isLocked) failures += 1
      const pauseMs = isLocked ? Math.max(options.retryMs, LOCKED_POLL_MS) : options.retryMs
      if (failures > options.maxRetries || clock.now() + pauseMs > untilMs) throw error
      await clock.sleep(pauseMs, stop)
    }
  }
}

/**
 * Where only some of its currencies are locked the agent starts: risk sends nothing in those. The clock may differ by
 * what the answer took on its way besides.
 */
async function checkVenue({ market, clock }: EnginePorts, { underlyings, maxClockErrorMs }: EngineOptions) {
  const { testnet, locked, source } = await market.status()
  if (testnet !== true) {
    throw new CcError('This venue does not say that it is a testnet, and is not traded on.', {
      code: NOT_TESTNET,
      recovery: 'halt',
      facts: { source: source.description },
    })
  }
  if (underlyings.every((currency) => locked.includes(currency))) {
    throw new CcError('Trading is locked at the venue.', {
      code: LOCKED,
      recovery: 'retry',
      facts: { locked: [...locked] },
    })
  }
  const askedMs = clock.now()
  const serverMs = await market.serverTime()
  const answeredMs = clock.now()
  const halfTripMs = (answeredMs - askedMs) / 2
  const errorMs = Math.abs(serverMs - (askedMs + halfTripMs))
  if (!(errorMs <= maxClockErrorMs + halfTripMs)) {
    throw new CcError('The clock differs from that of the venue.', {
      code: 'engine/clock-off',
      recovery: 'retry',
      facts: { errorMs, maxClockErrorMs, halfTripMs },
    })
  }
}
