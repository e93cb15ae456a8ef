import { type AgentMemory, type AgentState, CcError, type Currency, type Observer, type Venue } from '@cc/models'
import { assembleUnderlying, type UnderlyingReadings } from './assemble.js'
import { DAY_MS, HOUR_MS } from './bars.js'
import type { Datum } from './datum.js'
import { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'

/**
 * Reads a venue and computes what a policy decides on, all underlyings at one venue time: that at which the last
 * reading was in.
 *
 * Account, instruments, chain and index are needed: their `CcError` passes through. History is not: where the venue
 * has none or fails to give it, what comes from it is `null` with the reason in `missing`.
 *
 * @throws CcError of the venue
 * @throws ZodError naming the option, when an option is unknown or out of range
 */
export function buildAgentState(
  venue: Venue,
  memory: AgentMemory,
  options: StateOptionsInput = {},
): Promise<AgentState> {
  return observe(venue, memory, stateOptionsSchema.parse(options))
}

/** Makes an `Observer` of one venue, {@link buildAgentState} behind the port. Rejects with the signal's reason once aborted. */
export function createObserver(venue: Venue, options: StateOptionsInput = {}): Observer {
  const parsed = stateOptionsSchema.parse(options)
  return {
    async observe(memory, signal) {
      signal?.throwIfAborted()
      const state = await observe(venue, memory, parsed)
      signal?.throwIfAborted()
      return state
    },
  }
}

async function observe(venue: Venue, memory: AgentMemory, options: StateOptions): Promise<AgentState> {
  const [{ source }, readings] = await Promise.all([
    venue.market.status(),
    Promise.all(options.underlyings.map((currency) => readUnderlying(venue, currency, options.volHorizonDays))),
  ])
  const moment = { timeMs: venue.clock.now(), unresolved: memory.unresolved }
  return {
    timeMs: moment.timeMs,
    source,
    underlyings: readings.map((reading) => assembleUnderlying(reading, moment, options)),
    memory,
  }
}

async function readUnderlying(venue: Venue, currency: Currency, horizonDays: number): Promise<UnderlyingReadings> {
  const { market, broker, clock } = venue
  const toMs = clock.now()
  const hourly = (kind: 'candles' | 'dvol', days: number) =>
    optional(market.history(currency, { kind, fromMs: toMs - days * DAY_MS, toMs, resolutionMs: HOUR_MS }))
  const [account, chain, instruments, index, candles, dvol] = await Promise.all([
    broker.account(currency),
    market.chain(currency),
    market.instruments(currency),
    market.indexPrice(currency),
    hourly('candles', horizonDays + 1),
    hourly('dvol', 1),
  ])
  return { currency, account, chain, instruments, index, candles, dvol }
}

/** A reading that the agent can do without, unless its failure stops the agent. */
async function optional<T>(reading: Promise<T>): Promise<Datum<T>> {
  try {
    return { value: await reading }
  } catch (error) {
    if (!CcError.isInstance(error) || error.recovery === 'halt') throw error
    return { missing: error.code }
  }
}
