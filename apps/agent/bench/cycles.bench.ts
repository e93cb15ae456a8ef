import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  composeRules,
  openReconstructedHistory,
  openSyntheticHistory,
  runBacktest,
  seriesOfHistory,
} from '@cc/backtest'
import { openRecord } from '@cc/logging'

/**
 * The cycle of the agent through years of two coins, with everything: chains of some 400 options each, state, decision, risk,
 * orders, deliveries, the book of the run, and every decision record checked, serialised, hashed and written, unsynced. The
 * series under the modelled chains are of a synthetic world.
 *
 * `hourly` decides each hour of two years and is told for five; `weekly` decides once a week through all five. The
 * reference is the least that a log asks for: a record of the same run as JSON, hashed and written. Times are of the
 * processor, collecting garbage included, once warm. Contenders run in processes of their own, interleaved; ratios are
 * medians of those within a round.
 */
const rounds = 5
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const startMs = Date.UTC(2021, 5, 1)
const FIVE_YEARS_MS = 5 * 365 * DAY_MS
const YEARS_OF_CYCLES = FIVE_YEARS_MS / HOUR_MS
const deposits = { BTC: 10, ETH: 100 }
const compose = composeRules({ preset: 'weekly-25-delta' })

const contenders: Record<string, () => Promise<number>> = {
  bare: bareMicroseconds,
  hourly: hourlyMicroseconds,
  weekly: weeklySeconds,
}

const contender = process.argv[2]
if (contender === undefined) compare()
else console.log(await (contenders[contender] as () => Promise<number>)())

function compare(): void {
  const names = Object.keys(contenders)
  const run = (name: string) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const results = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name)])))
  const medianOf = (value: (round: ReadonlyMap<string, number>) => number) =>
    results.map(value).toSorted((a, b) => a - b)[rounds >> 1] as number
  const of = (name: string) => medianOf((round) => round.get(name) as number)
  console.log(`cycles-bare-record ${of('bare').toFixed(0)} us`)
  console.log(`cycles-hourly ${of('hourly').toFixed(0)} us`)
  console.log(`cycles-five-years-hourly ${((of('hourly') * YEARS_OF_CYCLES) / 1e6).toFixed(1)} s`)
  console.log(`cycles-five-years-weekly ${of('weekly').toFixed(1)} s`)
  const ratio = medianOf((round) => (round.get('hourly') as number) / (round.get('bare') as number))
  console.log(`cycles-hourly-over-bare-record ${ratio.toFixed(1)} ratio`)
}

/** Of a cycle. */
async function hourlyMicroseconds(): Promise<number> {
  const days = 730
  const history = historyOf(days)
  await microsecondsOf(history, { days: 60 })
  const { us, cycles } = await microsecondsOf(history, { days })
  return us / cycles
}

/** Of all five years. */
async function weeklySeconds(): Promise<number> {
  const history = historyOf(FIVE_YEARS_MS / DAY_MS)
  await microsecondsOf(history, { days: 200, intervalMs: 7 * DAY_MS })
  const { us } = await microsecondsOf(history, { days: FIVE_YEARS_MS / DAY_MS, intervalMs: 7 * DAY_MS })
  return us / 1e6
}

/** Of serialising, hashing and writing a record. */
async function bareMicroseconds(): Promise<number> {
  let record: unknown
  await runBacktest(
    { ...{ history: historyOf(3), compose, deposits }, fromMs: startMs },
    {
      log: {
        record: async (entry) => {
          record = entry
        },
      },
    },
  )
  const folder = mkdtempSync(join(tmpdir(), 'cycles-bench-'))
  const file = openSync(join(folder, 'records.jsonl'), 'w')
  const write = (times: number) => {
    for (let time = 0; time < times; time++) {
      const line = JSON.stringify(record)
      writeSync(file, `${createHash('sha256').update(line).digest('hex')}${line}\n`)
    }
  }
  write(500)
  const before = process.cpuUsage()
  write(4_000)
  const us = spentSince(before) / 4_000
  closeSync(file)
  rmSync(folder, { recursive: true })
  return us
}

function historyOf(days: number) {
  const toMs = startMs + days * DAY_MS
  const world = openSyntheticHistory({ seed: 1, fromMs: startMs, toMs: toMs + DAY_MS })
  const series = (['BTC', 'ETH'] as const).map((currency) => seriesOfHistory(world, currency))
  return openReconstructedHistory({ fromMs: startMs, toMs }, { series })
}

async function microsecondsOf(
  history: ReturnType<typeof historyOf>,
  { days, intervalMs }: { days: number; intervalMs?: number },
): Promise<{ us: number; cycles: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'cycles-bench-'))
  const record = await openRecord({
    ...{ folder, synced: false, gathered: true, runId: 'abcdef01', codeVersion: 'bench', configuration: {} },
  })
  const before = process.cpuUsage()
  const { cycles } = await runBacktest(
    {
      ...{ history, compose, deposits, fromMs: startMs, toMs: startMs + days * DAY_MS },
      ...(intervalMs === undefined ? {} : { intervalMs }),
    },
    { log: record.decisions },
  )
  await record.close()
  const us = spentSince(before)
  const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  if (bytes < cycles * 1_000) throw new Error(`the log has ${bytes} bytes of ${cycles} cycles`)
  rmSync(folder, { recursive: true })
  return { us, cycles }
}

function spentSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return user + system
}
