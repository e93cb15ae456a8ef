import type { Clock } from '@cc/models'
import type { Method, MethodCall } from './method.js'
import type { Params } from './params.js'
import { invalidParam } from './rpc-error.js'

/** Longest way at once. What expires on it is played in one go. */
const MAX_STEP_MS = 366 * 86_400_000

/**
 * `sim/advance_time`: lets simulated time pass by `by_ms`, or up to `to_timestamp`, and answers with the time that it has
 * become. Requests to do so take turns. A client in the same process must not `hold` the clock while it waits for the
 * answer: time would stand still for both.
 */
export function createAdvanceTimeMethod(): Method {
  let previous: Promise<unknown> = Promise.resolve()

  async function advance({ params, clock, exchange }: MethodCall): Promise<{ timestamp: number }> {
    await clock.sleep(stepMs(params, clock))
    exchange.advanceTo(clock.now())
    return { timestamp: clock.now() }
  }

  return {
    name: 'sim/advance_time',
    // Time that stands still fills no pool: whoever has emptied one must be able to go on.
    pool: null,
    scope: null,
    handle(call) {
      const turn = previous.then(() => advance(call))
      previous = turn.catch(() => {})
      return turn
    },
  }
}

function stepMs(params: Params, clock: Clock): number {
  const byMs = params.optionalInteger('by_ms', { min: 0, max: MAX_STEP_MS })
  const toMs = params.optionalInteger('to_timestamp')
  if (byMs !== undefined && toMs !== undefined) throw invalidParam('to_timestamp', 'only one of by_ms and to_timestamp')
  if (byMs !== undefined) return byMs
  if (toMs === undefined) throw invalidParam('by_ms', 'one of by_ms and to_timestamp is required')
  const wayMs = toMs - clock.now()
  if (wayMs < 0) throw invalidParam('to_timestamp', `time does not go back: it is ${clock.now()}`)
  if (wayMs > MAX_STEP_MS) throw invalidParam('to_timestamp', `value must be <= ${clock.now() + MAX_STEP_MS}`)
  return wayMs
}
