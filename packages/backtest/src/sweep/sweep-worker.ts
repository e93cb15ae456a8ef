import { workerData } from 'node:worker_threads'
import type { Facts } from '@cc/models'
import type { History, HistoryRecipe } from '../history/history.js'
import { historyOf } from '../modelled/history-of.js'
import { interned } from './interned.js'
import { jobFailure } from './job-failure.js'
import { runSweepJob, type SweepJobResult } from './run-job.js'
import type { NamedJob } from './sweep-job.js'

/** What a thread is started with. */
export type WorkerGround = { recipe: HistoryRecipe }

/** What a thread says of a task; an error of its own would lose its fields on the way. */
export type WorkerReply =
  | { outcome: 'done'; results: readonly SweepJobResult[] }
  | { outcome: 'failed'; code: string; message: string; facts: Facts }

/** Made with the first task, and kept: all jobs of a thread go through the same history. */
let history: History | undefined

/** Runs jobs in a thread that a pool of `createSweepPool` started. */
export async function runSweepTask(jobs: readonly NamedJob[]): Promise<WorkerReply> {
  // Markets look up by the texts of recipes and jobs, thousands of times a run.
  history ??= historyOf(interned((workerData as WorkerGround).recipe))
  const results: SweepJobResult[] = []
  for (const job of interned(jobs)) {
    try {
      results.push(await runSweepJob(history, job))
    } catch (error) {
      const { code, message, facts } = jobFailure(error, job.id)
      return { outcome: 'failed', code, message, facts }
    }
  }
  return { outcome: 'done', results }
}
