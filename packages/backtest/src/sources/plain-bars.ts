import { type FolderBars, type FolderBarsRequest, readFolderBars } from '../history/folder-bars.js'
import { noHistory, readSource } from '../history/source-file.js'
import { isBeside, readBesides } from './plain-series.js'
import { listFolder } from './quote-format.js'

/**
 * Reads `candles.csv`, `dvol.csv` and `deliveries.csv` of the plain format, such as `ccagent data fetch` leaves.
 *
 * @throws CcError `backtest/no-history` without candles of a coin, `backtest/bad-row` for a row that cannot be taken,
 * `backtest/unknown-header` and `backtest/unreadable-file` for files that cannot be read; recovery `halt`.
 */
export function readPlainBars(request: FolderBarsRequest): FolderBars {
  const { folder } = request
  const files = listFolder(folder)
    .filter(isBeside)
    .map((name) => readSource(folder, name))
  return readFolderBars(request, {
    format: 'plain-bars',
    open: (badRows) => readBesides(files, badRows),
    files: () => files,
    lacks: (currency) => noHistory(folder, `candles of ${currency} (candles.csv)`),
  })
}
