import { ChainRow, greeksOf, listOption, priceBand } from '@cc/exchange-sim'
import type { ChainQuote, OptionInstrument, OptionQuote } from '@cc/models'
import { black76, yearsBetween } from '@cc/pricing'
import type { ChainColumns } from './chain-columns.js'
import { createListedRows } from './listed-rows.js'

/** What there is of one coin at a time. Lists are in symbol order, and the same list while nothing changes. */
export type QuotedChain = {
  /** `undefined` before the first snapshot. */
  indexUsd(atMs: number): number | undefined
  /** Start of the snapshot that holds a time; `undefined` before the first. */
  startMs(atMs: number): number | undefined
  instruments(atMs: number): readonly OptionInstrument[]
  quotes(atMs: number): readonly OptionQuote[]
  /** The same without sizes, greeks and bands, which are most of the work; new objects each time. */
  chainRows(atMs: number): readonly ChainQuote[]
  quote(option: { expiryMs: number; strikeUsd: number; kind: 'call' | 'put' }, atMs: number): OptionQuote | undefined
}

/** Sizes at the quotes: as the columns have them, or the same for all that are quoted. */
type QuotedSizes = { kind: 'recorded' } | { kind: 'assumed'; sizeCoin: number }

/** Quotes of columns, each made when it is first asked for. */
export function createQuotedChain(columns: ChainColumns, sizes: QuotedSizes): QuotedChain {
  const rows = createListedRows(columns)
  const contracts = createContracts(columns)
  const recent: Listed[] = []
  let lastListing: { options: OptionInstrument[]; places: number[]; instruments: OptionInstrument[] } | undefined

  /** What is listed at a time. Few are kept: a run goes forward, and looks back to the last settlement at most. */
  function listedAt(atMs: number): Listed | undefined {
    const snapshot = rows.snapshotAt(atMs)
    if (snapshot < 0) return undefined
    const { from, to } = rows.present(snapshot, atMs)
    const carried = rows.carried(snapshot, atMs)
    const known = recent.find(
      (listed) => listed.snapshot === snapshot && listed.from === from && listed.carried.length === carried.length,
    )
    if (known !== undefined) return known
    const sameSnapshot = recent.find((listed) => listed.snapshot === snapshot)
    const listed: Listed = { snapshot, from, to, carried, quotes: sameSnapshot?.quotes ?? new Map() }
    recent.unshift(listed)
    if (recent.length > KEPT) recent.pop()
    return listed
  }

  /** What can be quoted, in symbol order. Mostly the same options as before: then the list is the same too. */
  function inOrder(listed: Listed): OptionsInOrder {
    if (listed.inOrder !== undefined) return listed.inOrder
    const found: number[] = []
    for (let row = listed.from; row < listed.to; row += 1) if (rows.canBeQuoted(row)) found.push(row)
    found.push(...listed.carried)
    const options = found.map((row) => contracts.of(row, listed.snapshot))
    if (lastListing === undefined || !areSame(options, lastListing.options)) {
      const places = options
        .map((_, place) => place)
        .sort((a, b) => (symbolAt(options, a) < symbolAt(options, b) ? -1 : 1))
      lastListing = { options, places, instruments: places.map((place) => options[place] as OptionInstrument) }
    }
    const { places, instruments } = lastListing
    listed.inOrder = { rows: places.map((place) => found[place] as number), instruments }
    return listed.inOrder
  }

  function quoteOf(listed: Listed, row: number): OptionQuote {
    let quote = listed.quotes.get(row)
    if (quote === undefined) {
      quote = makeQuote(row, listed)
      listed.quotes.set(row, quote)
    }
    return quote
  }

  function makeQuote(row: number, { snapshot }: Listed): OptionQuote {
    const instrument = contracts.of(row, snapshot)
    const shown = chainRowOf(row, { instrument, snapshot })
    const { bidPriceCoin, askPriceCoin, markPriceCoin, markIv: iv, forwardUsd } = shown
    const atMs = columns.timeMs[snapshot] as number
    const { strikeUsd, expiryMs, kind } = instrument
    const expiryYears = yearsBetween(atMs, expiryMs)
    const value = black76({ forwardUsd, strikeUsd, expiryYears, iv, kind })
    return {
      ...shown,
      timestampMs: atMs,
      bidSizeCoin: bidPriceCoin === null ? null : sizeAt(columns.bidSizeCoin, row),
      askSizeCoin: askPriceCoin === null ? null : sizeAt(columns.askSizeCoin, row),
      indexUsd: columns.indexUsd[snapshot] as number,
      greeks: greeksOf(value, { forwardUsd, iv, expiryYears, markPriceCoin }),
      ...priceBand(instrument, shown),
    }
  }

  function chainRowOf(
    row: number,
    { instrument, snapshot }: { instrument: OptionInstrument; snapshot: number },
  ): ChainRow {
    const { markCoin, iv, forwardUsd } = rows.valuesOf(row)
    // Of an earlier snapshot the quotes are gone; what the option was worth is not.
    const isCarried = row < (columns.firstRow[snapshot] as number)
    return new ChainRow(
      instrument.symbol,
      isCarried ? null : positiveOf(columns.bidCoin[row]),
      isCarried ? null : positiveOf(columns.askCoin[row]),
      markCoin,
      iv,
      forwardUsd,
      nonNegativeOf(columns.openInterestCoin[row]),
      nonNegativeOf(columns.volumeCoin[row]),
    )
  }

  function sizeAt(column: Float64Array, row: number): number | null {
    return sizes.kind === 'assumed' ? sizes.sizeCoin : positiveOf(column[row])
  }

  return {
    indexUsd(atMs) {
      const snapshot = rows.snapshotAt(atMs)
      return snapshot < 0 ? undefined : columns.indexUsd[snapshot]
    },
    startMs(atMs) {
      const snapshot = rows.snapshotAt(atMs)
      return snapshot < 0 ? undefined : columns.timeMs[snapshot]
    },
    instruments(atMs) {
      const listed = listedAt(atMs)
      if (listed === undefined) return NOTHING_LISTED
      return inOrder(listed).instruments
    },
    quotes(atMs) {
      const listed = listedAt(atMs)
      if (listed === undefined) return NOTHING_QUOTED
      listed.inSymbolOrder ??= inOrder(listed).rows.map((row) => quoteOf(listed, row))
      return listed.inSymbolOrder
    },
    chainRows(atMs) {
      const listed = listedAt(atMs)
      if (listed === undefined) return []
      const { rows: order, instruments } = inOrder(listed)
      return order.map((row, i) =>
        chainRowOf(row, { instrument: instruments[i] as OptionInstrument, snapshot: listed.snapshot }),
      )
    },
    quote({ expiryMs, strikeUsd, kind }, atMs) {
      if (expiryMs <= atMs) return undefined
      const listed = listedAt(atMs)
      if (listed === undefined) return undefined
      const found = rows.find(listed.snapshot, { expiryMs, strikeUsd, isPut: kind === 'put' ? 1 : 0 })
      return found && quoteOf(listed, found.row)
    },
  }
}

/** Rows and their options side by side. */
type OptionsInOrder = { rows: readonly number[]; instruments: readonly OptionInstrument[] }

/** A snapshot without what has expired since. */
type Listed = {
  readonly snapshot: number
  readonly from: number
  readonly to: number
  readonly carried: readonly number[]
  /** By row; shared by all lists of one snapshot. */
  readonly quotes: Map<number, OptionQuote>
  inOrder?: OptionsInOrder
  inSymbolOrder?: readonly OptionQuote[]
}

const KEPT = 4
const NOTHING_LISTED: readonly OptionInstrument[] = []
const NOTHING_QUOTED: readonly OptionQuote[] = []

/** Since when prices below 0.005 have finer ticks. */
const FINE_TICKS_MS = Date.UTC(2023, 0, 1)

/** Each option once, under the ticks of the time that it is looked at. */
function createContracts({ currency, timeMs, expiryMs, strikeUsd, isPut }: ChainColumns) {
  const coarse = new Map<number, Map<number, OptionInstrument>>()
  const fine = new Map<number, Map<number, OptionInstrument>>()

  return {
    of(row: number, snapshot: number): OptionInstrument {
      const isCoarse = (timeMs[snapshot] as number) < FINE_TICKS_MS
      const byExpiry = isCoarse ? coarse : fine
      const expiry = expiryMs[row] as number
      let byStrike = byExpiry.get(expiry)
      if (byStrike === undefined) {
        byStrike = new Map()
        byExpiry.set(expiry, byStrike)
      }
      // Puts have the negative strikes.
      const key = isPut[row] === 1 ? -(strikeUsd[row] as number) : (strikeUsd[row] as number)
      let contract = byStrike.get(key)
      if (contract === undefined) {
        const kind = key < 0 ? 'put' : 'call'
        const listed = listOption({ currency, kind, strikeUsd: Math.abs(key), expiryMs: expiry })
        contract = isCoarse ? { ...listed, tickSizeCoin: 0.0005, tickSteps: [] } : listed
        byStrike.set(key, contract)
      }
      return contract
    },
  }
}

/** Each option is one object, so that they are compared as such. */
function areSame(a: readonly OptionInstrument[], b: readonly OptionInstrument[]): boolean {
  return a.length === b.length && a.every((option, i) => option === b[i])
}

function symbolAt(options: readonly OptionInstrument[], place: number): string {
  return options[place]?.symbol ?? ''
}

function positiveOf(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null
}

function nonNegativeOf(value: number | undefined): number | null {
  return value !== undefined && value >= 0 ? value : null
}
