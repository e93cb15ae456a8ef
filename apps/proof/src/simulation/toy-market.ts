import type { Market } from '@cc/exchange-sim'
import { type Currency, formatSymbol, type OptionInstrument, type OptionQuote, type VenueHistory } from '@cc/models'
import { black76, nextPriceUp, roundPriceDown, roundPriceUp, roundSizeDown } from '@cc/pricing'
import { createRandom, noiseAt } from './seeded-random.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const EXPIRY_OF_DAY_MS = 8 * HOUR_MS
/** Books stand still this long. */
const STEP_MS = 4_000
/** Of the index. */
const PATH_STEP_MS = 5 * MINUTE_MS

/** What a toy market is like. */
export type ToyMarketOptions = {
  seed: number
  startMs: number
  currencies: readonly Currency[]
  /** How long it is asked for. */
  lengthMs: number
  /** Days to the expiries that are listed, counted in settlements ahead. */
  expiries: readonly number[]
  strikes: number
  /** Annual volatility of the index, and what its options are marked at. */
  volatility: number
  /** A sudden move of the index, as a ratio, somewhere on its way; 0 for none. */
  jump: number
}

const FIRST_USD: Readonly<Record<Currency, number>> = { BTC: 60_000, ETH: 3_000 }
const STEP_COIN: Readonly<Record<Currency, number>> = { BTC: 0.1, ETH: 1 }

/**
 * A market as small as a market can be: calls alone, on a few strikes and days, marked by one volatility, with books whose
 * prices and sizes jump at every step so that resting orders are met now and then, in part or in full.
 */
export function createToyMarket(options: ToyMarketOptions): Market {
  const { seed, startMs, currencies } = options
  const sides = new Map(currencies.map((currency) => [currency, createSide(currency, options)]))
  const sideOf = (currency: Currency) => {
    const side = sides.get(currency)
    if (side === undefined) throw new RangeError(`this market has no ${currency}`)
    return side
  }
  return {
    source: { kind: 'synthetic', description: `toy market, seed ${seed}` },
    currencies,
    startMs,
    frozen: false,
    stepMs: STEP_MS,
    instruments: (currency, atMs) => sideOf(currency).listed(atMs),
    indexUsd: (currency, atMs) => sideOf(currency).index(atMs),
    chain: (currency, atMs) => sideOf(currency).chain(atMs),
    quote: (symbol, atMs) => sideOf(symbol.startsWith('BTC') ? 'BTC' : 'ETH').quote(symbol, atMs),
    history: (currency, { kind, fromMs, toMs, resolutionMs, nowMs }) =>
      sideOf(currency).history(kind, { fromMs, toMs: Math.min(toMs, nowMs), resolutionMs }),
    deliveryUsd: (currency, expiryMs, nowMs) => (nowMs < expiryMs ? undefined : sideOf(currency).index(expiryMs)),
  }
}

function createSide(currency: Currency, options: ToyMarketOptions) {
  const { startMs, volatility } = options
  const salt = createRandom(options.seed, `noise/${currency}`).below(2 ** 30)
  const index = createPath(currency, options)
  const strikesUsd = strikesOf(currency, options)
  let listing: { fromMs: number; instruments: readonly OptionInstrument[] } | undefined
  let lastChain: { stepMs: number; quotes: readonly OptionQuote[] } | undefined

  function listed(atMs: number): readonly OptionInstrument[] {
    const fromMs = Math.floor((atMs - EXPIRY_OF_DAY_MS) / DAY_MS) * DAY_MS + EXPIRY_OF_DAY_MS
    if (listing?.fromMs !== fromMs) {
      const instruments = options.expiries
        .flatMap((days) => strikesUsd.map((strikeUsd) => listCall(currency, strikeUsd, fromMs + days * DAY_MS)))
        .sort((a, b) => (a.symbol < b.symbol ? -1 : 1))
      listing = { fromMs, instruments }
    }
    return listing.instruments
  }

  function quoteOf(instrument: OptionInstrument, stepMs: number): OptionQuote {
    const { symbol, strikeUsd, expiryMs } = instrument
    const forwardUsd = index(stepMs)
    const expiryYears = Math.max(expiryMs - stepMs, MINUTE_MS) / YEAR_MS
    const value = black76({ forwardUsd, strikeUsd, expiryYears, iv: volatility, kind: 'call' })
    const { delta, gamma, vega, theta, rho } = value
    const place = Math.floor((stepMs - startMs) / STEP_MS) + strikeUsd * 7_919 + Math.floor(expiryMs / DAY_MS) * 104_729
    const noise = (which: number) => noiseAt(salt, place, which)
    const markPriceCoin = Math.max(1e-8, value.priceCoin)
    const halfCoin = 0.0001 + markPriceCoin * 0.03
    const shiftCoin = (noise(0) - 0.5) * 1.6 * halfCoin
    const bidCoin = roundPriceDown(Math.max(0, markPriceCoin + shiftCoin - halfCoin * noise(1)), instrument)
    const hasBid = bidCoin > 0 && noise(2) > 0.02
    const askCoin = Math.max(
      roundPriceUp(Math.max(0, markPriceCoin + shiftCoin + halfCoin * noise(3)), instrument),
      nextPriceUp(bidCoin, instrument),
    )
    const hasAsk = noise(4) > 0.02
    const sizeOf = (which: number) => {
      const mostSteps = noise(which) < 0.5 ? 3 : 20
      return roundSizeDown(
        (1 + Math.floor(noise(which + 1) * mostSteps)) * instrument.sizeStepCoin,
        instrument.sizeStepCoin,
      )
    }
    return {
      symbol,
      timestampMs: stepMs,
      bidPriceCoin: hasBid ? bidCoin : null,
      bidSizeCoin: hasBid ? sizeOf(5) : null,
      askPriceCoin: hasAsk ? askCoin : null,
      askSizeCoin: hasAsk ? sizeOf(7) : null,
      markPriceCoin,
      markIv: volatility,
      forwardUsd,
      indexUsd: forwardUsd,
      openInterestCoin: null,
      volumeCoin: null,
      greeks: { delta, gamma, vega, theta, rho },
      minPriceCoin: instrument.tickSizeCoin,
      maxPriceCoin: roundPriceUp(markPriceCoin + 0.05, instrument),
    }
  }

  const stepOf = (atMs: number) => Math.max(startMs, Math.floor(atMs / STEP_MS) * STEP_MS)
  return {
    index,
    listed,
    chain(atMs: number): readonly OptionQuote[] {
      const stepMs = stepOf(atMs)
      if (lastChain?.stepMs !== stepMs) {
        lastChain = { stepMs, quotes: listed(stepMs).map((instrument) => quoteOf(instrument, stepMs)) }
      }
      return lastChain.quotes
    },
    quote(symbol: string, atMs: number): OptionQuote | undefined {
      const stepMs = stepOf(atMs)
      const instrument = listed(stepMs).find((candidate) => candidate.symbol === symbol)
      return instrument && quoteOf(instrument, stepMs)
    },
    history(
      kind: 'candles' | 'dvol',
      { fromMs, toMs, resolutionMs }: { fromMs: number; toMs: number; resolutionMs: number },
    ): VenueHistory {
      const columns = { openMs: [], open: [], high: [], low: [], close: [] } as Record<string, number[]>
      const earliestMs = Math.max(fromMs, toMs - 27 * HOUR_MS)
      for (let openMs = Math.ceil(earliestMs / resolutionMs) * resolutionMs; openMs + resolutionMs <= toMs; ) {
        const [open, close] = kind === 'dvol' ? [volatility, volatility] : [index(openMs), index(openMs + resolutionMs)]
        columns.openMs?.push(openMs)
        columns.open?.push(open)
        columns.high?.push(Math.max(open, close))
        columns.low?.push(Math.min(open, close))
        columns.close?.push(close)
        openMs += resolutionMs
      }
      return { kind, currency, resolutionMs, ...columns } as unknown as VenueHistory
    },
  }
}

/** The index: a random walk in steps of five minutes, from a day before the market opens on. */
function createPath(currency: Currency, { seed, startMs, lengthMs, volatility, jump }: ToyMarketOptions) {
  const random = createRandom(seed, `index/${currency}`)
  const firstMs = startMs - 30 * HOUR_MS
  const steps = Math.ceil((lengthMs + 30 * HOUR_MS) / PATH_STEP_MS) + 2
  const deviation = volatility * Math.sqrt(PATH_STEP_MS / YEAR_MS)
  const jumpAt = Math.floor(steps * random.between(0.5, 0.95))
  const logs = new Float64Array(steps + 1)
  for (let step = 1; step <= steps; step += 1) {
    logs[step] = (logs[step - 1] as number) + deviation * random.normal() + (step === jumpAt ? jump : 0)
  }
  const startLog = logs[Math.floor((startMs - firstMs) / PATH_STEP_MS)] as number
  return (atMs: number): number => {
    const place = Math.min(Math.max(0, (atMs - firstMs) / PATH_STEP_MS), steps - 1)
    const step = Math.floor(place)
    const share = place - step
    const log = (logs[step] as number) * (1 - share) + (logs[step + 1] as number) * share
    return Math.round(FIRST_USD[currency] * Math.exp(log - startLog) * 100) / 100
  }
}

function strikesOf(currency: Currency, { strikes }: ToyMarketOptions): readonly number[] {
  const spacing = FIRST_USD[currency] / 50
  return Array.from({ length: strikes }, (_, place) => Math.round(FIRST_USD[currency] * 0.98 + (place + 0.4) * spacing))
}

function listCall(currency: Currency, strikeUsd: number, expiryMs: number): OptionInstrument {
  return {
    symbol: formatSymbol({ currency, expiryMs, strikeUsd, kind: 'call' }),
    currency,
    kind: 'call',
    strikeUsd,
    expiryMs,
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: STEP_COIN[currency],
    sizeStepCoin: STEP_COIN[currency],
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'day',
    state: 'open',
  }
}
