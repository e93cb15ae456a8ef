import type { BadRows } from './bad-rows.js'
import { type Bar, barProblem, volatilityProblem } from './bars.js'
import type { BarColumns } from './chain-columns.js'
import type { RowProblem } from './chain-row.js'
import { type CsvColumn, type CsvRows, readCsv } from './csv-bytes.js'

/** Older bars are passed over; bad rows go to the collector. */
export type BarsWanted = { sinceMs: number; badRows: BadRows }

/** Hourly bars of a spot price. */
export type SpotBars = {
  candles: BarColumns
  /** When the bars open that only fill an outage of their source. */
  filledMs: readonly number[]
}

/**
 * Reads hourly spot bars: columns `ts` (seconds, when the bar opens), `open`, `high`, `low`, `close`, and `src`, which is
 * `fill` in a bar that was made flat because its source was down.
 */
export function readSpotBars(file: string, bytes: Uint8Array, wanted: BarsWanted): SpotBars {
  const rows = readCsv(file, bytes, [...barColumns('number'), { name: 'src', as: 'text', optional: true }])
  const filledMs: number[] = []
  const candles = readBars(file, rows, {
    ...wanted,
    resolutionMs: HOUR_MS,
    openMs: () => secondsOf(rows) * 1000,
    onBar: (openMs) => {
      if (rows.is(SRC, 'fill')) filledMs.push(openMs)
    },
  })
  return { candles, filledMs }
}

/** Reads hourly bars of a volatility index: `ts` (seconds, when the bar opens), `open`, `high`, `low`, `close` in percent. */
export function readDvolHours(file: string, bytes: Uint8Array, wanted: BarsWanted): BarColumns {
  const rows = readCsv(file, bytes, barColumns('percent'))
  const openMs = () => secondsOf(rows) * 1000
  return readBars(file, rows, { ...wanted, resolutionMs: HOUR_MS, openMs, unfit: volatilityProblem })
}

/**
 * Reads daily closes of a volatility index: `date` (YYYY-MM-DD), `dvol` in percent. The value of a day is its close, known
 * when the day is over; it stands in for the open, high and low of its bar.
 */
export function readDvolDays(file: string, bytes: Uint8Array, wanted: BarsWanted): BarColumns {
  const rows = readCsv(file, bytes, [
    { name: 'date', as: 'text' },
    { name: 'dvol', as: 'percent' },
  ])
  const openMs = () => {
    const date = rows.text(0)
    const dayMs = DATE.test(date) ? Date.parse(date) : Number.NaN
    // Of 30 February the parser makes 2 March.
    return Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== date ? Number.NaN : dayMs
  }
  const at = { open: 1, high: 1, low: 1, close: 1 }
  return readBars(file, rows, { ...wanted, resolutionMs: DAY_MS, openMs, at, unfit: volatilityProblem })
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SRC = 5
const DATE = /^\d{4}-\d{2}-\d{2}$/

function barColumns(as: 'number' | 'percent'): CsvColumn[] {
  const prices = ['open', 'high', 'low', 'close'].map((name) => ({ name, as }))
  return [{ name: 'ts', as: 'number' }, ...prices]
}

function secondsOf({ numbers }: CsvRows): number {
  return numbers[0] as number
}

type BarReading = BarsWanted & {
  resolutionMs: number
  openMs(): number
  /** Places of the four prices among the numbers. */
  at?: { open: number; high: number; low: number; close: number }
  /** What is wrong with a bar beside what may be with any. */
  unfit?(bar: Bar): RowProblem | undefined
  /** Told of every bar that was taken. */
  onBar?(openMs: number): void
}

function readBars(file: string, rows: CsvRows, reading: BarReading): BarColumns {
  const { sinceMs, badRows, resolutionMs, at = { open: 1, high: 2, low: 3, close: 4 }, onBar, unfit } = reading
  const { numbers } = rows
  const times: number[] = []
  const opens: number[] = []
  const highs: number[] = []
  const lows: number[] = []
  const closes: number[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  while (rows.next()) {
    const openMs = rows.problem() === undefined ? reading.openMs() : Number.NaN
    if (openMs < sinceMs) continue
    const open = numbers[at.open] as number
    const high = numbers[at.high] as number
    const low = numbers[at.low] as number
    const close = numbers[at.close] as number
    const bar = { openMs, open, high, low, close }
    const problem = rows.problem() ?? barProblem(bar, { lastMs, resolutionMs }) ?? unfit?.(bar)
    if (problem !== undefined) {
      badRows.report({ file, row: rows.row(), ...problem })
      continue
    }
    lastMs = openMs
    times.push(openMs)
    opens.push(open)
    highs.push(high)
    lows.push(low)
    closes.push(close)
    onBar?.(openMs)
  }
  return {
    resolutionMs,
    openMs: Float64Array.from(times),
    open: Float64Array.from(opens),
    high: Float64Array.from(highs),
    low: Float64Array.from(lows),
    close: Float64Array.from(closes),
  }
}
