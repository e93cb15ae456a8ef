import { type FolderBars, type FolderBarsRequest, readFolderBars } from './folder-bars.js'
import { readDvol } from './recorded-coin.js'
import { listFiles, seriesFilesOf, spotNameOf } from './recorded-files.js'
import { readSpotBars } from './recorded-series.js'
import { contentsOf, noHistory, readSource, type SourceFile } from './source-file.js'

/**
 * Reads `spot_hourly` and `dvol` of a folder of recorded chains, whether or not chains lie there.
 *
 * @throws CcError `backtest/no-history` without spot of a coin, `backtest/bad-row`, `backtest/unknown-header`,
 * `backtest/unreadable-file`; recovery `halt`.
 */
export function readRecordedBars(request: FolderBarsRequest): FolderBars {
  const { folder } = request
  const names = listFiles(folder)
  const used: SourceFile[] = []
  const read = (name: string): SourceFile => {
    const file = readSource(folder, name)
    used.push(file)
    return file
  }
  return readFolderBars(request, {
    format: 'recorded-bars',
    open: (badRows) => (currency, span) => {
      const files = seriesFilesOf(currency, names, read)
      if (files === undefined) return { candles: undefined, dvol: undefined, deliveries: undefined }
      const wanted = { sinceMs: Number.NEGATIVE_INFINITY, badRows }
      const { candles } = readSpotBars(files.spot.name, contentsOf(files.spot), wanted)
      return { candles, dvol: readDvol(files, span, wanted), deliveries: undefined }
    },
    files: () => used,
    lacks: (currency) => noHistory(folder, spotNameOf(currency)),
  })
}
