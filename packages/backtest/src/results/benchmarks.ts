import type { Currency } from '@cc/models'
import type { RunBook } from '../book/run-book.js'
import type { BacktestRun } from '../run/backtest-run.js'
import { equityOf } from './attribution.js'
import { dailySeries } from './daily.js'
import { metricsOf } from './metrics.js'
import type { Benchmark, Metrics } from './result.js'
import { hedgeTiming, type TimingHedgeOptions } from './timing-hedge.js'

/** Another strategy over the same history, from the same deposits, under the same fills and costs. */
export type BenchmarkRun = {
  name: string
  run: BacktestRun
  /** Hedges its timing away ({@link hedgeTiming}): the risk-managed form. Default: as it ran. */
  timingHedge?: TimingHedgeOptions
}

/** How intervals are drawn. */
type Draw = { seed: number; resamples?: number }

/**
 * Holding the deposit of a book, and the other strategies of the same coin, in order.
 *
 * @throws RangeError when a run has no book of the coin or began with another deposit.
 */
export function benchmarksOf(book: RunBook, runs: readonly BenchmarkRun[], draw: Draw): Benchmark[] {
  const others = runs.map(({ name, run, timingHedge }) => {
    const other = bookOf(run, book.currency)
    if (other?.depositCoin !== book.depositCoin) {
      throw new RangeError(
        `benchmarksOf: depositCoin of ${name} must be ${book.depositCoin} ${book.currency}, got ${String(other?.depositCoin)}`,
      )
    }
    return benchmarkOf(name, timingHedge === undefined ? other : hedgeTiming(other, timingHedge).book, draw)
  })
  return [benchmarkOf('hold', heldBook(book), draw), ...others]
}

/** Metrics of a book in coin and in USD. */
export function bookMetrics(book: RunBook, draw: Draw): { coin: Metrics; usd: Metrics } {
  const { timeMs, equityCoin, indexUsd } = dailySeries(book)
  const equityUsd = equityCoin.map((coin, i) => coin * (indexUsd[i] as number))
  return {
    coin: metricsOf({ timeMs, values: equityCoin, held: null, ...draw }),
    usd: metricsOf({ timeMs, values: equityUsd, held: heldUsd(book, indexUsd), ...draw }),
  }
}

/** Metrics of holding the deposit of a book, in USD. */
export function heldMetrics(book: RunBook, draw: Draw): Metrics {
  const { timeMs, indexUsd } = dailySeries(book)
  const held = heldUsd(book, indexUsd)
  return metricsOf({ timeMs, values: held, held, ...draw })
}

function heldUsd({ depositCoin }: RunBook, indexUsd: readonly number[]): number[] {
  return indexUsd.map((usd) => usd * depositCoin)
}

/** The book of a coin; `undefined` where the run has none. */
function bookOf(run: BacktestRun, currency: Currency): RunBook | undefined {
  return run.books.find((book) => book.currency === currency)
}

function benchmarkOf(name: string, book: RunBook, draw: Draw): Benchmark {
  const last = book.rows.at(-1)
  if (last === undefined) throw new RangeError(`benchmarksOf: rows of ${name} must be at least one, got 0`)
  const { coin, usd } = bookMetrics(book, draw)
  const finalEquityCoin = equityOf(last)
  return { name, finalEquityCoin, finalEquityUsd: finalEquityCoin * last.indexUsd, coin, usd }
}

/** The same rows of an account that never trades. */
function heldBook(book: RunBook): RunBook {
  const rows = book.rows.map((row) => ({
    ...row,
    ...{ cashCoin: book.depositCoin, optionsCoin: 0, marginUsedPct: null, options: [], flows: [] },
  }))
  return { ...book, rows }
}
