import { type BarColumns, followsDirectly, logRatio, requireBars, requireBarsFrom } from './realised-volatility-bars.js'
import { type Blocks, createBlocks, movedBlocks, totalOf } from './realised-volatility-blocks.js'
import { isGapless, isViewFrom, keptColumn, SPARE_ROWS } from './realised-volatility-memory.js'
import {
  bodyOf,
  garmanKlassVariance,
  heightOf,
  jumpInto,
  parkinsonVariance,
  rogersSatchellVariance,
  yangZhangVariance,
} from './realised-volatility-range.js'

/** Bars, and the rows from which windows reach to the last of them. */
export type VolatilityWindowsInput = BarColumns & {
  /** First row of each window, an integer >= 0, at least two bars that follow another directly before the end. */
  firstRows: readonly number[]
}

/** One window of bars in the eyes of each estimator. Annual volatilities as ratios: 0.52 = 52 %. */
export type VolatilityWindow = {
  bars: number
  /** Bars missing between its first and last, `null` when no times were given to tell. */
  missingBars: number | null
  /** Zero mean. */
  closeToClose: number
  parkinson: number
  garmanKlass: number
  rogersSatchell: number
  yangZhang: number
}

/**
 * Volatility by five estimators over several windows that end with the last bar: for each the very bits of
 * `closeToCloseVolatility` with zero mean, `parkinsonVolatility`, `garmanKlassVolatility`, `rogersSatchellVolatility` and
 * `yangZhangVolatility` on its rows. Bars are checked, and their logarithms taken, once for all of them.
 *
 * @param memory a `{}` that is kept from call to call, so that of bars that grow only those of new ones are taken; columns that are
 * `Float64Array`s must not be written to afterwards
 * @throws RangeError for a row whose prices are not finite and > 0 or contradict each other, for a gap that `gaps` does
 * not allow, and for a window that is too short.
 */
export function realisedVolatilityWindows(input: VolatilityWindowsInput, memory?: WindowMemory): VolatilityWindow[] {
  const { firstRows, periodsPerYear, openMs, barMs } = input
  const known = memory === undefined ? 0 : overlapOf(memory, input)
  // Bars that are known have been checked.
  const rows = known === 0 ? requireBars(WHERE, input).rows : requireBarsFrom(WHERE, input, known)
  const terms = termsOf(input, { rows, known, memory })
  if (memory !== undefined) remember(memory, input, { terms, known })
  return firstRows.map((first) => {
    const isRow = Number.isInteger(first) && first >= 0 && first < rows
    const returns = { from: terms.from + 1 + (isRow ? returnsUpTo(first, input, terms) : 0), to: terms.returnsTo }
    const n = returns.to - returns.from
    if (!(isRow && n >= 2)) {
      throw new RangeError(
        `${WHERE}: firstRows must leave at least 2 bars that follow another directly, got ${first} of ${rows} rows`,
      )
    }
    const part = { from: terms.from + first, to: terms.from + rows }
    const bars = rows - first
    const spannedMs = openMs === undefined ? 0 : (openMs[rows - 1] as number) - (openMs[first] as number)
    return {
      bars,
      missingBars: barMs === undefined ? null : spannedMs / barMs - (bars - 1),
      closeToClose: Math.sqrt((periodsPerYear * totalOf(terms.columns.square, returns)) / n),
      parkinson: Math.sqrt((periodsPerYear * totalOf(terms.columns.parkinson, part)) / bars),
      garmanKlass: Math.sqrt((periodsPerYear * totalOf(terms.columns.garmanKlass, part)) / bars),
      rogersSatchell: Math.sqrt((periodsPerYear * totalOf(terms.columns.rogersSatchell, part)) / bars),
      yangZhang: Math.sqrt(periodsPerYear * yangZhangVariance(terms.columns, returns)),
    }
  })
}

const WHERE = 'realisedVolatilityWindows'

/**
 * The last gapless bars that were read with it, and what was computed of each. It changes no bit of a result: what is taken
 * from it is of the same bars at the same times. Columns that are `Float64Array`s must not be written to afterwards: a view
 * that moves on over the same memory is not compared again.
 */
export type WindowMemory = { bars?: KnownBars; terms?: Terms }

type KnownBars = Record<'openMs' | 'open' | 'high' | 'low' | 'close', Float64Array> & { barMs: number }

/**
 * What each bar adds to the estimators, and what each that follows another directly does, side by side in the columns of
 * its own: without a gap that of a bar stands in the bar's row.
 */
type Terms = {
  columns: Record<TermName, Blocks>
  /** Where the first bar stands; the first that follows another is behind it. */
  from: number
  /** Behind the last bar. */
  to: number
  /** Behind the last that follows another. */
  returnsTo: number
}

type TermName = 'parkinson' | 'garmanKlass' | 'rogersSatchell' | 'square' | 'jump' | 'body' | 'inner'

/** `known` is how many rows the memory ends with that these begin with. */
function termsOf(
  bars: BarColumns,
  { rows, known, memory }: { rows: number; known: number; memory: WindowMemory | undefined },
): Terms {
  const terms = roomFor(rows, known, memory)
  const { from, columns } = terms
  const { parkinson, garmanKlass, rogersSatchell, square, jump, body, inner } = columns
  for (let row = known; row < rows; row++) {
    const height = heightOf(bars, row)
    const ownBody = bodyOf(bars, row)
    const ownInner = rogersSatchellVariance(bars, row)
    parkinson.values[from + row] = parkinsonVariance(height)
    garmanKlass.values[from + row] = garmanKlassVariance(height, ownBody)
    rogersSatchell.values[from + row] = ownInner
    if (row === 0 || !followsDirectly(bars, row)) continue
    const place = terms.returnsTo++
    square.values[place] = logRatio(bars.close[row] as number, bars.close[row - 1] as number) ** 2
    jump.values[place] = jumpInto(bars, row)
    body.values[place] = ownBody
    inner.values[place] = ownInner
  }
  return terms
}

/** Columns with room for so many rows, which begin with those that are known. */
function roomFor(rows: number, known: number, memory: WindowMemory | undefined): Terms {
  const before = known === 0 ? undefined : memory?.terms
  if (before !== undefined) {
    const { columns, returnsTo } = before
    const from = before.to - known
    const to = from + rows
    if (to <= columns.square.values.length) return { columns, from, to, returnsTo }
  }
  const length = rows + (memory === undefined ? 0 : SPARE_ROWS)
  const column = (name: TermName) =>
    before === undefined
      ? createBlocks(length)
      : movedBlocks(before.columns[name], { from: before.to - known, to: before.to }, { length })
  const columns = {
    parkinson: column('parkinson'),
    garmanKlass: column('garmanKlass'),
    rogersSatchell: column('rogersSatchell'),
    square: column('square'),
    jump: column('jump'),
    body: column('body'),
    inner: column('inner'),
  }
  return { columns, from: 0, to: rows, returnsTo: Math.max(1, known) }
}

/** How many bars up to a row follow another directly. */
function returnsUpTo(row: number, bars: BarColumns, { to, returnsTo }: Terms): number {
  if (returnsTo === to) return row
  let count = 0
  for (let each = 1; each <= row; each++) if (followsDirectly(bars, each)) count++
  return count
}

/** How many rows a memory ends with that gapless bars begin with; 0 where they do not meet. */
function overlapOf({ bars: known }: WindowMemory, bars: BarColumns): number {
  const { openMs, close, barMs } = bars
  if (known === undefined || openMs === undefined || openMs.length !== close.length || known.barMs !== barMs) return 0
  const first = known.openMs.indexOf(openMs[0] as number)
  const count = known.openMs.length - first
  if (first === -1 || count > close.length) return 0
  if (!COLUMNS.every((name) => beginsWith(bars[name] as ArrayLike<number>, known[name], first))) return 0
  return isGapless(openMs, { from: count - 1, barMs: known.barMs }) ? count : 0
}

const COLUMNS = ['openMs', 'close', 'open', 'high', 'low'] as const

/** Whether a column begins with the rows of another from a row of it on. */
function beginsWith(column: ArrayLike<number>, known: Float64Array, first: number): boolean {
  if (isViewFrom(known, first, column)) return true
  for (let row = first; row < known.length; row++) if (known[row] !== column[row - first]) return false
  return true
}

function remember(
  memory: WindowMemory,
  { openMs, open, high, low, close, barMs }: BarColumns,
  { terms, known }: { terms: Terms; known: number },
): void {
  if (openMs === undefined || barMs === undefined || close.length === 0) return
  if (known === 0 && !isGapless(openMs, { from: 0, barMs })) return
  memory.bars = {
    openMs: keptColumn(openMs),
    open: keptColumn(open),
    high: keptColumn(high),
    low: keptColumn(low),
    close: keptColumn(close),
    barMs,
  }
  memory.terms = terms
}
