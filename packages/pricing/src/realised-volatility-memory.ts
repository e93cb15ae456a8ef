import { type GapRule, logRatio, logReturns, requirePrice } from './realised-volatility-bars.js'
import { type Blocks, createBlocks, DAY_HOURS, movedBlocks } from './realised-volatility-blocks.js'
import type { Part } from './realised-volatility-sums.js'

/**
 * The last gapless series that was read with it and its squared log returns, so that a series that grew by some bars costs
 * those alone. It changes no bit of a result: what is taken from it is of the same closes at the same times. Columns that
 * are `Float64Array`s must not be written to afterwards: a view that moves on over the same memory is not compared again.
 */
export type ReturnMemory = { openMs?: Float64Array; closes?: Float64Array; squares?: Blocks; from?: number }

/** Squared log returns between adjacent closes, but for those across a gap: a part of a column that others may share. */
export type SquaredReturns = { squares: Blocks; part: Part; missingBars: number | null }

/** Squares of `logReturns`, with a memory, in blocks of a size. What it returns is valid until the memory is used again. */
export function squaredReturns(
  where: string,
  { closes, rule, size = DAY_HOURS }: { closes: ArrayLike<number>; rule: GapRule; size?: number },
  memory: ReturnMemory | undefined,
): SquaredReturns {
  const { openMs, barMs } = rule
  const rows = closes.length
  if (memory !== undefined && openMs !== undefined && barMs !== undefined && openMs.length === rows) {
    const overlap = overlapOf(memory, openMs, closes)
    // Rows before have been checked, and their times lie one bar apart.
    if (overlap.count > 0 && isGapless(openMs, { from: overlap.count - 1, barMs })) {
      for (let row = overlap.count; row < rows; row++) requirePrice(where, 'closes', closes, row)
      const { squares, from } = roomAfter(memory, overlap, { rows, size })
      for (let row = overlap.count; row < rows; row++) {
        squares.values[from + row - 1] = logRatio(closes[row] as number, closes[row - 1] as number) ** 2
      }
      remember(memory, { openMs, closes, squares, from })
      return { squares, part: { from, to: from + rows - 1 }, missingBars: 0 }
    }
  }
  const { returns, missingBars } = logReturns(where, closes, rule)
  const squares = createBlocks(returns.length, size)
  for (let i = 0; i < returns.length; i++) squares.values[i] = (returns[i] as number) ** 2
  if (memory !== undefined && openMs !== undefined && missingBars === 0 && rows > 0) {
    remember(memory, { openMs, closes, squares, from: 0 })
  }
  return { squares, part: { from: 0, to: returns.length }, missingBars }
}

/** A column with room for all returns, that begins with those known, and where they begin. */
function roomAfter(
  memory: ReturnMemory,
  { first, count }: { first: number; count: number },
  { rows, size }: { rows: number; size: number },
): { squares: Blocks; from: number } {
  const { squares, from: begin, closes } = memory as Required<ReturnMemory>
  const from = begin + first
  // What is known of blocks holds as long as no value that they are of is written again.
  const isWhole = first + count === closes.length && squares.size === size
  if (isWhole && from + rows - 1 <= squares.values.length) return { squares, from }
  const known = { from, to: from + count - 1 }
  return { squares: movedBlocks(squares, known, { length: rows - 1 + SPARE_ROWS, size }), from: 0 }
}

function remember(
  memory: ReturnMemory,
  read: Record<'openMs' | 'closes', ArrayLike<number>> & { squares: Blocks; from: number },
): void {
  memory.openMs = keptColumn(read.openMs)
  memory.closes = keptColumn(read.closes)
  memory.squares = read.squares
  memory.from = read.from
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

/** Rows that a column has room for beyond those it holds: so many bars later it is copied. */
export const SPARE_ROWS = 1_000
