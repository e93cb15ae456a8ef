import { CURRENCIES, type Currency, type Logger, type Span } from '@cc/models'
import {
  assembleHistory,
  describeReading,
  keepHistory,
  recallHistory,
  type SourceReading,
} from '../history/assemble-history.js'
import { type BadRowPolicy, type BadRows, createBadRows } from '../history/bad-rows.js'
import { chainAssumptions, seriesAssumptions } from '../history/coin-assumptions.js'
import { type KnownSeries, seriesOf } from '../history/coin-series.js'
import type { History } from '../history/history.js'
import { noHistory } from '../history/source-file.js'
import { createSnapshotRows, type SnapshotRows } from './snapshot-rows.js'

/** How a source of quotes is read. */
export type QuoteSource = {
  /** What it is, in a few words. */
  name: string
  /** Hash of its files and of the options that change what is made of them. */
  checksum: string
  /** Begins to read: what lies beside the chains of a coin. */
  openSeries(badRows: BadRows): (currency: Currency) => KnownSeries
  /** Hands on all rows, and says what one must know of them. */
  readRows(
    to: { rows: SnapshotRows; badRows: BadRows; known(currency: Currency): KnownSeries } & Span,
  ): Promise<readonly string[]>
}

/** What of a source is opened, and how: the options of every reader. */
export type SourceOptions = {
  folder: string
  currencies?: readonly Currency[] | undefined
  fromMs?: number | undefined
  toMs?: number | undefined
  sizes: 'assumed' | 'recorded'
  badRows: BadRowPolicy
  cacheFolder?: string | undefined
  maxGapMs?: number | undefined
  shared: boolean
}

/**
 * Opens a source of quotes: from the cache where it is kept there, else from its files.
 *
 * @throws CcError `backtest/no-history` (recovery `halt`) where the span has no snapshot, or none of a coin that was asked for.
 */
export async function openSource(
  source: QuoteSource,
  options: SourceOptions,
  deps: { logger?: Logger },
): Promise<History> {
  const { cacheFolder, shared } = options
  const request = { cacheFolder, shared, checksum: source.checksum }
  const stored =
    recallHistory(request) ?? keepHistory(describeReading(await readAll(source, options), source), request, deps)
  return assembleHistory(stored, options)
}

async function readAll(source: QuoteSource, options: SourceOptions): Promise<SourceReading> {
  const { folder, currencies, shared } = options
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = options
  const span = { fromMs, toMs }
  const badRows = createBadRows(options.badRows)
  const known = source.openSeries(badRows)
  const rows = createSnapshotRows(currencies ?? CURRENCIES, { badRows, ...span })
  const told = await source.readRows({ rows, badRows, known, ...span })
  const chains = rows.finish({ shared })
  const lacking = currencies?.find((one) => !chains.some(({ currency }) => currency === one))
  if (chains.length === 0 || lacking !== undefined) {
    throw noHistory(folder, lacking === undefined ? 'snapshot' : `snapshot of ${lacking}`, { span })
  }
  const coins = chains.map((columns) => ({
    columns,
    ...seriesOf(columns, known(columns.currency), { fromMs: Number.NEGATIVE_INFINITY, toMs }),
  }))
  return {
    chains,
    series: coins.map(({ series }) => series),
    badRows: badRows.counted(),
    assumptions: [
      ...told,
      ...coins.flatMap(({ columns, ...reading }) => [...chainAssumptions(columns), ...seriesAssumptions(reading)]),
    ],
  }
}
