import { join } from 'node:path'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { History, HistoryRecipe } from '../src/history/history.js'
import { openRecordedHistory } from '../src/history/recorded-history.js'
import { DAY_MS, FIRST_MS, wanderingSeries } from '../src/modelled/modelled.fixture.js'
import { openReconstructedHistory } from '../src/modelled/reconstructed-history.js'
import { runSweepJob } from '../src/sweep/run-job.js'
import { runSweep } from '../src/sweep/run-sweep.js'
import { deltaJobs, shortHistory } from '../src/sweep/sweep.fixture.js'
import { createSweepPool } from '../src/sweep/sweep-pool.js'

const recordings = inject('recordings')
const JOBS = deltaJobs([0.15, 0.25, 0.4])

describe('a sweep in threads', () => {
  const recorded = () => {
    const [fromMs, toMs] = [Date.UTC(2026, 1, 1), Date.UTC(2026, 1, 15)]
    return openRecordedHistory({ folder: join(recordings ?? '', 'data'), currencies: ['BTC'], fromMs, toMs })
  }
  const reconstructed = () =>
    openReconstructedHistory(
      { fromMs: FIRST_MS + 60 * DAY_MS, toMs: FIRST_MS + 75 * DAY_MS, everyMs: DAY_MS / 2 },
      { series: [wanderingSeries('BTC', { days: 120 })] },
    )

  const histories: readonly (readonly [what: string, open: () => History])[] = [
    ['a synthetic world', () => shortHistory()],
    ['reconstructed chains', reconstructed],
    ...(recordings === null ? [] : [['recorded chains', recorded] as const]),
  ]

  it.each(histories)('gives the same bytes with one worker and with two: %s', async (_what, open) => {
    const history = open()
    const texts: string[] = []
    for (const workers of [1, 2]) {
      const pool = poolOf(history.recipe as HistoryRecipe, workers)
      const input = { history, jobs: JOBS, objective: 'coin', codeVersion: '1' } as const
      texts.push(JSON.stringify(await runSweep(input, { pool })))
    }
    expect(texts[1]).toBe(texts[0])
    expect(
      new Set(JSON.parse(texts[0] as string).jobs.map((job: { recordsHash: string }) => job.recordsHash)).size,
    ).toBe(3)
  })

  it('comes to what each job comes to by itself', async () => {
    const history = shortHistory()
    const [job] = JOBS
    const named = { ...(job as (typeof JOBS)[0]), id: 'ab'.repeat(32) }
    const [result] = await poolOf(history.recipe as HistoryRecipe, 1).run([named], new AbortController().signal)
    expect(result).toEqual(await runSweepJob(history, named))
  })

  it('says which job failed, and why', async () => {
    const history = shortHistory()
    const [job] = deltaJobs([0.2])
    const jobs = [{ ...(job as (typeof JOBS)[0]), run: { deposits: { ETH: 1 } } }]
    const pool = poolOf(history.recipe as HistoryRecipe, 1)
    await expect(runSweep({ history, jobs, objective: 'coin', codeVersion: '1' }, { pool })).rejects.toMatchObject({
      code: 'backtest/no-such-coin',
      message: expect.stringMatching(
        /^job [0-9a-f]{12} preset=weekly-25-delta delta=0\.2 failed: ETH cannot be traded/,
      ),
    })
  })

  it('ends at once with the reason of its signal, and leaves no worker behind', async () => {
    const history = shortHistory({ days: 300 })
    const controller = new AbortController()
    const pool = poolOf(history.recipe as HistoryRecipe, 2)
    const input = { history, jobs: JOBS, objective: 'coin', codeVersion: '1' } as const
    const swept = runSweep(input, { pool, signal: controller.signal })
    setTimeout(() => controller.abort(new Error('enough')), 300)
    await expect(swept).rejects.toThrow('enough')
    await pool.close()
  })

  it.each([
    ['ends its process', new URL('workers/ending-worker.mjs', import.meta.url)],
    ['cannot start', new URL('file:///nowhere/worker.mjs')],
  ])('names the job of which a worker died twice: it %s', async (_why, worker) => {
    const history = shortHistory()
    const pool = poolOf(history.recipe as HistoryRecipe, 1, worker)
    const jobs = deltaJobs([0.2])
    await expect(runSweep({ history, jobs, objective: 'coin', codeVersion: '1' }, { pool })).rejects.toMatchObject({
      code: 'backtest/sweep-worker-died',
      message: expect.stringMatching(/^The worker died twice of job [0-9a-f]{12} preset=weekly-25-delta delta=0\.2\.$/),
      facts: { delta: '0.2' },
    })
  })
})

/** From the sources, which Node does not find by itself. */
function poolOf(
  recipe: HistoryRecipe,
  workers: number,
  worker = new URL('../src/sweep/sweep-worker.ts', import.meta.url),
) {
  const pool = createSweepPool({
    ...{ recipe, workers, worker },
    execArgv: ['--conditions=@cc/source', '--import', new URL('source-loader.mjs', import.meta.url).href],
  })
  onTestFinished(() => pool.close())
  return pool
}
