import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CcError } from '@cc/models'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createInlinePool } from './inline-pool.js'
import { runSweepJob, type SweepJobResult } from './run-job.js'
import { planSweep, runSweep, type SweepInput, type SweepProgress } from './run-sweep.js'
import { deltaJobs, shortHistory } from './sweep.fixture.js'
import { sweepCsv } from './sweep-csv.js'
import type { NamedJob } from './sweep-job.js'
import type { SweepPool } from './sweep-pool.js'

const history = shortHistory()
const input: SweepInput = { history, jobs: deltaJobs([0.15, 0.3]), objective: 'coin', codeVersion: '1' }

describe('runSweep', () => {
  it('tells of every job in the order of the grid, whatever is done first', async () => {
    const pool = poolOf({ slow: '0.15' })
    const result = await runSweep(input, { pool })
    expect(result.jobs.map(({ configuration }) => configuration.delta)).toEqual(['0.15', '0.3'])
    expect(JSON.stringify(result)).toBe(JSON.stringify(await runSweep(input, { pool: poolOf() })))
    const [first, second] = result.jobs
    expect(first?.recordsHash).not.toBe(second?.recordsHash)
    expect(first?.underlyings.BTC).toMatchObject({ depositCoin: 2, sales: expect.any(Number) })
    expect(first?.underlyings.BTC).not.toHaveProperty('daily')
  })

  it('states how many were tried, and which made most', async () => {
    const { jobs, underlyings } = await runSweep(input, { pool: poolOf() })
    const made = jobs.map(({ underlyings: { BTC } }) => BTC?.overlayCoin ?? Number.NaN)
    const best = jobs[made.indexOf(Math.max(...made))]
    // Fourteen days are too few to tell luck from skill.
    expect(underlyings.BTC).toMatchObject({ trials: 2, best: best?.id, pbo: null })
    expect(underlyings.BTC?.bestDsr).toBe(best?.underlyings.BTC?.dsr)
    for (const { underlyings: coins } of jobs) expect(coins.BTC?.dsr ?? 0).toBeLessThanOrEqual(coins.BTC?.psr ?? 0)
  })

  it('runs equal jobs once, and counts them as one trial', async () => {
    const pool = poolOf()
    const [job] = deltaJobs([0.2])
    const jobs = [
      { ...job, configuration: { name: 'a' } },
      { ...job, configuration: { name: 'b' } },
    ] as SweepInput['jobs']
    const result = await runSweep({ ...input, jobs }, { pool })
    expect(pool.ran).toHaveLength(1)
    expect(result.jobs.map(({ configuration, id }) => [configuration.name, id])).toEqual([
      ['a', result.jobs[0]?.id],
      ['b', result.jobs[0]?.id],
    ])
    expect(result.underlyings.BTC?.trials).toBe(1)
  })

  it('hands short jobs over together', async () => {
    const pool = poolOf()
    await runSweep(input, { pool })
    expect(pool.tasks).toEqual([2])
    const long = poolOf()
    const timesMs = Float64Array.from({ length: 100 }, (_, i) => i)
    await runSweep({ ...input, history: { card: history.card, timesMs } }, { pool: long })
    expect(long.tasks).toEqual([1, 1])
  })

  it('refuses a sweep of nothing', async () => {
    const swept = runSweep({ ...input, jobs: [] }, { pool: poolOf() })
    await expect(swept).rejects.toMatchObject({ code: 'backtest/empty-sweep' })
  })
})

describe('a sweep with a folder', () => {
  it('goes on where it was, and comes to the same bytes', async () => {
    const folder = tempFolder()
    const told: SweepProgress[] = []
    const whole = JSON.stringify(await runSweep({ ...input, folder }, { pool: poolOf() }))
    const again = poolOf()
    const resumed = await runSweep({ ...input, folder }, { pool: again, onProgress: (progress) => told.push(progress) })
    expect(again.ran).toEqual([])
    expect(JSON.stringify(resumed)).toBe(whole)
    expect(told).toEqual([{ done: 2, reused: 2, total: 2 }])
  })

  it.each([
    ['is cut', (text: string) => text.slice(0, 200)],
    ['is changed', (text: string) => text.replace('"cycles":', '"cycles":1')],
    ['is of nothing', () => ''],
  ])('runs a job again whose file %s', async (_why, spoil) => {
    const folder = tempFolder()
    const whole = JSON.stringify(await runSweep({ ...input, folder }, { pool: poolOf() }))
    const [name = ''] = readdirSync(folder)
    writeFileSync(join(folder, name), spoil(readFileSync(join(folder, name), 'utf8')))
    const pool = poolOf()
    expect(planSweep({ ...input, folder }).filter(({ done }) => !done)).toHaveLength(1)
    expect(JSON.stringify(await runSweep({ ...input, folder }, { pool }))).toBe(whole)
    expect(pool.ran.map((id) => `${id}.json`)).toEqual([name])
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it.each([
    ['another version of the code', { codeVersion: '2' }],
    ['another history', { history: shortHistory({ seed: 2 }) }],
  ])('takes nothing over from %s', async (_why, changes) => {
    const folder = tempFolder()
    await runSweep({ ...input, folder }, { pool: poolOf() })
    expect(planSweep({ ...input, ...changes, folder }).map(({ done }) => done)).toEqual([false, false])
  })

  it('keeps what was done when it is stopped', async () => {
    const folder = tempFolder()
    const long = { ...input, history: { ...history, timesMs: new Float64Array(100) }, folder }
    const controller = new AbortController()
    const stopped = runSweep(long, {
      pool: poolOf({ slow: '0.3' }),
      onProgress: ({ done }) => done === 1 && controller.abort(new Error('enough')),
      signal: controller.signal,
    })
    await expect(stopped).rejects.toThrow('enough')
    expect(planSweep(long).map(({ done }) => done)).toEqual([true, false])
  })
})

describe('a worker that dies', () => {
  it('costs nothing where the job then comes through', async () => {
    const pool = poolOf({ dies: 1 })
    expect(JSON.stringify(await runSweep(input, { pool }))).toBe(
      JSON.stringify(await runSweep(input, { pool: poolOf() })),
    )
    expect(pool.tasks).toEqual([2, 1, 1])
  })

  it('is an error that names the job where it dies again', async () => {
    const swept = runSweep(input, { pool: poolOf({ diesOf: '0.3' }) })
    await expect(swept).rejects.toMatchObject({
      code: 'backtest/sweep-worker-died',
      recovery: 'halt',
      message: expect.stringContaining('delta=0.3'),
      facts: { delta: '0.3' },
      cause: expect.objectContaining({ message: 'gone' }),
    })
  })

  it('is not tried again where the job itself failed', async () => {
    const pool = poolOf({ failsOf: '0.15' })
    const swept = runSweep(input, { pool })
    await expect(swept).rejects.toMatchObject({
      code: 'test/no',
      message: expect.stringMatching(/delta=0\.15 failed: No\.$/),
    })
    expect(pool.tasks).toEqual([2])
  })
})

describe('a pool in this thread', () => {
  it('comes to the same', async () => {
    const inline = await runSweep(input, { pool: createInlinePool(history) })
    expect(JSON.stringify(inline)).toBe(JSON.stringify(await runSweep(input, { pool: poolOf() })))
  })

  it('ends with the reason of a signal, and names a job that failed', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(runSweep(input, { pool: createInlinePool(history), signal })).rejects.toThrow('enough')
    const jobs = deltaJobs([0.2]).map((job) => ({ ...job, run: { deposits: { ETH: 1 } } }))
    const swept = runSweep({ ...input, jobs }, { pool: createInlinePool(history) })
    await expect(swept).rejects.toMatchObject({
      code: 'backtest/no-such-coin',
      message: expect.stringMatching(/^job .*delta=0\.2 failed: /),
    })
  })
})

it('is a table with a row for each job and coin', async () => {
  const result = await runSweep(input, { pool: poolOf() })
  const [head, ...rows] = sweepCsv(result).trimEnd().split('\r\n')
  expect(head).toMatch(/^preset,delta,currency,depositCoin,finalEquityCoin,/)
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatch(/^weekly-25-delta,0\.15,BTC,2,/)
  expect(rows[0]?.split(',')).toHaveLength(head?.split(',').length ?? 0)
})

type Behaviour = { slow?: string; dies?: number; diesOf?: string; failsOf?: string }

/** Runs jobs in this thread; results of equal jobs are made once. */
function poolOf(behaviour: Behaviour = {}): SweepPool & { ran: string[]; tasks: number[] } {
  const ran: string[] = []
  const tasks: number[] = []
  let deaths = behaviour.dies ?? 0
  return {
    ran,
    tasks,
    workers: 1,
    async run(jobs, signal) {
      tasks.push(jobs.length)
      if (deaths-- > 0) throw new Error('gone')
      const results: SweepJobResult[] = []
      for (const job of jobs) {
        const { delta } = job.configuration
        if (delta !== undefined && delta === behaviour.diesOf) throw new Error('gone')
        if (delta !== undefined && delta === behaviour.failsOf) {
          throw new CcError('No.', { code: 'test/no', recovery: 'halt', facts: { job: job.id } })
        }
        if (delta !== undefined && delta === behaviour.slow) {
          await new Promise((resolve) => setTimeout(resolve, 500))
          signal.throwIfAborted()
        }
        ran.push(job.id)
        results.push(await resultOf(job))
      }
      return results
    },
    async close() {},
  }
}

const known = new Map<string, SweepJobResult>()

async function resultOf(job: NamedJob): Promise<SweepJobResult> {
  const result = known.get(job.id) ?? (await runSweepJob(history, job))
  known.set(job.id, result)
  return result
}

function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sweep-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
