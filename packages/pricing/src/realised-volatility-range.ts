import {
  type BarColumns,
  followsDirectly,
  logRatio,
  type RealisedVolatility,
  requireBars,
} from './realised-volatility-bars.js'
import { type Blocks, createBlocks, deviationsOf, totalOf } from './realised-volatility-blocks.js'
import type { Part } from './realised-volatility-sums.js'

/**
 * Volatility from the height of each bar, as if it had no drift: σ² = N/(4·ln2·n)·Σ ln(H/L)².
 *
 * One bar knows as much as about 5 returns of closes. Drift raises it, and so few trades within a bar that the true
 * extremes are missed lower it.
 *
 * Source: Parkinson, "The Extreme Value Method for Estimating the Variance of the Rate of Return", Journal of Business
 * 53(1), 1980.
 *
 * @throws RangeError without a bar, for a row whose prices are not finite and > 0 or contradict each other, and for a
 * gap that `gaps` does not allow.
 */
export function parkinsonVolatility(bars: BarColumns): RealisedVolatility {
  return meanOfBars('parkinsonVolatility', bars, (columns, row) => parkinsonVariance(heightOf(columns, row)))
}

/**
 * Volatility from height and body of each bar, as if it had no drift:
 * σ² = N/n·Σ[½·ln(H/L)² − (2·ln2 − 1)·ln(C/O)²].
 *
 * One bar knows as much as about 7.4 returns of closes. Jumps between bars are not seen.
 *
 * Source: Garman and Klass, "On the Estimation of Security Price Volatilities from Historical Data", Journal of
 * Business 53(1), 1980, in its practical form.
 *
 * @throws RangeError without a bar, for a row whose prices are not finite and > 0 or contradict each other, and for a
 * gap that `gaps` does not allow.
 */
export function garmanKlassVolatility(bars: BarColumns): RealisedVolatility {
  return meanOfBars('garmanKlassVolatility', bars, (columns, row) =>
    garmanKlassVariance(heightOf(columns, row), bodyOf(columns, row)),
  )
}

/**
 * Volatility from all four prices of each bar, whatever the drift: σ² = N/n·Σ[ln(H/O)·ln(H/C) + ln(L/O)·ln(L/C)].
 *
 * Jumps between bars are not seen.
 *
 * Source: Rogers and Satchell, "Estimating Variance from High, Low and Closing Prices", Annals of Applied Probability
 * 1(4), 1991.
 *
 * @throws RangeError without a bar, for a row whose prices are not finite and > 0 or contradict each other, and for a
 * gap that `gaps` does not allow.
 */
export function rogersSatchellVolatility(bars: BarColumns): RealisedVolatility {
  return meanOfBars('rogersSatchellVolatility', bars, rogersSatchellVariance)
}

/**
 * Volatility from all four prices and the jump into each bar, whatever the drift:
 * σ² = N·[s²(o) + k·s²(c) + (1 − k)·RS], o = ln(O/C₋₁), c = ln(C/O), s² with n − 1, RS as in
 * `rogersSatchellVolatility` without N, k = 0.34/(1.34 + (n + 1)/(n − 1)).
 *
 * The first bar gives only its close, so `n` is one less than the bars, and one less again for each gap skipped. In a
 * market that never closes a bar opens where the last one closed: s²(o) is near 0, and what is left is k·s²(c) +
 * (1 − k)·RS.
 *
 * Source: Yang and Zhang, "Drift-Independent Volatility Estimation Based on High, Low, Open, and Close Prices", Journal
 * of Business 73(3), 2000.
 *
 * @throws RangeError below 2 bars that follow another one directly, for a row whose prices are not finite and > 0 or
 * contradict each other, and for a gap that `gaps` does not allow.
 */
export function yangZhangVolatility(bars: BarColumns): RealisedVolatility {
  const where = 'yangZhangVolatility'
  const { rows, missingBars } = requireBars(where, bars)

  const returns = { jump: createBlocks(rows), body: createBlocks(rows), inner: createBlocks(rows) }
  let n = 0
  for (let row = 1; row < rows; row++) {
    if (!followsDirectly(bars, row)) continue
    returns.jump.values[n] = jumpInto(bars, row)
    returns.body.values[n] = bodyOf(bars, row)
    returns.inner.values[n] = rogersSatchellVariance(bars, row)
    n++
  }
  if (n < 2) throw new RangeError(`${where}: bars must hold at least 2 that follow another directly, got ${n}`)
  return { volatility: Math.sqrt(bars.periodsPerYear * yangZhangVariance(returns, { from: 0, to: n })), n, missingBars }
}

function meanOfBars(
  where: string,
  bars: BarColumns,
  variance: (bars: BarColumns, row: number) => number,
): RealisedVolatility {
  const { rows, missingBars } = requireBars(where, bars)
  if (rows === 0) throw new RangeError(`${where}: bars must hold at least 1 row, got 0`)
  const variances = createBlocks(rows)
  for (let row = 0; row < rows; row++) variances.values[row] = variance(bars, row)
  const sum = totalOf(variances, { from: 0, to: rows })
  return { volatility: Math.sqrt((bars.periodsPerYear * sum) / rows), n: rows, missingBars }
}

/** ln(H/L). */
export function heightOf({ high, low }: BarColumns, row: number): number {
  return logRatio(high[row] as number, low[row] as number)
}

/** ln(C/O). */
export function bodyOf({ open, close }: BarColumns, row: number): number {
  return logRatio(close[row] as number, open[row] as number)
}

/** ln(O/C₋₁). */
export function jumpInto({ open, close }: BarColumns, row: number): number {
  return logRatio(open[row] as number, close[row - 1] as number)
}

export function parkinsonVariance(height: number): number {
  return height ** 2 / (4 * Math.LN2)
}

export function garmanKlassVariance(height: number, body: number): number {
  return 0.5 * height ** 2 - (2 * Math.LN2 - 1) * body ** 2
}

/** Never below 0: both factors of a product have the same sign, which ln(H/O)·(ln(H/O) − ln(C/O)) loses to rounding. */
export function rogersSatchellVariance({ open, high, low, close }: BarColumns, row: number): number {
  const first = open[row] as number
  const top = high[row] as number
  const bottom = low[row] as number
  const last = close[row] as number
  return logRatio(top, first) * logRatio(top, last) + logRatio(bottom, first) * logRatio(bottom, last)
}

/** Of the jumps, bodies and Rogers and Satchell's variances of bars that follow another directly. */
export function yangZhangVariance(
  { jump, body, inner }: Record<'jump' | 'body' | 'inner', Blocks>,
  part: Part,
): number {
  const n = part.to - part.from
  const k = 0.34 / (1.34 + (n + 1) / (n - 1))
  return (
    deviationsOf(jump, part) / (n - 1) + (k * deviationsOf(body, part)) / (n - 1) + ((1 - k) * totalOf(inner, part)) / n
  )
}
