import { entriesOf, withoutTwins } from '../history/source-file.js'

/** Names of files with quotes in the plain format, and of those of Tardis.dev. */
export const PLAIN_CHAINS = /^chains.*\.(csv|csv\.gz|parquet)$/
export const TARDIS_CHAINS = /options_chain.*\.csv(\.gz)?$/

/**
 * Tells by the names of its files how the quotes in a folder are written; `undefined`: in neither of the two ways.
 *
 * @throws CcError `backtest/no-history` (recovery `halt`) for a folder that cannot be read.
 */
export function quoteFormatOf(folder: string): 'plain' | 'tardis' | undefined {
  const names = listFolder(folder)
  if (names.some((name) => TARDIS_CHAINS.test(name))) return 'tardis'
  return names.some((name) => PLAIN_CHAINS.test(name)) ? 'plain' : undefined
}

/**
 * Names of the files in a folder, in order. Where a file lies there both as it is and zipped, it is the zipped one.
 *
 * @throws CcError `backtest/no-history` (recovery `halt`) for a folder that cannot be read.
 */
export function listFolder(folder: string): readonly string[] {
  const files = entriesOf(folder).filter((entry) => !entry.isDirectory())
  return withoutTwins(files.map(({ name }) => name))
}
