import { CcError } from '@cc/models'
import type { History } from '../history/history.js'
import { createJobFiles, noJobFiles } from './job-files.js'
import type { SweepJobResult } from './run-job.js'
import { jobIdOf, type NamedJob, type SweepJob } from './sweep-job.js'
import type { SweepPool } from './sweep-pool.js'
import { type SweepResult, sweepResult } from './sweep-result.js'

/** What a sweep is. */
export type SweepInput = {
  /** What every job goes through. */
  history: Pick<History, 'card' | 'timesMs'>
  /** In the order in which they are told. */
  jobs: readonly SweepJob[]
  /** What they are judged in. */
  objective: 'coin' | 'usd'
  /** Results of other code are run anew. */
  codeVersion: string
  /** Where results of finished jobs lie. Default: nowhere, and a sweep that was stopped begins anew. */
  folder?: string
}

/** How far a sweep is: jobs done, those among them that were done before, and all. Equal jobs count once. */
export type SweepProgress = { done: number; reused: number; total: number }

/** Names the jobs of a sweep in their order, and tells which are done. */
export function planSweep({
  history,
  jobs,
  codeVersion,
  folder,
}: SweepInput): readonly { job: NamedJob; done: boolean }[] {
  const files = folder === undefined ? noJobFiles : createJobFiles(folder)
  const { checksum, assumptions } = history.card
  const ground = { checksum, assumptions, codeVersion }
  return jobs.map((job) => {
    const id = jobIdOf(job, ground)
    return { job: { ...job, id }, done: files.read(id) !== undefined }
  })
}

/**
 * Runs every job of a sweep that is not done yet, several in one task where they are short. The result is the same to
 * the byte for any number of workers and however often it was stopped on the way. A job whose worker died is run once
 * more.
 *
 * @throws CcError `backtest/sweep-worker-died` naming the job, `backtest/empty-sweep` for no job, both with recovery `halt`;
 * that of a job that failed, naming it; the error of the disk; the signal's reason. What was done by then is kept.
 */
export async function runSweep(
  input: SweepInput,
  deps: { pool: SweepPool; onProgress?: (progress: SweepProgress) => void; signal?: AbortSignal },
): Promise<SweepResult> {
  const { history, codeVersion, objective, folder } = input
  const { pool, onProgress } = deps
  const plan = planSweep(input)
  if (plan.length === 0) {
    throw new CcError('There is no job in this sweep.', { code: 'backtest/empty-sweep', recovery: 'halt', facts: {} })
  }
  const files = folder === undefined ? noJobFiles : createJobFiles(folder)
  const results = new Map<string, SweepJobResult>()
  for (const { job } of plan) {
    const known = files.read(job.id)
    if (known !== undefined) results.set(job.id, known)
  }
  const waiting = [...new Map(plan.map(({ job }) => [job.id, job])).values()].filter(({ id }) => !results.has(id))
  const reused = results.size
  const total = reused + waiting.length
  const tell = () => onProgress?.({ done: results.size, reused, total })
  tell()

  const broken = new AbortController()
  const signal = deps.signal === undefined ? broken.signal : AbortSignal.any([deps.signal, broken.signal])
  const keep = (result: SweepJobResult) => {
    files.write(result)
    results.set(result.id, result)
    tell()
  }
  try {
    await Promise.all(
      tasksOf(waiting, history).map(async (jobs) => {
        for (const result of await runTask(jobs, pool, signal)) keep(result)
      }),
    )
  } catch (error) {
    // The others would go on for nothing.
    broken.abort(error)
    throw error
  }
  return sweepResult(
    plan.map(({ job }) => ({ job, result: results.get(job.id) as SweepJobResult })),
    { codeVersion, objective, history: history.card },
  )
}

/** So many decisions take ten milliseconds at least: handing over a task costs a fraction of one. */
const DECISIONS_OF_A_TASK = 100

function tasksOf(jobs: readonly NamedJob[], { timesMs }: Pick<History, 'timesMs'>): readonly (readonly NamedJob[])[] {
  const size = Math.max(1, Math.ceil(DECISIONS_OF_A_TASK / Math.max(1, timesMs.length)))
  return Array.from({ length: Math.ceil(jobs.length / size) }, (_, task) => jobs.slice(task * size, (task + 1) * size))
}

async function runTask(
  jobs: readonly NamedJob[],
  pool: SweepPool,
  signal: AbortSignal,
): Promise<readonly SweepJobResult[]> {
  try {
    return await pool.run(jobs, signal)
  } catch (error) {
    if (signal.aborted) throw error
    if (CcError.isInstance(error)) throw named(error, jobs)
  }
  // One of them may have been more than the worker could bear: each on its own tells which.
  const results: SweepJobResult[] = []
  for (const job of jobs) {
    try {
      results.push(...(await pool.run([job], signal)))
    } catch (error) {
      if (signal.aborted) throw error
      if (CcError.isInstance(error)) throw named(error, jobs)
      throw new CcError(`The worker died twice of ${textOf(job)}.`, {
        code: 'backtest/sweep-worker-died',
        recovery: 'halt',
        facts: { job: job.id, ...job.configuration },
        cause: error,
      })
    }
  }
  return results
}

/** The same failure, with the job that it is of. */
function named({ message, code, recovery, facts, cause }: CcError, jobs: readonly NamedJob[]): CcError {
  const job = jobs.find(({ id }) => id === facts.job)
  const of = job === undefined ? 'a job of the sweep' : textOf(job)
  return new CcError(`${of} failed: ${message}`, { code, recovery, facts: { ...facts, ...job?.configuration }, cause })
}

function textOf({ id, configuration }: NamedJob): string {
  const words = Object.entries(configuration).map(([name, value]) => `${name}=${value}`)
  return `job ${[id.slice(0, 12), ...words].join(' ')}`
}
