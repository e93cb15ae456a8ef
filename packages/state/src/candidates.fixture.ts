import type { ChainQuote, OptionInstrument, OptionQuote, RejectedCalls, UnderlyingState, VolState } from '@cc/models'
import { NOW_MS } from '../test/fake-venue.js'
import { findCandidates } from './candidates.js'
import type { Datum } from './datum.js'
import { viewMarket } from './market-view.js'
import { type StateOptionsInput, stateOptionsSchema } from './options.js'

export const SPOT_USD = 89_900
/** The chain is half a second old. */
export const CHAIN_MS = NOW_MS - 500

export type Scene = {
  instruments: readonly OptionInstrument[]
  quotes: readonly ChainQuote[]
  /** None: candidates are judged by the chain alone. */
  tickers?: readonly (OptionQuote | { symbol: string; missing: string })[] | undefined
  vol?: Pick<VolState, 'ivrv' | 'forecast'>
  options?: StateOptionsInput | undefined
}

type Found = Pick<UnderlyingState, 'candidates' | 'rejectedCandidates'>

export function basisOf({ instruments, quotes, tickers, vol: given = vol() }: Scene) {
  const chain = { currency: 'BTC', timestampMs: CHAIN_MS, quotes } as const
  const data = tickers?.map((ticker): [string, Datum<OptionQuote>] => [
    ticker.symbol,
    'missing' in ticker ? { missing: ticker.missing } : { value: ticker },
  ])
  return {
    market: viewMarket(instruments, chain, NOW_MS),
    spotUsd: SPOT_USD,
    vol: given,
    chainMs: CHAIN_MS,
    tickers: data === undefined ? null : new Map(data),
  }
}

export function find(scene: Scene): Found {
  return findCandidates(basisOf(scene), stateOptionsSchema.parse(scene.options ?? {}))
}

export function vol({ ivrv = 1.2, forecastVol }: { ivrv?: number | null; forecastVol?: number | undefined } = {}) {
  const forecast = forecastVol === undefined ? null : { vol: forecastVol, model: 'trailing' as const, days: 300 }
  return { ivrv, forecast }
}

/** The only rejection that was found. */
export function rejectionOf({ candidates, rejectedCandidates }: Found): RejectedCalls {
  const [rejection] = rejectedCandidates
  if (candidates.length > 0 || rejectedCandidates.length !== 1 || rejection === undefined) {
    throw new Error(`expected one rejection, found ${JSON.stringify({ candidates, rejectedCandidates })}`)
  }
  return rejection
}
