import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openRecord, verifyLog } from '@cc/logging'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSeededRandom } from '../src/seeded-random.ts'
import { repositoryRoot } from '../src/workspace.ts'
import {
  CYCLES_OF_A_LIFE,
  chainedLines,
  cyclesIn,
  movedAside,
  recordsOf,
  type TornTail,
  tornTailsOf,
} from './killed-record.ts'

/*
 * RECORD_KILLS=100 for fewer, RECORD_KILLS_SEED=7 for other instants. The same seed draws the same instants; what they
 * hit depends on the machine too.
 */
const KILLS = Number(process.env.RECORD_KILLS ?? 1_000)
const SEED = Number(process.env.RECORD_KILLS_SEED ?? 1)
const SIDE_BY_SIDE = 2
/** Lives in one folder, each of which goes on where the one before was killed. */
const LIVES_OF_A_LOG = 50
/** A writer is killed within so long from when it began to open its record, or from its first acknowledged record on. */
const LONGEST_LIFE_MS = 20

const node = join(repositoryRoot, 'node_modules/node/bin/node')
const writer = fileURLToPath(new URL('record-writer.ts', import.meta.url))
/** Where Node keeps what it made of the sources. */
const compiled = fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url))
const top = mkdtempSync(join(tmpdir(), 'cc-kills-'))
const living = new Set<ChildProcess>()

/** Whoever is killed keeps nothing of what it compiled. */
beforeAll(() => {
  execFileSync(node, [writer, join(top, 'first'), 'synced', '0', '12'], {
    env: { NODE_COMPILE_CACHE: compiled },
  })
})

afterAll(() => {
  for (const child of living) child.kill('SIGKILL')
  rmSync(top, { recursive: true, force: true })
})

it(
  `kills of the writer (${KILLS}) lose no acknowledged record, and the next start goes on`,
  async () => {
    const left = Array.from({ length: Math.ceil(KILLS / LIVES_OF_A_LOG) }, (_, index) => index)
    const reports: LogReport[] = []
    const line = async () => {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        reports.push(await killedLog(index, Math.min(LIVES_OF_A_LOG, KILLS - index * LIVES_OF_A_LOG)))
      }
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, line))

    const sum = (of: (report: LogReport) => number) => reports.reduce((all, report) => all + of(report), 0)
    const torn = sum((report) => report.torn.length)
    const silent = sum((report) => report.silent)
    const acknowledged = sum((report) => report.acknowledged)
    console.log(`${KILLS} kills: ${acknowledged} records, ${torn} torn tails, ${silent} before the first record`)
    expect(reports.flatMap(({ problems }) => problems)).toEqual([])
    expect(sum((report) => report.lives)).toBe(KILLS)
    expect(acknowledged).toBeGreaterThan(KILLS)
    if (KILLS < 1_000) return
    // They must have hit what they are meant to hit: starts, and lines that were half written.
    expect(silent).toBeGreaterThan(0)
    expect(torn).toBeGreaterThan(0)
  },
  60_000 + KILLS * 1_000,
)

type LogReport = { problems: string[]; lives: number; acknowledged: number; torn: TornTail[]; silent: number }

/** One log, whose writer is killed again and again. */
async function killedLog(index: number, lives: number): Promise<LogReport> {
  const folder = join(top, `${index}`)
  mkdirSync(folder, 0o700)
  const random = createSeededRandom(SEED * 1_000 + index)
  const report: LogReport = { problems: [], lives: 0, acknowledged: 0, torn: [], silent: 0 }
  for (let life = 0; life < lives; life += 1) {
    const said = await killedLife(folder, life, {
      synced: random.isTrue(0.5),
      after: random.isTrue(0.25) ? 'opening' : 'first-record',
      afterMs: random.between(0, LONGEST_LIFE_MS),
    })
    report.lives += 1
    report.acknowledged += said.length
    if (said.length === 0) report.silent += 1
    const torn = tornTailsOf(folder)
    report.torn.push(...torn)
    const found = { life, ...problemsOf(folder, life, said), torn: torn.length > 1 ? torn : [] }
    if (found.lost.length + found.changed.length + found.unknown.length + found.torn.length > 0) {
      report.problems.push(`log ${index}: ${JSON.stringify(found)}`)
    }
  }
  report.problems.push(...(await problemsAtTheEnd(folder, report.torn)).map((problem) => `log ${index}: ${problem}`))
  rmSync(folder, { recursive: true })
  return report
}

type Death = { synced: boolean; after: 'opening' | 'first-record'; afterMs: number }

/** What the writer said until it was killed, from the instant on at which it began to open the record. */
async function killedLife(folder: string, life: number, death: Death): Promise<readonly string[]> {
  const { synced, after, afterMs } = death
  const child = spawn(node, [writer, folder, synced ? 'synced' : 'unsynced', `${life * CYCLES_OF_A_LIFE}`], {
    env: { NODE_COMPILE_CACHE: compiled },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  living.add(child)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  let ended = false
  const closed = once(child, 'close').finally(() => {
    ended = true
  })
  const words = after === 'opening' ? 1 : 2
  while (text.split('\n').length <= words && !ended) await Promise.race([once(child.stdout, 'data'), closed])
  await pause(afterMs)
  child.kill('SIGKILL')
  const [, signal] = await closed
  living.delete(child)
  const [open, ...said] = text.split('\n').slice(0, -1)
  if (open !== 'open' || signal !== 'SIGKILL') throw new Error(`the writer ended by itself: ${text}`)
  return said
}

/** Acknowledged records that are not there, or not as they were given, and words that are no acknowledgement. */
function problemsOf(folder: string, life: number, said: readonly string[]) {
  const { decisions, intents } = cyclesIn(folder, life)
  const cycles = said.filter((word) => /^\d+$/.test(word)).map(Number)
  const isSame = (cycle: number) => {
    const { decision, intent } = recordsOf(cycle)
    const found = [decisions.get(cycle), intents.get(cycle)]
    return JSON.stringify(found) === JSON.stringify([decision, intent])
  }
  const lost = cycles.filter((cycle) => !decisions.has(cycle) || !intents.has(cycle))
  return {
    lost,
    changed: cycles.filter((cycle) => !lost.includes(cycle) && !isSame(cycle)),
    unknown: said.filter((word) => !/^\d+$/.test(word)),
  }
}

/** After one more start, which is not killed: whole, chained, and every torn tail aside with all its bytes. */
async function problemsAtTheEnd(folder: string, torn: readonly TornTail[]): Promise<readonly string[]> {
  await (await openRecord({ folder, runId: 'end', codeVersion: '0.0.0', configuration: {} })).close()
  const { logs } = await verifyLog(folder)
  const aside = movedAside(folder)
  return [
    ...logs.flatMap(({ name, firstBad }) => (firstBad === null ? [] : [`${name}: ${JSON.stringify(firstBad)}`])),
    ...logs.flatMap(({ name, lines }) =>
      chainedLines(folder, name) === lines ? [] : [`${name}: ${lines} lines verified, another count is chained`],
    ),
    ...tornTailsOf(folder).map(({ file }) => `${file} is torn still`),
    ...torn.filter(({ sha256 }) => !aside.has(sha256)).map(({ file, bytes }) => `${bytes} bytes of ${file} are gone`),
  ]
}
