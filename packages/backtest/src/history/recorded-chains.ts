import type { Currency } from '@cc/models'
import type { BadRows } from './bad-rows.js'
import type { ChainBuilder } from './chain-builder.js'
import { type ChainRow, emptyRow, isMoment, numberText, type RowProblem } from './chain-row.js'
import { type CsvColumn, readCsv } from './csv-bytes.js'

/** Where rows go, and which are wanted. */
export type ChainTarget = {
  builder: ChainBuilder
  badRows: BadRows
  /** Rows of other times are passed over. Inclusive. */
  fromMs: number
  toMs: number
  /** Index of a snapshot, USD; `undefined`: it has none. */
  indexAt(timeMs: number): number | undefined
}

/**
 * Reads the recorded chains of one file into a builder. Columns: `ts` (seconds), `expiry` (YYYYMMDD, 08:00 UTC), `strike`, `cp`,
 * `bid`, `ask` (coin; empty is no quote), `iv` (percent), `fwd` (USD), and where the source has them `mark`, `oi`, `vol`,
 * `bid_size` and `ask_size` (coin). Others are not read: a recorded delta may be of another moment than its quote.
 */
export function readChainFile(file: string, bytes: Uint8Array, target: ChainTarget): void {
  const { builder, badRows, fromMs, toMs } = target
  const rows = readCsv(file, bytes, COLUMNS)
  const { numbers } = rows
  const row = emptyRow(file)
  let seconds = Number.NaN
  let date = Number.NaN
  while (rows.next()) {
    const problem = rows.problem()
    row.row = rows.row()
    if (problem !== undefined) {
      badRows.report({ file, row: row.row, ...problem })
      continue
    }
    if (numbers[TS] !== seconds) {
      seconds = numbers[TS] as number
      row.timeMs = timeOf(seconds)
      row.indexUsd = target.indexAt(row.timeMs) ?? Number.NaN
    }
    if (row.timeMs < fromMs || row.timeMs > toMs) continue
    if (numbers[EXPIRY] !== date) {
      date = numbers[EXPIRY] as number
      row.expiryMs = expiryMsOf(date)
    }
    row.isPut = rows.is(CP, 'P') ? 1 : 0
    const hasKind = row.isPut === 1 || rows.is(CP, 'C')
    if (!hasKind || Number.isNaN(row.expiryMs) || Number.isNaN(row.indexUsd)) {
      badRows.report({
        file,
        row: row.row,
        ...unreadable(row, { seconds, date, kind: hasKind ? undefined : rows.text(CP) }),
      })
      continue
    }
    row.strikeUsd = numbers[STRIKE] as number
    row.bidCoin = numbers[BID] as number
    row.askCoin = numbers[ASK] as number
    row.markCoin = numbers[MARK] as number
    row.iv = numbers[IV] as number
    row.forwardUsd = numbers[FWD] as number
    row.openInterestCoin = numbers[OI] as number
    row.volumeCoin = numbers[VOL] as number
    row.bidSizeCoin = numbers[BID_SIZE] as number
    row.askSizeCoin = numbers[ASK_SIZE] as number
    builder.add(row)
  }
}

/** Reads the indexes of the snapshots of one coin: columns `ts` (seconds), `ccy`, `idx_first` (USD). */
export function readIndexes(
  file: string,
  bytes: Uint8Array,
  { currency, badRows }: { currency: Currency; badRows: BadRows },
): ReadonlyMap<number, number> {
  const rows = readCsv(file, bytes, [
    { name: 'ts', as: 'number' },
    { name: 'ccy', as: 'text' },
    { name: 'idx_first', as: 'number' },
  ])
  const indexes = new Map<number, number>()
  while (rows.next()) {
    const broken = rows.problem()
    if (broken === undefined && rows.text(1) !== currency) continue
    const [seconds = Number.NaN, , indexUsd = Number.NaN] = rows.numbers
    const problem = broken ?? indexProblem({ seconds, indexUsd }, indexes)
    if (problem === undefined) indexes.set(timeOf(seconds), indexUsd)
    else badRows.report({ file, row: rows.row(), ...problem })
  }
  return indexes
}

const COLUMNS: readonly CsvColumn[] = [
  { name: 'ts', as: 'number' },
  { name: 'expiry', as: 'number' },
  { name: 'strike', as: 'number' },
  { name: 'cp', as: 'text' },
  { name: 'bid', as: 'number' },
  { name: 'ask', as: 'number' },
  { name: 'mark', as: 'number', optional: true },
  { name: 'iv', as: 'percent' },
  { name: 'fwd', as: 'number' },
  { name: 'oi', as: 'number', optional: true },
  { name: 'vol', as: 'number', optional: true },
  { name: 'bid_size', as: 'number', optional: true },
  { name: 'ask_size', as: 'number', optional: true },
]
/** Their places. */
const [TS, EXPIRY, STRIKE, CP, BID, ASK, MARK, IV, FWD, OI, VOL, BID_SIZE, ASK_SIZE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
] as const
const SETTLEMENT_HOUR = 8

/** What only the text tells, or the other files; all else is judged by the builder. `kind`: one that is unknown. */
function unreadable(
  row: ChainRow,
  { seconds, date, kind }: { seconds: number; date: number; kind: string | undefined },
): RowProblem {
  if (kind !== undefined) return { field: 'cp', value: kind, expected: 'C or P' }
  if (Number.isNaN(row.timeMs)) return { field: 'ts', value: numberText(seconds), expected: 'a time in seconds' }
  if (Number.isNaN(row.expiryMs)) return { field: 'expiry', value: numberText(date), expected: 'a date as YYYYMMDD' }
  return { field: 'index', value: '', expected: `an index of the snapshot at ${row.timeMs / 1000} beside the chains` }
}

function indexProblem(
  { seconds, indexUsd }: { seconds: number; indexUsd: number },
  known: ReadonlyMap<number, number>,
): RowProblem | undefined {
  const timeMs = timeOf(seconds)
  if (Number.isNaN(timeMs)) return { field: 'ts', value: numberText(seconds), expected: 'a time in seconds' }
  if (!(indexUsd > 0 && indexUsd < Number.POSITIVE_INFINITY)) {
    return { field: 'idx_first', value: numberText(indexUsd), expected: 'an index in USD above 0' }
  }
  const before = known.get(timeMs) ?? indexUsd
  if (before === indexUsd) return undefined
  return {
    field: 'idx_first',
    value: String(indexUsd),
    expected: `${before}, as an earlier row has it for that snapshot`,
  }
}

/** Epoch ms of seconds; NaN for what is no time in seconds, such as milliseconds, which no span would hold. */
function timeOf(seconds: number): number {
  const timeMs = Math.round(seconds * 1000)
  return isMoment(timeMs) ? timeMs : Number.NaN
}

/** 08:00 UTC of a date such as 20260130; NaN where there is no such day. */
function expiryMsOf(date: number): number {
  const year = Math.floor(date / 10_000)
  const month = Math.floor(date / 100) % 100
  const day = date % 100
  const expiryMs = Date.UTC(year, month - 1, day, SETTLEMENT_HOUR)
  const found = new Date(expiryMs)
  const isDay = year >= 2000 && found.getUTCMonth() === month - 1 && found.getUTCDate() === day
  return isDay ? expiryMs : Number.NaN
}
