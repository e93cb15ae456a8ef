import { type ChainQuote, type Currency, formatSymbol, type OptionInstrument, type VenueHistory } from '@cc/models'
import { black76, nextPriceDown, nextPriceUp, roundPriceDown, yearsBetween } from '@cc/pricing'
import type { UnderlyingReadings } from '@cc/state'

export const BENCH_MS = Date.UTC(2026, 1, 26, 9, 41)
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Days to the expiries that Deribit lists, counted from the day before. */
const EXPIRY_DAYS = [1, 2, 3, 8, 15, 29, 57, 120, 211, 302]
const STRIKES = 50

/** 1,000 quotes of ten expiries, calls and puts of 50 strikes each, with a smile; a short call; a year of bars. */
export function benchReadings(currency: Currency): UnderlyingReadings {
  const spotUsd = currency === 'BTC' ? 68_000 : 2_000
  const instruments = EXPIRY_DAYS.flatMap((days) => instrumentsOf(currency, { days, spotUsd }))
  const quotes = instruments.map((instrument) => quoteOf(instrument, spotUsd))
  const bars = hourlyBars(currency, spotUsd)
  const held = instruments.find(({ kind, strikeUsd, expiryMs }) => {
    return kind === 'call' && strikeUsd > spotUsd && expiryMs > BENCH_MS + 7 * DAY_MS
  }) as OptionInstrument
  return {
    currency,
    account: {
      ...{ currency, timestampMs: BENCH_MS, balanceCoin: 2, equityCoin: 1.99, optionsValueCoin: -0.01 },
      ...{ futuresSessionPnlCoin: 0, marginBalanceCoin: 2, initialMarginCoin: 0.2, maintenanceMarginCoin: 0.15 },
      ...{ availableFundsCoin: 1.8, reservedCoin: 0, deltaTotalCoin: -0.3, openOrders: [] },
      positions: [
        {
          ...{ symbol: held.symbol, kind: 'option', sizeCoin: -1, averagePriceCoin: 0.012, markPriceCoin: 0.01 },
          ...{ deltaCoin: -0.3, initialMarginCoin: 0.2, maintenanceMarginCoin: 0.15 },
        },
      ],
    },
    chain: { currency, timestampMs: BENCH_MS, quotes },
    instruments,
    instrumentsMs: BENCH_MS,
    index: { currency, indexUsd: spotUsd, timestampMs: BENCH_MS },
    candles: { value: bars },
    dvolHours: { value: { ...lastBars(bars, 24), kind: 'dvol', ...flat(24, 0.5) } },
    dvolDays: { value: yearOfDvol(currency) },
    tickers: null,
  }
}

/** What an exchange would have sent of the chain. */
export function quotesText({ chain }: UnderlyingReadings): string {
  return JSON.stringify(chain.quotes)
}

function instrumentsOf(currency: Currency, { days, spotUsd }: { days: number; spotUsd: number }): OptionInstrument[] {
  const expiryMs = Date.UTC(2026, 1, 26 + days, 8)
  return Array.from({ length: STRIKES }, (_, i) => Math.round(spotUsd * (0.55 + i * 0.02))).flatMap((strikeUsd) =>
    (['call', 'put'] as const).map((kind) => ({
      ...{ symbol: formatSymbol({ currency, expiryMs, strikeUsd, kind }), currency, kind, strikeUsd, expiryMs },
      ...{ tickSizeCoin: 0.0001, tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }] },
      ...{ minSizeCoin: 0.1, sizeStepCoin: 0.1, makerFeeRate: 0.0003, takerFeeRate: 0.0003 },
      ...{ settlementPeriod: 'week' as const, state: 'open' as const },
    })),
  )
}

function quoteOf(instrument: OptionInstrument, spotUsd: number): ChainQuote {
  const { symbol, strikeUsd, kind, expiryMs } = instrument
  const expiryYears = yearsBetween(BENCH_MS, expiryMs)
  const forwardUsd = spotUsd * (1 + 0.04 * expiryYears)
  const markIv = 0.5 + 0.25 * Math.log(strikeUsd / forwardUsd) ** 2 - 0.05 * Math.log(strikeUsd / forwardUsd)
  const markPriceCoin = black76({ forwardUsd, strikeUsd, expiryYears, iv: markIv, kind }).priceCoin
  const touch = roundPriceDown(markPriceCoin, instrument)
  const bidPriceCoin = touch > 0 ? nextPriceDown(touch, instrument) : 0
  return {
    ...{ symbol, markPriceCoin, markIv, forwardUsd, openInterestCoin: 25, volumeCoin: 3 },
    bidPriceCoin: bidPriceCoin > 0 ? bidPriceCoin : null,
    askPriceCoin: nextPriceUp(Math.max(touch, instrument.tickSizeCoin), instrument),
  }
}

function hourlyBars(currency: Currency, spotUsd: number): VenueHistory {
  const count = 366 * 24
  const closes = Array.from(
    { length: count },
    (_, bar) => spotUsd * (1 + 0.004 * Math.sin(bar * 1.7) + 0.1 * Math.sin(bar / 400)),
  )
  const opens = closes.map((close, bar) => closes[bar - 1] ?? close)
  return {
    ...{ kind: 'candles', currency, resolutionMs: HOUR_MS },
    openMs: closes.map((_, bar) => Math.floor(BENCH_MS / HOUR_MS) * HOUR_MS - (count - bar) * HOUR_MS),
    open: opens,
    high: closes.map((close, bar) => Math.max(close, opens[bar] as number) * 1.001),
    low: closes.map((close, bar) => Math.min(close, opens[bar] as number) * 0.999),
    close: closes,
  }
}

function yearOfDvol(currency: Currency): VenueHistory {
  const days = 365
  const closes = Array.from({ length: days }, (_, day) => 0.5 + 0.1 * Math.sin(day / 20))
  return {
    ...{ kind: 'dvol', currency, resolutionMs: DAY_MS, open: closes, high: closes, low: closes, close: closes },
    openMs: closes.map((_, day) => Math.floor(BENCH_MS / DAY_MS) * DAY_MS - (days - day) * DAY_MS),
  }
}

function lastBars(history: VenueHistory, count: number): VenueHistory {
  return { ...history, openMs: history.openMs.slice(-count) }
}

function flat(count: number, value: number) {
  const column = Array.from({ length: count }, () => value)
  return { open: column, high: column, low: column, close: column }
}
