import { type BarTimes, followsDirectly, type ReturnMemory, rememberedReturns } from './realised-volatility-bars.js'

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
  const times = { openMs, barMs }
  const { returns, missingBars } = rememberedReturns(where, { closes, rule: { ...times, gaps: 'skip' }, memory })
  const rows = closes.length
  if (rows === 0) return new Float64Array(0)
  if (missingBars === 0) return wholeVariances(returns, { returnsPerPeriod, leastReturns })

  const lastMs = openMs[rows - 1] as number
  const periodMs = returnsPerPeriod * barMs
  // Periods count back from the newest, which is 0.
  let period = Math.floor((lastMs - (openMs[0] as number)) / periodMs)
  let lastOfPeriodMs = lastMs - period * periodMs
  const periods = period + 1
  const squares = new Float64Array(periods)
  const counts = new Uint32Array(periods)
  let next = 0
  for (let row = 1; row < rows; row++) {
    while ((openMs[row] as number) > lastOfPeriodMs) {
      period--
      lastOfPeriodMs += periodMs
    }
    if (!followsDirectly(times, row)) continue
    squares[period] = (squares[period] as number) + (returns[next++] as number) ** 2
    counts[period] = (counts[period] as number) + 1
  }

  const broken = counts.findIndex((count) => count < leastReturns)
  const run = broken === -1 ? periods : broken
  const variances = new Float64Array(run)
  for (let back = 0; back < run; back++) {
    variances[run - 1 - back] = (squares[back] as number) * (returnsPerPeriod / (counts[back] as number))
  }
  return variances
}

/** Without a gap a period is so many returns side by side. */
function wholeVariances(
  returns: Float64Array,
  { returnsPerPeriod, leastReturns }: { returnsPerPeriod: number; leastReturns: number },
): Float64Array {
  const spare = returns.length % returnsPerPeriod
  const isFirstFull = spare >= leastReturns
  const skipped = isFirstFull ? 0 : spare
  const variances = new Float64Array((returns.length - spare) / returnsPerPeriod + (isFirstFull ? 1 : 0))
  let from = skipped
  for (let period = 0; period < variances.length; period++) {
    const to = period === 0 && isFirstFull ? spare : from + returnsPerPeriod
    let squares = 0
    for (let i = from; i < to; i++) squares += (returns[i] as number) ** 2
    variances[period] = squares * (returnsPerPeriod / (to - from))
    from = to
  }
  return variances
}
