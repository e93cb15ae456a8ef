import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXPORT_TABLES, openRecord, readLog } from '@cc/logging'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { stateForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../src/duckdb.js'
import { exportLog } from '../src/export-log.js'
import { arbitraryOf } from './arbitrary-of.js'
import { chained } from './chained-lines.js'
import { flatRowsOf } from './flat-oracle.js'
import { readParquet } from './read-parquet.js'
import { idle, opened, planned, refused } from './records.js'
import { runCli } from './run-cli.js'
import { lastingFolder, tempFolder } from './temp-folder.js'

const folder = lastingFolder()
const log = join(folder, 'log')

beforeAll(async () => {
  const ran = await runCli(['run', '--for', '2d', '--every', '1h', '--log-dir', 'log'], { folder })
  expect(ran.exitCode).toBe(0)
})

const exported = (...args: string[]) => runCli(['data', 'export', ...args], { folder })

/** Records of a log in a folder of its own. */
async function logOf(...records: readonly DecisionRecord[]): Promise<string> {
  const path = join(tempFolder(), 'log')
  const record = await openRecord({ folder: path, synced: false, runId: 'x', codeVersion: '0', configuration: {} })
  for (const entry of records) await record.decisions.record(entry)
  await record.close()
  return path
}

async function linesOf(path: string): Promise<{ record: DecisionRecord; seq: number }[]> {
  const lines: { record: DecisionRecord; seq: number }[] = []
  for await (const { entry, seq } of readLog(path, 'decisions')) {
    if (entry.kind === 'decision') lines.push({ record: entry, seq })
  }
  return lines
}

describe('the flat table', () => {
  it('has a row for each decision and coin of a run, read back by another reader with equal values', async () => {
    const { exitCode, stdout, stderr } = await exported('log', '--json')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    const { file, rows, bytes } = JSON.parse(stdout)
    expect(file).toBe(join(log, 'export', 'flat.parquet'))
    expect(bytes).toBe(statSync(file).size)
    const expected = (await linesOf(log)).flatMap(({ record, seq }) => flatRowsOf(record, seq))
    expect(rows).toBe(expected.length)
    expect(await readParquet(file)).toEqual(expected)
    expect(expected.some(({ done }) => done === 'OPEN_COVERED_CALL')).toBe(true)
  })

  it('says beside it what each column is, and lets nobody else read either', async () => {
    await exported('log', '--to', 'data')
    const described = JSON.parse(readFileSync(join(folder, 'data', 'flat.columns.json'), 'utf8'))
    const [row] = await readParquet(join(folder, 'data', 'flat.parquet'))
    expect(described.columns.map(({ name }: { name: string }) => name)).toEqual(Object.keys(row ?? {}))
    expect(readdirSync(join(folder, 'data'))).toEqual(['flat.columns.json', 'flat.parquet'])
    for (const name of readdirSync(join(folder, 'data'))) {
      expect(statSync(join(folder, 'data', name)).mode & 0o777).toBe(0o600)
    }
  })

  it('comes as CSV too', async () => {
    const { exitCode } = await exported('log', '--to', 'csv', '--format', 'csv')
    expect(exitCode).toBe(0)
    const [header, first] = readFileSync(join(folder, 'csv', 'flat.csv'), 'utf8').split('\n')
    expect(header).toBe(EXPORT_TABLES.flat.columns.map(({ name }) => name).join(','))
    expect(first).toContain(',2026-01-02 00:00:00+00,synthetic,normal,BTC,')
  })
})

describe('any log', () => {
  const records = fc.array(arbitraryOf(decisionRecordSchema) as fc.Arbitrary<DecisionRecord>, {
    minLength: 1,
    maxLength: 4,
  })
  /** Without what the export refuses, and on days that name files. */
  const honest = (record: DecisionRecord, index: number): DecisionRecord => ({
    ...record,
    startedMs: Date.UTC(2026, 0, 2 + index),
    dryRun: false,
    execution:
      record.verdict?.allowed === true && record.decision?.proposal.action !== 'DO_NOTHING' ? record.execution : null,
  })

  it('is read back with equal values, flat and nested, and has a step for each decision', {
    timeout: 300_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(records, async (made) => {
        const path = await logOf(...made.map(honest))
        const lines = await linesOf(path)
        const request = { format: 'parquet', to: join(path, 'export'), verify: true, secrets: [] } as const
        const flat = await exportLog(path, { ...request, table: EXPORT_TABLES.flat })
        expect(await readParquet(flat.file)).toEqual(lines.flatMap(({ record, seq }) => flatRowsOf(record, seq)))
        const nested = await exportLog(path, { ...request, table: EXPORT_TABLES.nested })
        const rows = await readParquet(nested.file)
        expect(rows).toHaveLength(lines.length)
        for (const [index, { record, seq }] of lines.entries()) {
          const { hash, ...row } = rows[index] ?? {}
          expectSame(row, { ...record, seq, kind: null })
        }
        const trajectory = await exportLog(path, { ...request, table: EXPORT_TABLES.trajectory })
        const steps = lines.filter(({ record }) => record.state !== null && record.decision !== null)
        expect((await readParquet(trajectory.file)).map((step) => step.seq)).toEqual(steps.map(({ seq }) => seq))
      }),
      { numRuns: 30 },
    )
  })
})

describe('what is refused', () => {
  const at = Date.UTC(2026, 0, 2)

  it('a log that is not what was written, unless it is taken as it is', async () => {
    const path = await logOf(idle(at, 'wait'), idle(at + 1, 'wait'))
    const [name = ''] = readdirSync(path)
    const text = readFileSync(join(path, name), 'utf8')
    writeFileSync(join(path, name), text.replace('"reasoning":"wait"', '"reasoning":"sell"'))
    const { exitCode, stderr, stdout } = await exported(path)
    expect({ exitCode, stdout }).toEqual({ exitCode: 6, stdout: '' })
    expect(stderr).toContain(`The log is not what was written: ${name}, line 2 does not fit its hash`)
    expect(readdirSync(path)).not.toContain('export')
    expect((await exported(path, '--no-verify')).exitCode).toBe(0)
    expect((await readParquet(join(path, 'export', 'flat.parquet')))[0]).toMatchObject({ reasoning: 'sell' })
  })

  it('a log that ends in an unfinished line', async () => {
    const path = await logOf(idle(at, 'wait'))
    const [name = ''] = readdirSync(path)
    appendFileSync(join(path, name), '{"kind":"dec')
    const { exitCode, stderr } = await exported(path)
    expect(exitCode).toBe(6)
    expect(stderr).toContain('"ccagent logs recover" puts it aside')
  })

  it.each(['NaN', '"NaN"', 'Infinity', '"-inf"'])(
    '%s in place of a number, and leaves nothing behind',
    async (number) => {
      const path = await logOf({ ...planned(at), state: stateForTest() })
      const [name = ''] = readdirSync(path)
      const text = readFileSync(join(path, name), 'utf8')
      writeFileSync(join(path, name), text.replace('"size":0.5', `"size":${number}`))
      for (const table of ['flat', 'trajectory']) {
        const { exitCode, stderr } = await exported(path, '--no-verify', '--table', table)
        expect(exitCode).toBe(6)
        expect(stderr).toBe('ccagent: The log was not exported: "sizeCoin" of line 1 is no finite number.\n')
      }
      expect(readdirSync(join(path, 'export'))).toEqual([])
    },
  )

  it.each([
    ['refused', { ...opened(at), verdict: refused(at, 'no').verdict }],
    ['a dry run', { ...opened(at), dryRun: true }],
    ['not asked for', { ...opened(at), decision: idle(at, 'wait').decision }],
  ])('a trade that was %s', async (_, record) => {
    const path = await logOf({ ...record, state: stateForTest() })
    for (const table of Object.keys(EXPORT_TABLES)) {
      const { exitCode, stderr } = await exported(path, '--table', table)
      expect(exitCode).toBe(6)
      expect(stderr).toContain('line 1 holds fills of what was not allowed to trade')
    }
  })

  it('a log that holds a key that is in force here', async () => {
    const path = await logOf(idle(at, 'the key is canary-71c2e5d9'))
    const env = { DERIBIT_CLIENT_SECRET: 'canary-71c2e5d9' }
    const { exitCode, stderr } = await runCli(['data', 'export', path], { folder, env })
    expect(exitCode).toBe(6)
    expect(stderr).toContain('line 2 holds a key that is in force here')
    expect(stderr).not.toContain('canary')
    expect(readdirSync(path)).not.toContain('export')
  })

  it.each([['none'], ['empty']])('what is no log: %s', async (name) => {
    const there = tempFolder({ 'empty/note.txt': '' })
    expect((await exported(join(there, name))).exitCode).toBe(2)
  })

  it('everything without DuckDB, and says how to get it', async () => {
    const missing = () => Promise.reject(new Error("Cannot find package '@duckdb/node-api'"))
    await expect(openDatabase(missing)).rejects.toThrow('npm install @duckdb/node-api')
    await expect(openDatabase(missing)).rejects.toMatchObject({ code: 'agent/usage' })
  })
})

it('reads a log that an earlier version began, each line as this one reads it', async () => {
  const now = stateForTest()
  const [underlying] = now.underlyings
  if (underlying === undefined) throw new Error('there is no state')
  const { parts, rejectedCandidates, vol, portfolio, ...kept } = underlying
  const { optionsNetDeltaCoin, ...portfolioOf1 } = portfolio
  const old = {
    ...kept,
    portfolio: { ...portfolioOf1, timestampMs: now.timeMs },
    vol: { horizonDays: 30, atmIv: 0.5, realisedVol: 0.4, ivrv: 1.25, dvol: null, skew25: null, skewDte: null },
    candidates: [],
    rejectedCandidates: { 'no-bid': 3 },
    ages: { chain: 5, index: 0, account: 0 },
  }
  const record = { ...idle(now.timeMs, 'wait'), schemaVersion: 1, state: { ...now, underlyings: [old] } }
  const path = join(tempFolder(), 'log')
  await (await openRecord({ folder: path, synced: false, runId: 'x', codeVersion: '0', configuration: {} })).close()
  const header = { kind: 'header', schemaVersion: 1, log: 'decisions', runId: 'x', codeVersion: '0', configuration: {} }
  const text = chained([{ ...header, previous: null }, record])
  writeFileSync(join(path, 'agent_decisions_20260102.jsonl'), text, { mode: 0o600 })

  expect(await exported(path)).toMatchObject({ exitCode: 0, stderr: '' })
  const rows = await readParquet(join(path, 'export', 'flat.parquet'))
  expect(rows).toEqual((await linesOf(path)).flatMap(({ record, seq }) => flatRowsOf(record, seq)))
  expect(rows[0]).toMatchObject({ atmIv: 0.5, rejected: 3, chainMs: now.timeMs - 5, atmIv7: null })
  expect(readdirSync(join(path, 'export'))).toEqual(['flat.columns.json', 'flat.parquet'])
})

it('writes over its own files alone', async () => {
  const names = ['upgraded.jsonl', 'notes.txt', 'flat.csv']
  const there = tempFolder(Object.fromEntries(names.map((name) => [name, 'mine'])))
  expect(await exported('log', '--to', there)).toMatchObject({ exitCode: 0 })
  expect(await exported('log', '--to', there)).toMatchObject({ exitCode: 0 })
  for (const name of names) expect(readFileSync(join(there, name), 'utf8')).toBe('mine')
})

it('asks no proof of the other log, of which it takes nothing', async () => {
  const path = await logOf(idle(Date.UTC(2026, 0, 2), 'wait'))
  writeFileSync(join(path, 'intents.jsonl'), 'no line\n', { mode: 0o600 })
  expect(await exported(path)).toMatchObject({ exitCode: 0, stderr: '' })
})

it('is in the way of no later run in the same folder', async () => {
  const there = tempFolder()
  const run = (...args: string[]) => runCli(['run', '--for', '2h', '--every', '1h', ...args], { folder: there })
  await run()
  await runCli(['data', 'export', 'logs'], { folder: there })
  expect(await run('--fresh')).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await runCli(['logs', 'verify', 'logs'], { folder: there })).toMatchObject({ exitCode: 0 })
})

it('reads a folder whose name is a pattern', async () => {
  const there = tempFolder()
  for (const name of ["a*[b]'?", 'ab']) {
    const { exitCode, stderr } = await runCli(['once', '--log-dir', name], { folder: there })
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  }
  const { exitCode, stdout } = await runCli(['data', 'export', "a*[b]'?"], { folder: there })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(': 2 rows of ')
})

/** A struct has all fields of its type, an object those that it was given. */
function expectSame(read: unknown, given: unknown): void {
  if (Array.isArray(given)) {
    expect(read).toHaveLength(given.length)
    for (const [index, item] of given.entries()) expectSame((read as unknown[])[index], item)
  } else if (typeof given === 'object' && given !== null) {
    const from = (read ?? {}) as Record<string, unknown>
    for (const key of new Set([...Object.keys(given), ...Object.keys(from)])) {
      expectSame(from[key] ?? null, (given as Record<string, unknown>)[key] ?? null)
    }
  } else expect(read).toEqual(given)
}
