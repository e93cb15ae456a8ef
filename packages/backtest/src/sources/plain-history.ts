import type { Logger } from '@cc/models'
import type { History } from '../history/history.js'
import { checksumOf } from '../history/history-card.js'
import { contentsOf, noHistory, readSource } from '../history/source-file.js'
import { openSource } from './open-source.js'
import { type PlainHistoryOptions, plainHistoryOptionsSchema } from './options.js'
import { readPlainCsv } from './plain-csv.js'
import { readPlainParquet } from './plain-parquet.js'
import { isBeside, readBesides } from './plain-series.js'
import { listFolder, PLAIN_CHAINS } from './quote-format.js'

/**
 * Opens quotes in the plain format: `chains.csv`, `chains.csv.gz` or `chains.parquet`, in any number of files whose names begin
 * with `chains` and follow each other in time as their names do; beside them `candles.csv`, `dvol.csv` and
 * `deliveries.csv`, zipped or not, where there are any. All that the files have is read, and bars that close after the span
 * are left out.
 *
 * @throws CcError `backtest/no-history` for missing files, `backtest/bad-row` for a row that cannot be taken,
 * `backtest/unknown-header` and `backtest/unreadable-file` for files that cannot be read; recovery `halt`.
 */
export async function openPlainHistory(options: PlainHistoryOptions, deps: { logger?: Logger } = {}): Promise<History> {
  const parsed = plainHistoryOptionsSchema.parse(options)
  const { folder, fromMs, toMs, badRows, currencies } = parsed
  const names = listFolder(folder)
  const files = names.filter((name) => PLAIN_CHAINS.test(name)).map((name) => readSource(folder, name))
  if (files.length === 0) throw noHistory(folder, 'file chains.csv, chains.csv.gz or chains.parquet')
  const others = names.filter(isBeside).map((name) => readSource(folder, name))
  return openSource(
    {
      name: 'recorded quotes',
      checksum: checksumOf([...files, ...others], { format: 'plain', currencies, fromMs, toMs, badRows }),
      openSeries: (collector) => readBesides(others, collector),
      async readRows(to) {
        for (const file of files) {
          if (file.name.endsWith('.parquet')) await readPlainParquet(file.name, file.bytes, to)
          else readPlainCsv(file.name, contentsOf(file), to)
        }
        return []
      },
    },
    parsed,
    deps,
  )
}
