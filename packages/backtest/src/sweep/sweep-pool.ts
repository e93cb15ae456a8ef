import { CcError } from '@cc/models'
import { Piscina } from 'piscina'
import type { HistoryRecipe } from '../history/history.js'
import type { SweepJobResult } from './run-job.js'
import { sharedMemory } from './shared-memory.js'
import type { NamedJob } from './sweep-job.js'
import type { WorkerGround, WorkerReply } from './sweep-worker.js'

/** Where jobs run. */
export type SweepPool = {
  readonly workers: number
  /**
   * Runs jobs one after the other in one worker; results in their order.
   *
   * @throws CcError of a job that failed; the signal's reason; any other error where the worker died.
   */
  run(jobs: readonly NamedJob[], signal: AbortSignal): Promise<readonly SweepJobResult[]>
  /** Ends all workers, whatever they are at. */
  close(): Promise<void>
}

/**
 * Starts threads that make the history of a recipe once each, its columns in memory that all of them share.
 *
 * `worker` is the module that they run: by default `@cc/backtest/sweep-worker`, else one that exports the same. `execArgv`
 * is what Node is started with in them; by default as this process was.
 */
export function createSweepPool(options: {
  recipe: HistoryRecipe
  workers: number
  worker?: URL
  execArgv?: readonly string[]
}): SweepPool {
  const { recipe, workers, execArgv } = options
  const worker = options.worker ?? new URL(import.meta.resolve('@cc/backtest/sweep-worker'))
  const ground: WorkerGround = { recipe: sharedMemory(recipe) }
  const pool = new Piscina<readonly NamedJob[], WorkerReply>({
    filename: worker.href,
    name: 'runSweepTask',
    minThreads: workers,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    workerData: ground,
    ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
  })
  // A worker that cannot even start takes no task that could fail of it.
  const unusable = new Promise<never>((_, reject) => pool.once('error', reject))
  unusable.catch(() => {})
  // Whoever waits has heard of the first.
  pool.on('error', () => {})
  return {
    workers,
    async run(jobs, signal) {
      signal.throwIfAborted()
      let reply: WorkerReply
      try {
        reply = await Promise.race([pool.run(jobs, { signal }), unusable])
      } catch (error) {
        signal.throwIfAborted()
        throw error
      }
      if (reply.outcome === 'done') return reply.results
      const { code, message, facts } = reply
      throw new CcError(message, { code, recovery: 'halt', facts })
    },
    close: () => pool.destroy(),
  }
}
