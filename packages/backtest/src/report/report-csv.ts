import type { Currency } from '@cc/models'
import type { BacktestResult, CallStory, CoinResult } from '../results/result.js'

/** Tables of a result as CSV texts: all rows of all coins, the coin in the first column. */
export type ReportCsv = {
  /** Each moment of the curve. */
  equity: string
  /** Each call from its sale to its end. */
  calls: string
  /** Each UTC month. */
  months: string
}

/**
 * Writes curve, calls and months as CSV after RFC 4180: UTF-8, a head, lines that end in CR LF, times as ISO 8601 in UTC and
 * as epoch milliseconds, numbers in the fewest digits that give them back, what is missing empty. A text that a spreadsheet
 * would take for a formula has an apostrophe before it.
 */
export function reportCsv(result: BacktestResult): ReportCsv {
  const coins = Object.entries(result.underlyings) as [Currency, CoinResult][]
  const lines = <T>(columns: Columns<T>, rowsOf: (coin: CoinResult) => readonly T[]) =>
    [
      ['currency', ...columns.map(([name]) => name)].join(','),
      ...coins.flatMap(([currency, coin]) =>
        rowsOf(coin).map((row) => [currency, ...columns.map(([, cellOf]) => cell(cellOf(row)))].join(',')),
      ),
    ]
      .map((line) => `${line}\r\n`)
      .join('')
  return {
    equity: lines(EQUITY, ({ curve }) => curve.timeMs.map((_, row) => ({ curve, row }))),
    calls: lines(CALLS, ({ stories }) => stories),
    months: lines(MONTHS, ({ months }) => months),
  }
}

type Cell = string | number | null | undefined
type Columns<T> = readonly (readonly [name: string, cellOf: (row: T) => Cell])[]

const EQUITY: Columns<{ curve: CoinResult['curve']; row: number }> = [
  ['time', ({ curve, row }) => isoOf(curve.timeMs[row])],
  ['timeMs', ({ curve, row }) => curve.timeMs[row]],
  ['indexUsd', ({ curve, row }) => curve.indexUsd[row]],
  ['equityCoin', ({ curve, row }) => curve.equityCoin[row]],
  ['equityUsd', ({ curve, row }) => curve.equityUsd[row]],
  ['heldUsd', ({ curve, row }) => curve.heldUsd[row]],
  ['overlayCoin', ({ curve, row }) => curve.overlayCoin[row]],
]

const CALLS: Columns<CallStory> = [
  ['symbol', (call) => call.symbol],
  ['sold', (call) => isoOf(call.soldMs)],
  ['soldMs', (call) => call.soldMs],
  ['ended', (call) => isoOf(call.endedMs)],
  ['endedMs', (call) => call.endedMs],
  ['end', (call) => call.end],
  ['sizeCoin', (call) => call.sizeCoin],
  ['strikeUsd', (call) => call.strikeUsd],
  ['indexUsd', (call) => call.indexUsd],
  ['delta', (call) => call.delta],
  ['dte', (call) => call.dte],
  ['iv', (call) => call.iv],
  ['premiumCoin', (call) => call.premiumCoin],
  ['feesCoin', (call) => call.feesCoin],
  ['buybackCoin', (call) => call.buybackCoin],
  ['payoutCoin', (call) => call.payoutCoin],
  ['pnlCoin', (call) => call.pnlCoin],
  ['pnlUsd', (call) => call.pnlUsd],
  ['reasoning', (call) => call.reasoning],
]

const MONTHS: Columns<CoinResult['months'][number]> = [
  ['month', ({ month }) => month],
  ['overlayCoin', ({ overlayCoin }) => overlayCoin],
  ['returnUsd', ({ returnUsd }) => returnUsd],
  ['heldReturnUsd', ({ heldReturnUsd }) => heldReturnUsd],
  ['premiumCoin', ({ premiumCoin }) => premiumCoin],
]

function isoOf(timeMs: number | undefined): string | null {
  return timeMs === undefined ? null : new Date(timeMs).toISOString()
}

/** One value as it stands in a line. */
export function cell(value: Cell): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : ''
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
