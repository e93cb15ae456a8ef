import type { ChainQuote, OptionChain, OptionGreeks, OptionInstrument } from '@cc/models'
import { black76, daysBetween, openSettlementShare, yearsBetween } from '@cc/pricing'
import { createColumns } from './columns.js'
import { attempt } from './datum.js'
import { perFixedList } from './fixed-list.js'

/** A listed option beside its row of the chain. Some have none: Deribit lists before it quotes. */
export type Listing = {
  instrument: OptionInstrument
  quote: ChainQuote | undefined
  /** Days to expiry; 0 or less once it has expired. */
  dte: number
  /** Years of 365 days to expiry, not below 0. */
  expiryYears: number
  /** Its row in the columns of the view. */
  row: number
}

/**
 * All listed options of a currency at one time, row for row: by expiry, then strike, a call before its put. Each as a
 * `Listing` is put together for those alone who ask.
 */
export type MarketView = {
  timeMs: number
  instruments: readonly OptionInstrument[]
  quotes: readonly (ChainQuote | undefined)[]
  /** Row of each symbol. */
  rowOf: ReadonlyMap<string, number>
  /** By time. */
  expiries: readonly ExpiryRows[]
  columns: MarketColumns
}

/** The rows of an expiry are those from `from` to before `to`. */
export type ExpiryRows = { expiryMs: number; from: number; to: number }

/**
 * What is listed and what is quoted, row for row; NaN where nothing is. Whoever goes through all rows reads these: hundreds
 * of instruments lie far apart in memory.
 */
export type MarketColumns = { isCall: Uint8Array; isOpen: Uint8Array } & Record<
  'strikeUsd' | 'expiryYears' | 'forwardUsd' | 'bidPriceCoin' | 'askPriceCoin' | 'markIv',
  Float64Array
>

/** A volatility outside these is none of a coin: a broken mark, or a price that says nothing. */
export const LOWEST_IV = 0.01
export const HIGHEST_IV = 10

export function isUsableIv(iv: number | null): iv is number {
  return iv !== null && iv >= LOWEST_IV && iv <= HIGHEST_IV
}

/** Puts instruments and chain side by side. The order of its inputs decides nothing. */
export function viewMarket(instruments: readonly OptionInstrument[], chain: OptionChain, timeMs: number): MarketView {
  const { sorted, rowOf, symbols, rows, expiries, ...listed } = columnsOfList(instruments)
  const quoted = createColumns(['expiryYears', 'forwardUsd', 'bidPriceCoin', 'askPriceCoin', 'markIv'], sorted.length)
  const { forwardUsd, bidPriceCoin, askPriceCoin, markIv } = quoted
  for (const { expiryMs, from, to } of expiries) quoted.expiryYears.fill(yearsLeft(timeMs, expiryMs), from, to)
  for (const column of [forwardUsd, bidPriceCoin, askPriceCoin, markIv]) column.fill(Number.NaN)
  const quotes: (ChainQuote | undefined)[] = new Array(sorted.length).fill(undefined)
  for (let place = 0; place < chain.quotes.length; place++) {
    const quote = chain.quotes[place] as ChainQuote
    // Mostly the chain is in the order of the instruments, and nothing is looked up.
    const row = quote.symbol === symbols[place] ? rows[place] : rowOf.get(quote.symbol)
    if (row === undefined) continue
    quotes[row] = quote
    forwardUsd[row] = quote.forwardUsd
    bidPriceCoin[row] = quote.bidPriceCoin ?? Number.NaN
    askPriceCoin[row] = quote.askPriceCoin ?? Number.NaN
    markIv[row] = quote.markIv ?? Number.NaN
  }
  return { timeMs, instruments: sorted, quotes, rowOf, expiries, columns: { ...quoted, ...listed } }
}

/** Between expiry and delivery the clock has run out. */
function yearsLeft(timeMs: number, expiryMs: number): number {
  return Math.max(0, yearsBetween(timeMs, expiryMs))
}

/** The option of a row. */
export function listingAt({ timeMs, instruments, quotes }: MarketView, row: number): Listing {
  return new Listed(instruments[row] as OptionInstrument, quotes[row], { timeMs, row })
}

/** A class, for many are made in each cycle: V8 keeps these young, where literals may come to live among the old. */
class Listed implements Listing {
  declare readonly instrument: OptionInstrument
  declare readonly quote: ChainQuote | undefined
  declare readonly dte: number
  declare readonly expiryYears: number
  declare readonly row: number

  constructor(instrument: OptionInstrument, quote: ChainQuote | undefined, at: { timeMs: number; row: number }) {
    this.instrument = instrument
    this.quote = quote
    this.dte = daysBetween(at.timeMs, instrument.expiryMs)
    this.expiryYears = yearsLeft(at.timeMs, instrument.expiryMs)
    this.row = at.row
  }
}

/** The option of a symbol; `undefined` for what is not listed. */
export function listingOf(market: MarketView, symbol: string): Listing | undefined {
  const row = market.rowOf.get(symbol)
  return row === undefined ? undefined : listingAt(market, row)
}

/**
 * The greeks of one row by Black-76 on its own forward and mark IV; all `null` where there is no usable one, or none can be
 * computed. In the last 30 minutes both deltas count by the share of the delivery average that is still open, as the venue
 * sums them. They are computed for those alone who ask: most of a chain falls by other reasons.
 */
export function greeksAt({ columns, timeMs }: MarketView, { instrument, row, expiryYears }: Listing): OptionGreeks {
  const { strikeUsd, kind, expiryMs } = instrument
  const forwardUsd = columns.forwardUsd[row] as number
  const markIv = columns.markIv[row] as number
  // What an expired option pays hangs on no volatility, and its mark may have none any more.
  const iv = isUsableIv(markIv) ? markIv : expiryYears === 0 ? 0 : Number.NaN
  if (Number.isNaN(forwardUsd) || Number.isNaN(iv)) return NO_GREEKS
  const value = attempt(() => black76({ forwardUsd, strikeUsd, expiryYears, iv, kind }))
  if ('missing' in value) return NO_GREEKS
  const { delta, netDelta, gamma, vega, theta } = value.value
  const openShare = openSettlementShare(expiryMs - timeMs)
  // JSON knows no −0, which an expired option has for its theta.
  return {
    delta: delta * openShare + 0,
    netDelta: netDelta * openShare + 0,
    gamma: gamma + 0,
    vega: vega + 0,
    theta: theta + 0,
  }
}

/** Of what has no usable quote. */
export const NO_GREEKS: Readonly<OptionGreeks> = Object.freeze({
  ...{ delta: null, netDelta: null, gamma: null, vega: null, theta: null },
})

/** What a list of instruments tells at any time. Its columns are read by whoever views the market, and written to by nobody. */
const columnsOfList = perFixedList((instruments) => {
  const sorted = instruments.toSorted(byExpiryStrikeKind)
  const rowOf = new Map<string, number>()
  const expiries: ExpiryRows[] = []
  const isCall = new Uint8Array(sorted.length)
  const isOpen = new Uint8Array(sorted.length)
  const strikes = new Float64Array(sorted.length)
  for (let row = 0; row < sorted.length; row++) {
    const { symbol, expiryMs, kind, state, strikeUsd } = sorted[row] as OptionInstrument
    rowOf.set(symbol, row)
    isCall[row] = kind === 'call' ? 1 : 0
    isOpen[row] = state === 'open' ? 1 : 0
    strikes[row] = strikeUsd
    const last = expiries.at(-1)
    if (last?.expiryMs === expiryMs) last.to = row + 1
    else expiries.push({ expiryMs, from: row, to: row + 1 })
  }
  const symbols = instruments.map(({ symbol }) => symbol)
  const rows = symbols.map((symbol) => rowOf.get(symbol) as number)
  return { sorted, rowOf, symbols, rows, expiries, isCall, isOpen, strikeUsd: strikes }
})

/** The symbols of a call and its put differ in their last letter, C before P. */
function byExpiryStrikeKind(a: OptionInstrument, b: OptionInstrument): number {
  return a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd || (a.symbol < b.symbol ? -1 : 1)
}
