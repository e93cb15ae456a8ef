import { type BarTimes, followsDirectly } from './realised-volatility-bars.js'
import { blockSum, placeOf } from './realised-volatility-blocks.js'
import { type ReturnMemory, squaredReturns } from './realised-volatility-memory.js'
import { sumOf } from './realised-volatility-sums.js'

/** Closes with their times, and how full a period must be. */
export type RecentVariancesInput = Required<BarTimes> & {
  /** Closes, oldest first, all > 0. Bars may be missing. */
  closes: ArrayLike<number>
  /** Returns in a full period, an integer >= 2: 24 for days of hourly closes. */
  returnsPerPeriod: number
  /** Returns that a period must hold to count, an integer from 1 to `returnsPerPeriod`. */
  leastReturns: number
}

/**
 * Realised variance of the newest unbroken run of periods, oldest first, the newest ending with the last close: Σr², and
 * times `returnsPerPeriod` over their number where some returns are missing. Not annualised.
 *
 * The run begins after the newest period that holds too few returns, so it may be empty. It is what `harForecast` takes
 * of a history with gaps; `realisedVariances` refuses those.
 *
 * @param memory a `{}` that is kept from call to call, so that of a series that grows only new logarithms are taken; columns that are
 * `Float64Array`s must not be written to afterwards
 * @throws RangeError for a close that is not finite and > 0, times that are not whole bars apart, and numbers of returns
 * that are out of range.
 */
export function recentVariances(input: RecentVariancesInput, memory?: ReturnMemory): Float64Array {
  const where = 'recentVariances'
  const { closes, openMs, barMs, returnsPerPeriod, leastReturns } = input
  if (!(Number.isInteger(returnsPerPeriod) && returnsPerPeriod >= 2)) {
    throw new RangeError(`${where}: returnsPerPeriod must be an integer >= 2, got ${returnsPerPeriod}`)
  }
  if (!(Number.isInteger(leastReturns) && leastReturns >= 1 && leastReturns <= returnsPerPeriod)) {
    throw new RangeError(`${where}: leastReturns must be an integer from 1 to ${returnsPerPeriod}, got ${leastReturns}`)
  }
  const rule = { openMs, barMs, gaps: 'skip' } as const
  const { squares, part, missingBars } = squaredReturns(where, { closes, rule, size: returnsPerPeriod }, memory)
  const counts =
    missingBars === 0
      ? countsWithoutGap(part.to - part.from, returnsPerPeriod)
      : countsAcrossGaps(openMs, { barMs, periodMs: returnsPerPeriod * barMs })

  let run = 0
  while (run < counts.length && (counts[run] as number) >= leastReturns) run++
  const variances = new Float64Array(run)
  let to = part.to
  let place = placeOf(squares, to)
  for (let back = 0; back < run; back++) {
    const count = counts[back] as number
    const isFull = count === returnsPerPeriod
    const sum = isFull ? blockSum(squares, to, place) : sumOf(squares.values, { from: to - count, to })
    variances[run - 1 - back] = sum * (returnsPerPeriod / count)
    to -= count
    place = isFull ? place - 1 : placeOf(squares, to)
  }
  return variances
}

/** Returns in each period, the newest first: all are full but the oldest. */
function countsWithoutGap(returns: number, returnsPerPeriod: number): Uint32Array {
  const counts = new Uint32Array(Math.ceil(returns / returnsPerPeriod)).fill(returnsPerPeriod)
  const spare = returns % returnsPerPeriod
  if (spare > 0) counts[counts.length - 1] = spare
  return counts
}

/** Returns in each period, the newest first. One that reaches across a gap is none. */
function countsAcrossGaps(
  openMs: ArrayLike<number>,
  { barMs, periodMs }: { barMs: number; periodMs: number },
): Uint32Array {
  const rows = openMs.length
  const lastMs = openMs[rows - 1] as number
  // Periods count back from the newest, which is 0.
  let period = Math.floor((lastMs - (openMs[0] as number)) / periodMs)
  let lastOfPeriodMs = lastMs - period * periodMs
  const counts = new Uint32Array(period + 1)
  for (let row = 1; row < rows; row++) {
    while ((openMs[row] as number) > lastOfPeriodMs) {
      period--
      lastOfPeriodMs += periodMs
    }
    if (followsDirectly({ openMs, barMs }, row)) counts[period] = (counts[period] as number) + 1
  }
  return counts
}
