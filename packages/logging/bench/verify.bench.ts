import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { verifyLog } from '@cc/logging'
import { generateLog } from './generated-log.ts'

/**
 * Speed and memory of `verifyLog` from `dist` over a generated log of 200 MB (`VERIFY_BENCH_MB` for another size),
 * against nothing but `JSON.parse` of every line: with the hashes alone, and with every record's schema. Each contender
 * in its own process, interleaved; ratios are medians of the ratios within a round, in processor time with garbage
 * collection. Throws where one is too slow, takes too much memory, or takes more of it for a longer log.
 */
const megabytes = Number(process.env.VERIFY_BENCH_MB ?? 200)
const rounds = 7
const leastRatio: Record<string, number> = { hashes: 0.75, schemas: 0.55 }
const mostResidentMb = 150
/** What a log of the full size may take more than one of half of it. */
const mostGrowthMb = 15

const contenders: Record<string, (folder: string) => Promise<number> | number> = {
  'json-parse': parseOnly,
  hashes: (folder) => verify(folder, { schemas: false }),
  schemas: (folder) => verify(folder, { schemas: true }),
}

type Course = { lines: number; seconds: number; cpuSeconds: number; residentMb: number }

const [, , contender, folder = ''] = process.argv
if (contender === undefined) compare()
else console.log(JSON.stringify(await measured(contenders[contender] as (folder: string) => number, folder)))

function compare(): void {
  const top = mkdtempSync(join(tmpdir(), 'verify-bench-'))
  try {
    const [whole, half] = ['whole', 'half'].map((name) => join(top, name)) as [string, string]
    mkdirSync(whole)
    mkdirSync(half)
    const { lines, lineBytes } = generateLog(whole, megabytes * 1e6)
    generateLog(half, megabytes * 5e5)
    const names = Object.keys(contenders)
    const courses = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, run(name, whole)])))
    const of = (name: string) => courses.map((round) => round.get(name) as Course)

    console.log(`verify-log ${megabytes} MB, ${lines} lines of ${lineBytes.toFixed(0)} bytes`)
    for (const name of names) {
      const megabytesPerSecond = median(of(name).map(({ seconds }) => (lines * lineBytes) / 1e6 / seconds))
      console.log(`verify-${name} ${megabytesPerSecond.toFixed(0)} MB/s`)
    }
    for (const [name, least] of Object.entries(leastRatio)) {
      const ratioOf = (what: 'seconds' | 'cpuSeconds') =>
        median(of(name).map((course, round) => (of('json-parse')[round] as Course)[what] / course[what]))
      const ratio = ratioOf('cpuSeconds')
      console.log(`verify-${name}-over-json-parse ${ratio.toFixed(2)} cpu-ratio`)
      console.log(`verify-${name}-over-json-parse ${ratioOf('seconds').toFixed(2)} ratio`)
      if (ratio < least) throw new Error(`verify with ${name} at ${ratio.toFixed(2)} of JSON.parse, expected ${least}`)
      requireFlatMemory(name, of(name), run(name, half))
    }
  } finally {
    rmSync(top, { recursive: true })
  }
}

function requireFlatMemory(name: string, whole: readonly Course[], half: Course): void {
  const residentMb = Math.max(...whole.map((course) => course.residentMb))
  const growthMb = median(whole.map((course) => course.residentMb)) - half.residentMb
  console.log(`verify-${name}-resident ${residentMb.toFixed(1)} MB`)
  console.log(`verify-${name}-resident-over-half ${growthMb.toFixed(1)} MB`)
  if (residentMb > mostResidentMb) throw new Error(`verify with ${name} takes ${residentMb.toFixed(0)} MB`)
  if (growthMb > mostGrowthMb)
    throw new Error(`verify with ${name} takes ${growthMb.toFixed(0)} MB more for a longer log`)
}

function run(name: string, folder: string): Course {
  return JSON.parse(
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, folder], { encoding: 'utf8' }),
  )
}

async function measured(read: (folder: string) => Promise<number> | number, folder: string): Promise<Course> {
  const fromCpu = process.cpuUsage()
  const fromNs = process.hrtime.bigint()
  const lines = await read(folder)
  const seconds = Number(process.hrtime.bigint() - fromNs) / 1e9
  const { user, system } = process.cpuUsage(fromCpu)
  return { lines, seconds, cpuSeconds: (user + system) / 1e6, residentMb: process.resourceUsage().maxRSS / 1000 }
}

async function verify(folder: string, options: { schemas: boolean }): Promise<number> {
  const [decisions] = (await verifyLog(folder, options)).logs
  if (decisions === undefined || decisions.firstBad !== null) throw new Error(JSON.stringify(decisions?.firstBad))
  return decisions.lines
}

/** The same pieces of a megabyte, cut into lines, each parsed. */
function parseOnly(folder: string): number {
  const buffer = Buffer.allocUnsafe(1024 * 1024)
  let lines = 0
  for (const name of readdirSync(folder)) {
    const file = openSync(join(folder, name), 'r')
    let kept = 0
    for (let read = 1; read > 0; ) {
      read = readSync(file, buffer, kept, buffer.length - kept, null)
      const end = kept + read
      let start = 0
      for (let newline = buffer.indexOf(10); newline !== -1 && newline < end; newline = buffer.indexOf(10, start)) {
        JSON.parse(buffer.toString('utf8', start, newline))
        lines += 1
        start = newline + 1
      }
      buffer.copyWithin(0, start, end)
      kept = end - start
    }
    closeSync(file)
  }
  return lines
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
