import { workerData } from 'node:worker_threads'
import { type History, type HistoryRecipe, historyOf, runBacktest } from '@cc/backtest'
import { CcError } from '@cc/models'
import { type BenchmarkPlan, composeBenchmark } from './benchmark-plan.js'
import type { ThreadReply } from './benchmark-runs.js'

/** Made with the first run, and kept: all runs of a thread go through the same history. */
let made: History | undefined

/** Runs a benchmark in a thread; an error of its own would lose its fields on the way back. */
export async function runPlan(plan: BenchmarkPlan): Promise<ThreadReply> {
  made ??= historyOf((workerData as { recipe: HistoryRecipe }).recipe)
  try {
    const { history: _, ...run } = await runBacktest({
      ...plan.options,
      ...{ history: made, compose: composeBenchmark(plan) },
    })
    return { outcome: 'done', run }
  } catch (error) {
    if (!CcError.isInstance(error)) throw error
    const { code, recovery, message, facts } = error
    return { outcome: 'failed', failure: { code, recovery, message, facts } }
  }
}
