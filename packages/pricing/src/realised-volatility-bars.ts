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

/**
 * The last gapless series that was read with it and its log returns, so that a series that grew by some bars costs those
 * alone. It changes no bit of a result: what is taken from it is of the same closes at the same times. Columns that are
 * `Float64Array`s must not be written to afterwards: a view that moves on over the same memory is not compared again.
 */
export type ReturnMemory = { openMs?: Float64Array; closes?: Float64Array; returns?: Float64Array }

/** `logReturns` with a memory. What it returns is valid until the memory is used again. */
export function rememberedReturns(
  where: string,
  { closes, rule, memory }: { closes: ArrayLike<number>; rule: GapRule; memory: ReturnMemory | undefined },
): { returns: Float64Array; missingBars: number | null } {
  const { openMs, barMs } = rule
  if (memory === undefined || openMs === undefined || barMs === undefined) return logReturns(where, closes, rule)
  const rows = closes.length
  const { first, count } = overlapOf(memory, openMs, closes)
  // Rows before have been checked, and their times lie one bar apart.
  const isFollowed = count > 0 && isGapless(openMs, { from: count - 1, barMs })
  if (!isFollowed || openMs.length !== rows) {
    const read = logReturns(where, closes, rule)
    if (read.missingBars === 0 && rows > 0) {
      memory.openMs = keptColumn(openMs)
      memory.closes = keptColumn(closes)
      memory.returns = read.returns
    }
    return read
  }
  for (let row = count; row < rows; row++) requirePrice(where, 'closes', closes, row)
  const returns = slidColumn(memory.returns as Float64Array, rows - 1, { first, count: count - 1 })
  for (let row = count; row < rows; row++) returns[row - 1] = logRatio(closes[row] as number, closes[row - 1] as number)
  memory.openMs = keptColumn(openMs)
  memory.closes = keptColumn(closes)
  memory.returns = returns
  return { returns, missingBars: 0 }
}

/** Where a memory has the first row, and how many rows from there on are the same. */
function overlapOf(
  { openMs: knownMs, closes: known }: ReturnMemory,
  openMs: ArrayLike<number>,
  closes: ArrayLike<number>,
): { first: number; count: number } {
  if (knownMs === undefined || known === undefined || openMs.length === 0) return { first: 0, count: 0 }
  const first = knownMs.indexOf(openMs[0] as number)
  if (first === -1) return { first: 0, count: 0 }
  const most = Math.min(closes.length, openMs.length, known.length - first)
  if (isViewFrom(knownMs, first, openMs) && isViewFrom(known, first, closes)) return { first, count: most }
  let count = 0
  while (count < most && knownMs[first + count] === openMs[count] && known[first + count] === closes[count]) count++
  return { first, count }
}

/** Whether each time from a row on is a bar after the one before. */
export function isGapless(openMs: ArrayLike<number>, { from, barMs }: { from: number; barMs: number }): boolean {
  for (let row = from + 1; row < openMs.length; row++) {
    if ((openMs[row] as number) - (openMs[row - 1] as number) !== barMs) return false
  }
  return true
}

/** Values as a memory keeps them: a view as it is, for nobody writes to it, and a copy of any other list. */
export function keptColumn(values: ArrayLike<number>): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(values)
}

/** Whether a column is a view of the very memory in which the rows of another stand, from a row of it on. */
export function isViewFrom(known: Float64Array, first: number, column: ArrayLike<number>): boolean {
  if (!(column instanceof Float64Array) || column.buffer !== known.buffer) return false
  return column.byteOffset === known.byteOffset + first * known.BYTES_PER_ELEMENT
}

/**
 * A column of a length that begins with the `count` values which stand from `first` on. It is a window that moves on over
 * the same memory while there is room; what is behind those values is for the caller to write.
 */
export function slidColumn(
  column: Float64Array,
  length: number,
  { first, count }: { first: number; count: number },
): Float64Array {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = column
  const startByte = byteOffset + first * BYTES_PER_ELEMENT
  if (startByte + length * BYTES_PER_ELEMENT <= buffer.byteLength) return new Float64Array(buffer, startByte, length)
  const wide = new Float64Array(length + SPARE_ROWS)
  wide.set(column.subarray(first, first + count))
  return wide.subarray(0, length)
}

/** Rows that a column can move on by before it is copied. */
export const SPARE_ROWS = 1_000

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

function requirePrice(where: string, field: string, column: ArrayLike<number>, row: number): void {
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
