import type { AgentMemory, AgentState, Currency, Observer, Venue } from '@cc/models'
import { finishUnderlying } from './assemble.js'
import { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'
import { readVenue } from './read-venue.js'
import { createVolMemory, type VolMemory } from './vol-state.js'

/**
 * Reads a venue and computes what a policy decides on, all underlyings at one venue time: that at which the last
 * reading was in.
 *
 * Status, account, instruments, chain and index are needed: their `CcError` passes through. History and tickers are not:
 * where the venue has none or fails to give them, what comes from them is `null` with the reason in `missing`, or a call
 * rejected with it.
 *
 * @throws CcError of the venue; `state/positions-moved` and `state/bad-reading`, recovery `skip`
 * @throws ZodError naming the option, when an option is unknown or out of range
 */
export function buildAgentState(
  venue: Venue,
  memory: AgentMemory,
  options: StateOptionsInput = {},
): Promise<AgentState> {
  return observe(venue, { memory }, stateOptionsSchema.parse(options))
}

/** Makes an `Observer` of one venue, {@link buildAgentState} behind the port. Rejects with the signal's reason once aborted. */
export function createObserver(venue: Venue, options: StateOptionsInput = {}): Observer {
  const parsed = stateOptionsSchema.parse(options)
  const kept = new Map(parsed.underlyings.map((currency) => [currency, createVolMemory()]))
  return { observe: (memory, signal) => observe(venue, { memory, signal, kept }, parsed) }
}

/** `kept`: what one observer keeps of each coin's history from state to state. No state is another by it. */
type Observation = {
  memory: AgentMemory
  signal?: AbortSignal | undefined
  kept?: ReadonlyMap<Currency, VolMemory>
}

async function observe(
  venue: Venue,
  { memory, signal, kept }: Observation,
  options: StateOptions,
): Promise<AgentState> {
  const { source, venue: status, timeMs, underlyings } = await readVenue(venue, options, { signal, kept })
  return {
    timeMs,
    source,
    venue: status,
    underlyings: underlyings.map(({ draft, readings }) => finishUnderlying(draft, { readings, memory }, options)),
    memory,
  }
}
