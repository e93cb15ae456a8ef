import { listOption } from '@cc/exchange-sim'
import type { OptionInstrument } from '@cc/models'
import {
  createPriceColumns,
  MS_PER_YEAR,
  nextPriceUp,
  priceChain,
  roundPriceDown,
  roundPriceUp,
  strikeFromDelta,
} from '@cc/pricing'
import { firstAt } from '../history/bars.js'
import { buildWorld, type ContractLife } from './build-world.js'
import { createFeatures, flattenFeatures } from './market-features.js'
import {
  type SyntheticWorldOptions,
  type SyntheticWorldOptionsInput,
  syntheticWorldOptionsSchema,
} from './synthetic-options.js'
import { drawPath, impliedAt, type SyntheticPath } from './synthetic-path.js'
import {
  ASK,
  BID,
  DELTA,
  FORWARD_USD,
  IV,
  MARK,
  NET_DELTA,
  QUOTE_WIDTH,
  requireMenu,
  TERM_WIDTH,
  type World,
} from './world.js'

/**
 * Creates a seeded world that is made in a blink: index and volatility are drawn, a smile hangs on them, and the book lies
 * around its Black-76 value, rounded outwards to the tick. Expiries are at 08:00 UTC: any day up to four days out, Fridays
 * beyond; strikes lie on a grid of about 1 % of the index.
 *
 * @throws RangeError for a menu that is empty or too large. @throws ZodError for a setting out of its range.
 */
export function createSyntheticWorld(input: SyntheticWorldOptionsInput = {}): World {
  const parsed = syntheticWorldOptionsSchema.parse(input)
  const options = { ...parsed, startUsd: parsed.startUsd ?? START_USD[parsed.currency] }
  requireMenu('createSyntheticWorld', options)
  const path = drawPath(options)
  const { contracts, menu } = listCalls(options, path)
  return buildWorld({
    currency: options.currency,
    source: { kind: 'synthetic', description: `synthetic environment world, seed ${options.seed}` },
    timeMs: path.timeMs,
    indexUsd: path.indexUsd,
    features: featuresOf(options, path),
    menu: { tenorsDays: options.tenorsDays, deltas: options.deltas, contract: menu },
    contracts,
    ...quoteTables(options, path, contracts),
  })
}

/** The calls of each menu, resolved to listed strikes, and each contract once. */
function listCalls(options: SyntheticWorldOptions, path: SyntheticPath) {
  const { currency, tenorsDays, deltas } = options
  const { timeMs, indexUsd } = path
  const lastMs = timeMs.at(-1) as number
  const known = new Map<number, Map<number, number>>()
  const contracts: ContractLife[] = []
  const menu = new Int32Array(timeMs.length * tenorsDays.length * deltas.length).fill(-1)

  function contractOf(strikeUsd: number, expiryMs: number, firstTime: number): number {
    const strikes = known.get(expiryMs) ?? new Map<number, number>()
    known.set(expiryMs, strikes)
    const listed = strikes.get(strikeUsd)
    if (listed !== undefined) return listed
    contracts.push({
      instrument: listOption({ currency, kind: 'call', strikeUsd, expiryMs }),
      deliveryUsd: path.deliveryUsd.get(expiryMs) as number,
      firstTime,
      endTime: firstAt(timeMs, expiryMs),
    })
    strikes.set(strikeUsd, contracts.length - 1)
    return contracts.length - 1
  }

  timeMs.forEach((atMs, time) => {
    tenorsDays.forEach((days, tenor) => {
      const expiryMs = expiryNear(atMs, days)
      // What would outlive the world is never delivered: it is not listed.
      if (expiryMs > lastMs) return
      const market = marketAt(options, path, { time, expiryMs })
      deltas.forEach((delta, at) => {
        const strike = strikeFromDelta({ ...market, delta, kind: 'call', iv: market.smile })
        if (strike === null) return
        const gridUsd = niceStep((indexUsd[time] as number) * 0.01)
        const strikeUsd = Math.max(1, Math.round(strike / gridUsd)) * gridUsd
        menu[(time * tenorsDays.length + tenor) * deltas.length + at] = contractOf(strikeUsd, expiryMs, time)
      })
    })
  })
  return { contracts, menu }
}

/** Forward, time to expiry and smile of an expiry at a decision time. */
function marketAt(
  options: Pick<SyntheticWorldOptions, 'volatility' | 'volPremium' | 'carryPerYear'>,
  { timeMs, indexUsd, volatility, skew }: SyntheticPath,
  { time, expiryMs }: { time: number; expiryMs: number },
) {
  const expiryYears = (expiryMs - (timeMs[time] as number)) / MS_PER_YEAR
  const forwardUsd = (indexUsd[time] as number) * Math.exp(options.carryPerYear * expiryYears)
  const atTheMoney = impliedAt(volatility[time] as number, expiryYears, {
    level: options.volatility,
    volPremium: options.volPremium,
  })
  const deviation = atTheMoney * Math.sqrt(expiryYears)
  const slope = skew[time] as number
  const smile = (strikeUsd: number) => {
    const away = Math.max(-3, Math.min(3, Math.log(strikeUsd / forwardUsd) / deviation))
    return atTheMoney * (1 + slope * away + CURVATURE * away * away)
  }
  return { expiryYears, forwardUsd, smile }
}

/** Every quote of every contract: one pass of Black-76 over all rows, then the book around it. */
function quoteTables(
  options: SyntheticWorldOptions,
  path: SyntheticPath,
  contracts: readonly ContractLife[],
): { quotes: Float64Array; terms: Float64Array } {
  const rows = contracts.reduce((sum, { firstTime, endTime }) => sum + endTime - firstTime, 0)
  const chain = {
    forwardUsd: new Float64Array(rows),
    strikeUsd: new Float64Array(rows),
    expiryYears: new Float64Array(rows),
    iv: new Float64Array(rows),
    isCall: new Uint8Array(rows).fill(1),
  }
  let row = 0
  for (const { instrument, firstTime, endTime } of contracts) {
    for (let time = firstTime; time < endTime; time++, row++) {
      const market = marketAt(options, path, { time, expiryMs: instrument.expiryMs })
      chain.forwardUsd[row] = market.forwardUsd
      chain.strikeUsd[row] = instrument.strikeUsd
      chain.expiryYears[row] = market.expiryYears
      chain.iv[row] = market.smile(instrument.strikeUsd)
    }
  }
  const value = createPriceColumns(rows)
  priceChain(chain, value)
  const quotes = new Float64Array(rows * QUOTE_WIDTH)
  const terms = new Float64Array(rows * TERM_WIDTH)
  row = 0
  for (const { instrument, firstTime, endTime } of contracts) {
    for (let time = firstTime; time < endTime; time++, row++) {
      const at = row * QUOTE_WIDTH
      const forwardUsd = chain.forwardUsd[row] as number
      const markCoin = value.priceCoin[row] as number
      const halfCoin = (options.spreadVolPoints * (value.vega[row] as number)) / forwardUsd / 2
      const { bidCoin, askCoin } = bookAround(instrument, markCoin, halfCoin)
      quotes[at + BID] = bidCoin
      quotes[at + ASK] = askCoin
      quotes[at + MARK] = markCoin
      quotes[at + DELTA] = value.delta[row] as number
      quotes[at + NET_DELTA] = value.netDelta[row] as number
      terms[row * TERM_WIDTH + FORWARD_USD] = forwardUsd
      terms[row * TERM_WIDTH + IV] = chain.iv[row] as number
    }
  }
  return { quotes, terms }
}

function bookAround(instrument: OptionInstrument, markCoin: number, halfCoin: number) {
  const bidCoin = roundPriceDown(Math.max(0, markCoin - halfCoin), instrument)
  const askCoin = Math.max(roundPriceUp(markCoin + halfCoin, instrument), nextPriceUp(bidCoin, instrument))
  return { bidCoin: bidCoin > 0 ? bidCoin : Number.NaN, askCoin }
}

function featuresOf(options: SyntheticWorldOptions, path: SyntheticPath): Float64Array {
  const features = createFeatures(path)
  const level = { level: options.volatility, volPremium: options.volPremium }
  return flattenFeatures(
    Array.from(path.timeMs, (atMs, time) => {
      const volatility = path.volatility[time] as number
      const month = impliedAt(volatility, 30 / 365, level)
      const week = impliedAt(volatility, 7 / 365, level)
      // The 25-delta call lies about 0.67 deviations above the money.
      const callSkew = month * (0.67 * (path.skew[time] as number) + CURVATURE * 0.67 * 0.67)
      const row = features(atMs, path.indexUsd[time] as number, { callSkew, termSlope: month - week })
      if (row === null) throw new Error(`The path is not long enough before ${atMs}.`)
      return row
    }),
  )
}

/** The 08:00 UTC nearest to some days from now: any day up to four days out, Fridays beyond. Never within an hour. */
function expiryNear(atMs: number, days: number): number {
  const firstMs = days <= 4 ? EIGHT_MS : FRIDAY_EIGHT_MS
  const periodMs = days <= 4 ? DAY_MS : 7 * DAY_MS
  const nearest = Math.round((atMs + days * DAY_MS - firstMs) / periodMs) * periodMs + firstMs
  return nearest > atMs + HOUR_MS ? nearest : nearest + periodMs
}

/** The 1, 2 or 5 times a power of ten next to a number. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const times = [1, 2, 5, 10].find((factor) => value <= factor * power * 1.4) ?? 10
  return Math.max(1, times * power)
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const EIGHT_MS = 8 * HOUR_MS
/** 2 January 1970 was a Friday. */
const FRIDAY_EIGHT_MS = DAY_MS + EIGHT_MS
/** Of the smile, per squared standard deviation. */
const CURVATURE = 0.02
const START_USD = { BTC: 60_000, ETH: 2_500 } as const
