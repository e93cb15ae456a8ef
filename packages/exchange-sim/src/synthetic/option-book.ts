import type { Currency, OptionInstrument } from '@cc/models'
import { type Black76Value, roundSizeDown } from '@cc/pricing'
import { DAY_MS, priceAbove, priceBelow } from '../contract-terms.js'
import { bellOf, hash32 } from './seeded-noise.js'
import { atTenor, interpolate } from './world-parameters.js'

/** Best bid and ask of one option. `null` on the side where nobody quotes. */
export type BookTop = {
  bidPriceCoin: number | null
  bidSizeCoin: number | null
  askPriceCoin: number | null
  askSizeCoin: number | null
}

/** Usual spread, in coin, of an option of this delta and of this vega in coin per vol point. */
export type UsualSpread = (option: { delta: number; vegaCoin: number }) => number

/** An option and what its book is made of. */
export type QuotedOption = {
  instrument: OptionInstrument
  fair: Pick<Black76Value, 'priceCoin' | 'delta'>
  spreadCoin: number
  atMs: number
  /** Hash of the option. */
  noise: number
}

/**
 * Quotes around an option's fair value: its usual spread, rounded outwards to the tick, that leans below the value of
 * the calls one sells and shakes from minute to minute with the option's own noise.
 */
export function quoteBook(option: QuotedOption): BookTop {
  const { instrument, atMs, noise } = option
  const { bidPriceCoin, askPriceCoin } = quotePrices(option)
  const now = hash32(noise, Math.floor(atMs / MINUTE_MS))
  return {
    bidPriceCoin,
    bidSizeCoin: bidPriceCoin === null ? null : quotedSize(instrument, hash32(now, 1)),
    askPriceCoin,
    askSizeCoin: quotedSize(instrument, hash32(now, 2)),
  }
}

/** The prices of {@link quoteBook} alone, as a chain shows them. */
export function quotePrices(option: QuotedOption): Pick<BookTop, 'bidPriceCoin' | 'askPriceCoin'> {
  const { instrument, fair, spreadCoin, atMs, noise } = option
  const { tickSizeCoin } = instrument
  const tick = fair.priceCoin < 0.005 ? tickSizeCoin : COARSE_TICK_COIN
  // Rounding outwards gives about one tick back.
  const spread = Math.max(spreadCoin - tick, LEAST_SPREAD_TICKS * tick)
  const now = hash32(noise, Math.floor(atMs / MINUTE_MS))
  const today = hash32(noise, Math.floor(atMs / DAY_MS), LEAN_STREAM)
  const center = fair.priceCoin - leanOf(instrument, fair, today) * spreadCoin + SHAKE * spread * bellOf(now)

  const bid = center > spread / 2 ? priceBelow(center - spread / 2) : 0
  const ask = priceAbove(Math.max(center + spread / 2, bid + tickSizeCoin / 2))
  return { bidPriceCoin: bid > 0 ? bid : null, askPriceCoin: ask }
}

/**
 * Usual spreads of one expiry: in vol points up to the money, in coin deep in the money, where a spread no longer
 * follows vega. In between one passes into the other.
 */
export function usualSpreads(currency: Currency, days: number): UsualSpread {
  const atDays = atTenor(SPREAD_DAYS, days)
  const row = (table: readonly (readonly number[])[], columns: readonly number[]) =>
    columns.map((_, column) => atDays(table.map((cells) => cells[column] ?? Number.NaN)))
  const volPoints = row(SPREAD_VOL_POINTS[currency], SPREAD_DELTAS)
  const deepTicks = row(DEEP_SPREAD_TICKS[currency], DEEP_DELTAS)
  return ({ delta, vegaCoin }) => {
    const size = Math.abs(delta)
    const byVega = interpolate(SPREAD_DELTAS, volPoints, size) * vegaCoin
    if (size <= LAST_SPREAD_DELTA) return byVega
    const deep = interpolate(DEEP_DELTAS, deepTicks, size) * DEEP_TICK_COIN
    const depth = Math.min(1, (size - LAST_SPREAD_DELTA) / (FIRST_DEEP_DELTA - LAST_SPREAD_DELTA))
    return byVega + depth * (deep - byVega)
  }
}

/** How far below fair value the middle of the book usually lies, in spreads: of the calls that one sells alone. */
export function usualLean({
  currency,
  kind,
  delta,
}: {
  currency: Currency
  kind: 'call' | 'put'
  delta: number
}): number {
  return kind === 'put' || delta < 0.08 || delta > 0.4 ? 0 : SOLD_CALL_LEAN[currency].mean
}

/** How far below fair value the middle of the book lies, in spreads; it stays through a day. */
function leanOf({ kind, currency }: OptionInstrument, { delta }: QuotedOption['fair'], noise: number): number {
  const mean = usualLean({ currency, kind, delta })
  return mean === 0 ? 0 : mean + SOLD_CALL_LEAN[currency].deviation * bellOf(noise)
}

/** Some tens of BTC, some hundreds of ETH, unevenly. */
function quotedSize(instrument: OptionInstrument, noise: number): number {
  const size = USUAL_SIZE_COIN[instrument.currency] * Math.exp(0.7 * bellOf(noise))
  return Math.max(instrument.minSizeCoin, roundSizeDown(size, instrument.sizeStepCoin))
}

const MINUTE_MS = 60_000
const LEAN_STREAM = 4
const COARSE_TICK_COIN = 0.0005
const LEAST_SPREAD_TICKS = 0.35
/** Standard deviation of the book's shaking, in spreads. */
const SHAKE = 0.15
const USUAL_SIZE_COIN: Readonly<Record<Currency, number>> = { BTC: 20, ETH: 200 }

/**
 * In early 2026 the marks of 8-40 delta calls lay about that far above the middle of their books, in spreads; in 4 to
 * 45 days to expiry 16 % of BTC's and 7 % of ETH's lay above the ask.
 */
const SOLD_CALL_LEAN: Readonly<Record<Currency, { mean: number; deviation: number }>> = {
  BTC: { mean: 0.26, deviation: 0.28 },
  ETH: { mean: 0.12, deviation: 0.25 },
}

/** Columns of the tables below: middles of the buckets that were measured. */
const LAST_SPREAD_DELTA = 0.475
const FIRST_DEEP_DELTA = 0.6
const SPREAD_DELTAS = [0.055, 0.115, 0.185, 0.25, 0.34, LAST_SPREAD_DELTA] as const
const DEEP_DELTAS = [FIRST_DEEP_DELTA, 0.7, 0.8, 0.875, 0.92, 0.955] as const
/** Their rows. */
const SPREAD_DAYS = [0.12, 0.75, 2.5, 6.5, 15, 31, 68, 200] as const

/** Median bid-ask spreads of calls in vol points, January to May 2026. */
const SPREAD_VOL_POINTS: Readonly<Record<Currency, readonly (readonly number[])[]>> = {
  BTC: [
    [7.8, 7.1, 6.3, 6.4, 5.7, 8],
    [3.7, 2.8, 2.5, 2.4, 2.8, 4.1],
    [2.5, 1.9, 1.7, 1.8, 2.7, 2.6],
    [1.7, 1.3, 1.4, 1.9, 1.8, 1.7],
    [1.3, 1, 1.5, 1.4, 1.2, 1.2],
    [1, 0.9, 1.1, 1, 0.9, 0.8],
    [0.9, 1, 0.8, 0.7, 0.6, 0.6],
    [1.1, 0.8, 0.6, 0.6, 0.6, 0.6],
  ],
  ETH: [
    [11.4, 8.6, 8, 7.1, 7.4, 10],
    [4.5, 3.5, 3.2, 3.1, 4.3, 4.9],
    [3, 2.3, 2.3, 3.1, 2.9, 3],
    [2.2, 1.8, 2.4, 2.1, 1.9, 1.9],
    [1.8, 1.8, 1.8, 1.5, 1.3, 1.3],
    [1.5, 1.6, 1.2, 1.1, 1, 1],
    [1.7, 1.3, 1, 0.9, 0.9, 0.9],
    [1.4, 1, 0.8, 0.8, 0.8, 0.8],
  ],
}

/** Median bid-ask spreads of calls in the money in 0.0001 coin, same months. Widest in the last days, not hours. */
const DEEP_SPREAD_TICKS: Readonly<Record<Currency, readonly (readonly number[])[]>> = {
  BTC: [
    [10, 13, 15, 25, 30, 30],
    [10, 15, 30, 35, 35, 45],
    [10, 30, 75, 150, 200, 245],
    [10, 20, 35, 40, 40, 45],
    [15, 25, 40, 40, 45, 45],
    [15, 25, 35, 35, 40, 40],
    [15, 30, 40, 40, 40, 40],
    [25, 30, 40, 40, 30, 30],
  ],
  ETH: [
    [13, 15, 16, 30, 40, 50],
    [15, 30, 45, 60, 110, 235],
    [15, 40, 100, 120, 135, 165],
    [15, 30, 40, 65, 95, 135],
    [15, 30, 65, 95, 120, 120],
    [15, 30, 40, 40, 40, 60],
    [20, 30, 40, 40, 35, 30],
    [30, 40, 45, 45, 40, 40],
  ],
}
const DEEP_TICK_COIN = 0.0001
