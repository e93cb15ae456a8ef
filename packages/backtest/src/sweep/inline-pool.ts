import type { History } from '../history/history.js'
import { jobFailure } from './job-failure.js'
import { runSweepJob } from './run-job.js'
import type { SweepPool } from './sweep-pool.js'

/** Runs jobs in this thread, one after the other: where no threads can be had, or a debugger looks on. */
export function createInlinePool(history: History): SweepPool {
  let last: Promise<unknown> = Promise.resolve()
  return {
    workers: 1,
    run(jobs, signal) {
      const mine = last.then(async () => {
        const results = []
        for (const job of jobs) {
          signal.throwIfAborted()
          results.push(
            await runSweepJob(history, job, signal).catch((error: unknown) => {
              signal.throwIfAborted()
              throw jobFailure(error, job.id)
            }),
          )
        }
        return results
      })
      // What became of one task is no matter of the next.
      last = mine.catch(() => {})
      return mine
    },
    async close() {
      await last
    },
  }
}
