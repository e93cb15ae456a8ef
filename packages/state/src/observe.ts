import {
  type AgentMemory,
  type AgentState,
  CcError,
  type Currency,
  type Observer,
  type UnderlyingState,
  type Venue,
} from '@cc/models'
import { findCandidates } from './candidates.js'
import { type StateOptions, type StateOptionsInput, stateOptionsSchema } from './options.js'
import { assemblePortfolio } from './portfolio.js'
import { createDatumReader, type Datum, listingsOf, type UnderlyingReadings } from './readings.js'
import { assembleVol, DAY_MS, dayChangePct, HOUR_MS } from './volatility.js'

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

/**
 * Computes one currency's part of the state from what was read, as of `timeMs`. Pure: the same readings give the same
 * state. Greeks are Black-76 on each row's own forward and mark IV.
 */
export function assembleUnderlying(
  readings: UnderlyingReadings,
  moment: { timeMs: number; memory: AgentMemory },
  options: StateOptions,
): UnderlyingState {
  const { currency, account, chain, instruments, index, candles, dvol } = readings
  const { timeMs, memory } = moment
  const spotUsd = index.indexUsd
  const data = createDatumReader()
  const listings = listingsOf(instruments, chain, timeMs)
  return {
    currency,
    spotUsd,
    dayChangePct: data.read('dayChangePct', dayChangePct(candles, timeMs, spotUsd)),
    portfolio: assemblePortfolio(account, { listings, spotUsd, memory }, data),
    vol: assembleVol({ listings, candles, dvol, timeMs }, options.volHorizonDays, data),
    ...findCandidates(listings, spotUsd, options),
    missing: data.missing,
    ages: {
      chain: timeMs - chain.timestampMs,
      index: timeMs - index.timestampMs,
      account: timeMs - account.timestampMs,
    },
  }
}

async function observe(venue: Venue, memory: AgentMemory, options: StateOptions): Promise<AgentState> {
  const [{ source }, readings] = await Promise.all([
    venue.market.status(),
    Promise.all(options.underlyings.map((currency) => readUnderlying(venue, currency, options.volHorizonDays))),
  ])
  const timeMs = venue.clock.now()
  return {
    timeMs,
    source,
    underlyings: readings.map((reading) => assembleUnderlying(reading, { timeMs, memory }, options)),
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
