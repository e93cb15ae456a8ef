import type { Market } from '@cc/exchange-sim'
import { CcError, type ChainQuote, type Currency, currencySchema, type OptionInstrument } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import { z } from 'zod'
import { firstAt } from '../history/bars.js'
import type { History } from '../history/history.js'
import { buildWorld, type ContractLife, isSettling } from './build-world.js'
import { createFeatures, flattenFeatures, type SmileFeatures } from './market-features.js'
import { type CallQuote, type ExpiryCalls, expiriesOf, smileFeaturesOf } from './quoted-calls.js'
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

/** What of a history a world is made of. */
export const historyWorldOptionsSchema = z.strictObject({
  currency: currencySchema,
  /** Days to expiry that the menu aims at. Default 2, 7, 14, 28. */
  tenorsDays: z.array(z.number()).min(1).readonly().default([2, 7, 14, 28]),
  /** Black-Scholes deltas that the menu aims at, 0..1. Default 0.1, 0.2, 0.3, 0.4. */
  deltas: z.array(z.number()).min(1).readonly().default([0.1, 0.2, 0.3, 0.4]),
  /** Least time between decisions, ms. Default 0: all times of the history. */
  everyMs: z.number().nonnegative().default(0),
  /** How far a call's delta may be from the one aimed at. Default 0.1. */
  deltaTolerance: z.number().gt(0).max(1).default(0.1),
})
export type HistoryWorldOptions = z.input<typeof historyWorldOptionsSchema>
type Options = z.output<typeof historyWorldOptionsSchema>

/**
 * Makes a world of one coin of a history: recorded, reconstructed or synthetic. All is read once, from the quotes that
 * the history's market shows; a contract that is held is quoted as the market quotes it, with neither bid nor ask where
 * the market has none.
 *
 * Decisions are made when quotes of the coin change, but around a settlement, and where a feature is not known: the first
 * 30 days of a history without bars before it. A call is on the menu if it has bid, ask and IV, lies near what the slot
 * aims at (the delta within its tolerance, the days within half of them or a day), and is delivered before the end.
 *
 * @throws CcError `backtest/bad-world` (recovery `halt`) where too little is left. @throws RangeError for a menu that is
 * empty or too large.
 */
export function worldOf(history: History, input: HistoryWorldOptions): World {
  const options = historyWorldOptionsSchema.parse(input)
  requireMenu('worldOf', options)
  const { currency, tenorsDays, deltas } = options
  const { market } = history
  if (!market.currencies.includes(currency)) throw noFeatures(currency, `a coin of ${market.currencies.join(', ')}`)
  const candidates = decisionTimes(history, options)
  const lastMs = candidates.at(-1) ?? 0
  const featuresAt = createFeatures(barsOf(market, currency, { fromMs: candidates[0] ?? 0, toMs: lastMs }))
  const listing = createListing(market, options, lastMs)

  const timeMs: number[] = []
  const indexUsd: number[] = []
  const features: (readonly number[])[] = []
  const menu: number[] = []
  for (const atMs of candidates) {
    const chain = listing.chainAt(atMs)
    const smile = smileFeaturesOf(chain.expiries, atMs)
    const indexNow = market.indexUsd(currency, atMs)
    const row = smile && featuresAt(atMs, indexNow, smile satisfies SmileFeatures)
    if (row === null) continue
    menu.push(...listing.menuOf(chain.expiries, { atMs, time: timeMs.length }))
    listing.addRows(chain, { atMs, time: timeMs.length })
    timeMs.push(atMs)
    indexUsd.push(indexNow)
    features.push(row)
  }
  if (timeMs.length < 2)
    throw noFeatures(currency, 'two decision times with 30 days of bars and volatility index before')
  const times = Float64Array.from(timeMs)
  const { contracts, ...tables } = listing.finish(times)
  return buildWorld({
    currency,
    source: { ...market.source, description: `${market.source.description}, ${times.length} decision times` },
    timeMs: times,
    indexUsd: Float64Array.from(indexUsd),
    features: flattenFeatures(features),
    menu: { tenorsDays, deltas, contract: Int32Array.from(menu) },
    contracts,
    ...tables,
  })
}

function decisionTimes({ timesMs, chains }: History, { currency, everyMs }: Options): readonly number[] {
  let lastMs = Number.NEGATIVE_INFINITY
  return Array.from(chains.get(currency)?.timeMs ?? timesMs).filter((atMs) => {
    if (isSettling(atMs) || atMs - lastMs < everyMs) return false
    lastMs = atMs
    return true
  })
}

/** Closes of the hours and of the days of the volatility index, from a year before the first decision. */
function barsOf(market: Market, currency: Currency, span: { fromMs: number; toMs: number }) {
  const request = { fromMs: span.fromMs - 366 * DAY_MS, toMs: span.toMs, nowMs: span.toMs }
  const hours = market.history(currency, { ...request, kind: 'candles', resolutionMs: HOUR_MS })
  const days = market.history(currency, { ...request, kind: 'dvol', resolutionMs: DAY_MS })
  return {
    hourMs: Float64Array.from(hours.openMs, (openMs) => openMs + HOUR_MS),
    hourUsd: Float64Array.from(hours.close),
    dayMs: Float64Array.from(days.openMs, (openMs) => openMs + DAY_MS),
    dayIv: Float64Array.from(days.close),
  }
}

type Chain = { bySymbol: ReadonlyMap<string, ChainQuote>; expiries: readonly ExpiryCalls[] }
type Moment = { atMs: number; time: number }
/** A contract that was on a menu, with its rows of quotes so far. */
type Listed = {
  instrument: OptionInstrument
  firstTime: number
  deliveryUsd: number
  quotes: number[]
  terms: number[]
}

/** Collects the contracts of the menus and their quotes, time by time. */
function createListing(market: Market, { currency, tenorsDays, deltas, deltaTolerance }: Options, lastMs: number) {
  const instruments = new Map<string, OptionInstrument>()
  const listed: Listed[] = []
  const bySymbol = new Map<string, number>()
  const open = new Set<Listed>()

  function contractOf({ instrument }: CallQuote, time: number): number {
    const known = bySymbol.get(instrument.symbol)
    if (known !== undefined) return known
    const deliveryUsd = market.deliveryUsd(currency, instrument.expiryMs, lastMs)
    if (deliveryUsd === undefined) return -1
    const contract = { instrument, firstTime: time, deliveryUsd, quotes: [], terms: [] }
    bySymbol.set(instrument.symbol, listed.length)
    open.add(contract)
    listed.push(contract)
    return listed.length - 1
  }

  return {
    chainAt(atMs: number): Chain {
      for (const instrument of market.instruments(currency, atMs)) instruments.set(instrument.symbol, instrument)
      const quotes = market.chainRows?.(currency, atMs) ?? market.chain(currency, atMs)
      return {
        bySymbol: new Map(quotes.map((quote) => [quote.symbol, quote])),
        expiries: expiriesOf(quotes, instruments, atMs),
      }
    },

    menuOf(expiries: readonly ExpiryCalls[], { atMs, time }: Moment): readonly number[] {
      const settled = expiries.filter(({ expiryMs }) => expiryMs > atMs + HOUR_MS && expiryMs <= lastMs)
      return tenorsDays.flatMap((days) => {
        const away = ({ expiryMs }: ExpiryCalls) => Math.abs((expiryMs - atMs) / DAY_MS - days)
        const [near] = settled.toSorted((a, b) => away(a) - away(b))
        const calls = near !== undefined && away(near) <= Math.max(1, days / 2) ? near.calls : []
        const sellable = calls.filter(({ quote }) => quote.bidPriceCoin !== null && quote.askPriceCoin !== null)
        return deltas.map((delta) => {
          const [best] = sellable.toSorted((a, b) => Math.abs(a.delta - delta) - Math.abs(b.delta - delta))
          return best !== undefined && Math.abs(best.delta - delta) <= deltaTolerance ? contractOf(best, time) : -1
        })
      })
    },

    addRows({ bySymbol: quotes }: Chain, { atMs }: Moment): void {
      for (const contract of open) {
        if (contract.instrument.expiryMs <= atMs) open.delete(contract)
        else addRow(contract, quotes.get(contract.instrument.symbol), atMs)
      }
    },

    finish(timeMs: Float64Array): { contracts: readonly ContractLife[]; quotes: Float64Array; terms: Float64Array } {
      return {
        contracts: listed.map(({ instrument, firstTime, deliveryUsd }) => ({
          instrument,
          firstTime,
          deliveryUsd,
          endTime: firstAt(timeMs, instrument.expiryMs),
        })),
        quotes: Float64Array.from(listed.flatMap(({ quotes }) => quotes)),
        terms: Float64Array.from(listed.flatMap(({ terms }) => terms)),
      }
    },
  }
}

/** Adds a row of quotes and terms; what the market no longer tells is carried on, without bid and ask. */
function addRow({ instrument, quotes, terms }: Listed, quote: ChainQuote | undefined, atMs: number): void {
  const row = new Array<number>(QUOTE_WIDTH).fill(Number.NaN)
  if (quote === undefined || quote.markIv === null) {
    for (const column of [MARK, DELTA, NET_DELTA])
      row[column] = quotes[quotes.length - QUOTE_WIDTH + column] ?? Number.NaN
    if (quote !== undefined) row[MARK] = quote.markPriceCoin
    quotes.push(...row)
    terms.push(...terms.slice(-TERM_WIDTH))
    return
  }
  const { forwardUsd, markIv: iv } = quote
  const expiryYears = yearsBetween(atMs, instrument.expiryMs)
  const { delta } = black76({ forwardUsd, strikeUsd: instrument.strikeUsd, expiryYears, iv, kind: 'call' })
  row[BID] = quote.bidPriceCoin ?? Number.NaN
  row[ASK] = quote.askPriceCoin ?? Number.NaN
  row[MARK] = quote.markPriceCoin
  row[DELTA] = delta
  row[NET_DELTA] = delta - quote.markPriceCoin
  quotes.push(...row)
  const term = new Array<number>(TERM_WIDTH).fill(Number.NaN)
  term[FORWARD_USD] = forwardUsd
  term[IV] = iv
  terms.push(...term)
}

function noFeatures(currency: Currency, expected: string): CcError {
  return new CcError(`This history makes no world of ${currency}: it needs ${expected}.`, {
    code: 'backtest/bad-world',
    recovery: 'halt',
    facts: { currency, expected },
  })
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
