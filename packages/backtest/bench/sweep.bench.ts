import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { createSweepPool, type HistoryRecipe, openSyntheticHistory, runSweep, type SweepJob } from '@cc/backtest'

/**
 * A sweep of 96 runs through nine simulated days of one coin, decided on every other hour: by two workers, against one.
 * Each pool runs in a process of its own, interleaved, with the room for old objects that `ccagent sweep` gives it, and is
 * warm: every worker has made its history and run 400 jobs. Of fewer runs it would tell how long one worker waits for the
 * last of the other. The ratio is the median of those within a round.
 */
const rounds = 7
const jobCount = 96
const WARM_JOBS = 400
const DAY_MS = 86_400_000
const fromMs = Date.UTC(2026, 0, 2)

const [, , workers] = process.argv
if (workers === undefined) compare()
else console.log(await milliseconds(Number(workers)))

function compare(): void {
  const run = (count: number) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), String(count)]))
  const times = Array.from({ length: rounds }, () => ({ one: run(1), two: run(2) }))
  const one = median(times.map((time) => time.one))
  console.log(`sweep-one-worker ${one.toFixed(0)} ms`)
  console.log(`sweep-two-workers ${median(times.map((time) => time.two)).toFixed(0)} ms`)
  console.log(`sweep-task ${(one / jobCount).toFixed(1)} ms`)
  console.log(`sweep-two-workers-over-one ${median(times.map(({ one, two }) => one / two)).toFixed(2)} ratio`)
}

async function milliseconds(count: number): Promise<number> {
  const history = openSyntheticHistory({
    ...{ fromMs, toMs: fromMs + 9 * DAY_MS, everyMs: DAY_MS / 12, currencies: ['BTC'] },
  })
  setFlagsFromString('--initial-old-space-size=512')
  const pool = createSweepPool({ recipe: history.recipe as HistoryRecipe, workers: count })
  try {
    const context = { history, objective: 'coin', codeVersion: 'bench' } as const
    // Long enough that each worker is warm: while code is still compiled, one worker takes more than a core.
    await runSweep({ ...context, jobs: jobsOf(WARM_JOBS * count, 0.1) }, { pool })
    const began = performance.now()
    const { jobs } = await runSweep({ ...context, jobs: jobsOf(jobCount, 0.1005) }, { pool })
    const took = performance.now() - began
    if (jobs.length !== jobCount) throw new Error(`the sweep has ${jobs.length} jobs`)
    return took
  } finally {
    await pool.close()
  }
}

/** Strategies that differ in the delta that they aim at. */
function jobsOf(count: number, fromDelta: number): SweepJob[] {
  return Array.from({ length: count }, (_, i) => ({
    configuration: { delta: String(i) },
    run: { deposits: { BTC: 2 } },
    strategy: {
      preset: 'weekly-25-delta',
      rules: { target: { delta: fromDelta + i / 1_000 } },
      screening: { deltaMin: 0.05, deltaMax: 0.7 },
    },
  }))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
