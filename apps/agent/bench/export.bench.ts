import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXPORT_TABLES, exportSql, openRecord } from '@cc/logging'
import { DuckDBInstance } from '@duckdb/node-api'
import { smallDecision } from './small-decision.ts'

/**
 * What `ccagent data export` spends on its tables, the proof of the log aside: a log of 200,000 decisions of about 4 kB
 * (`EXPORT_BENCH_DECISIONS` for another number) to Parquet, against DuckDB that only counts its lines. Each in a process of
 * its own, in turns. Processor seconds are told too: they do not grow with what else the machine does. Throws where a
 * table takes longer than it may, in seconds on two free cores.
 */
const decisions = Number(process.env.EXPORT_BENCH_DECISIONS ?? 200_000)
const rounds = 3
const mostSeconds: Readonly<Record<string, number>> = { flat: 2, nested: 6, trajectory: 8 }

type Course = { seconds: number; cpuSeconds: number; bytes: number }

const [, , contender, folder = ''] = process.argv
if (contender === undefined) await compare()
else console.log(JSON.stringify(await measured(contender, folder)))

async function compare(): Promise<void> {
  const top = mkdtempSync(join(tmpdir(), 'export-bench-'))
  try {
    const log = join(top, 'log')
    const record = await openRecord({ folder: log, synced: false, runId: 'bench', codeVersion: '0', configuration: {} })
    for (let cycle = 0; cycle < decisions; cycle += 1) await record.decisions.record(smallDecision(cycle))
    await record.close()
    const logBytes = decisionFiles(log).reduce((sum, path) => sum + statSync(path).size, 0)
    console.log(`export-log ${decisions} decisions of ${(logBytes / decisions).toFixed(0)} bytes`)
    const names = ['count', ...Object.keys(mostSeconds)]
    const courses = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name, log)])))
    const counts = courses.map((round) => round.get('count') as Course)
    for (const name of names) {
      const of = courses.map((round) => round.get(name) as Course)
      const seconds = median(of.map((course) => course.seconds))
      const cpuSeconds = median(of.map((course) => course.cpuSeconds))
      console.log(`export-${name} ${seconds.toFixed(2)} s`)
      console.log(`export-${name}-processor ${cpuSeconds.toFixed(2)} s`)
      if (name === 'count') continue
      const ratio = median(of.map((course, round) => course.cpuSeconds / (counts[round] as Course).cpuSeconds))
      console.log(`export-${name}-over-count ${ratio.toFixed(2)} cpu-ratio`)
      console.log(`export-${name}-bytes ${((of[0] as Course).bytes / decisions).toFixed(1)} bytes/decision`)
      const most = ((mostSeconds[name] as number) * decisions) / 200_000
      if (cpuSeconds / 2 > most)
        throw new Error(`${name} takes ${cpuSeconds.toFixed(1)} processor seconds, expected ${2 * most}`)
    }
  } finally {
    rmSync(top, { recursive: true })
  }
}

function run(name: string, log: string): Course {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, log], { encoding: 'utf8' }))
}

async function measured(name: string, log: string): Promise<Course> {
  const paths = decisionFiles(log)
  const to = join(log, '..', `${name}.parquet`)
  const table = Object.values(EXPORT_TABLES).find((known) => known.name === name)
  const statements =
    table === undefined
      ? [`SELECT count(*) FROM read_json([${paths.map((path) => `'${path}'`).join(', ')}])`]
      : exportSql(table, { paths, to, format: 'parquet' })
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const fromCpu = process.cpuUsage()
  const fromNs = process.hrtime.bigint()
  for (const statement of statements) await connection.run(statement)
  const seconds = Number(process.hrtime.bigint() - fromNs) / 1e9
  const { user, system } = process.cpuUsage(fromCpu)
  connection.closeSync()
  return { seconds, cpuSeconds: (user + system) / 1e6, bytes: table === undefined ? 0 : statSync(to).size }
}

function decisionFiles(log: string): string[] {
  return readdirSync(log)
    .filter((name) => name.startsWith('agent_decisions_'))
    .sort()
    .map((name) => join(log, name))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
