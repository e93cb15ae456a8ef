import { statSync } from 'node:fs'
import { join } from 'node:path'
import { CURRENCIES, type Currency, type Span } from '@cc/models'
import { entriesOf, noHistory, readSource, type SourceFile, withoutTwins } from './source-file.js'

/** The chains of one coin and month, and the file of the indexes of their folder, where it has one. */
type ChainFile = SourceFile & { currency: Currency; startMs: number; indexes: SourceFile | undefined }

/** The bars of one coin. */
export type SeriesFiles = {
  currency: Currency
  spot: SourceFile
  dvolHours: SourceFile | undefined
  dvolDays: SourceFile | undefined
}

/** All files that a span needs, and nothing else. */
export type RecordedFiles = {
  /** In the order of their months. */
  chains: readonly ChainFile[]
  /** In the order of the coins. */
  series: readonly SeriesFiles[]
  /** Each once. */
  all: readonly SourceFile[]
}

/**
 * Finds and reads the files of a span: chains are `<any folder>/BTC-2026-01.csv.gz`, a file for each coin and month (UTC), with
 * `snapshots.csv.gz` beside them for the indexes; spot is `spot_hourly/BTCUSDT_<source>_spot_1h.csv.gz`, the volatility index
 * `dvol/BTC_dvol_1h.csv.gz` and `dvol/BTC_dvol_1d.csv.gz`. Each may also lie there unzipped. Without currencies: all that have
 * chains in the span.
 *
 * @throws CcError `backtest/no-history` where there are no chains, or no spot for a coin; `backtest/unreadable-file`; recovery
 * `halt`.
 */
export function readRecordedFiles(
  request: Span & { folder: string; currencies: readonly Currency[] | undefined },
): RecordedFiles {
  const { folder, fromMs, toMs } = request
  const all = listFiles(folder)
  const months = all.flatMap((name) => monthOf(name) ?? [])
  const needed = months.filter(({ startMs, endMs }) => startMs <= toMs && endMs > fromMs)
  const currencies = request.currencies ?? CURRENCIES.filter((one) => needed.some(({ currency }) => currency === one))
  const lacks = (missing: string) =>
    noHistory(folder, missing, { span: { fromMs, toMs }, found: months.map(({ name }) => name) })
  const read = memoised((name: string) => readSource(folder, name))
  const chains = needed
    .filter(({ currency }) => currencies.includes(currency))
    .toSorted((a, b) => a.startMs - b.startMs || (a.name < b.name ? -1 : 1))
    .map(({ name, currency, group, startMs }) => {
      const indexes = all.find((one) => one.startsWith(`${group}/`) && /\/snapshots\.csv(\.gz)?$/.test(one))
      return { ...read(name), currency, startMs, indexes: indexes === undefined ? undefined : read(indexes) }
    })
  for (const currency of currencies) {
    if (!chains.some((chain) => chain.currency === currency)) throw lacks(`chains of ${currency}`)
  }
  if (chains.length === 0) throw lacks('chains (such as chains/BTC-2026-01.csv.gz)')
  const series = currencies.map((currency) => {
    const found = seriesFilesOf(currency, all, read)
    if (found === undefined) throw lacks(spotNameOf(currency))
    return found
  })
  return { chains, series, all: read.results() }
}

/** How the file of a coin's spot bars is named. */
export function spotNameOf(currency: Currency): string {
  return `spot_hourly/${currency}USDT_<source>_spot_1h.csv.gz`
}

/** Finds the bars of a coin among the files of a folder; `undefined`: it has no spot. */
export function seriesFilesOf(
  currency: Currency,
  names: readonly string[],
  read: (name: string) => SourceFile,
): SeriesFiles | undefined {
  const find = (pattern: RegExp) => {
    const name = names.find((one) => pattern.test(one))
    return name === undefined ? undefined : read(name)
  }
  const spot = find(new RegExp(`^spot_hourly/${currency}USDT?_\\w+_spot_1h\\.csv(\\.gz)?$`))
  const dvol = (resolution: string) => find(new RegExp(`^dvol/${currency}_dvol_${resolution}\\.csv(\\.gz)?$`))
  return spot && { currency, spot, dvolHours: dvol('1h'), dvolDays: dvol('1d') }
}

type Month = { name: string; group: string; currency: Currency; startMs: number; endMs: number }

const MONTH_FILE = /^([^/]+)\/([A-Z]+)-(\d{4})-(\d{2})\.csv(\.gz)?$/

function monthOf(name: string): Month | undefined {
  const [, group = '', coin, year, month] = MONTH_FILE.exec(name) ?? []
  const currency = CURRENCIES.find((one) => one === coin)
  if (currency === undefined) return undefined
  const startMs = Date.UTC(Number(year), Number(month) - 1)
  return { name, group, currency, startMs, endMs: Date.UTC(Number(year), Number(month)) }
}

/** Files one folder deep, with `/` between, in the order of their names; a zipped file stands for its unzipped twin. */
export function listFiles(folder: string): string[] {
  const names = entriesOf(folder).flatMap(({ name: entry }) => {
    const path = join(folder, entry)
    const isFolder = !entry.startsWith('.') && statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
    return isFolder ? entriesOf(path).map(({ name }) => `${entry}/${name}`) : []
  })
  return withoutTwins(names)
}

function memoised<Value>(make: (name: string) => Value): ((name: string) => Value) & { results(): Value[] } {
  const made = new Map<string, Value>()
  const get = (name: string) => {
    const value = made.get(name) ?? make(name)
    made.set(name, value)
    return value
  }
  return Object.assign(get, { results: () => [...made.values()] })
}
