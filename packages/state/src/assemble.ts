import type {
  AccountSnapshot,
  AgentMemory,
  Currency,
  IndexPrice,
  OptionChain,
  OptionInstrument,
  UnderlyingState,
  VenueHistory,
} from '@cc/models'
import { findCandidates } from './candidates.js'
import { createDatumReader, type Datum } from './datum.js'
import { listingsOf } from './listing.js'
import type { StateOptions } from './options.js'
import { assemblePortfolio } from './portfolio.js'
import { dayChangePct } from './realised-volatility.js'
import { assembleVol } from './volatility.js'

/** What was read of one currency: all that its part of the state is computed from. */
export type UnderlyingReadings = {
  currency: Currency
  account: AccountSnapshot
  chain: OptionChain
  instruments: readonly OptionInstrument[]
  index: IndexPrice
  /** Hourly candles of the index over the volatility horizon and a day, or why there are none. */
  candles: Datum<VenueHistory>
  /** The venue's volatility index over the last day, or why there is none. */
  dvol: Datum<VenueHistory>
}

/**
 * Computes one currency's part of the state from what was read, as of `timeMs`. Pure: the same readings give the same
 * state. Greeks are Black-76 on each row's own forward and mark IV.
 */
export function assembleUnderlying(
  readings: UnderlyingReadings,
  moment: { timeMs: number; unresolved: AgentMemory['unresolved'] },
  options: StateOptions,
): UnderlyingState {
  const { currency, account, chain, instruments, index, candles, dvol } = readings
  const { timeMs, unresolved } = moment
  const spotUsd = index.indexUsd
  const data = createDatumReader()
  const listings = listingsOf(instruments, chain, timeMs)
  return {
    currency,
    spotUsd,
    dayChangePct: data.read('dayChangePct', dayChangePct(candles, timeMs, spotUsd)),
    portfolio: assemblePortfolio(account, { listings, spotUsd, unresolved }, data),
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
