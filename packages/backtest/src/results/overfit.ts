import { normalCdf, normalQuantile } from '@cc/pricing'
import { deviationOf, meanOf, ratioOf, shapeOf, statable } from './statistics.js'

/** A Sharpe ratio by period, not annualised, and what it was measured on. */
export type MeasuredSharpe = { sharpe: number; periods: number; skew: number; kurtosis: number }

/** Sharpe ratio by period, mean over sample deviation; `null` where nothing varies. */
export function periodSharpe(returns: ArrayLike<number>): number | null {
  return ratioOf(meanOf(returns), deviationOf(returns))
}

/**
 * Chance that the true Sharpe ratio is above a threshold, 0..1, in view of its length, skew and kurtosis; `null` where the
 * shape allows no such statement.
 *
 * Bailey and López de Prado, The Sharpe Ratio Efficient Frontier, J. Risk 15(2), 2012.
 */
export function probabilisticSharpe(measured: MeasuredSharpe, threshold: number): number | null {
  const { sharpe, periods, skew, kurtosis } = measured
  const variance = 1 - skew * sharpe + ((kurtosis - 1) / 4) * sharpe * sharpe
  if (!(variance > 0) || periods < 2) return null
  const score = ((sharpe - threshold) * Math.sqrt(periods - 1)) / Math.sqrt(variance)
  return Number.isFinite(score) ? normalCdf(score) : null
}

/** How many strategies were tried and how their Sharpe ratios vary, by period. */
export type SharpeTrials = { count: number; sharpeVariance: number }

/**
 * The Sharpe ratio by period that the best of so many worthless strategies is expected to show; 0 of a single one.
 *
 * Bailey and López de Prado, The Deflated Sharpe Ratio, J. Portfolio Management 40(5), 2014.
 */
export function luckySharpe({ count, sharpeVariance }: SharpeTrials): number {
  if (count < 2) return 0
  const best = (1 - EULER) * normalQuantile(1 - 1 / count) + EULER * normalQuantile(1 - 1 / (count * Math.E))
  return Math.sqrt(sharpeVariance) * best
}

/** A strategy's returns, and the Sharpe ratios by period of all that were tried, its own among them. */
export type DeflatedSharpeInput = { returns: readonly number[]; trials: readonly number[] }

/** Probabilistic Sharpe ratio against 0 and against what luck alone would show; `null` where they cannot be stated. */
export type DeflatedSharpe = { psr: number | null; dsr: number | null; luckySharpe: number | null }

/**
 * Whether a Sharpe ratio stands out of all that were tried (same source as {@link luckySharpe}). With a single trial the
 * deflated ratio is the probabilistic one.
 */
export function deflatedSharpe({ returns, trials }: DeflatedSharpeInput): DeflatedSharpe {
  const sharpe = periodSharpe(returns)
  const shape = shapeOf(returns)
  if (sharpe === null || shape === null) return { psr: null, dsr: null, luckySharpe: null }
  const measured = { sharpe, periods: returns.length, ...shape }
  const lucky = luckySharpe({ count: trials.length, sharpeVariance: (deviationOf(trials) ?? 0) ** 2 })
  return {
    psr: probabilisticSharpe(measured, 0),
    dsr: statable(probabilisticSharpe(measured, lucky)),
    luckySharpe: lucky,
  }
}

const EULER = 0.5772156649015329
