import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import {
  createInlinePool,
  createSweepPool,
  type History,
  planSweep,
  runSweep,
  type SweepPool,
  type SweepProgress,
  type SweepResult,
  sweepCsv,
} from '@cc/backtest'
import manifest from '../package.json' with { type: 'json' }
import { openBacktestHistory } from './backtest-history.js'
import { backtestSettings } from './backtest-plan.js'
import { EXIT, type ExitCode, logFolderError, systemCodeOf } from './failure.js'
import { createStderrLogger, type Io } from './io.js'
import type { SweepFlags } from './sweep-flags.js'
import { planLines, sweepLines } from './sweep-lines.js'
import { sweepJobs } from './sweep-plan.js'

/** `ccagent sweep`: the same history under every combination of a grid, on all cores, going on where it was stopped. */
export async function sweep(flags: SweepFlags, io: Io): Promise<ExitCode> {
  const logger = createStderrLogger(io.stderr, { verbose: flags.verbose === true })
  const settings = backtestSettings(flags, io)
  const history = await openBacktestHistory({ ...flags, benchmarks: [] }, settings, { io, logger })
  const jobs = sweepJobs(flags, io, history)
  const ground = { history, jobs, objective: settings.values.OBJECTIVE, codeVersion: manifest.version }
  const ids = planSweep(ground).map(({ job }) => job.id)
  const path = resolve(io.folder, flags.out ?? join('sweeps', nameOf(ids)))
  const input = { ...ground, folder: join(path, 'jobs') }
  if (flags.dryRun) {
    const plan = planSweep(input)
    io.stdout.write(
      flags.json
        ? `${JSON.stringify({ schemaVersion: 1, jobs: plan.map(({ job, done }) => ({ ...job, done })) })}\n`
        : `${planLines(plan).join('\n')}\n`,
    )
    return EXIT.done
  }
  const open = new Set(planSweep(input).flatMap(({ job, done }) => (done ? [] : [job.id]))).size
  const pool = poolOf(history, Math.min(flags.workers ?? availableParallelism(), Math.max(1, open)))
  try {
    const result = await runSweep(input, { pool, onProgress: progressOn(io), signal: io.stop })
    const text = `${JSON.stringify(result)}\n`
    write(path, { 'sweep.json': text, 'sweep.csv': sweepCsv(result) })
    io.stdout.write(flags.json ? text : `${linesOf(result)}\n`)
    io.stderr.write(`ccagent: sweep.json, sweep.csv and the results of all runs are in ${path}\n`)
    return EXIT.done
  } catch (error) {
    if (systemCodeOf(error) === undefined) throw error
    throw logFolderError(`The folder ${path} cannot be used: ${(error as Error).message}.`, path, error)
  } finally {
    await pool.close()
  }
}

function linesOf(result: SweepResult): string {
  return sweepLines(result).join('\n')
}

/** Threads, where their module is there: from the sources everything runs in this one. */
function poolOf(history: History, workers: number): SweepPool {
  const worker = new URL('sweep-worker.js', import.meta.url)
  const { recipe } = history
  if (recipe === undefined || !existsSync(fileURLToPath(worker))) return createInlinePool(history)
  // Room for old objects, MB, until a thread collects them for the first time. With each full collection V8 forgets the
  // code that it compiled for short callbacks, and compiles it anew, at a quarter of a sweep's time.
  setFlagsFromString('--initial-old-space-size=512')
  return createSweepPool({ recipe, workers, worker })
}

const MOST_LINES = 20

/** Twenty lines at most, however many runs there are. */
function progressOn({ stderr }: Pick<Io, 'stderr'>): (progress: SweepProgress) => void {
  let told = 0
  return ({ done, reused, total }) => {
    const step = Math.max(1, Math.ceil(total / MOST_LINES))
    if (done !== total && done < told + step && !(told === 0 && done === reused && reused > 0)) return
    told = done
    const before = reused === 0 ? '' : `, ${reused} of them before`
    stderr.write(`ccagent: sweep: ${done} of ${total} runs done${before}\n`)
  }
}

function nameOf(ids: readonly string[]): string {
  return createHash('sha256').update(ids.join()).digest('hex').slice(0, 16)
}

/** Each file appears whole or not at all. */
function write(path: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(path, { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, name)
    writeFileSync(`${file}.part`, text)
    renameSync(`${file}.part`, file)
  }
}
