import type { Currency } from '@cc/models'
import type { BadRows } from '../history/bad-rows.js'
import { type Bar, barProblem, columnsOfBars, volatilityProblem } from '../history/bars.js'
import type { BarColumns } from '../history/chain-columns.js'
import { numberText, type RowProblem } from '../history/chain-row.js'
import type { KnownSeries } from '../history/coin-series.js'
import { type CsvRows, readCsv } from '../history/csv-bytes.js'
import { contentsOf, type SourceFile } from '../history/source-file.js'
import { type Cell, createCellReader, readCoin, readTime, timeText } from './plain-cells.js'

/** Whether a file holds bars or delivery prices in the plain format. */
export function isBeside(name: string): boolean {
  return /^(candles|dvol|deliveries)\.csv(\.gz)?$/.test(name)
}

/** Reads the bars and delivery prices of all coins, as far as there are any. */
export function readBesides(files: readonly SourceFile[], badRows: BadRows): (currency: Currency) => KnownSeries {
  const read = <Value>(stem: string, reader: (name: string, bytes: Uint8Array, badRows: BadRows) => Value) => {
    const file = files.find(({ name }) => name.startsWith(`${stem}.`))
    return file && reader(file.name, contentsOf(file), badRows)
  }
  const candles = read('candles', readCandles)
  const dvol = read('dvol', readDvol)
  const deliveries = read('deliveries', readDeliveries)
  return (currency) => ({
    candles: candles?.get(currency),
    dvol: dvol?.get(currency),
    deliveries: deliveries?.get(currency),
  })
}

/** Reads hourly bars of the index: `ts` (when the bar opens), `currency`, `open`, `high`, `low`, `close` in USD. */
function readCandles(file: string, bytes: Uint8Array, badRows: BadRows): ReadonlyMap<Currency, BarColumns> {
  return readBars(file, bytes, { badRows, resolutionOf: () => HOUR_MS, unfit: () => undefined })
}

/**
 * Reads bars of the volatility index: the same columns, prices as ratios. They are daily where all of a coin open at midnight
 * UTC, else hourly.
 */
function readDvol(file: string, bytes: Uint8Array, badRows: BadRows): ReadonlyMap<Currency, BarColumns> {
  const resolutionOf = (opensMs: readonly number[]) => (opensMs.every((ms) => ms % DAY_MS === 0) ? DAY_MS : HOUR_MS)
  return readBars(file, bytes, { badRows, resolutionOf, unfit: volatilityProblem })
}

/** Reads delivery prices: `ts` (the expiry), `currency`, `price` in USD. */
function readDeliveries(
  file: string,
  bytes: Uint8Array,
  badRows: BadRows,
): ReadonlyMap<Currency, ReadonlyMap<number, number>> {
  const rows = readCsv(file, bytes, [...PLACE_COLUMNS, { name: 'price', as: 'number' }])
  const prices = new Map<Currency, Map<number, number>>()
  for (const { currency, timeMs } of placedRows(file, rows, badRows)) {
    const priceUsd = rows.numbers[2] as number
    const known = prices.get(currency) ?? new Map<number, number>()
    const problem = priceProblem(priceUsd, known.has(timeMs) ? timeMs : undefined)
    if (problem !== undefined) {
      badRows.report({ file, row: rows.row(), ...problem })
      continue
    }
    prices.set(currency, known.set(timeMs, priceUsd))
  }
  return prices
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

const PLACE_COLUMNS = [
  { name: 'ts', as: 'text' },
  { name: 'currency', as: 'text' },
] as const
const BAR_NAMES = ['open', 'high', 'low', 'close'] as const

function readBars(
  file: string,
  bytes: Uint8Array,
  reading: {
    badRows: BadRows
    resolutionOf(opensMs: readonly number[]): number
    unfit(bar: Bar): RowProblem | undefined
  },
): ReadonlyMap<Currency, BarColumns> {
  const { badRows, resolutionOf, unfit } = reading
  const rows = readCsv(file, bytes, [...PLACE_COLUMNS, ...BAR_NAMES.map((name) => ({ name, as: 'number' as const }))])
  const found = new Map<Currency, { row: number; bar: Bar }[]>()
  for (const { currency, timeMs, row } of placedRows(file, rows, badRows)) {
    const [open = 0, high = 0, low = 0, close = 0] = rows.numbers.subarray(PLACE_COLUMNS.length)
    const placed = found.get(currency) ?? []
    placed.push({ row, bar: { openMs: timeMs, open, high, low, close } })
    found.set(currency, placed)
  }
  return new Map(
    [...found].map(([currency, placed]) => {
      const resolutionMs = resolutionOf(placed.map(({ bar }) => bar.openMs))
      const bars: Bar[] = []
      for (const { row, bar } of placed) {
        const lastMs = bars.at(-1)?.openMs ?? Number.NEGATIVE_INFINITY
        const problem = barProblem(bar, { lastMs, resolutionMs }) ?? unfit(bar)
        if (problem === undefined) bars.push(bar)
        else badRows.report({ file, row, ...problem })
      }
      return [currency, columnsOfBars(resolutionMs, bars)] as const
    }),
  )
}

/** The rows whose time and coin can be read; of the others is told. */
function* placedRows(
  file: string,
  rows: CsvRows,
  badRows: BadRows,
): Generator<{ currency: Currency; timeMs: number; row: number }> {
  const readTimeCell = createCellReader(readTime)
  while (rows.next()) {
    const row = rows.row()
    const broken = rows.problem()
    const time: Cell<number> = broken === undefined ? readTimeCell(rows.text(0)) : { problem: broken }
    const coin: Cell<Currency> = broken === undefined ? readCoin(rows.text(1)) : { problem: broken }
    if (time.value !== undefined && coin.value !== undefined) {
      yield { currency: coin.value, timeMs: time.value, row }
    } else {
      const problem = time.problem ?? coin.problem
      if (problem !== undefined) badRows.report({ file, row, ...problem })
    }
  }
}

function priceProblem(priceUsd: number, repeatedMs: number | undefined): RowProblem | undefined {
  if (!(priceUsd > 0 && priceUsd < Number.POSITIVE_INFINITY)) {
    return { field: 'price', value: numberText(priceUsd), expected: 'a price in USD above 0' }
  }
  if (repeatedMs === undefined) return undefined
  return { field: 'ts', value: timeText(repeatedMs), expected: 'each expiry once' }
}
