import { requireEither, requirePositive } from './validation.js'

/** When the bars opened, which is how a gap is told. Without times the bars are taken as unbroken. */
export type BarTimes = {
  /** Opening time of each bar, UTC epoch milliseconds, oldest first. Goes with `barMs`. */
  openMs?: ArrayLike<number>
  /** Length of a bar in milliseconds. Goes with `openMs`. */
  barMs?: number
}

/** Times of the bars, and what to do about bars that are missing between them. */
export type GapRule = BarTimes & {
  /**
   * `refuse` (default): a gap is an error naming its row. `skip`: what would reach across the gap is left out, and `n`
   * is smaller by it. Needs times.
   */
  gaps?: 'refuse' | 'skip'
}

/** Columns of bars, oldest first, all prices > 0. */
export type BarColumns = GapRule & {
  open: ArrayLike<number>
  high: ArrayLike<number>
  low: ArrayLike<number>
  close: ArrayLike<number>
  /** Bars in a year, > 0: one of `PERIODS_PER_YEAR`. */
  periodsPerYear: number
}

/**
 * `volatility` is annual and a ratio (0.52 = 52 %). `n` counts what it was computed from: returns for estimators on
 * closes, bars for estimators on ranges. `missingBars` counts the bars skipped in gaps, `null` when no times were
 * given to tell.
 */
export type RealisedVolatility = { volatility: number; n: number; missingBars: number | null }

/** Checks columns and times of bars and returns how many rows they have and how many are missing between them. */
export function requireBars(where: string, bars: BarColumns): { rows: number; missingBars: number | null } {
  const rows = requireBarsFrom(where, bars, 0)
  return { rows, missingBars: requireTimes(where, bars, rows) }
}

/** Checks the columns of bars from a row on, and returns how many rows they have. */
export function requireBarsFrom(where: string, bars: BarColumns, from: number): number {
  const { open, high, low, close } = bars
  requirePositive(where, 'periodsPerYear', bars.periodsPerYear)
  const rows = open.length
  requireRows(where, 'high', high, rows)
  requireRows(where, 'low', low, rows)
  requireRows(where, 'close', close, rows)

  for (let row = from; row < rows; row++) {
    requirePrice(where, 'open', open, row)
    requirePrice(where, 'high', high, row)
    requirePrice(where, 'low', low, row)
    requirePrice(where, 'close', close, row)
    const top = high[row] as number
    const bottom = low[row] as number
    if (top < bottom) {
      throw new RangeError(`${where}: high[${row}] must be >= low[${row}], which is ${bottom}, got ${top}`)
    }
    requireWithin(where, 'open', bars, row)
    requireWithin(where, 'close', bars, row)
  }
  return rows
}

/** Log returns between adjacent closes, leaving out those across a gap where `rule` says so. */
export function logReturns(
  where: string,
  closes: ArrayLike<number>,
  rule: GapRule,
): { returns: Float64Array; missingBars: number | null } {
  for (let row = 0; row < closes.length; row++) requirePrice(where, 'closes', closes, row)
  const missingBars = requireTimes(where, rule, closes.length)

  const returns = new Float64Array(Math.max(0, closes.length - 1))
  let n = 0
  for (let row = 1; row < closes.length; row++) {
    if (followsDirectly(rule, row)) returns[n++] = logRatio(closes[row] as number, closes[row - 1] as number)
  }
  return { returns: returns.subarray(0, n), missingBars }
}

/** Whether no bar is missing between this row and the one before. Times must have been checked. */
export function followsDirectly(times: BarTimes, row: number): boolean {
  const { openMs, barMs } = times
  if (openMs === undefined) return true
  return (openMs[row] as number) - (openMs[row - 1] as number) === barMs
}

/**
 * ln(to/from), in the digits of minute returns too, which `log` of a ratio near 1 drops. The way back is the exact
 * negative.
 */
export function logRatio(to: number, from: number): number {
  // ln(to/from) = 2 artanh(z). Near 1 five terms of it are exact to a double, and three times as fast as log1p.
  const z = (to - from) / (to + from)
  if (z > -FEW_TERMS && z < FEW_TERMS && z !== 0) {
    const square = z * z
    return 2 * z * (1 + square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9))))
  }
  return to < from ? -logRise(from, to) : logRise(to, from)
}

/** Below it the sixth term, z¹⁰/11 of the first, is less than half a unit in the last place. */
const FEW_TERMS = 0.03

function logRise(to: number, from: number): number {
  const change = (to - from) / from
  return change < 1 ? Math.log1p(change) : Math.log(to) - Math.log(from)
}

function requireRows(where: string, field: string, column: ArrayLike<number>, rows: number): void {
  if (column.length !== rows) {
    throw new RangeError(`${where}: ${field} must hold as many rows as open, which has ${rows}, got ${column.length}`)
  }
}

export function requirePrice(where: string, field: string, column: ArrayLike<number>, row: number): void {
  const price = column[row] as number
  // The name of the field is put together only for the message: this runs on every price.
  if (!(price > 0 && price < Infinity)) requirePositive(where, `${field}[${row}]`, price)
}

function requireWithin(where: string, field: 'open' | 'close', bars: BarColumns, row: number): void {
  const price = bars[field][row] as number
  const top = bars.high[row] as number
  const bottom = bars.low[row] as number
  if (price > top || price < bottom) {
    throw new RangeError(`${where}: ${field}[${row}] must be within low ${bottom} and high ${top}, got ${price}`)
  }
}

/** Missing bars, or `null` without times. */
function requireTimes(where: string, rule: GapRule, rows: number): number | null {
  const { openMs, barMs, gaps = 'refuse' } = rule
  requireEither(where, 'gaps', gaps, ['refuse', 'skip'])
  if (openMs === undefined || barMs === undefined) {
    if (openMs === undefined && barMs === undefined && gaps === 'refuse') return null
    throw new RangeError(`${where}: openMs and barMs must both be given to tell a gap`)
  }
  if (!(Number.isSafeInteger(barMs) && barMs > 0)) {
    throw new RangeError(`${where}: barMs must be an integer > 0, got ${barMs}`)
  }
  if (openMs.length !== rows) {
    throw new RangeError(
      `${where}: openMs must hold as many rows as the prices, which have ${rows}, got ${openMs.length}`,
    )
  }

  let missingBars = 0
  for (let row = 0; row < rows; row++) {
    const time = openMs[row] as number
    if (!Number.isSafeInteger(time)) throw new RangeError(`${where}: openMs[${row}] must be an integer, got ${time}`)
    if (row === 0) continue
    const before = openMs[row - 1] as number
    // The remainder of two doubles is slow, and nearly no row needs it.
    if (time - before === barMs) continue
    const bars = (time - before) / barMs
    if (time <= before || (time - before) % barMs !== 0) {
      throw new RangeError(`${where}: openMs[${row}] must be whole bars of ${barMs} ms after ${before}, got ${time}`)
    }
    if (bars > 1 && gaps === 'refuse') {
      throw new RangeError(
        `${where}: openMs[${row}] must be one bar of ${barMs} ms after ${before}, got ${time}: ${bars - 1} missing`,
      )
    }
    missingBars += bars - 1
  }
  return missingBars
}
