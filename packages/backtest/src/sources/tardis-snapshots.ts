import { CcError, type Currency, type Facts } from '@cc/models'
import type { BadRows } from '../history/bad-rows.js'
import type { ChainRow, RowProblem } from '../history/chain-row.js'
import type { SnapshotRows } from './snapshot-rows.js'
import { readLines } from './tardis-lines.js'
import { createUpdates, FIRST_COLUMNS, type Update } from './tardis-updates.js'

/** What is made of updates, and how. */
export type TardisReading = {
  rows: SnapshotRows
  badRows: BadRows
  currencies: readonly Currency[]
  /** Snapshots are at multiples of it (UTC), ms. */
  everyMs: number
  /** Older updates are left out of a snapshot, ms. */
  maxAgeMs: number
  fromMs: number
  toMs: number
  /** Index of a coin from another source; `undefined`: not known. */
  indexAt(currency: Currency, atMs: number): number | undefined
}

/**
 * Makes snapshots of the updates of the option chains of Deribit as Tardis.dev records them, file after file in time: of
 * each option the latest update that was known by then. Prices and sizes are in coin, IVs in percent, times in microseconds.
 * An update is read whole only where it is part of a snapshot. The index is what an update tells whose underlying is the
 * index itself; else it comes from elsewhere.
 *
 * Format: https://docs.tardis.dev/downloadable-csv-files
 *
 * @throws CcError `backtest/unknown-header`, `backtest/unreadable-file`; `backtest/bad-row` where the collector refuses.
 */
export async function readTardisFiles(
  files: readonly { name: string; path: string }[],
  reading: TardisReading,
): Promise<{ staleQuotes: number; indexesFromElsewhere: number }> {
  const { badRows, everyMs, maxAgeMs, toMs, currencies } = reading
  const updates = createUpdates(currencies)
  const tally = { staleQuotes: 0, indexesFromElsewhere: 0 }
  let places: Places = new Map()
  let header: readonly string[] = []
  let nextMs = Number.NaN
  let latestMs = Number.NEGATIVE_INFINITY
  /** When the updates began, or began again after a silence. */
  let sinceMs = Number.POSITIVE_INFINITY

  /** All snapshots before a moment: nothing of them can become known any more. */
  function emitBefore(timeMs: number): void {
    for (; nextMs < timeMs && nextMs <= toMs; nextMs += everyMs) {
      updates.forgetExpired(nextMs)
      // In a gap all is stale, and there may be years of it.
      if (nextMs - latestMs > maxAgeMs) nextMs = Math.max(nextMs, (Math.ceil(timeMs / everyMs) - 1) * everyMs)
      // Shortly after the first update a chain is not whole yet.
      else if (nextMs - sinceMs >= maxAgeMs) {
        takeSnapshot(updates.all(), { atMs: nextMs, places, width: header.length, tally, ...reading })
      }
    }
  }

  for (const { name, path } of files) {
    await readLines(path, name, {
      header(names) {
        const found = placesOf(name, names)
        if (header.length > 0 && names.join() !== header.join()) throw otherHeader(name, names, header)
        header = names
        places = found
        return true
      },
      line(line) {
        const { timeMs, problem } = { timeMs: Number.NaN, ...updates.knownAt(line) }
        if (problem !== undefined) {
          badRows.report({ file: name, row: line.row, ...problem })
          return true
        }
        if (Number.isNaN(nextMs)) nextMs = Math.ceil(timeMs / everyMs) * everyMs
        if (timeMs > nextMs) emitBefore(timeMs)
        // Two clocks stamp the lines: they may go back by a little, and then belong to the snapshot that comes.
        if (timeMs < latestMs - SKEW_MS) {
          badRows.report({ file: name, row: line.row, ...goesBack(timeMs, latestMs) })
          return true
        }
        if (timeMs - latestMs > maxAgeMs) sinceMs = timeMs
        latestMs = Math.max(latestMs, timeMs)
        updates.keep(name, line)
        return nextMs <= toMs
      },
    })
  }
  emitBefore(Math.min(toMs, latestMs + everyMs) + 1)
  return tally
}

const SKEW_MS = 60_000
const CELLS = {
  strike: 'strike_price',
  expiry: 'expiration',
  interest: 'open_interest',
  bid: 'bid_price',
  bidSize: 'bid_amount',
  ask: 'ask_price',
  askSize: 'ask_amount',
  mark: 'mark_price',
  iv: 'mark_iv',
  underlying: 'underlying_index',
  forward: 'underlying_price',
  stamp: 'timestamp',
  exchange: 'exchange',
  type: 'type',
} as const
type CellName = keyof typeof CELLS
type Places = ReadonlyMap<CellName, number>
const INDEX_NAME = 'index_price'
const DECIMAL = /^\d+(\.\d+)?([eE][+-]?\d+)?$/

function placesOf(file: string, names: readonly string[]): Places {
  const missing = [
    ...FIRST_COLUMNS.filter((name, place) => names[place] !== name),
    ...Object.values(CELLS).filter((name) => !names.includes(name)),
  ]
  if (missing.length === 0) {
    return new Map(Object.entries(CELLS).map(([cell, name]) => [cell as CellName, names.indexOf(name)]))
  }
  throw unknownHeader(`${file} is no options_chain file of Tardis.dev: it lacks ${missing.join(', ')}.`, {
    file,
    field: missing[0] ?? '',
    value: names.slice(0, 30),
    expected: Object.values(CELLS),
  })
}

function otherHeader(file: string, names: readonly string[], header: readonly string[]): CcError {
  return unknownHeader(`${file} has other columns than the file before it.`, {
    file,
    value: names.slice(0, 30),
    expected: header,
  })
}

function unknownHeader(message: string, facts: Facts): CcError {
  return new CcError(message, { code: 'backtest/unknown-header', recovery: 'halt', facts })
}

type Snapshot = TardisReading & {
  atMs: number
  places: Places
  /** Cells of a line. */
  width: number
  tally: { staleQuotes: number; indexesFromElsewhere: number }
}

function takeSnapshot(updates: Iterable<Update>, snapshot: Snapshot): void {
  const { atMs, currencies, rows, badRows, maxAgeMs, fromMs, tally } = snapshot
  if (atMs < fromMs) return
  const taken = [...updates].flatMap((update) => {
    const { row, problem, underlying, stampMs } = readUpdate(update, snapshot)
    if (problem !== undefined) {
      badRows.report({ file: update.file, row: update.row, ...problem })
      return []
    }
    return [{ row, currency: update.option.currency, isIndex: underlying === INDEX_NAME, stampMs }]
  })
  for (const currency of currencies) {
    const ours = taken.filter((one) => one.currency === currency)
    const fresh = ours.filter(({ stampMs }) => atMs - stampMs <= maxAgeMs)
    if (fresh.length === 0) continue
    tally.staleQuotes += ours.length - fresh.length
    const told = fresh.filter(({ isIndex }) => isIndex).toSorted((a, b) => b.stampMs - a.stampMs)[0]?.row.forwardUsd
    const indexUsd = told ?? snapshot.indexAt(currency, atMs)
    if (indexUsd === undefined) {
      for (const { row } of fresh) badRows.report({ file: row.file, row: row.row, ...noIndex(currency, atMs) })
      continue
    }
    if (told === undefined) tally.indexesFromElsewhere += 1
    for (const { row } of fresh) rows.add(currency, { ...row, indexUsd })
  }
}

function readUpdate(
  { option, file, row, cells: read }: Update,
  { atMs, places, width }: Snapshot,
): { row: ChainRow; stampMs: number; underlying: string; problem?: RowProblem | undefined } {
  const cells = read()
  let problem: RowProblem | undefined
  const text = (cell: CellName) => cells[places.get(cell) ?? -1] ?? ''
  const fault = (cell: CellName, expected: string) => {
    problem ??= { field: CELLS[cell], value: text(cell), expected }
  }
  const number = (cell: CellName) => {
    const value = text(cell)
    if (value === '' || value === 'NaN') return Number.NaN
    if (!DECIMAL.test(value)) fault(cell, 'a number, or nothing')
    return Number(value)
  }
  // An empty side is 0 at the exchange.
  const side = (price: CellName, size: CellName) => {
    const [priceCoin, sizeCoin] = [number(price), number(size)]
    return priceCoin > 0 && sizeCoin > 0 ? { priceCoin, sizeCoin } : { priceCoin: Number.NaN, sizeCoin: Number.NaN }
  }
  if (cells.length !== width) problem = { field: 'columns', value: String(cells.length), expected: `${width} cells` }
  if (text('exchange') !== 'deribit') fault('exchange', 'deribit')
  if (text('type') !== option.kind) fault('type', `${option.kind}, as its symbol says`)
  if (number('expiry') !== option.expiryMs * 1_000) fault('expiry', `${option.expiryMs * 1_000}, as its symbol says`)
  if (number('strike') !== option.strikeUsd) fault('strike', `${option.strikeUsd}, as its symbol says`)
  const [bid, ask] = [side('bid', 'bidSize'), side('ask', 'askSize')]
  return {
    row: {
      ...{ file, row, timeMs: atMs, indexUsd: Number.NaN, expiryMs: option.expiryMs, strikeUsd: option.strikeUsd },
      isPut: option.kind === 'put' ? 1 : 0,
      ...{ bidCoin: bid.priceCoin, askCoin: ask.priceCoin, bidSizeCoin: bid.sizeCoin, askSizeCoin: ask.sizeCoin },
      ...{ markCoin: number('mark'), forwardUsd: number('forward'), openInterestCoin: number('interest') },
      // Moved in the text, where nothing is rounded; 0 is none.
      iv: number('iv') > 0 ? Number(/[eE]/.test(text('iv')) ? number('iv') / 100 : `${text('iv')}e-2`) : Number.NaN,
      volumeCoin: Number.NaN,
    },
    stampMs: number('stamp') / 1_000,
    underlying: text('underlying'),
    problem,
  }
}

function noIndex(currency: Currency, atMs: number): RowProblem {
  const expected = `the index of ${currency} at ${new Date(atMs).toISOString()}: a bar of it in candles.csv, or an update whose underlying is ${INDEX_NAME}`
  return { field: CELLS.underlying, value: '', expected }
}

function goesBack(timeMs: number, latestMs: number): RowProblem {
  const [value = '', before] = [timeMs, latestMs].map((ms) => new Date(ms).toISOString())
  return { field: 'local_timestamp', value, expected: `no time before ${before}, that of lines before` }
}
