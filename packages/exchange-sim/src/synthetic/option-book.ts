import type { Currency, OptionInstrument } from '@cc/models'
import { type Black76Value, nextPriceUp, roundPriceDown, roundPriceUp, roundSizeDown } from '@cc/pricing'
import { bellOf, hash32 } from './seeded-noise.js'

/** Best bid and ask of one option. `null` on the side where nobody quotes. */
export type BookTop = {
  bidPriceCoin: number | null
  bidSizeCoin: number | null
  askPriceCoin: number | null
  askSizeCoin: number | null
}

/**
 * Quotes around an option's fair value: a spread by delta and tenor, rounded outwards to the tick, that leans below the
 * value of the calls one sells and shakes from step to step with the option's own noise.
 */
export function quoteBook(option: {
  instrument: OptionInstrument
  fair: Black76Value
  forwardUsd: number
  expiryYears: number
  /** Hash of option and step. */
  noise: number
}): BookTop {
  const { instrument, fair, noise } = option
  const { currency, tickSizeCoin } = instrument
  const usual = usualSpreadCoin(option)
  const tick = fair.priceCoin < 0.005 ? tickSizeCoin : COARSE_TICK_COIN
  // Rounding outwards gives about one tick back.
  const spread = Math.max(usual - tick, LEAST_SPREAD_TICKS * tick)
  const center = fair.priceCoin - leanOf(instrument, fair) * usual + SHAKE * spread * bellOf(noise)

  const bid = center > spread / 2 ? roundPriceDown(center - spread / 2, instrument) : 0
  const ask = Math.max(roundPriceUp(Math.max(0, center + spread / 2), instrument), nextPriceUp(bid, instrument))
  const [bidNoise, askNoise] = [hash32(noise, 1), hash32(noise, 2)]
  return {
    bidPriceCoin: bid > 0 ? bid : null,
    bidSizeCoin: bid > 0 ? quotedSize(currency, instrument, bidNoise) : null,
    askPriceCoin: ask,
    askSizeCoin: quotedSize(currency, instrument, askNoise),
  }
}

/** Spread in coin that options of this delta and tenor showed. */
function usualSpreadCoin(option: {
  instrument: OptionInstrument
  fair: Black76Value
  forwardUsd: number
  expiryYears: number
}): number {
  const { fair, forwardUsd } = option
  const days = option.expiryYears * 365
  const absoluteDelta = Math.abs(fair.delta)
  if (absoluteDelta > DEEP_DELTA) return days < 4 ? DEEP_SPREAD_COIN.lastDays : DEEP_SPREAD_COIN.before
  const row = SPREAD_VOL_POINTS[option.instrument.currency][placeOf(days, SPREAD_DAYS)]
  return ((row?.[placeOf(absoluteDelta, SPREAD_DELTAS)] ?? Number.NaN) * fair.vega) / forwardUsd
}

/** How far below fair value the middle of the book lies, in spreads. */
function leanOf(instrument: OptionInstrument, fair: Black76Value): number {
  if (instrument.kind === 'put' || fair.delta < 0.08 || fair.delta > 0.4) return 0
  return SOLD_CALL_LEAN[instrument.currency]
}

/** Some tens of BTC, some hundreds of ETH, unevenly. */
function quotedSize(currency: Currency, instrument: OptionInstrument, noise: number): number {
  const size = USUAL_SIZE_COIN[currency] * Math.exp(0.7 * bellOf(noise))
  return Math.max(instrument.minSizeCoin, roundSizeDown(size, instrument.sizeStepCoin))
}

/** Place of the first bound that is not below the value, or one past them. */
function placeOf(value: number, bounds: readonly number[]): number {
  let place = 0
  while (place < bounds.length && (bounds[place] ?? 0) < value) place++
  return place
}

const COARSE_TICK_COIN = 0.0005
const LEAST_SPREAD_TICKS = 0.35
/** Standard deviation of the book's shaking, in spreads. */
const SHAKE = 0.15
const USUAL_SIZE_COIN: Readonly<Record<Currency, number>> = { BTC: 20, ETH: 200 }

/** In early 2026 marks lay that far above the middle of 8-40 delta calls' books, in spreads. */
const SOLD_CALL_LEAN: Readonly<Record<Currency, number>> = { BTC: 0.3, ETH: 0.12 }

const SPREAD_DAYS = [1.5, 4, 10, 21, 45, 100] as const
const SPREAD_DELTAS = [0.08, 0.15, 0.22, 0.28, 0.4, 0.55] as const
/** Median bid-ask spreads of calls in vol points, January to May 2026: a row per tenor, a column per delta. */
const SPREAD_VOL_POINTS: Readonly<Record<Currency, readonly (readonly number[])[]>> = {
  BTC: [
    [3.7, 2.8, 2.5, 2.4, 2.8, 4.1, 7.7],
    [2.5, 1.9, 1.7, 1.8, 2.7, 2.6, 5.7],
    [1.7, 1.3, 1.4, 1.9, 1.8, 1.7, 3.3],
    [1.3, 1, 1.5, 1.4, 1.2, 1.2, 2.5],
    [1, 0.9, 1.1, 1, 0.9, 0.8, 1.7],
    [0.9, 1, 0.8, 0.7, 0.6, 0.6, 1.5],
    [1.1, 0.8, 0.6, 0.6, 0.6, 0.6, 1],
  ],
  ETH: [
    [4.5, 3.5, 3.2, 3.1, 4.3, 4.9, 10.1],
    [3, 2.3, 2.3, 3.1, 2.9, 3, 8],
    [2.2, 1.8, 2.4, 2.1, 1.9, 1.9, 4.7],
    [1.8, 1.8, 1.8, 1.5, 1.3, 1.3, 3.1],
    [1.5, 1.6, 1.2, 1.1, 1, 1, 2.2],
    [1.7, 1.3, 1, 0.9, 0.9, 0.9, 1.6],
    [1.4, 1, 0.8, 0.8, 0.8, 0.8, 1.2],
  ],
}
/** Deep in the money a spread no longer follows vega. */
const DEEP_DELTA = 0.75
const DEEP_SPREAD_COIN = { lastDays: 0.012, before: 0.005 } as const
