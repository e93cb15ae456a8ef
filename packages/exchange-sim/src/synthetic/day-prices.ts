import type { OptionInstrument } from '@cc/models'
import { createPriceColumns, type PriceColumns, priceChain } from '@cc/pricing'
import type { ListingDay } from './option-listing.js'

/** What the options of one expiry are worth at one time. `smile` gives IV by ln(strike / forward). */
export type PricedSlice = { forwardUsd: number; expiryYears: number; smile: (logMoneyness: number) => number }

/**
 * All options of a listing's day, row by row in its order, at one time. What a quote takes of the options themselves is here
 * too: hundreds of instruments lie far apart in memory, and looking at each costs as much as pricing it.
 */
export type DayPrices = {
  symbols: readonly string[]
  isCall: Uint8Array
  tickSizeCoin: Float64Array
  /** Place of each row's expiry among those of the day. */
  expiry: Uint16Array
  /** As Deribit states it: to a hundredth of a vol point. */
  iv: Float64Array
  prices: PriceColumns
}

/**
 * Prices whole listings in one pass: the bits of `black76` on each option's own slice. What it returns is valid until the
 * same day is priced again.
 */
export function createDayPricing(): (day: ListingDay, slices: readonly PricedSlice[]) => DayPrices {
  const known = new WeakMap<ListingDay, Rows>()
  return (day, slices) => {
    const rows = known.get(day) ?? rowsOf(day)
    known.set(day, rows)
    const { expiry, strikeUsd, forwardUsd, expiryYears, iv, prices } = rows
    for (let row = 0; row < expiry.length; row++) {
      const slice = slices[expiry[row] as number] as PricedSlice
      forwardUsd[row] = slice.forwardUsd
      expiryYears[row] = slice.expiryYears
      // A put comes right after the call of its strike.
      const isPair = row > 0 && strikeUsd[row] === strikeUsd[row - 1] && expiry[row] === expiry[row - 1]
      iv[row] = isPair ? (iv[row - 1] as number) : statedIv(slice, strikeUsd[row] as number)
    }
    priceChain(rows, prices)
    return rows
  }
}

/** IV of a strike, as Deribit states it. */
export function statedIv({ smile, forwardUsd }: Omit<PricedSlice, 'expiryYears'>, strikeUsd: number): number {
  return Math.round(smile(Math.log(strikeUsd / forwardUsd)) * 1e4) / 1e4
}

/** A listing's day in columns, and what it is priced into. */
type Rows = DayPrices & Record<'strikeUsd' | 'forwardUsd' | 'expiryYears', Float64Array>

function rowsOf({ instruments, expiriesMs }: ListingDay): Rows {
  const count = instruments.length
  const column = () => new Float64Array(count)
  const rows = {
    symbols: instruments.map(({ symbol }) => symbol),
    expiry: new Uint16Array(count),
    isCall: new Uint8Array(count),
    ...{ tickSizeCoin: column(), strikeUsd: column(), forwardUsd: column(), expiryYears: column(), iv: column() },
    prices: createPriceColumns(count),
  }
  const places = new Map(expiriesMs.map((expiryMs, place) => [expiryMs, place]))
  for (let row = 0; row < count; row++) {
    const { expiryMs, kind, tickSizeCoin, strikeUsd } = instruments[row] as OptionInstrument
    rows.expiry[row] = places.get(expiryMs) as number
    rows.isCall[row] = kind === 'call' ? 1 : 0
    rows.tickSizeCoin[row] = tickSizeCoin
    rows.strikeUsd[row] = strikeUsd
  }
  return rows
}
