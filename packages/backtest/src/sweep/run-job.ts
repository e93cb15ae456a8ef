import { createHash } from 'node:crypto'
import type { Currency } from '@cc/models'
import type { RunBook } from '../book/run-book.js'
import type { History } from '../history/history.js'
import { equityOf } from '../results/attribution.js'
import { bookMetrics } from '../results/benchmarks.js'
import { callFigures } from '../results/call-figures.js'
import { dailyOverlay } from '../results/daily.js'
import { overlayFall } from '../results/overlay-fall.js'
import type { CoinResult } from '../results/result.js'
import { callStories } from '../results/stories.js'
import type { BacktestRun } from '../run/backtest-run.js'
import { composeRules } from '../run/compose-rules.js'
import { runBacktest } from '../run/run-backtest.js'
import type { NamedJob } from './sweep-job.js'

/** What one coin of a job came to, in the words of a backtest's result. */
export type SweepCoin = Pick<
  CoinResult,
  | 'depositCoin'
  | 'finalEquityCoin'
  | 'finalEquityUsd'
  | 'heldUsd'
  | 'overlayCoin'
  | 'overlayUsd'
  | 'overlayFall'
  | 'fromMs'
  | 'toMs'
  | 'coin'
  | 'usd'
> & {
  sales: number
  premiumKept: number | null
  feesCoin: number
  /** What the calls made of each day in coin and in USD, shares of the deposit (`dailyOverlay`). */
  daily: { coin: readonly number[]; usd: readonly number[] }
  /** SHA-256 over `daily`, hex. */
  dailyHash: string
}

/** What a job came to. */
export type SweepJobResult = {
  id: string
  cycles: number
  recordsHash: string
  underlyings: Readonly<Partial<Record<Currency, SweepCoin>>>
}

/**
 * Runs one job on a history. The intervals of its figures are drawn with the seed of its run.
 *
 * @throws what `runBacktest` throws, the signal's reason among it.
 */
export async function runSweepJob(
  history: History,
  { id, run: options, strategy }: NamedJob,
  signal?: AbortSignal,
): Promise<SweepJobResult> {
  const run = await runBacktest(
    { ...options, history, compose: composeRules(strategy), runId: id.slice(0, 16) },
    signal === undefined ? {} : { signal },
  )
  const coins = run.books.map((book) => [book.currency, coinOf(book, run, options.seed ?? 1)] as const)
  return { id, cycles: run.cycles, recordsHash: run.recordsHash, underlyings: Object.fromEntries(coins) }
}

function coinOf(book: RunBook, { notes }: BacktestRun, seed: number): SweepCoin {
  const first = book.rows[0]
  const last = book.rows.at(-1)
  if (first === undefined || last === undefined) throw new RangeError(`The book of ${book.currency} has no rows.`)
  const { depositCoin } = book
  const { indexUsd } = last
  const finalEquityCoin = equityOf(last)
  const { sales, premiumKept, feesCoin } = callFigures(book, callStories(book, notes), notes)
  const daily = { coin: dailyOverlay(book, 'coin'), usd: dailyOverlay(book, 'usd') }
  return {
    depositCoin,
    finalEquityCoin,
    finalEquityUsd: finalEquityCoin * indexUsd,
    heldUsd: depositCoin * indexUsd,
    overlayCoin: finalEquityCoin - depositCoin,
    overlayUsd: (finalEquityCoin - depositCoin) * indexUsd,
    overlayFall: overlayFall(book),
    fromMs: first.timeMs,
    toMs: last.timeMs,
    ...bookMetrics(book, { seed }),
    ...{ sales, premiumKept, feesCoin, daily },
    dailyHash: createHash('sha256').update(JSON.stringify(daily)).digest('hex'),
  }
}
