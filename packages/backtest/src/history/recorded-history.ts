import { currencySchema, type Logger, type Span } from '@cc/models'
import { z } from 'zod'
import { assembleHistory, describeReading, keepHistory, recallHistory } from './assemble-history.js'
import { createBadRows } from './bad-rows.js'
import type { History } from './history.js'
import type { StoredHistory } from './history-cache.js'
import { checksumOf } from './history-card.js'
import { recordedAssumptions } from './recorded-assumptions.js'
import { readRecordedCoin } from './recorded-coin.js'
import { type RecordedFiles, readRecordedFiles } from './recorded-files.js'

/** What of a folder of recorded chains is opened, and how. */
export const recordedHistoryOptionsSchema = z.strictObject({
  /** Folder that holds the folders of chains, `spot_hourly` and `dvol`. */
  folder: z.string().min(1),
  /** Coins, each once. Default: all that have chains in the span. */
  currencies: z
    .array(currencySchema)
    .min(1)
    .refine((coins) => new Set(coins).size === coins.length, 'each coin once')
    .readonly()
    .optional(),
  /** First and last moment of the snapshots that are taken, UTC epoch ms. Default: all there are. */
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  /** `recorded`: a quote trades as much as its recorded size. `assumed`: as much as is asked for. */
  sizes: z.enum(['assumed', 'recorded']).default('assumed'),
  /** `refuse`: the first bad row is an error. `skip`: bad rows are left out and counted. */
  badRows: z.enum(['refuse', 'skip']).default('refuse'),
  /** Where the columns are kept for the next time. Default: nowhere. */
  cacheFolder: z.string().min(1).optional(),
  /** A longer stretch without a snapshot is told as a gap, ms. Default: three times the median spacing of the coin. */
  maxGapMs: z.number().positive().optional(),
  /** Whether the columns lie in memory that threads can share. */
  shared: z.boolean().default(false),
})
export type RecordedHistoryOptions = z.input<typeof recordedHistoryOptionsSchema>

/**
 * Opens recorded chains with real quotes: what lies in a folder of the layout that `readRecordedFiles` describes. Only the
 * months of the span are read. Bars of spot and volatility index reach 400 days further back and end with the span.
 *
 * The cache is keyed by the content of the files: changed files are read anew. One that cannot be written is told to the
 * logger and costs time only.
 *
 * @throws CcError `backtest/no-history` for missing files, `backtest/bad-row` for a row that cannot be taken,
 * `backtest/unknown-header` and `backtest/unreadable-file` for files that cannot be read; recovery `halt`.
 */
export function openRecordedHistory(options: RecordedHistoryOptions, deps: { logger?: Logger } = {}): History {
  const parsed = recordedHistoryOptionsSchema.parse(options)
  const { folder, currencies, badRows } = parsed
  const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = parsed
  const files = readRecordedFiles({ folder, currencies, fromMs, toMs })
  const checksum = checksumOf(files.all, { currencies, fromMs: parsed.fromMs, toMs: parsed.toMs, badRows })
  const request = { ...parsed, checksum }
  const stored = recallHistory(request) ?? keepHistory(readAll(files, { ...request, fromMs, toMs }), request, deps)
  return assembleHistory(stored, parsed)
}

type Reading = z.output<typeof recordedHistoryOptionsSchema> & Span & { checksum: string }

function readAll(files: RecordedFiles, reading: Reading): StoredHistory {
  const badRows = createBadRows(reading.badRows)
  const coins = files.series.map((sources) => readRecordedCoin(files, sources, { ...reading, badRows }))
  const folders = [...new Set(files.chains.map(({ name }) => name.split('/')[0]))]
  return describeReading(
    {
      chains: coins.map(({ columns }) => columns),
      series: coins.map(({ series }) => series),
      badRows: badRows.counted(),
      assumptions: recordedAssumptions(files, coins),
    },
    { name: 'recorded quotes', from: folders.join(', '), checksum: reading.checksum },
  )
}
