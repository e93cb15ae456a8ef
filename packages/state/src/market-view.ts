import type { ChainQuote, OptionChain, OptionGreeks, OptionInstrument } from '@cc/models'
import {
  createPriceColumns,
  daysBetween,
  openSettlementShare,
  type PriceColumns,
  priceChain,
  yearsBetween,
} from '@cc/pricing'
import { perFixedList } from './fixed-list.js'
import { createScratch } from './scratch-columns.js'

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

/** All listed options of a currency at one time, with their greeks in columns. */
export type MarketView = {
  timeMs: number
  /** By expiry, then strike, a call before its put. */
  listings: readonly Listing[]
  /** Place of each symbol in `listings`. */
  rowOf: ReadonlyMap<string, number>
  /** Greeks by Black-76 on each row's own forward and mark IV; NaN in a row without a usable one. */
  greeks: PriceColumns
}

/** A volatility outside these is none of a coin: a broken mark, or a price that says nothing. */
export const LOWEST_IV = 0.01
export const HIGHEST_IV = 10

export function isUsableIv(iv: number | null): iv is number {
  return iv !== null && iv >= LOWEST_IV && iv <= HIGHEST_IV
}

/** Puts instruments and chain side by side and prices them in one pass. The order of its inputs decides nothing. */
export function viewMarket(instruments: readonly OptionInstrument[], chain: OptionChain, timeMs: number): MarketView {
  const { sorted, rowOf, rows } = inOrder(instruments)
  let at = { expiryMs: Number.NaN, dte: Number.NaN, expiryYears: Number.NaN }
  const listings = sorted.map((instrument, row): Listing => {
    const { expiryMs } = instrument
    if (at.expiryMs !== expiryMs) {
      // Between expiry and delivery the clock has run out.
      const expiryYears = Math.max(0, yearsBetween(timeMs, expiryMs))
      at = { expiryMs, dte: daysBetween(timeMs, expiryMs), expiryYears }
    }
    return new Listed(instrument, at.dte, at.expiryYears, row)
  })
  for (let place = 0; place < chain.quotes.length; place++) {
    const quote = chain.quotes[place] as ChainQuote
    // Mostly the chain is in the order of the instruments, and nothing is looked up.
    const isInOrder = quote.symbol === instruments[place]?.symbol
    const listing = isInOrder ? listings[rows[place] as number] : listingOf({ listings, rowOf }, quote.symbol)
    if (listing !== undefined) listing.quote = quote
  }
  return { timeMs, listings, rowOf, greeks: greeksOf(listings) }
}

/** A class, for hundreds are made in each cycle: V8 keeps these young, where literals may come to live among the old. */
class Listed implements Listing {
  declare readonly instrument: OptionInstrument
  declare quote: ChainQuote | undefined
  declare readonly dte: number
  declare readonly expiryYears: number
  declare readonly row: number

  constructor(instrument: OptionInstrument, dte: number, expiryYears: number, row: number) {
    this.instrument = instrument
    this.quote = undefined
    this.dte = dte
    this.expiryYears = expiryYears
    this.row = row
  }
}

/** The listing of a symbol; `undefined` for what is not listed. */
export function listingOf({ listings, rowOf }: Pick<MarketView, 'listings' | 'rowOf'>, symbol: string) {
  const row = rowOf.get(symbol)
  return row === undefined ? undefined : listings[row]
}

/**
 * The greeks of one row; all `null` where they cannot be computed. In the last 30 minutes both deltas count by the share
 * of the delivery average that is still open, as the venue sums them.
 */
export function greeksAt({ greeks, timeMs }: MarketView, { instrument, row }: Listing): OptionGreeks {
  const delta = greeks.delta[row] as number
  if (Number.isNaN(delta)) return { delta: null, netDelta: null, gamma: null, vega: null, theta: null }
  const openShare = openSettlementShare(instrument.expiryMs - timeMs)
  // JSON knows no −0, which an expired option has for its theta.
  return {
    delta: delta * openShare + 0,
    netDelta: (greeks.netDelta[row] as number) * openShare + 0,
    gamma: (greeks.gamma[row] as number) + 0,
    vega: (greeks.vega[row] as number) + 0,
    theta: (greeks.theta[row] as number) + 0,
  }
}

function greeksOf(listings: readonly Listing[]): PriceColumns {
  const rows = listings.length
  const options = priced(rows)
  const isCall = new Uint8Array(rows)
  for (const { instrument, quote, expiryYears, row } of listings) {
    const markIv = quote === undefined ? null : quote.markIv
    options.forwardUsd[row] = quote === undefined ? Number.NaN : quote.forwardUsd
    options.strikeUsd[row] = instrument.strikeUsd
    options.expiryYears[row] = expiryYears
    // What an expired option pays hangs on no volatility, and its mark may have none any more.
    options.iv[row] = isUsableIv(markIv) ? markIv : expiryYears === 0 ? 0 : Number.NaN
    isCall[row] = instrument.kind === 'call' ? 1 : 0
  }
  const columns = createPriceColumns(rows)
  priceChain({ ...options, isCall }, columns)
  return columns
}

const priced = createScratch(['forwardUsd', 'strikeUsd', 'expiryYears', 'iv'])

const inOrder = perFixedList((instruments) => {
  const sorted = instruments.toSorted(byExpiryStrikeKind)
  const rowOf = new Map(sorted.map(({ symbol }, row) => [symbol, row]))
  return { sorted, rowOf, rows: instruments.map(({ symbol }) => rowOf.get(symbol) as number) }
})

/** The symbols of a call and its put differ in their last letter, C before P. */
function byExpiryStrikeKind(a: OptionInstrument, b: OptionInstrument): number {
  return a.expiryMs - b.expiryMs || a.strikeUsd - b.strikeUsd || (a.symbol < b.symbol ? -1 : 1)
}
