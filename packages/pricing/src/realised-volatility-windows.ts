import { type BarColumns, followsDirectly, logRatio, requireBars } from './realised-volatility-bars.js'
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
 * @throws RangeError for a row whose prices are not finite and > 0 or contradict each other, for a gap that `gaps` does
 * not allow, and for a window that is too short.
 */
export function realisedVolatilityWindows(input: VolatilityWindowsInput): VolatilityWindow[] {
  const { firstRows, periodsPerYear, openMs, barMs } = input
  const { rows } = requireBars(WHERE, input)
  const terms = termsOf(input, rows)
  return firstRows.map((first) => {
    const { n, squares, jumps, bodies, inner } = sumOfReturns(terms, first)
    if (!(Number.isInteger(first) && first >= 0 && n >= 2)) {
      throw new RangeError(
        `${WHERE}: firstRows must leave at least 2 bars that follow another directly, got ${first} of ${rows} rows`,
      )
    }
    let [parkinson, garmanKlass, rogersSatchell] = [0, 0, 0]
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

/** What each bar adds to the estimators. */
type Terms = Record<'parkinson' | 'garmanKlass' | 'inner' | 'body' | 'jump' | 'change', Float64Array> & {
  /** 1 where no bar is missing before the row. */
  follows: Uint8Array
}

function termsOf(bars: BarColumns, rows: number): Terms {
  const column = () => new Float64Array(rows)
  const terms = {
    parkinson: column(),
    garmanKlass: column(),
    inner: column(),
    body: column(),
    jump: column(),
    change: column(),
    follows: new Uint8Array(rows),
  }
  for (let row = 0; row < rows; row++) {
    const height = heightOf(bars, row)
    const body = bodyOf(bars, row)
    terms.parkinson[row] = parkinsonVariance(height)
    terms.garmanKlass[row] = garmanKlassVariance(height, body)
    terms.inner[row] = rogersSatchellVariance(bars, row)
    terms.body[row] = body
    if (row === 0 || !followsDirectly(bars, row)) continue
    terms.follows[row] = 1
    terms.jump[row] = jumpInto(bars, row)
    terms.change[row] = logRatio(bars.close[row] as number, bars.close[row - 1] as number)
  }
  return terms
}

/** Sums over the rows of a window that follow another of its rows directly. */
function sumOfReturns({ follows, change, jump, body, inner }: Terms, first: number) {
  const sums = { n: 0, squares: 0, jumps: 0, bodies: 0, inner: 0 }
  let [jumpSum, bodySum] = [0, 0]
  for (let row = first + 1; row < follows.length; row++) {
    if (follows[row] === 0) continue
    sums.n++
    sums.squares += (change[row] as number) ** 2
    jumpSum += jump[row] as number
    bodySum += body[row] as number
    sums.inner += inner[row] as number
  }
  const [jumpMean, bodyMean] = [jumpSum / sums.n, bodySum / sums.n]
  for (let row = first + 1; row < follows.length; row++) {
    if (follows[row] === 0) continue
    sums.jumps += ((jump[row] as number) - jumpMean) ** 2
    sums.bodies += ((body[row] as number) - bodyMean) ** 2
  }
  return sums
}
