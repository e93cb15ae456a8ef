import type { BadRows } from '../history/bad-rows.js'
import { type ChainRow, emptyRow } from '../history/chain-row.js'
import { type CsvColumn, readCsv } from '../history/csv-bytes.js'
import { createCellReader, readCoin, readExpiry, readSide, readTime } from './plain-cells.js'
import type { SnapshotRows } from './snapshot-rows.js'

/** Numbers of a row by the names of their columns. */
export const NUMBER_COLUMNS = {
  strike: 'strikeUsd',
  bid: 'bidCoin',
  ask: 'askCoin',
  iv: 'iv',
  fwd: 'forwardUsd',
  index: 'indexUsd',
  mark: 'markCoin',
  bid_size: 'bidSizeCoin',
  ask_size: 'askSizeCoin',
  oi: 'openInterestCoin',
  vol: 'volumeCoin',
} as const satisfies Readonly<Record<string, keyof ChainRow>>
export type NumberColumn = keyof typeof NUMBER_COLUMNS

export const TEXT_COLUMNS = ['ts', 'currency', 'expiry', 'cp'] as const
/** Columns that a file may lack. */
export const OPTIONAL_COLUMNS: readonly string[] = ['mark', 'bid_size', 'ask_size', 'oi', 'vol']

/**
 * Reads quotes in the plain format: `ts`, `currency`, `expiry`, `strike`, `cp`, `bid`, `ask`, `iv` (a ratio), `fwd`, `index`,
 * and where there are any `mark`, `bid_size`, `ask_size`, `oi`, `vol`; others are not read. Nothing in a cell is "none".
 *
 * @throws CcError `backtest/unknown-header`; `backtest/bad-row` where the collector refuses.
 */
export function readPlainCsv(
  file: string,
  bytes: Uint8Array,
  { rows: target, badRows }: { rows: SnapshotRows; badRows: BadRows },
): void {
  const rows = readCsv(file, bytes, COLUMNS)
  const row = emptyRow(file)
  const readTimeCell = createCellReader(readTime)
  const readExpiryCell = createCellReader(readExpiry)
  const readCoinCell = createCellReader(readCoin)
  while (rows.next()) {
    row.row = rows.row()
    const broken = rows.problem()
    if (broken !== undefined) {
      badRows.report({ file, row: row.row, ...broken })
      continue
    }
    const time = readTimeCell(rows.text(0))
    const coin = readCoinCell(rows.text(1))
    const expiry = readExpiryCell(rows.text(2))
    const side = readSide(rows.text(3))
    const problem = time.problem ?? coin.problem ?? expiry.problem ?? side.problem
    if (problem !== undefined) {
      badRows.report({ file, row: row.row, ...problem })
      continue
    }
    row.timeMs = time.value as number
    row.expiryMs = expiry.value as number
    row.isPut = side.value as 0 | 1
    for (const [place, key] of NUMBER_KEYS.entries()) {
      row[key] = rows.numbers[TEXT_COLUMNS.length + place] as number
    }
    if (coin.value !== undefined) target.add(coin.value, row)
  }
}

const NUMBER_KEYS = Object.values(NUMBER_COLUMNS)

const COLUMNS: readonly CsvColumn[] = [
  ...TEXT_COLUMNS.map((name) => ({ name, as: 'text' as const })),
  ...Object.keys(NUMBER_COLUMNS).map((name) => ({
    name,
    as: 'number' as const,
    optional: OPTIONAL_COLUMNS.includes(name),
  })),
]
