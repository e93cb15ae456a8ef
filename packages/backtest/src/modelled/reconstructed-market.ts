import {
  createDayPricing,
  createOptionListing,
  type DayPrices,
  type Market,
  statedIv,
  type UsualSpread,
  usualSpreads,
} from '@cc/exchange-sim'
import { CcError, type ChainQuote, type Currency, type OptionInstrument, type OptionQuote } from '@cc/models'
import { type Black76Value, black76, yearsBetween } from '@cc/pricing'
import type { CoinSeries } from '../history/chain-columns.js'
import { createSeriesBars } from '../history/series-bars.js'
import { createDriverSeries, lastClosed } from './driver-series.js'
import { createModelSmile, type ModelSmile } from './model-smile.js'
import { type QuotedSlice, type QuotedTerms, quoteOption, quoteRow } from './option-rows.js'
import { correctedSmile, type PremiumFactors } from './premium-factors.js'
import { type SurfaceCoefficients, type SurfaceNodes, sliceNodes, surfaceNodes } from './surface-model.js'

/** One coin of a reconstructed market. */
export type ReconstructedCoin = {
  series: CoinSeries
  model: SurfaceCoefficients
  /** What the modelled calls of up to ten days are worth by themselves, where that is corrected. */
  premiums?: PremiumFactors | undefined
}

/**
 * Creates a market of real index and volatility index under a modelled surface. Quotes change at multiples of `everyMs`;
 * the index of such a time is the open of the bar that begins there, or the last close before it.
 *
 * Whatever is asked of a time is answered from bars that had closed by it, and that open. Expiries are delivered at the
 * recorded price, or at the index of their moment.
 */
export function createReconstructedMarket(options: {
  coins: readonly ReconstructedCoin[]
  startMs: number
  everyMs: number
  description: string
  /** How far out options are listed: days, and usual deviations of ln(strike / index). */
  reach?: { days: number; deviations: number }
}): Market {
  const { coins, startMs, everyMs, description, reach = REACH } = options
  const sides = new Map(coins.map((coin) => [coin.series.currency, createSide(coin, { everyMs, reach })]))
  const currencies = [...sides.keys()]

  function sideOf(currency: Currency) {
    const side = sides.get(currency)
    if (side !== undefined) return side
    throw new CcError(`This history has no ${currency}.`, {
      code: 'backtest/unknown-currency',
      recovery: 'halt',
      facts: { currency, known: currencies },
    })
  }

  return {
    source: { kind: 'reconstructed', description },
    currencies,
    startMs,
    frozen: false,
    stepMs: everyMs,
    instruments: (currency, atMs) => sideOf(currency).instruments(atMs),
    indexUsd: (currency, atMs) => sideOf(currency).indexUsd(atMs),
    chain: (currency, atMs) => sideOf(currency).chain(atMs),
    chainRows: (currency, atMs) => sideOf(currency).chainRows(atMs),
    quote(symbol, atMs) {
      const currency = currencies.find((known) => symbol.startsWith(`${known}-`))
      return currency && sideOf(currency).quote(symbol, atMs)
    },
    history: (currency, request) => sideOf(currency).history(request),
    deliveryUsd: (currency, expiryMs, nowMs) => (nowMs < expiryMs ? undefined : sideOf(currency).deliveryUsd(expiryMs)),
  }
}

/** What is known of a coin at one step, its expiries as they are asked for. */
type Moment = { stepMs: number; indexUsd: number; nodes: SurfaceNodes; slices: Map<number, Slice> }
type Slice = QuotedSlice & { smile: ModelSmile }

function createSide(
  { series, model, premiums }: ReconstructedCoin,
  { everyMs, reach }: { everyMs: number; reach: { days: number; deviations: number } },
) {
  const { currency, candles } = series
  const driversAt = createDriverSeries(series)
  const firstMs = Math.ceil((candles.openMs[0] ?? 0) / DAY_MS) * DAY_MS
  const listing = createOptionListing({ currency, seed: 0, firstMs, indexAt: indexOf, widthAt, reach })
  const spreads = new Map<number, UsualSpread>()
  const dayPrices = createDayPricing()
  let moment: Moment | undefined
  let chain: { stepMs: number; quotes: readonly OptionQuote[] } | undefined

  const stepOf = (atMs: number) => Math.floor(atMs / everyMs) * everyMs

  /** Strikes reach as far as the volatility index says, so that a year of storms has calls of 10 delta too. */
  function widthAt(atMs: number): number | undefined {
    const drivers = driversAt(atMs)
    return drivers && Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, drivers.v))
  }

  /** The open of the bar that begins at a time, or the last close before it. */
  function indexOf(atMs: number): number {
    const last = lastClosed(candles, atMs)
    if (candles.openMs[last + 1] === atMs) return candles.open[last + 1] as number
    const close = candles.close[last]
    if (close !== undefined) return close
    throw new CcError(`The index of ${currency} is not known that early.`, {
      code: 'backtest/before-history',
      recovery: 'halt',
      facts: { currency, atMs, firstMs: candles.openMs[0] ?? null },
    })
  }

  function momentAt(stepMs: number): Moment {
    if (moment?.stepMs === stepMs) return moment
    const drivers = driversAt(stepMs)
    if (drivers === undefined) {
      throw new CcError(`The surface of ${currency} has no drivers at that time.`, {
        code: 'backtest/before-history',
        recovery: 'halt',
        facts: { currency, atMs: stepMs },
      })
    }
    moment = { stepMs, indexUsd: indexOf(stepMs), nodes: surfaceNodes(model, drivers), slices: new Map() }
    return moment
  }

  function sliceAt({ stepMs, indexUsd, nodes, slices }: Moment, expiryMs: number): Slice {
    let slice = slices.get(expiryMs)
    if (slice === undefined) {
      const expiryYears = yearsBetween(stepMs, expiryMs)
      const days = expiryYears * 365
      const at = sliceNodes(model, nodes, days)
      const forwardUsd = Math.round(indexUsd * Math.exp(at.carry * expiryYears) * 100) / 100
      const drawn = createModelSmile(at, expiryYears)
      const smile = premiums === undefined ? drawn : correctedSmile(drawn, { expiryYears, premiums })
      slice = { stepMs, indexUsd, forwardUsd, expiryYears, smile, usualSpread: spreadAt(days) }
      slices.set(expiryMs, slice)
    }
    return slice
  }

  /** Spreads change slowly with the tenor: one table serves four percent of it. */
  function spreadAt(days: number): UsualSpread {
    const bucket = Math.round(Math.log(days) * SPREAD_BUCKETS)
    let spread = spreads.get(bucket)
    if (spread === undefined) {
      spread = usualSpreads(currency, Math.exp(bucket / SPREAD_BUCKETS))
      spreads.set(bucket, spread)
    }
    return spread
  }

  /** Prices all rows of a step in one pass; the next step overwrites them. */
  function priceAll(
    stepMs: number,
  ): DayPrices & { instruments: readonly OptionInstrument[]; slices: readonly Slice[] } {
    const now = momentAt(stepMs)
    const day = listing(stepMs)
    const slices = day.expiriesMs.map((expiryMs) => sliceAt(now, expiryMs))
    return { ...dayPrices(day, slices), instruments: day.instruments, slices }
  }

  return {
    instruments: (atMs: number) => listing(stepOf(atMs)).instruments,
    indexUsd: (atMs: number) => indexOf(stepOf(atMs)),
    chainRows(atMs: number): readonly ChainQuote[] {
      const { symbols, isCall, tickSizeCoin, slices, expiry, iv, prices } = priceAll(stepOf(atMs))
      // One of each for all rows: nobody keeps them.
      const terms: QuotedTerms = { symbol: '', currency, kind: 'call', tickSizeCoin: Number.NaN }
      const value = { priceCoin: Number.NaN, delta: Number.NaN, vega: Number.NaN, iv: Number.NaN }
      const rows: ChainQuote[] = new Array(symbols.length)
      for (let row = 0; row < rows.length; row++) {
        terms.symbol = symbols[row] as string
        terms.kind = isCall[row] === 1 ? 'call' : 'put'
        terms.tickSizeCoin = tickSizeCoin[row] as number
        value.priceCoin = prices.priceCoin[row] as number
        value.delta = prices.delta[row] as number
        value.vega = prices.vega[row] as number
        value.iv = iv[row] as number
        rows[row] = quoteRow(terms, value, slices[expiry[row] as number] as Slice)
      }
      return rows
    },
    chain(atMs: number): readonly OptionQuote[] {
      const stepMs = stepOf(atMs)
      if (chain?.stepMs === stepMs) return chain.quotes
      const { instruments, slices, expiry, iv, prices } = priceAll(stepMs)
      const quotes = instruments.map((instrument, row) => {
        const at = (name: keyof Black76Value) => prices[name][row] as number
        const fair = {
          ...{ priceUsd: at('priceUsd'), priceCoin: at('priceCoin'), delta: at('delta'), netDelta: at('netDelta') },
          ...{ gamma: at('gamma'), vega: at('vega'), theta: at('theta'), rho: at('rho') },
        }
        return quoteOption(instrument, { fair, iv: iv[row] as number, slice: slices[expiry[row] as number] as Slice })
      })
      chain = { stepMs, quotes }
      return quotes
    },
    /** One option alone costs no chain. */
    quote(symbol: string, atMs: number): OptionQuote | undefined {
      const stepMs = stepOf(atMs)
      const instrument = listing(stepMs).bySymbol.get(symbol)?.instrument
      if (instrument === undefined) return undefined
      const { strikeUsd, kind, expiryMs } = instrument
      const slice = sliceAt(momentAt(stepMs), expiryMs)
      const { forwardUsd, expiryYears } = slice
      const iv = statedIv(slice, strikeUsd)
      return quoteOption(instrument, { fair: black76({ forwardUsd, strikeUsd, expiryYears, iv, kind }), iv, slice })
    },
    history: createSeriesBars(series),
    deliveryUsd: (expiryMs: number) => series.deliveryUsd.get(expiryMs) ?? indexOf(expiryMs),
  }
}

const DAY_MS = 86_400_000
/** What an agent trades and looks at, with an expiry beyond 90 days at any time: some 400 options of a coin. */
const REACH = { days: 185, deviations: 1.3 }
const SPREAD_BUCKETS = 25
const LEAST_WIDTH = 0.2
const MOST_WIDTH = 2
