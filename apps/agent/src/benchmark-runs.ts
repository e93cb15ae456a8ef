import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type BacktestRun, type BenchmarkRun, type History, runBacktest, sharedMemory } from '@cc/backtest'
import { CcError } from '@cc/models'
import { Piscina } from 'piscina'
import type { BenchmarkName } from './benchmark-names.js'
import { type BenchmarkPlan, benchmarkOf, composeBenchmark, planName, planOf } from './benchmark-plan.js'

/** What a thread says of a run. */
export type ThreadReply =
  | { outcome: 'done'; run: Omit<BacktestRun, 'history'> }
  | { outcome: 'failed'; failure: Pick<CcError, 'code' | 'recovery' | 'message' | 'facts'> }

export type BenchmarkDeps = {
  history: History
  signal: AbortSignal
  /** A run that is there already, and which benchmark it is. */
  own: { name: BenchmarkName; run: BacktestRun } | undefined
  /** Hears after each run how many are done, of how many. */
  onDone(done: number, total: number): void
}

/**
 * Runs benchmarks over a history, in as many threads as there are cores. In turn in this one comes to the same, which is
 * done where the module of the threads is not there, as in the sources.
 *
 * @throws CcError of a run that failed; the reason of `signal`.
 */
export async function runBenchmarks(
  names: readonly BenchmarkName[],
  given: Pick<BenchmarkPlan, 'options' | 'size'>,
  { history, signal, own, onDone }: BenchmarkDeps,
): Promise<BenchmarkRun[]> {
  const nameOf = (name: BenchmarkName) => planName(planOf(name, given))
  const runs = new Map(own === undefined ? [] : [[nameOf(own.name), own.run]])
  // Several benchmarks may be told from one run.
  const plans = new Map(names.map((name) => [nameOf(name), planOf(name, given)]))
  const wanted = [...plans].filter(([name]) => !runs.has(name))
  const runner = createRunner(history, wanted.length, signal)
  let done = 0
  try {
    await runner.each(wanted, async ([name, plan]) => {
      runs.set(name, await runner.run(plan))
      done += 1
      onDone(done, wanted.length)
    })
  } finally {
    await runner.close()
  }
  return names.flatMap((name) => {
    const run = runs.get(nameOf(name))
    return run === undefined ? [] : [benchmarkOf(name, run)]
  })
}

type Runner = {
  each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<unknown>
  run(plan: BenchmarkPlan): Promise<BacktestRun>
  close(): Promise<void>
}

function createRunner(history: History, count: number, signal: AbortSignal): Runner {
  const { recipe } = history
  const threads = Math.min(count, availableParallelism())
  const worker = new URL('benchmark-worker.js', import.meta.url)
  if (recipe === undefined || threads < 2 || !existsSync(fileURLToPath(worker))) {
    return {
      async each(items, work) {
        for (const item of items) await work(item)
      },
      run: (plan) => runBacktest({ ...plan.options, history, compose: composeBenchmark(plan) }, { signal }),
      async close() {},
    }
  }
  const pool = new Piscina<BenchmarkPlan, ThreadReply>({
    filename: worker.href,
    name: 'runPlan',
    ...{ minThreads: threads, maxThreads: threads, workerData: { recipe: sharedMemory(recipe) } },
  })
  return {
    each: (items, work) => Promise.all(items.map(work)),
    async run(plan) {
      signal.throwIfAborted()
      let reply: ThreadReply
      try {
        reply = await pool.run(plan, { signal })
      } catch (error) {
        // The pool has an error of its own for a task that was told to end.
        signal.throwIfAborted()
        throw error
      }
      if (reply.outcome === 'done') return { ...reply.run, history }
      const { message, ...failure } = reply.failure
      throw new CcError(message, failure)
    },
    close: () => pool.destroy(),
  }
}
