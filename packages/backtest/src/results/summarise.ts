import type { RunBook } from '../book/run-book.js'
import type { BacktestRun } from '../run/backtest-run.js'
import { attributionOf, equityOf } from './attribution.js'
import { benchmarksOf, bookMetrics, heldMetrics } from './benchmarks.js'
import { callFigures } from './call-figures.js'
import { probabilityOfOverfitting } from './cscv.js'
import { dailyOverlay } from './daily.js'
import { decisionFigures } from './decision-figures.js'
import { monthsOf } from './months.js'
import { deflatedSharpe, periodSharpe } from './overfit.js'
import { overlayFall } from './overlay-fall.js'
import type { BacktestResult, CoinResult, EquityCurve, Overfit } from './result.js'
import { runCard } from './run-card.js'
import { costSensitivity } from './sensitivity.js'
import { callStories } from './stories.js'
import type { SummaryContext } from './summary-context.js'
import { edgeOf, verdictOf } from './verdict.js'

/**
 * Tells what a run came to: figures, intervals, benchmarks and a verdict for each coin. Pure; equal runs and contexts give
 * equal bytes. No number of it is NaN or infinite.
 *
 * @throws RangeError when a book has no rows or no deposit, a benchmark began with another deposit, trials differ in length,
 * or a book sells and buys what does not match.
 */
export function summarise(run: BacktestRun, context: SummaryContext): BacktestResult {
  const results = run.books.map((book) => coinResult(book, run, context))
  return {
    schemaVersion: 1,
    run: runCard(run, context, results),
    underlyings: Object.fromEntries(run.books.map(({ currency }, i) => [currency, results[i]])),
    decisions: decisionFigures(run.notes),
  }
}

function coinResult(book: RunBook, run: BacktestRun, context: SummaryContext): CoinResult {
  const { objective, seed, resamples } = context
  const first = book.rows[0]
  const last = book.rows.at(-1)
  if (first === undefined || last === undefined) {
    throw new RangeError(`summarise: rows of ${book.currency} must be at least one, got 0`)
  }
  if (!(book.depositCoin > 0)) {
    throw new RangeError(`summarise: depositCoin of ${book.currency} must be above 0, got ${book.depositCoin}`)
  }
  const draw = { seed, ...(resamples === undefined ? {} : { resamples }) }
  const overlay = dailyOverlay(book, objective)
  const stories = callStories(book, run.notes)
  const overfit = overfitOf(overlay, context.trials?.[book.currency] ?? [overlay])
  const edge = edgeOf(overlay, draw)
  const history = run.history.card.kind
  const finalEquityCoin = equityOf(last)
  const { currency, depositCoin } = book
  return {
    depositCoin,
    finalEquityCoin,
    finalEquityUsd: finalEquityCoin * last.indexUsd,
    heldUsd: depositCoin * last.indexUsd,
    overlayCoin: finalEquityCoin - depositCoin,
    overlayUsd: (finalEquityCoin - depositCoin) * last.indexUsd,
    overlayFall: overlayFall(book),
    fromMs: first.timeMs,
    toMs: last.timeMs,
    curve: curveOf(book),
    ...bookMetrics(book, draw),
    held: heldMetrics(book, draw),
    attribution: attributionOf(book),
    calls: callFigures(book, stories, run.notes),
    stories,
    months: monthsOf(book),
    benchmarks: benchmarksOf(book, context.benchmarks ?? [], draw),
    sensitivity: costSensitivity(book),
    overfit,
    verdict: verdictOf({ currency, objective, overlay, edge, sales: stories.length, overfit, history }),
  }
}

/** Of rows of one moment, as at an expiry, the last. */
function curveOf({ rows, depositCoin }: RunBook): EquityCurve {
  const points = rows.filter((row, i) => rows[i + 1]?.timeMs !== row.timeMs)
  return {
    timeMs: points.map((row) => row.timeMs),
    indexUsd: points.map((row) => row.indexUsd),
    equityCoin: points.map(equityOf),
    equityUsd: points.map((row) => equityOf(row) * row.indexUsd),
    heldUsd: points.map((row) => depositCoin * row.indexUsd),
    overlayCoin: points.map((row) => equityOf(row) - depositCoin),
  }
}

function overfitOf(overlay: readonly number[], trials: readonly (readonly number[])[]): Overfit {
  // A strategy that never moved was tried as well, and stands for no skill.
  const { psr, dsr } = deflatedSharpe({ returns: overlay, trials: trials.map((each) => periodSharpe(each) ?? 0) })
  return { trials: trials.length, psr, dsr, pbo: probabilityOfOverfitting(trials) }
}
