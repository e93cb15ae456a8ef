import { CcError } from '@cc/models'
import { type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { BadRows } from '../history/bad-rows.js'
import { emptyRow, type RowProblem } from '../history/chain-row.js'
import { createCellReader, readCoin, readExpiry, readSide, readTime, timeText } from './plain-cells.js'
import { NUMBER_COLUMNS, type NumberColumn, OPTIONAL_COLUMNS, TEXT_COLUMNS } from './plain-csv.js'
import type { SnapshotRows } from './snapshot-rows.js'

/**
 * Reads quotes in the plain format from Parquet, one row group after the other: the columns of the CSV. `ts` may also be a
 * timestamp, `expiry` a date or a timestamp; a date is at 08:00 UTC.
 *
 * @throws CcError `backtest/unreadable-file` for what is no whole Parquet file, `backtest/unknown-header` without a column
 * that is needed; `backtest/bad-row` where the collector refuses.
 */
export async function readPlainParquet(
  file: string,
  bytes: Uint8Array,
  target: { rows: SnapshotRows; badRows: BadRows },
): Promise<void> {
  const buffer = {
    byteLength: bytes.length,
    // A copy, as a buffer of a file may be a part of a larger one; and `slice` of such a one copies nothing.
    slice: (start: number, end?: number) => new Uint8Array(bytes.subarray(start, end)).buffer,
  }
  const metadata = await unlessDamaged(file, () => parquetMetadataAsync(buffer))
  const columns = columnsOf(file, metadata)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows)
    const request = { file: buffer, metadata, columns, rowStart, rowEnd, compressors }
    const records = await unlessDamaged(file, () => parquetReadObjects(request))
    readRecords(file, records, { ...target, rowStart })
    rowStart = rowEnd
  }
}

type Record_ = Readonly<Record<string, unknown>>

function readRecords(
  file: string,
  records: readonly Record_[],
  { rows, badRows, rowStart }: { rows: SnapshotRows; badRows: BadRows; rowStart: number },
): void {
  const row = emptyRow(file)
  const readTimeCell = createCellReader(readTime)
  const readExpiryCell = createCellReader(readExpiry)
  for (const [place, record] of records.entries()) {
    row.row = rowStart + place + 1
    const time = readTimeCell(textOf(record.ts))
    const coin = readCoin(textOf(record.currency))
    const expiry = readExpiryCell(expiryText(record.expiry))
    const side = readSide(textOf(record.cp))
    let problem: RowProblem | undefined = time.problem ?? coin.problem ?? expiry.problem ?? side.problem
    for (const name of NUMBER_NAMES) {
      const value = numberOf(record[name])
      if (value === undefined) {
        problem ??= { field: name, value: textOf(record[name]), expected: 'a number or nothing' }
      } else {
        row[NUMBER_COLUMNS[name]] = value
      }
    }
    if (problem !== undefined || coin.value === undefined) {
      if (problem !== undefined) badRows.report({ file, row: row.row, ...problem })
      continue
    }
    row.timeMs = time.value as number
    row.expiryMs = expiry.value as number
    row.isPut = side.value as 0 | 1
    rows.add(coin.value, row)
  }
}

const NUMBER_NAMES = Object.keys(NUMBER_COLUMNS) as NumberColumn[]

function columnsOf(file: string, { schema }: FileMetaData): string[] {
  const there = schema.slice(1).map(({ name }) => name)
  const wanted = [...TEXT_COLUMNS, ...NUMBER_NAMES]
  const missing = wanted.find((name) => !there.includes(name) && !OPTIONAL_COLUMNS.includes(name))
  if (missing === undefined) return wanted.filter((name) => there.includes(name))
  throw new CcError(`${file}: expected a column ${missing}, got ${there.slice(0, 30).join(', ')}.`, {
    code: 'backtest/unknown-header',
    recovery: 'halt',
    facts: { file, field: missing, value: there.slice(0, 30), expected: wanted },
  })
}

/** Whole numbers of 64 bits among them, which are Unix seconds. */
function textOf(value: unknown): string {
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? timeText(value.getTime()) : ''
  return value === undefined || value === null ? '' : String(value)
}

/** A date comes as its midnight, at which nothing expires. */
function expiryText(value: unknown): string {
  const text = textOf(value)
  return value instanceof Date ? text.replace('T00:00:00Z', '') : text
}

/** NaN is nothing; `undefined` is no number. */
function numberOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return Number.NaN
  const number = typeof value === 'bigint' ? Number(value) : value
  return typeof number === 'number' && Math.abs(number) !== Number.POSITIVE_INFINITY ? number : undefined
}

async function unlessDamaged<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw new CcError(`${file} is no whole Parquet file: it is cut or damaged.`, {
      code: 'backtest/unreadable-file',
      recovery: 'halt',
      facts: { file },
      cause,
    })
  }
}
