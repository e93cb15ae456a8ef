import { CURRENCIES, type Currency, formatSymbol } from '@cc/models'
import {
  malformedMarket,
  readIv,
  readNonNegative,
  readPositive,
  requireNonNegative,
  requirePositive,
} from './recorded-cell.js'
import { assembleChain, type RecordedChain, type RecordedRow } from './recorded-chain.js'

/**
 * Reads one snapshot from a CSV of many, sorted by time: the latest at or before `atMs`, by default the first.
 *
 * Columns: `ts` (seconds), `expiry` (YYYYMMDD), `strike`, `cp` (C or P), `bid`, `ask`, `mark` (coin; nothing = no
 * quote), `iv` (percent), `fwd` (USD), `oi`, `vol` (coin); more are ignored. The file's name starts with the currency.
 * The index is `idx_first` of the same `ts` and currency in the text of `snapshots.csv`.
 *
 * @throws CcError `exchange-sim/malformed-market`.
 */
export function parseCsvChain(input: { name: string; text: string; atMs?: number; snapshots?: string }): RecordedChain {
  const { name, text } = input
  const currency = currencyOf(name)
  const table = readTable(name, text, COLUMNS)
  const lines = table.rows.map(({ line, row }) => ({ line, row, ts: table.cell(line, 'ts') }))
  const ts = pickSnapshot(name, lines, input.atMs)
  const rows = lines
    .filter((line) => line.ts === ts)
    .map(({ line, row }) => readRow({ name, row, currency }, (column) => table.cell(line, column)))
  const indexUsd = readIndex({ name, currency, ts, snapshots: input.snapshots })
  return assembleChain(name, { currency, atMs: Number(ts) * 1000, indexUsd, rows })
}

const COLUMNS = ['ts', 'expiry', 'strike', 'cp', 'bid', 'ask', 'mark', 'iv', 'fwd', 'oi', 'vol'] as const
const SNAPSHOT_COLUMNS = ['ts', 'ccy', 'idx_first'] as const

type Table<Column extends string> = {
  rows: readonly { line: string; row: number }[]
  cell(line: string, column: Column): string
}

function currencyOf(name: string): Currency {
  const currency = CURRENCIES.find((known) => name.startsWith(`${known}-`) || name.startsWith(`${known}_`))
  if (currency === undefined) {
    throw malformedMarket(
      { name, field: 'name' },
      name,
      `a name that starts with a currency (${CURRENCIES.join(', ')})`,
    )
  }
  return currency
}

function readTable<Column extends string>(name: string, text: string, columns: readonly Column[]): Table<Column> {
  const [header = '', ...lines] = text.split(/\r?\n/)
  const names = header.split(',')
  for (const column of columns) {
    if (!names.includes(column)) throw malformedMarket({ name, field: column }, header, `a column ${column}`)
  }
  const places = new Map<string, number>(names.map((column, place) => [column, place]))
  return {
    rows: lines.map((line, i) => ({ line, row: i + 1 })).filter(({ line }) => line !== ''),
    cell: (line, column) => line.split(',')[places.get(column) ?? -1] ?? '',
  }
}

function pickSnapshot(name: string, lines: readonly { row: number; ts: string }[], atMs: number | undefined): string {
  let picked: string | undefined
  let latest = Number.NEGATIVE_INFINITY
  for (const { row, ts } of lines) {
    const seconds = /^\d{1,12}$/.test(ts) ? Number(ts) : 0
    if (seconds === 0) {
      throw malformedMarket({ name, row, field: 'ts' }, ts, 'a time in whole seconds')
    }
    if (atMs === undefined) return ts
    if (seconds * 1000 <= atMs && seconds > latest) {
      picked = ts
      latest = seconds
    }
  }
  if (picked !== undefined) return picked
  const first = lines[0]?.ts
  if (first === undefined || atMs === undefined)
    throw malformedMarket({ name, field: 'rows' }, [], 'at least one option')
  const expected = `a snapshot at or before ${new Date(atMs).toISOString()}`
  throw malformedMarket({ name, field: 'ts' }, new Date(Number(first) * 1000).toISOString(), expected)
}

function readRow(
  { name, row, currency }: { name: string; row: number; currency: Currency },
  cell: (column: (typeof COLUMNS)[number]) => string,
): RecordedRow {
  const strikeUsd = requirePositive({ name, row, field: 'strike' }, cell('strike'))
  const cp = cell('cp')
  if (cp !== 'C' && cp !== 'P') throw malformedMarket({ name, row, field: 'cp' }, cp, 'C or P')
  const expiryMs = readExpiry(name, row, cell('expiry'))
  const symbol = formatSymbol({ currency, expiryMs, strikeUsd, kind: cp === 'C' ? 'call' : 'put' })
  const at = (field: string) => ({ name, row, instrument: symbol, field })
  return {
    row,
    symbol,
    bidPriceCoin: readPositive(at('bid'), cell('bid')),
    askPriceCoin: readPositive(at('ask'), cell('ask')),
    markPriceCoin: requireNonNegative(at('mark'), cell('mark')),
    markIv: readIv(at('iv'), cell('iv'), 'percent'),
    forwardUsd: requirePositive(at('fwd'), cell('fwd')),
    openInterestCoin: readNonNegative(at('oi'), cell('oi')),
    volumeCoin: readNonNegative(at('vol'), cell('vol')),
  }
}

function readExpiry(name: string, row: number, text: string): number {
  const [, year, month, day] = /^(\d{4})(\d\d)(\d\d)$/.exec(text) ?? []
  const expiryMs = Date.UTC(Number(year), Number(month) - 1, Number(day), 8)
  const isDate =
    new Date(expiryMs).getUTCDate() === Number(day) && new Date(expiryMs).getUTCMonth() === Number(month) - 1
  if (!isDate) throw malformedMarket({ name, row, field: 'expiry' }, text, 'a date as YYYYMMDD')
  return expiryMs
}

function readIndex(from: { name: string; currency: Currency; ts: string; snapshots: string | undefined }): number {
  const { name, currency, ts, snapshots } = from
  if (snapshots === undefined) {
    throw malformedMarket(
      { name, field: 'index' },
      undefined,
      'the index price, which is in snapshots.csv (or snapshots.csv.gz) of the same folder',
    )
  }
  const table = readTable(SNAPSHOTS_NAME, snapshots, SNAPSHOT_COLUMNS)
  const found = table.rows.find(({ line }) => table.cell(line, 'ts') === ts && table.cell(line, 'ccy') === currency)
  if (found === undefined) {
    throw malformedMarket({ name: SNAPSHOTS_NAME, field: 'ts' }, undefined, `a row with ts ${ts} and ccy ${currency}`)
  }
  return requirePositive(
    { name: SNAPSHOTS_NAME, row: found.row, field: 'idx_first' },
    table.cell(found.line, 'idx_first'),
  )
}

const SNAPSHOTS_NAME = 'snapshots.csv'
