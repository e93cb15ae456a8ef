import { type CcError, CURRENCIES, type Currency, type Span } from '@cc/models'
import { type BadRowPolicy, type BadRows, createBadRows } from './bad-rows.js'
import type { CoinSeries } from './chain-columns.js'
import { barsOf, type KnownSeries } from './coin-series.js'
import type { HistoryCard } from './history.js'
import { checksumOf } from './history-card.js'
import type { SourceFile } from './source-file.js'

/** Bars of a folder without its chains: what a reconstructed history is made of. */
export type FolderBars = {
  /** In the order of the coins; those that have candles. */
  series: readonly CoinSeries[]
  /** SHA-256 of the files and of what decides which rows are taken, hex. */
  checksum: string
  badRows: HistoryCard['badRows']
}

/** Which bars are read. */
export type FolderBarsRequest = {
  folder: string
  /** Default: all that have candles. */
  currencies?: readonly Currency[]
  /** Bars that close later are left out, UTC epoch ms. Default: none. */
  toMs?: number
  badRows?: BadRowPolicy
}

/** How the files of one layout are read. */
export type BarsLayout = {
  /** Its name, which enters the checksum. */
  format: string
  /** Begins to read, and tells what there is of a coin; candles are `undefined` where it has none. */
  open(badRows: BadRows): (currency: Currency, span: Span) => KnownSeries
  /** All files that were read by then. */
  files(): readonly SourceFile[]
  /** The error for a coin without candles. */
  lacks(currency: Currency): CcError
}

/** Reads the bars of a folder by its layout. */
export function readFolderBars(request: FolderBarsRequest, layout: BarsLayout): FolderBars {
  const { currencies = CURRENCIES, toMs, badRows: policy = 'refuse' } = request
  const badRows = createBadRows(policy)
  const span = { fromMs: Number.NEGATIVE_INFINITY, toMs: toMs ?? Number.POSITIVE_INFINITY }
  const knownOf = layout.open(badRows)
  const series = currencies.flatMap((currency) => {
    const known = knownOf(currency, span)
    return known.candles === undefined ? [] : [barsOf({ currency, ...known }, span)]
  })
  const missing = currencies.find((currency) => !series.some((one) => one.currency === currency))
  if (missing !== undefined && (request.currencies !== undefined || series.length === 0)) throw layout.lacks(missing)
  const settings = { format: layout.format, currencies, toMs, badRows: policy }
  return { series, checksum: checksumOf(layout.files(), settings), badRows: badRows.counted() }
}
