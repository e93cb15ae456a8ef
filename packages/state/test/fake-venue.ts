import {
  type AccountSnapshot,
  CcError,
  type ChainQuote,
  type Currency,
  formatSymbol,
  type MarketData,
  type OptionInstrument,
  type OptionQuote,
  type OrderReport,
  parseSymbol,
  type Venue,
  type VenueHistory,
  type VenuePosition,
} from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import type { UnderlyingReadings } from '../src/readings.js'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Two hours after a settlement, so that days to expiry are fractions. */
export const NOW_MS = Date.UTC(2026, 0, 2, 10)

/** An expiry at 08:00 UTC, so many settlements ahead of {@link NOW_MS}. */
export function expiryIn(days: number): number {
  return Date.UTC(2026, 0, 2 + days, 8)
}

export function option(terms: Partial<OptionInstrument> = {}): OptionInstrument {
  const parts = {
    currency: terms.currency ?? 'BTC',
    kind: terms.kind ?? 'call',
    strikeUsd: terms.strikeUsd ?? 100_000,
    expiryMs: terms.expiryMs ?? expiryIn(14),
  } as const
  return {
    ...parts,
    symbol: formatSymbol(parts),
    tickSizeCoin: 0.0001,
    tickSteps: [{ abovePriceCoin: 0.005, tickSizeCoin: 0.0005 }],
    minSizeCoin: parts.currency === 'BTC' ? 0.1 : 1,
    sizeStepCoin: parts.currency === 'BTC' ? 0.1 : 1,
    makerFeeRate: 0.0003,
    takerFeeRate: 0.0003,
    settlementPeriod: 'week',
    state: 'open',
    ...terms,
  }
}

/** A row as Deribit would show it: marked by Black-76, bid and ask 2 % beside the mark, none beside a mark of 0. */
export function quoteOf(
  instrument: OptionInstrument,
  { forwardUsd = 90_000, iv = 0.5, ...changes }: Partial<ChainQuote> & { iv?: number } = {},
): ChainQuote {
  const { strikeUsd, kind, expiryMs } = instrument
  const expiryYears = Math.max(0, yearsBetween(NOW_MS, expiryMs))
  const { priceCoin } = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind })
  return {
    symbol: instrument.symbol,
    bidPriceCoin: priceCoin * 0.98 || null,
    askPriceCoin: priceCoin * 1.02 || null,
    markPriceCoin: priceCoin,
    markIv: iv,
    forwardUsd,
    openInterestCoin: 12,
    volumeCoin: 1,
    ...changes,
  }
}

export function account(changes: Partial<AccountSnapshot> = {}): AccountSnapshot {
  return {
    currency: 'BTC',
    timestampMs: NOW_MS,
    balanceCoin: 2,
    equityCoin: 2,
    optionsValueCoin: 0,
    futuresSessionPnlCoin: 0,
    marginBalanceCoin: 2,
    initialMarginCoin: 0,
    maintenanceMarginCoin: 0,
    availableFundsCoin: 2,
    reservedCoin: 0,
    deltaTotalCoin: 0,
    positions: [],
    openOrders: [],
    ...changes,
  }
}

export function position(symbol: string, sizeCoin: number, kind: VenuePosition['kind'] = 'option'): VenuePosition {
  return {
    symbol,
    kind,
    sizeCoin,
    averagePriceCoin: 0.01,
    markPriceCoin: 0.01,
    deltaCoin: null,
    initialMarginCoin: null,
    maintenanceMarginCoin: null,
  }
}

export function restingOrder(terms: Partial<OrderReport> = {}): OrderReport {
  return {
    symbol: option().symbol,
    side: 'sell',
    sizeCoin: 0.5,
    priceCoin: 0.02,
    orderId: '1',
    label: 'cc-1',
    state: 'open',
    filledCoin: 0,
    averagePriceCoin: null,
    postOnly: false,
    reduceOnly: false,
    createdMs: NOW_MS,
    updatedMs: NOW_MS,
    cancelReason: null,
    ...terms,
  }
}

/** Closes of consecutive hourly bars, the last of which became known at `untilMs`. */
export function hourly(
  closes: readonly number[],
  { kind = 'candles', untilMs = NOW_MS }: { kind?: VenueHistory['kind']; untilMs?: number } = {},
): VenueHistory {
  return bars(closes, { kind, untilMs, resolutionMs: HOUR_MS })
}

/** Closes of the volatility index of consecutive days, the last of which became known at `untilMs`. */
export function dailyDvol(closes: readonly number[], untilMs = Date.UTC(2026, 0, 2)): VenueHistory {
  return bars(closes, { kind: 'dvol', untilMs, resolutionMs: DAY_MS })
}

/** Closes that step up and down by `move` in the logarithm: volatility is `move` × √8760 exactly. */
export function zigzag(count: number, move: number, aroundUsd = 90_000): number[] {
  return Array.from({ length: count }, (_, bar) => aroundUsd * Math.exp(bar % 2 === 0 ? 0 : move))
}

/** Daily closes of the volatility index over a year: 0.4 to 0.6 in steps, the last 0.5. */
export const YEAR_OF_DVOL = Array.from(
  { length: 366 },
  (_, day) => 0.5 + ((365 - day) % 11) / 100 - ((365 - day) % 2) / 10,
)

/** All that the fake venue serves of one currency. */
export type World = {
  instruments: readonly OptionInstrument[]
  quotes: readonly ChainQuote[]
  account: AccountSnapshot
  indexUsd: number
  candles: VenueHistory
  /** Hourly. */
  dvol: VenueHistory
  dvolDays: VenueHistory
}

/** Hourly closes of a day and an hour: the last is one point above that of 24 hours before it. */
export const DAY_OF_DVOL: readonly number[] = [...Array.from({ length: 24 }, () => 0.5), 0.51]

/** Calls and puts of some expiries, at 50 %, with history and dvol; some are 10 to 35 delta. */
export function world(changes: Partial<World> = {}, expiriesInDays: readonly number[] = [14, 28, 42]): World {
  const instruments = expiriesInDays.flatMap((days) =>
    [70, 80, 86, 90, 94, 100, 106, 115].flatMap((thousand) =>
      (['call', 'put'] as const).map((kind) =>
        option({ kind, strikeUsd: thousand * 1_000, expiryMs: expiryIn(days), settlementPeriod: 'week' }),
      ),
    ),
  )
  return {
    instruments,
    quotes: instruments.map((instrument) => quoteOf(instrument)),
    account: account(),
    indexUsd: 89_900,
    candles: hourly(zigzag(24 * DAYS_OF_CANDLES, 0.004)),
    dvol: hourly(DAY_OF_DVOL, { kind: 'dvol' }),
    dvolDays: dailyDvol(YEAR_OF_DVOL),
    ...changes,
  }
}

/** {@link world} of the other coin: the same options at the same prices under its name. */
export function ethWorld(changes: Partial<World> = {}): World {
  const { instruments, quotes, ...rest } = world()
  const renamed = (symbol: string) => symbol.replace('BTC', 'ETH')
  return {
    ...rest,
    instruments: instruments.map((each) => ({ ...each, currency: 'ETH', symbol: renamed(each.symbol) })),
    quotes: quotes.map((each) => ({ ...each, symbol: renamed(each.symbol) })),
    ...changes,
  }
}

/** What a ticker shows of a row of the chain: the same prices, a little later, five coins bid and seven offered. */
export function tickerOf(quote: ChainQuote, changes: Partial<OptionQuote> = {}): OptionQuote {
  return {
    ...quote,
    timestampMs: NOW_MS - 50,
    bidSizeCoin: quote.bidPriceCoin === null ? null : 5,
    askSizeCoin: quote.askPriceCoin === null ? null : 7,
    indexUsd: 89_900,
    greeks: null,
    minPriceCoin: null,
    maxPriceCoin: null,
    ...changes,
  }
}

/** All of a world in hand, with a ticker of every quoted call. */
export function readingsOf(
  { instruments, quotes, account: held, indexUsd, candles, dvol, dvolDays }: World = world(),
  changes: Partial<UnderlyingReadings> = {},
): UnderlyingReadings {
  const calls = quotes.filter(({ symbol }) => symbol.endsWith('-C'))
  return {
    currency: 'BTC',
    account: held,
    chain: { currency: 'BTC', timestampMs: NOW_MS - 500, quotes },
    instruments,
    instrumentsMs: NOW_MS - 20,
    index: { currency: 'BTC', indexUsd, timestampMs: NOW_MS - 100 },
    candles: { value: candles },
    dvolHours: { value: dvol },
    dvolDays: { value: dvolDays },
    tickers: new Map(calls.map((quote) => [quote.symbol, { value: tickerOf(quote) }])),
    ...changes,
  }
}

/** A venue of plain objects, time standing still. What the state does not read is not there. */
export function fakeVenue(
  worlds: Partial<Record<Currency, World>>,
  overrides: Partial<MarketData> = {},
  nowMs = NOW_MS,
): Venue & { readonly calls: readonly string[] } {
  const calls: string[] = []
  const of = (currency: Currency, what: string): World => {
    calls.push(`${what} ${currency}`)
    const found = worlds[currency]
    if (found === undefined) {
      throw new CcError(`The venue has no ${currency}.`, { code: 'fake/no-such-currency', recovery: 'skip' })
    }
    return found
  }
  const market = {
    async status() {
      calls.push('status')
      const source = { kind: 'synthetic', description: 'plain objects' } as const
      return { source, testnet: true, locked: [], scopes: [], clockErrorMs: 0 }
    },
    instruments: async (currency) => of(currency, 'instruments').instruments,
    chain: async (currency) => ({ currency, timestampMs: nowMs - 500, quotes: of(currency, 'chain').quotes }),
    async quote(symbol) {
      const currency = parseSymbol(symbol)?.currency ?? 'BTC'
      const row = of(currency, `quote ${symbol} of`).quotes.find((quote) => quote.symbol === symbol)
      if (row !== undefined) return tickerOf(row, { timestampMs: nowMs - 50 })
      throw new CcError(`The venue has no ${symbol}.`, { code: 'fake/no-such-symbol', recovery: 'skip' })
    },
    indexPrice: async (currency) => ({
      currency,
      indexUsd: of(currency, 'index').indexUsd,
      timestampMs: nowMs - 100,
    }),
    async history(currency, { kind, resolutionMs }) {
      const isDaily = kind === 'dvol' && resolutionMs === DAY_MS
      return { ...of(currency, isDaily ? 'dvolDays' : kind)[isDaily ? 'dvolDays' : kind], currency }
    },
    ...overrides,
  } satisfies Partial<MarketData> as MarketData
  const broker = { account: async (currency: Currency) => ({ ...of(currency, 'account').account, currency }) }
  const clock = { now: () => nowMs }
  return { market, broker: broker as Venue['broker'], clock: clock as Venue['clock'], calls }
}

/** As many as the state asks for, and a few more. */
const DAYS_OF_CANDLES = 120

function bars(
  closes: readonly number[],
  { kind, untilMs, resolutionMs }: { kind: VenueHistory['kind']; untilMs: number; resolutionMs: number },
): VenueHistory {
  return {
    kind,
    currency: 'BTC',
    resolutionMs,
    openMs: closes.map((_, bar) => untilMs - (closes.length - bar) * resolutionMs),
    open: closes,
    high: closes,
    low: closes,
    close: closes,
  }
}
