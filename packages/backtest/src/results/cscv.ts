/** Settings of the test for overfitting. */
export type OverfittingOptions = {
  /** Slices of time, even. Default 16: 12,870 ways to choose half of them. */
  slices?: number
}

/**
 * Probability of backtest overfitting, 0..1: in how many of all splits of time into two halves the strategy that was best
 * in one half is in the lower half of all in the other. 0.5 is what luck gives. One row of daily results for each strategy
 * tried, of one length; a strategy that does nothing in a half has a Sharpe ratio of 0 there. `null` of fewer than two
 * strategies or two days a slice.
 *
 * Combinatorially symmetric cross-validation: Bailey, Borwein, López de Prado and Zhu, The Probability of Backtest
 * Overfitting, J. Computational Finance 20(4), 2017.
 *
 * @throws RangeError when the rows differ in length or `slices` is no even number from 2 to 20.
 */
export function probabilityOfOverfitting(
  results: readonly (readonly number[])[],
  options: OverfittingOptions = {},
): number | null {
  const { slices = 16 } = options
  if (!(Number.isInteger(slices / 2) && slices >= 2 && slices <= 20)) {
    throw new RangeError(`probabilityOfOverfitting: slices must be an even number from 2 to 20, got ${String(slices)}`)
  }
  const days = results[0]?.length ?? 0
  for (const [i, row] of results.entries()) {
    if (row.length !== days) {
      throw new RangeError(
        `probabilityOfOverfitting: results[${i}] must have ${days} days like the first, got ${row.length}`,
      )
    }
  }
  if (results.length < 2 || days < 2 * slices) return null
  const strategies = results.map((row) => sliceSums(row, slices))
  let splits = 0
  let overfitted = 0
  for (const chosen of halvesOf(slices)) {
    splits += 1
    if (isBelowMiddle(strategies, chosen, slices)) overfitted += 1
  }
  return overfitted / splits
}

/** Count, sum and sum of squares of each slice, one after the other: any union of slices is a sum of these. */
type SliceSums = Float64Array

function sliceSums(row: readonly number[], slices: number): SliceSums {
  const sums = new Float64Array(3 * slices)
  for (const [day, value] of row.entries()) {
    const at = 3 * Math.floor((day * slices) / row.length)
    sums[at] = (sums[at] as number) + 1
    sums[at + 1] = (sums[at + 1] as number) + value
    sums[at + 2] = (sums[at + 2] as number) + value * value
  }
  return sums
}

/** Whether the best of the chosen half is not above the median of the other half; ties share their ranks. */
function isBelowMiddle(strategies: readonly SliceSums[], chosen: number, slices: number): boolean {
  let best = 0
  let bestSharpe = Number.NEGATIVE_INFINITY
  for (const [i, sums] of strategies.entries()) {
    const sharpe = sharpeOver(sums, chosen, slices)
    if (sharpe > bestSharpe) [best, bestSharpe] = [i, sharpe]
  }
  const others = (1 << slices) - 1 - chosen
  const outside = strategies.map((sums) => sharpeOver(sums, others, slices))
  const mine = outside[best] as number
  let below = 0
  let equal = 0
  for (const sharpe of outside) {
    if (sharpe < mine) below += 1
    else if (sharpe === mine) equal += 1
  }
  const rank = below + (equal + 1) / 2
  return rank / (strategies.length + 1) <= 0.5
}

function sharpeOver(sums: SliceSums, chosen: number, slices: number): number {
  let count = 0
  let sum = 0
  let squares = 0
  for (let slice = 0; slice < slices; slice++) {
    if ((chosen & (1 << slice)) === 0) continue
    count += sums[3 * slice] as number
    sum += sums[3 * slice + 1] as number
    squares += sums[3 * slice + 2] as number
  }
  const mean = sum / count
  const variance = squares / count - mean * mean
  return variance > LAST_BITS * (squares / count) ? mean / Math.sqrt(variance) : 0
}

/** Every choice of half the slices, as bits. */
function* halvesOf(slices: number): Generator<number> {
  for (let bits = 0; bits < 1 << slices; bits++) {
    if (bitCount(bits) === slices / 2) yield bits
  }
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1
  return count
}

const LAST_BITS = 1e-13
