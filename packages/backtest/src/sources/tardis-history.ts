import { join } from 'node:path'
import { CURRENCIES, type Currency, type Logger } from '@cc/models'
import type { BarColumns } from '../history/chain-columns.js'
import type { History } from '../history/history.js'
import { checksumOf } from '../history/history-card.js'
import { lastAt } from '../history/listed-rows.js'
import { noHistory, readSource } from '../history/source-file.js'
import { openSource } from './open-source.js'
import { type TardisHistoryOptions, tardisHistoryOptionsSchema } from './options.js'
import { isBeside, readBesides } from './plain-series.js'
import { listFolder, TARDIS_CHAINS } from './quote-format.js'
import { digestOf } from './tardis-lines.js'
import { readTardisFiles } from './tardis-snapshots.js'

/**
 * Opens the option chains of Deribit as Tardis.dev records them: files whose names contain `options_chain`, such as
 * `deribit_options_chain_2024-04-01_OPTIONS.csv.gz`, in the order of their names, one line after the other whatever their
 * size. Beside them lie `candles.csv` (also the index where no update tells it), `dvol.csv` and `deliveries.csv` in the plain
 * format, where there are any.
 *
 * Format: https://docs.tardis.dev/downloadable-csv-files
 *
 * @throws CcError `backtest/no-history`, `backtest/bad-row`, `backtest/unknown-header`, `backtest/unreadable-file`;
 * recovery `halt`.
 */
export async function openTardisHistory(
  options: TardisHistoryOptions,
  deps: { logger?: Logger } = {},
): Promise<History> {
  const parsed = tardisHistoryOptionsSchema.parse(options)
  const { folder, fromMs, toMs, badRows, currencies, everyMs, maxAgeMs } = parsed
  const names = listFolder(folder)
  const files = names.filter((name) => TARDIS_CHAINS.test(name)).map((name) => ({ name, path: join(folder, name) }))
  if (files.length === 0) throw noHistory(folder, 'file with options_chain in its name')
  const others = names.filter(isBeside).map((name) => readSource(folder, name))
  const digests = []
  for (const { name, path } of files) digests.push({ name, bytes: await digestOf(path) })
  const settings = { format: 'tardis', currencies, fromMs, toMs, badRows, everyMs, maxAgeMs }
  const checksum = checksumOf([...digests, ...others], settings)
  return openSource(
    {
      name: `quotes recorded by Tardis.dev, every ${everyMs / 60_000} minutes,`,
      checksum,
      openSeries: (collector) => readBesides(others, collector),
      async readRows({ known, ...to }) {
        const tally = await readTardisFiles(files, {
          ...to,
          ...{ currencies: currencies ?? CURRENCIES, everyMs, maxAgeMs },
          indexAt: (currency: Currency, atMs: number) => indexOf(known(currency).candles, atMs),
        })
        return sentencesOf(tally, maxAgeMs)
      },
    },
    parsed,
    deps,
  )
}

const HOUR_MS = 3_600_000

function sentencesOf(
  { staleQuotes, indexesFromElsewhere }: { staleQuotes: number; indexesFromElsewhere: number },
  maxAgeMs: number,
): readonly string[] {
  const told = `A snapshot has of each option the latest update that had arrived by then; ${staleQuotes} that were older than ${maxAgeMs / 60_000} minutes are left out.`
  if (indexesFromElsewhere === 0) return [told]
  return [
    told,
    `The index at ${indexesFromElsewhere} snapshots is that of the candles: what opened then, else the last close.`,
  ]
}

/** What a bar opened at that moment, else what the last one closed at, if that was within an hour: nothing later. */
function indexOf(candles: BarColumns | undefined, atMs: number): number | undefined {
  if (candles === undefined) return undefined
  const place = lastAt(candles.openMs, atMs)
  if (candles.openMs[place] === atMs) return candles.open[place]
  const closedMs = atMs - candles.resolutionMs
  const closed = lastAt(candles.openMs, closedMs)
  return (candles.openMs[closed] ?? Number.NEGATIVE_INFINITY) > closedMs - HOUR_MS ? candles.close[closed] : undefined
}
