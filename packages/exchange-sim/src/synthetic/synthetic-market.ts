import { type ChainQuote, CURRENCIES, type Currency, type OptionQuote } from '@cc/models'
import { type Black76Value, black76 } from '@cc/pricing'
import { ChainRow } from '../chain-row.js'
import { greeksOf, priceBand } from '../contract-terms.js'
import { unknownCurrency } from '../failures.js'
import { createBarSeries, foldBars } from '../history-bars.js'
import type { Market } from '../market.js'
import { createDayPricing, statedIv } from './day-prices.js'
import { createHourlyWorld, type Forces, HOUR_MS } from './hourly-world.js'
import { createIndexPath, SETTLEMENT_WINDOW_MS, STEP_MS, settlementMeanUsd } from './index-path.js'
import { quoteBook, quotePrices, type UsualSpread, usualSpreads } from './option-book.js'
import { createOptionListing, type ListedOption } from './option-listing.js'
import { createRecent } from './recent.js'
import { createSurface, dvolAt, type ExpirySlice } from './surface.js'

/**
 * Creates the seeded synthetic market: BTC and ETH worlds shaped by what Deribit's chains showed in early 2026, with
 * 400 days of history before `startMs` and no end after it. One seed and start are one world, whatever is asked of it in
 * whatever order, and whether both currencies are served or one.
 *
 * Index steps and quotes last one minute. Open interest and volume are not modelled: `null`.
 */
export function createSyntheticMarket(options: {
  /** Any integer. */
  seed: number
  startMs: number
  /** Those to serve. Default: all. */
  currencies?: readonly Currency[] | undefined
}): Market {
  const { seed, startMs, currencies = CURRENCIES } = options
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a safe integer, got ${seed}`)
  if (!Number.isSafeInteger(startMs)) throw new RangeError(`startMs must be epoch milliseconds, got ${startMs}`)
  const world = createHourlyWorld({ seed, startMs })
  const path = createIndexPath({ seed, world })
  const sides = new Map(currencies.map((currency) => [currency, createSide(currency)]))

  function createSide(currency: Currency) {
    const index = (atMs: number) => path.at(currency, atMs)
    const listing = createOptionListing({ currency, seed, firstMs: path.firstMs, indexAt: index })
    const dayPrices = createDayPricing()
    let lastChain: { stepMs: number; quotes: readonly OptionQuote[] } | undefined

    const momentOf = createRecent(KEPT_MOMENTS, (step): Moment => {
      const stepMs = step * STEP_MS
      const indexUsd = index(stepMs)
      const slices = createSurface({
        currency,
        forces: forcesAt(stepMs),
        indexUsd,
        atMs: stepMs,
        expiriesMs: listing(stepMs).expiriesMs,
        settlementMeanUsd: (expiryMs) => settlementMeanUsd(index, expiryMs, stepMs),
      }).map((slice) => ({ ...slice, usualSpread: usualSpreads(currency, slice.expiryYears * 365) }))
      return { stepMs, indexUsd, slices }
    })
    const momentAt = (stepMs: number) => momentOf(stepMs / STEP_MS)

    /** Forces move in a straight line from hour to hour. */
    function forcesAt(atMs: number): Forces {
      const hour = Math.floor(atMs / HOUR_MS)
      const from = world.at(currency, hour)
      const to = world.at(currency, hour + 1)
      const share = (atMs - hour * HOUR_MS) / HOUR_MS
      const between = (force: keyof Forces) => from[force] + share * (to[force] - from[force])
      return {
        slow: between('slow'),
        fast: between('fast'),
        premium: between('premium'),
        skew: between('skew'),
        wings: between('wings'),
        carry: between('carry'),
      }
    }

    return {
      index,
      listing,
      chain(atMs: number): readonly OptionQuote[] {
        const stepMs = stepOf(atMs)
        if (lastChain?.stepMs !== stepMs) {
          const moment = momentAt(stepMs)
          lastChain = { stepMs, quotes: listing(stepMs).options.map((option) => quoteAt(option, moment)) }
        }
        return lastChain.quotes
      },
      chainRows(atMs: number): readonly ChainQuote[] {
        const stepMs = stepOf(atMs)
        const moment = momentAt(stepMs)
        const day = listing(stepMs)
        const { slices } = moment
        const { expiry, iv, prices } = dayPrices(day, slices)
        // One for all rows: nobody keeps it.
        const fair = { priceCoin: Number.NaN, delta: Number.NaN, vega: Number.NaN }
        return day.options.map((option, row) => {
          fair.priceCoin = prices.priceCoin[row] as number
          fair.delta = prices.delta[row] as number
          fair.vega = prices.vega[row] as number
          const slice = slices[expiry[row] as number] as Slice
          const { bidPriceCoin, askPriceCoin } = quotePrices(bookOf(option, fair, { stepMs, slice }))
          const markPriceCoin = Math.round(fair.priceCoin * 1e4) / 1e4
          const { symbol } = option.instrument
          return new ChainRow(symbol, bidPriceCoin, askPriceCoin, markPriceCoin, iv[row] as number, slice.forwardUsd)
        })
      },
      quote(symbol: string, atMs: number): OptionQuote | undefined {
        const stepMs = stepOf(atMs)
        const option = listing(stepMs).bySymbol.get(symbol)
        return option && quoteAt(option, momentAt(stepMs))
      },
      bars: {
        candles: createBarSeries({ firstMs: path.firstMs, stepMs: STEP_MS, at: index }),
        dvol: createBarSeries({
          firstMs: path.firstMs,
          stepMs: STEP_MS,
          at: (atMs) => dvolAt(currency, forcesAt(atMs)),
          // The exponential of a straight line.
          monotoneHours: true,
        }),
      },
    }
  }

  function sideOf(currency: Currency) {
    const side = sides.get(currency)
    if (side === undefined) throw unknownCurrency(currency, currencies)
    return side
  }

  return {
    source: { kind: 'synthetic', description: `synthetic market, seed ${seed}` },
    currencies,
    startMs,
    frozen: false,
    stepMs: STEP_MS,
    instruments: (currency, atMs) => sideOf(currency).listing(stepOf(atMs)).instruments,
    indexUsd: (currency, atMs) => sideOf(currency).index(atMs),
    chain: (currency, atMs) => sideOf(currency).chain(atMs),
    chainRows: (currency, atMs) => sideOf(currency).chainRows(atMs),
    quote(symbol, atMs) {
      const currency = currencies.find((known) => symbol.startsWith(`${known}-`))
      return currency && sideOf(currency).quote(symbol, atMs)
    },
    history: (currency, request) => foldBars(sideOf(currency).bars[request.kind], { ...request, currency }),
    deliveryUsd(currency, expiryMs, nowMs) {
      if (nowMs < expiryMs || expiryMs - SETTLEMENT_WINDOW_MS < path.firstMs) return undefined
      return settlementMeanUsd(sideOf(currency).index, expiryMs)
    },
  }
}

type Slice = ExpirySlice & { usualSpread: UsualSpread }
type Moment = { stepMs: number; indexUsd: number; slices: readonly Slice[] }

function sliceOf({ slices }: Moment, expiryMs: number): Slice {
  const slice = slices.find((each) => each.expiryMs === expiryMs)
  if (slice === undefined) throw new Error(`The expiry ${expiryMs} is listed without a surface.`)
  return slice
}

type Fair = Pick<Black76Value, 'priceCoin' | 'delta' | 'vega'>

/** What makes the book of an option. */
function bookOf({ instrument, noise }: ListedOption, fair: Fair, { stepMs, slice }: { stepMs: number; slice: Slice }) {
  const { forwardUsd, indexShare, usualSpread } = slice
  const spreadCoin = indexShare * usualSpread({ delta: fair.delta, vegaCoin: fair.vega / forwardUsd })
  return { instrument, fair, spreadCoin, atMs: stepMs, noise }
}

/** An option as its ticker shows it. */
function quoteAt(option: ListedOption, moment: Moment): OptionQuote {
  const { instrument } = option
  const { stepMs, indexUsd } = moment
  const { symbol, strikeUsd, expiryMs, kind } = instrument
  const slice = sliceOf(moment, expiryMs)
  const { forwardUsd, expiryYears, indexShare } = slice
  const markIv = statedIv(slice, strikeUsd)
  const fair = black76({ forwardUsd, strikeUsd, expiryYears, iv: markIv, kind })
  const markPriceCoin = Math.round(fair.priceCoin * 1e4) / 1e4
  const top = quoteBook(bookOf(option, fair, { stepMs, slice }))
  const greeks = greeksOf(fair, { forwardUsd, iv: markIv, expiryYears, markPriceCoin: fair.priceCoin })
  return {
    symbol,
    timestampMs: stepMs,
    ...top,
    markPriceCoin,
    markIv,
    forwardUsd,
    indexUsd,
    greeks: { ...greeks, delta: greeks.delta * indexShare, gamma: greeks.gamma * indexShare ** 2 },
    ...priceBand(instrument, { markPriceCoin, ...top }),
    openInterestCoin: null,
    volumeCoin: null,
  }
}

function stepOf(atMs: number): number {
  return Math.floor(atMs / STEP_MS) * STEP_MS
}

const KEPT_MOMENTS = 8
