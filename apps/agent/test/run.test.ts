import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDecisions, verifyLog } from '@cc/logging'
import { type DecisionRecord, decisionRecordSchema, intentRecordSchema } from '@cc/models'
import { beforeAll, describe, expect, it } from 'vitest'
import { type CliResult, readLines, runCli } from './run-cli.js'
import { lastingFolder, tempFolder } from './temp-folder.js'

describe('three simulated days', () => {
  const command = ['run', '--venue', 'sim', '--for', '3d', '--every', '1h', '--speed', 'max']
  const folders = [lastingFolder(), lastingFolder()] as const
  let first: CliResult
  let second: CliResult
  let files: string[]

  beforeAll(async () => {
    first = await runCli([...command, '--log-dir', 'a'], { folder: folders[0] })
    second = await runCli([...command, '--log-dir', 'b'], { folder: folders[1] })
    files = readdirSync(join(first.folder, 'a')).sort()
  })

  it('end with 0 and leave a record, a memory and no lock', () => {
    expect({ exitCode: first.exitCode, stderr: first.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(files).toEqual([
      'agent_decisions_20260102.jsonl',
      'agent_decisions_20260103.jsonl',
      'agent_decisions_20260104.jsonl',
      // The closing of the books at the end of the third day.
      'agent_decisions_20260105.jsonl',
      'intents.jsonl',
      'memory.json',
    ])
    expect(statSync(join(first.folder, 'a')).mode & 0o777).toBe(0o700)
    for (const name of files) expect(statSync(join(first.folder, 'a', name)).mode & 0o777, name).toBe(0o600)
  })

  it('are the same bytes again, in another folder', () => {
    for (const name of files) {
      const again = readFileSync(join(second.folder, 'b', name))
      expect(readFileSync(join(first.folder, 'a', name)).equals(again), name).toBe(true)
    }
    const withoutPaths = ({ stdout, folder }: CliResult) => stdout.replaceAll(folder, '').replaceAll(/\/[ab]\b/g, '')
    expect(withoutPaths(second)).toBe(withoutPaths(first))
  })

  it('are records that fit their schema, line by line, in files that open with the settings in force', () => {
    for (const name of files.filter((file) => file.endsWith('.jsonl'))) {
      const [header, ...lines] = readLines(join(first.folder, 'a'), name).map((line) => JSON.parse(line))
      expect(header).toMatchObject({ kind: 'header', runId: expect.any(String), configuration: { DELTA_MAX: 0.35 } })
      const schema = name === 'intents.jsonl' ? intentRecordSchema : decisionRecordSchema
      for (const line of lines) schema.parse(line)
    }
  })

  it('are a log that proves itself', async () => {
    const { logs } = await verifyLog(join(first.folder, 'a'))
    expect(logs).toMatchObject([
      { name: 'decisions', firstBad: null, tornTail: null },
      { name: 'intents', firstBad: null, tornTail: null },
    ])
  })

  it('hold an open that traded, and DO_NOTHING with its reason', async () => {
    const records = await all(join(first.folder, 'a'))
    const opens = records.filter(({ decision }) => decision?.proposal.action === 'OPEN_COVERED_CALL')
    const idle = records.filter(({ decision }) => decision?.proposal.action === 'DO_NOTHING')
    expect(opens.map(({ execution }) => execution?.status)).toContain('filled')
    expect(idle.length).toBeGreaterThan(60)
    for (const { decision } of idle) expect(decision?.proposal.reasoning).not.toBe('')
    expect(records.map(({ cycle }) => cycle)).toEqual(records.map((_, index) => index))
  })

  it('are told in lines that a terminal can show, labelled synthetic, ending in a summary and the log', () => {
    const lines = first.stdout.split('\n')
    expect(lines[0]).toContain('SYNTHETIC market, seed 1')
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(140)
    expect(first.stdout).toMatch(/OPEN {6,}BTC-\S+ +2 +\+0\.\d+ +\+\S+ +filled at/)
    expect(first.stdout).toMatch(/DO_NOTHING ×\d+, until 2026-01-0/)
    expect(first.stdout).toContain('Summary: SYNTHETIC market, seed 1')
    expect(first.stdout).toContain('just holding')
    expect(first.stdout.trimEnd()).toMatch(/Log: \S+\/a, \d+ decisions\.$/)
  })

  it('refuse a folder that holds another run, and replace it with --fresh', async () => {
    const again = await runCli([...command, '--log-dir', 'a'], { folder: first.folder })
    expect(again.exitCode).toBe(6)
    expect(again.stderr).toContain('--fresh')
    expect(readdirSync(join(first.folder, 'a')).sort()).toEqual(files)

    writeFileSync(join(first.folder, 'a', 'notes.txt'), 'mine')
    const short = await runCli(['run', '--for', '1h', '--log-dir', 'a', '--fresh'], { folder: first.folder })
    expect(short.exitCode).toBe(0)
    expect(readdirSync(join(first.folder, 'a')).sort()).toEqual([
      'agent_decisions_20260102.jsonl',
      'intents.jsonl',
      'memory.json',
      'notes.txt',
    ])
    expect(short.stdout).toContain(`, ${(await all(join(first.folder, 'a'))).length} decisions.`)
  })
})

it('prints records as JSON lines, and nothing else on stdout', async () => {
  const { exitCode, stdout, folder } = await runCli(['run', '--for', '2h', '--every', '1h', '--json'])
  const records = stdout
    .trimEnd()
    .split('\n')
    .map((line) => decisionRecordSchema.parse(JSON.parse(line)))
  expect(exitCode).toBe(0)
  const written = await all(join(folder, 'logs'))
  expect(stdout).toBe(`${written.map((record) => JSON.stringify(record)).join('\n')}\n`)
  expect(records.length).toBeGreaterThanOrEqual(2)
})

it('names runs by what decides them, not by where their log lies', async () => {
  const runIdOf = async (args: string[], env = {}) =>
    /Run ([0-9a-f]{16}):/.exec((await runCli(['run', '--for', '1h', ...args], { env })).stdout)?.[1]
  const plain = await runIdOf([])
  expect(plain).toBeDefined()
  expect(await runIdOf(['--log-dir', 'elsewhere'], { LLM_MODEL_NAME: 'other' })).toBe(plain)
  const others = [
    await runIdOf(['--seed', '2']),
    await runIdOf(['--start', '2026-01-03']),
    await runIdOf(['--size', '0.5']),
    await runIdOf(['--deposit', 'BTC=1,ETH=20']),
    await runIdOf(['--dry-run']),
    await runIdOf([], { DELTA_MAX: '0.3' }),
  ]
  expect(new Set([plain, ...others]).size).toBe(others.length + 1)
})

it('sends nothing in a dry run, and says so', async () => {
  const { exitCode, stdout, folder } = await runCli(['run', '--for', '2h', '--every', '1h', '--dry-run'])
  expect(exitCode).toBe(0)
  expect(stdout).toContain('dry run: not sent')
  const records = await all(join(folder, 'logs'))
  expect(records.every(({ dryRun }) => dryRun)).toBe(true)
  expect(records.flatMap(({ execution }) => execution?.legs ?? []).flatMap(({ fills }) => fills)).toEqual([])
  expect(readFileSync(join(folder, 'logs', 'intents.jsonl'), 'utf8')).toBe('')
})

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('ends cleanly after %s', async (signal, exitCode) => {
  const stop = new AbortController()
  const result = await runCli(['run', '--speed', 'max', '--every', '1h'], {
    stop: stop.signal,
    onOutput: (text) => text.includes('OPEN') && stop.abort(signal),
  })
  expect(result.exitCode).toBe(exitCode)
  expect(result.stdout).toContain('Summary:')
  expect(readdirSync(join(result.folder, 'logs'))).not.toContain('agent.lock')
})

it('ends with 4 while the kill switch is set, and says how to lift it', async () => {
  const folder = tempFolder({ 'logs/HALT': 'lunch.' })
  for (const flags of [[], ['--fresh']]) {
    const { exitCode, stdout, stderr } = await runCli(['run', '--for', '1h', ...flags], { folder })
    expect(stderr).toMatch(/Halted: lunch\. "ccagent resume --log-dir \S+logs --reason …" lifts it\./)
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: '' })
  }
})

it('ends with 4 when the kill switch is set under way', async () => {
  const folder = tempFolder()
  const { exitCode, stderr } = await runCli(['run', '--for', '30d', '--every', '1h'], {
    folder,
    onOutput: (text) => text.includes('OPEN') && writeFileSync(join(folder, 'logs', 'HALT'), 'enough'),
  })
  expect(exitCode).toBe(4)
  expect(stderr).toMatch(/^ccagent: halted: enough\. "ccagent resume --log-dir \S+logs --reason …" lifts it\.\n$/)
})

it('ends with 6 when its memory is damaged under way, halts, and says why', async () => {
  const folder = tempFolder()
  const { exitCode, stderr } = await runCli(['run', '--for', '30d', '--every', '1h'], {
    folder,
    onOutput: (text) => text.includes('OPEN') && writeFileSync(join(folder, 'logs', 'memory.json'), '{"memo'),
  })
  expect(exitCode).toBe(6)
  expect(stderr).toMatch(/^ccagent: halted: agent\/log-folder: .*memory\.json cannot be read/m)
  expect(readdirSync(join(folder, 'logs'))).toContain('HALT')
})

it('ends when its time is up, with what was settled in the last stretch', async () => {
  const { stdout } = await runCli(['run', '--underlying', 'BTC', '--for', '1d8h', '--every', '12h'], {
    env: { DTE_MIN: '0', DTE_MAX: '1.5', PREMIUM_MIN_USD: '0' },
  })
  expect(stdout).toMatch(/2026-01-02 00:00 .* OPEN +BTC-3JAN26-\d+-C/)
  expect(stdout).toMatch(/2026-01-03 08:00 .* (EXPIRED|SETTLED) +BTC-3JAN26-\d+-C/)
  expect(stdout).toMatch(/2026-01-02 00:00 to 2026-01-03 08:00 UTC \(32\.0 hours\)/)
  expect(stdout).toMatch(/1 expired worthless, 0 settled|0 expired worthless, 1 settled/)
})

it('trades at a pace that a person can watch, on prices that are not stale', async () => {
  const { exitCode, stdout } = await runCli([
    'run',
    '--underlying',
    'BTC',
    '--seed',
    '7',
    '--speed',
    '36000',
    '--for',
    '2h',
    '--every',
    '1h',
  ])
  expect(exitCode).toBe(0)
  expect(stdout).toMatch(/ OPEN +BTC-\S+ +2 .* filled at /)
  expect(stdout).not.toContain('refused')
})

it('ends with 3 while another agent holds the lock, and deletes nothing', async () => {
  const folder = tempFolder({ 'logs/agent.lock': 'garbage', 'logs/intents.jsonl': '' })
  const { exitCode, stdout, stderr } = await runCli(['run', '--for', '1h', '--fresh'], { folder })
  expect(stderr).toContain('agent.lock')
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
  expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['agent.lock', 'intents.jsonl'])
})

it('ends with 6 where --fresh cannot delete, and gives the lock back', async () => {
  const folder = tempFolder({ 'logs/intents.jsonl/x': '' })
  const { exitCode, stderr } = await runCli(['run', '--for', '1h', '--fresh'], { folder })
  expect(stderr).toContain('intents.jsonl cannot be deleted')
  expect(exitCode).toBe(6)
  expect(readdirSync(join(folder, 'logs'))).toEqual(['intents.jsonl'])
})

async function all(folder: string): Promise<DecisionRecord[]> {
  const records: DecisionRecord[] = []
  for await (const record of readDecisions(folder)) records.push(record)
  return records
}
