import {
  type BarColumns,
  followsDirectly,
  isGapless,
  isViewFrom,
  keptColumn,
  logRatio,
  requireBars,
  requireBarsFrom,
  slidColumn,
} from './realised-volatility-bars.js'
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
    const { n, squares, jumps, bodies, inner } = sumOfReturns(terms, first)
    if (!(Number.isInteger(first) && first >= 0 && n >= 2)) {
      throw new RangeError(
        `${WHERE}: firstRows must leave at least 2 bars that follow another directly, got ${first} of ${rows} rows`,
      )
    }
    let parkinson = 0
    let garmanKlass = 0
    let rogersSatchell = 0
    for (let row = first; row < rows; row++) {
      parkinson += terms.parkinson[row] as number
      garmanKlass += terms.garmanKlass[row] as number
      rogersSatchell += terms.inner[row] as number
    }
    const bars = rows - first
    const spannedMs = openMs === undefined ? 0 : (openMs[rows - 1] as number) - (openMs[first] as number)
    return {
      bars,
      missingBars: barMs === undefined ? null : spannedMs / barMs - (bars - 1),
      closeToClose: Math.sqrt((periodsPerYear * squares) / n),
      parkinson: Math.sqrt((periodsPerYear * parkinson) / bars),
      garmanKlass: Math.sqrt((periodsPerYear * garmanKlass) / bars),
      rogersSatchell: Math.sqrt((periodsPerYear * rogersSatchell) / bars),
      yangZhang: Math.sqrt(periodsPerYear * yangZhangVariance({ n, jumps, bodies, inner })),
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

/** What each bar adds to the estimators. */
type Terms = Record<'parkinson' | 'garmanKlass' | 'inner' | 'body' | 'jump' | 'change', Float64Array> & {
  /** 1 where no bar is missing before the row. */
  follows: Uint8Array
}

/** `known` is how many rows the memory ends with that these begin with. */
function termsOf(
  bars: BarColumns,
  { rows, known, memory }: { rows: number; known: number; memory: WindowMemory | undefined },
): Terms {
  const before = known === 0 ? undefined : memory?.terms
  const column = (name: Exclude<keyof Terms, 'follows'>) => {
    if (before === undefined) return new Float64Array(rows)
    return slidColumn(before[name], rows, { first: before[name].length - known, count: known })
  }
  const terms = {
    parkinson: column('parkinson'),
    garmanKlass: column('garmanKlass'),
    inner: column('inner'),
    body: column('body'),
    jump: column('jump'),
    change: column('change'),
    follows: new Uint8Array(rows).fill(1, 1, Math.max(1, known)),
  }
  if (known > 0) {
    // What led into the first row is none of this window.
    terms.jump[0] = 0
    terms.change[0] = 0
  }
  for (let row = known; row < rows; row++) {
    const height = heightOf(bars, row)
    const body = bodyOf(bars, row)
    terms.parkinson[row] = parkinsonVariance(height)
    terms.garmanKlass[row] = garmanKlassVariance(height, body)
    terms.inner[row] = rogersSatchellVariance(bars, row)
    terms.body[row] = body
    // All that stands in a column may be of an earlier row.
    terms.jump[row] = 0
    terms.change[row] = 0
    if (row === 0 || !followsDirectly(bars, row)) continue
    terms.follows[row] = 1
    terms.jump[row] = jumpInto(bars, row)
    terms.change[row] = logRatio(bars.close[row] as number, bars.close[row - 1] as number)
  }
  return terms
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

/** Sums over the rows of a window that follow another of its rows directly. */
function sumOfReturns({ follows, change, jump, body, inner }: Terms, first: number) {
  let n = 0
  let squares = 0
  let jumpSum = 0
  let bodySum = 0
  let innerSum = 0
  for (let row = first + 1; row < follows.length; row++) {
    if (follows[row] === 0) continue
    n++
    squares += (change[row] as number) ** 2
    jumpSum += jump[row] as number
    bodySum += body[row] as number
    innerSum += inner[row] as number
  }
  const jumpMean = jumpSum / n
  const bodyMean = bodySum / n
  let jumps = 0
  let bodies = 0
  for (let row = first + 1; row < follows.length; row++) {
    if (follows[row] === 0) continue
    jumps += ((jump[row] as number) - jumpMean) ** 2
    bodies += ((body[row] as number) - bodyMean) ** 2
  }
  return { n, squares, jumps, bodies, inner: innerSum }
}
