import type { Currency } from '@cc/models'
import { HOUR_MS, type HourlyWorld } from './hourly-world.js'
import { createRandomness } from './seeded-noise.js'
import { CORRELATION } from './world-parameters.js'

/** The index of both currencies at every minute, in USD and whole cents. */
export type IndexPath = {
  /** First minute that is known, as epoch milliseconds. */
  readonly firstMs: number
  /** Index at the minute that holds `atMs`. */
  at(currency: Currency, atMs: number): number
  /** The 60 values of one hour, counted from the Unix epoch. */
  hour(currency: Currency, hour: number): Float64Array
}

export const STEP_MS = 60_000
const MINUTES = 60

/**
 * Fills the hours of the world with minutes: a Brownian bridge from hour to hour with that hour's volatility, and the
 * hour's jump at its minute. Each hour has its own seed and is drawn when it is first read.
 */
export function createIndexPath({ seed, world }: { seed: number; world: HourlyWorld }): IndexPath {
  const hours = new Map<number, Record<Currency, Float64Array>>()

  function hour(currency: Currency, at: number): Float64Array {
    let drawn = hours.get(at)
    if (drawn === undefined) {
      drawn = drawHour(at)
      hours.set(at, drawn)
    }
    return drawn[currency]
  }

  function drawHour(at: number): Record<Currency, Float64Array> {
    const { normal } = createRandomness(seed, MINUTE_STREAM, at)
    const btcWalk = new Float64Array(MINUTES + 1)
    const ethWalk = new Float64Array(MINUTES + 1)
    let btc = 0
    let eth = 0
    for (let minute = 1; minute <= MINUTES; minute++) {
      const shared = normal()
      btc += shared
      eth += CORRELATION.indices * shared + OWN_ETH * normal()
      btcWalk[minute] = btc
      ethWalk[minute] = eth
    }
    return { BTC: bridge('BTC', at, btcWalk), ETH: bridge('ETH', at, ethWalk) }
  }

  function bridge(currency: Currency, at: number, walk: Float64Array): Float64Array {
    const { logIndex, volatility, jump, jumpMinute } = world.at(currency, at)
    const scale = volatility / Math.sqrt(MINUTES_PER_YEAR)
    const drift = world.at(currency, at + 1).logIndex - logIndex - jump - scale * (walk[MINUTES] ?? 0)
    return walk.subarray(0, MINUTES).map((position, minute) => {
      const jumped = jump !== 0 && minute >= jumpMinute ? jump : 0
      return toCents(Math.exp(logIndex + scale * position + (drift * minute) / MINUTES + jumped))
    })
  }

  return {
    firstMs: world.firstHour * HOUR_MS,
    hour,
    at(currency, atMs) {
      const at = Math.floor(atMs / HOUR_MS)
      return hour(currency, at)[Math.floor((atMs - at * HOUR_MS) / STEP_MS)] ?? Number.NaN
    },
  }
}

/** How long before an expiry the index is averaged for its delivery price. */
export const SETTLEMENT_WINDOW_MS = 30 * 60_000

/**
 * Mean of the index in the settlement window of an expiry, in whole cents: one sample every 4 s up to `untilMs`, a
 * whole minute; between two minutes the index is taken on a straight line. All 450 samples make Deribit's delivery
 * price.
 */
export function settlementMeanUsd(indexAt: (atMs: number) => number, expiryMs: number, untilMs = expiryMs): number {
  let sum = 0
  let samples = 0
  for (let atMs = expiryMs - SETTLEMENT_WINDOW_MS + SAMPLE_MS; atMs <= untilMs; atMs += SAMPLE_MS) {
    const from = indexAt(atMs)
    const share = (atMs % STEP_MS) / STEP_MS
    sum += share === 0 ? from : from + share * (indexAt(atMs + STEP_MS) - from)
    samples++
  }
  return toCents(sum / samples)
}

/** Rounds USD to whole cents. */
export function toCents(usd: number): number {
  return Math.round(usd * 100) / 100
}

const SAMPLE_MS = 4_000
const MINUTE_STREAM = 2
const MINUTES_PER_YEAR = 525_600
const OWN_ETH = Math.sqrt(1 - CORRELATION.indices ** 2)
