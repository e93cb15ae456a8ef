import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HeaderRecord, openRecord } from '@cc/logging'
import type { DecisionRecord, ProposedAction, UnderlyingState } from '@cc/models'
import { decideAction } from '@cc/policy-rules'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { chained } from './chained-lines.js'
import { runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

/** A month of both coins, with sales, rolls, and calls that expire. */
let log: string
let records: readonly DecisionRecord[]

beforeAll(async () => {
  log = mkdtempSync(join(tmpdir(), 'replay-'))
  const env = { ROLL_DTE: '1', ROLL_MAX_DEBIT: '0.05' }
  const { exitCode } = await runCli(['run', '--for', '30d', '--every', '4h', '--log-dir', log], { folder: log, env })
  expect(exitCode).toBe(0)
  records = linesIn(log).filter((line): line is DecisionRecord => line.kind === 'decision')
})
afterAll(() => rmSync(log, { recursive: true, force: true }))

/** What stands in the files, read without anything of ours. */
function linesIn(folder: string): (DecisionRecord | HeaderRecord)[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('agent_decisions_'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line))
}

async function replay(args: readonly string[], env: Record<string, string> = {}, folder = tempFolder()) {
  return runCli(['replay', ...args], { env, folder })
}

/** The cycles that differ, as the command tells a script. */
async function replayed(args: readonly string[], env: Record<string, string> = {}) {
  const { exitCode, stdout, stderr } = await replay([...args, '--json'], env)
  expect(stderr).toBe('')
  const result = JSON.parse(stdout)
  return { exitCode, ...result, cycles: result.differences.map(({ cycle }: DecisionRecord) => cycle) as number[] }
}

describe('a replay under the settings of the log', () => {
  it('comes to the same action, words and numbers at every decision', async () => {
    const actions = new Set(records.map(({ decision }) => decision?.proposal.action))
    expect([...actions].sort()).toEqual(['DO_NOTHING', 'OPEN_COVERED_CALL', 'ROLL_COVERED_CALL'])
    expect(await replayed([log])).toMatchObject({
      exitCode: 0,
      schemaVersion: 1,
      folder: log,
      policy: 'rules',
      differences: [],
      decisions: records.length,
      same: records.length - 1,
      reworded: 0,
      skipped: { closing: 1 },
      changes: [],
    })
  })

  it('says so to a person', async () => {
    const { exitCode, stdout } = await replay([log])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      `${records.length - 1} of ${records.length} decisions made again by rules, under the settings of the log: ` +
        'all came to the same.\nNot made again: 1 closing.\n',
    )
  })

  it('holds for a run under other settings, whatever the files here say', async () => {
    const other = tempFolder()
    const env = { DELTA_MAX: '0.5', DTE_MAX: '20', IVRV_MIN: '1.2' }
    const flags = ['--for', '4d', '--every', '8h', '--size', 'BTC=0.5', '--log-dir', other]
    expect((await runCli(['run', ...flags], { folder: other, env })).exitCode).toBe(0)
    const folder = tempFolder({ '.env': 'DELTA_MAX=0.2\n', 'ccagent.config.json': '{"DTE_MAX":10}' })
    const { exitCode, stdout } = await replay([other], {}, folder)
    expect(exitCode).toBe(0)
    expect(stdout).toContain('under the settings of the log: all came to the same.')
    // Those of the log, said again, change nothing.
    expect((await replay([other], env)).stdout).toBe(stdout)
  })

  it('reads one file of a log alone', async () => {
    const { decisions, same } = await replayed([join(log, 'agent_decisions_20260114.jsonl')])
    const day = records.filter(({ startedMs }) => new Date(startedMs).toISOString().startsWith('2026-01-14'))
    expect({ decisions, same }).toEqual({ decisions: day.length, same: day.length })
  })

  it('takes each decision under the settings that it was made under', async () => {
    const folder = await rewritten((record) => record)
    await rewritten((record) => record, { ...configuration(), DELTA_MAX: 0.25 }, folder)
    const { exitCode, differences, decisions } = await replayed([folder])
    // The second life says of itself that it sold no call above 0.25 delta, and aimed lower than its first sales did.
    expect(decisions).toBe(12)
    expect(exitCode).toBe(6)
    const seconds = [0, 1].map((cycle) => ({
      cycle,
      lineNumber: 9 + cycle,
      recorded: records[cycle]?.decision?.proposal,
    }))
    expect(differences).toMatchObject(seconds)
  })

  it('ends with 6 where a decision comes to something else', async () => {
    const broken = await rewritten((record) => {
      const proposal = record.decision?.proposal
      if (record.cycle > 1 || proposal?.action !== 'OPEN_COVERED_CALL') return record
      const params = { ...proposal.params, size: proposal.params.size / 2 }
      return { ...record, decision: { ...record.decision, proposal: { ...proposal, params } } }
    })
    const { exitCode, stdout } = await replay([broken])
    expect(exitCode).toBe(6)
    expect(stdout).toMatch(/^2026-01-02 00:00 {2}OPEN 1 BTC-\S+ → OPEN 2 BTC-\S+$/m)
    expect(stdout).toMatch(/^2026-01-02 00:00 {2}OPEN 10 ETH-\S+ → OPEN 20 ETH-\S+$/m)
    expect(stdout).toContain('2 of them should not have: policy and settings are the same. This log does not replay.')
    expect(await replayed([broken])).toMatchObject({ exitCode: 6, broken: 2, cycles: [0, 1] })
  })

  it('holds a log of an earlier schema to nothing, and shows what differs', async () => {
    const [, first] = linesIn(log)
    if (first?.kind !== 'decision') throw new Error('the log has no decision')
    const { seq, hash, ...record } = first as DecisionRecord & { seq: number; hash: string }
    const header = { kind: 'header', schemaVersion: 1, log: 'decisions', runId: 'again', codeVersion: '0.1.0' }
    const lines = [
      { ...header, configuration: configuration(), previous: null },
      { ...record, decision: { proposal: NOTHING }, verdict: null, execution: null },
    ]
    const older = tempFolder({ 'agent_decisions_20260102.jsonl': chained(lines) })
    chmodSync(join(older, 'agent_decisions_20260102.jsonl'), 0o600)
    const told = await replayed([older])
    expect(told).toMatchObject({ exitCode: 0, different: 1, broken: 0 })
    expect((await replay([older])).stdout).toContain('or an earlier version wrote them')
  })

  it('ends with 6 where a verdict comes to something else', async () => {
    const broken = await rewritten((record) =>
      record.cycle === 0 && record.verdict?.allowed
        ? { ...record, verdict: { ...record.verdict, expiresMs: record.verdict.expiresMs + 1 } }
        : record,
    )
    const { exitCode, stdout } = await replay([broken])
    expect(exitCode).toBe(6)
    expect(stdout).toMatch(/OPEN 2 BTC-\S+: allowed → allowed\n +It is allowed within other bounds\./)
  })

  it('decides for another policy only where it is told to, and holds it to nothing', async () => {
    const other = await rewritten((record) => ({
      ...record,
      policy: record.cycle === 1 ? 'dice' : record.policy,
      decision: record.cycle === 1 ? { proposal: NOTHING } : record.decision,
    }))
    expect(await replayed([other])).toMatchObject({ exitCode: 0, cycles: [], skipped: { 'by another policy': 1 } })
    const told = await replayed([other, '--policy', 'rules'])
    expect(told).toMatchObject({ exitCode: 0, cycles: [1], skipped: {}, broken: 0 })
    expect(told.differences[0]).toMatchObject({ recorded: NOTHING, replayed: records[1]?.decision?.proposal })
    const { stdout } = await replay([other, '--policy', 'rules'])
    expect(stdout).toMatch(/^2026-01-02 00:00 {2}DO_NOTHING → OPEN 20 ETH-\S+$/m)
    expect(stdout).toContain('1 need not come to the same: another policy decided, or an earlier version wrote them.')
  })

  it('passes over what has no state or no decision', async () => {
    const failed = await rewritten((record) => {
      if (record.cycle === 0) return { ...record, state: null, decision: null }
      return record.cycle === 1 ? { ...record, decision: null } : record
    })
    expect(await replayed([failed])).toMatchObject({
      exitCode: 0,
      skipped: { 'without a state': 1, 'without a decision': 1 },
    })
  })
})

describe('a replay with one threshold changed', () => {
  it('differs exactly where the call that was sold would have been left out', async () => {
    const premiums = records.flatMap((record) => {
      const sold = candidateSold(record)
      return sold === undefined ? [] : [sold.netPremiumUsd]
    })
    // All else is the same, so a call that is still there is still the best.
    const leastUsd = Math.ceil(premiums.toSorted((a, b) => a - b)[Math.floor(premiums.length / 2)] ?? 0)
    const expected = records
      .filter((record) => (candidateSold(record)?.netPremiumUsd ?? leastUsd) < leastUsd)
      .map(({ cycle }) => cycle)
    expect(expected.length).toBeGreaterThan(0)
    expect(expected.length).toBeLessThan(premiums.length)
    const result = await replayed([log], { PREMIUM_MIN_USD: String(leastUsd) })
    expect(result).toMatchObject({
      exitCode: 0,
      cycles: expected,
      broken: 0,
      changes: [{ key: 'PREMIUM_MIN_USD', from: 5, to: leastUsd, origin: 'environment' }],
    })
  })

  it('aims where the run would have aimed', async () => {
    const expected = decidedBy(({ delta }) => delta <= 0.25, { delta: (0.1 + 0.25) / 2 })
    expect(expected.length).toBeGreaterThan(1)
    expect((await replayed([log], { DELTA_MAX: '0.25' })).cycles).toEqual(expected)
    const farther = decidedBy(({ dte }) => dte >= 20, { dte: Math.sqrt(20 * 45) })
    expect(farther.length).toBeGreaterThan(1)
    expect((await replayed([log], { DTE_MIN: '20' })).cycles).toEqual(farther)
  })

  it.each([
    { key: 'MAX_NET_DELTA_ABS', to: '0', from: 0.8 },
    { key: 'MAX_EXPIRY_EXPOSURE', to: '0.01', from: 1 },
    { key: 'MAX_MARGIN_USED_PCT', to: '1', from: 60 },
  ])('shows verdicts that fall under another limit, of actions that stay the same: $key', async ({ key, to, from }) => {
    const sales = records.filter(
      ({ decision, verdict }) => decision?.proposal.action === 'OPEN_COVERED_CALL' && verdict?.allowed === true,
    )
    expect(sales.length).toBeGreaterThan(1)
    const { exitCode, stdout } = await replay([log], { [key]: to })
    expect(exitCode).toBe(0)
    expect(stdout.match(/OPEN \S+ \S+: allowed → refused$/gm)).toHaveLength(sales.length)
    expect(stdout).toContain(`${key}=${to} (environment) instead of ${from}`)
  })

  it('names a setting that the log leaves unset', async () => {
    const { changes } = await replayed([log], { IVRV_MIN: '0.01' })
    expect(changes).toEqual([{ key: 'IVRV_MIN', from: null, to: 0.01, origin: 'environment' }])
  })

  it('takes a largest sale from the command line', async () => {
    const { exitCode, stdout } = await replay([log, '--size', 'BTC=0.5'])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^2026-01-02 00:00 {2}OPEN 2 BTC-(\S+) → OPEN 0.5 BTC-\1$/m)
    expect(stdout).toContain('with sales of at most BTC=0.5 (--size) instead of the default: ')
  })

  it('says that calls which were left out then might count now', async () => {
    const { mayLack } = await replayed([log], { DELTA_MAX: '0.4' })
    const might = records.filter(
      ({ policy, state }) =>
        policy !== 'closing' &&
        state?.underlyings.some(({ rejectedCandidates }) =>
          rejectedCandidates.some(
            ({ reason, values }) =>
              reason === 'delta-too-high' && Object.values(values).some((delta) => Number(delta) <= 0.4),
          ),
        ),
    )
    expect(might.length).toBeGreaterThan(10)
    expect(mayLack).toBe(might.length)
  })

  it('differs without a word where nothing that decides is changed', async () => {
    const { stdout } = await replay([log], { LOOP_INTERVAL_SEC: '60', VENUE: 'testnet' })
    expect(stdout).toContain('under the settings of the log: all came to the same.')
  })
})

const recordings = inject('recordings')
const chains = join(recordings ?? '', 'fixtures/chains')
const chainNames = recordings === null ? [] : readdirSync(chains).filter((name) => name.endsWith('.json'))

describe.skipIf(recordings === null)('on a recorded chain of the real exchange, a replay', () => {
  it.each(chainNames)('comes to the same, and under a tighter range to what is decided there: %s', async (name) => {
    const folder = tempFolder()
    const once = (logFolder: string, env: Record<string, string> = {}) =>
      runCli(['once', '--market', join(chains, name), '--log-dir', logFolder], { env })
    expect((await once(folder)).exitCode).toBe(0)
    expect(await replayed([folder])).toMatchObject({ exitCode: 0, same: 1, reworded: 0 })

    const actionIn = (path: string) => {
      const record = linesIn(path).find((line): line is DecisionRecord => line.kind === 'decision')
      return { action: record?.decision?.proposal.action, params: record?.decision?.proposal.params }
    }
    for (const env of [{ DELTA_MAX: '0.2' }, { MIN_OPEN_INTEREST: '300' }]) {
      const tight = tempFolder()
      await once(tight, env)
      const { differences } = await replayed([folder], env)
      const { action, params } = differences[0]?.replayed ?? actionIn(folder)
      expect({ action, params }).toEqual(actionIn(tight))
    }
  })
})

describe('a replay is refused', () => {
  it.each([
    { args: () => ['none'], why: 'of nothing', says: 'none is no folder and no file.' },
    { args: () => [log, '--policy', 'llm'], why: 'by a language model', says: 'is not in this version' },
    {
      args: () => [log],
      env: { DELTA_MAX: '35' },
      why: 'under a wrong setting',
      says: 'It is a fraction: 35 % is 0.35.',
    },
    {
      args: () => [log],
      env: { DELTA_MIN: '0.36' },
      why: 'under a pair that is none',
      says: 'is above DELTA_MAX=0.35',
    },
    { args: () => [log], env: { DELTA_MXA: '0.3' }, why: 'under a slip of the pen', says: 'Did you mean DELTA_MAX?' },
  ])('$why', async ({ args, env, says }) => {
    const { exitCode, stdout, stderr } = await replay(args(), env as Record<string, string> | undefined)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(says)
  })

  it('of a log that does not say its settings, until they are given', async () => {
    const bare = await rewritten((record) => record, { note: 'written by something else' })
    const { exitCode, stderr } = await replay([bare])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('The log does not say DELTA_MIN, DELTA_MAX, DTE_MIN, DTE_MAX.')
    const given = { DELTA_MIN: '0.1', DELTA_MAX: '0.35', DTE_MIN: '5', DTE_MAX: '45' }
    expect((await replay([bare], given)).exitCode).toBe(0)
  })

  it('of a log that was edited', async () => {
    const edited = await rewritten((record) => record)
    const [name = ''] = readdirSync(edited).filter((file) => file.startsWith('agent_decisions_'))
    const text = readFileSync(join(edited, name), 'utf8')
    writeFileSync(join(edited, name), text.replace('"cycle":1,', '"cycle":7,'))
    const { exitCode, stderr } = await replay([edited])
    expect(exitCode).toBe(6)
    expect(stderr).toContain('line 3 does not fit its hash')
  })
})

const NOTHING: ProposedAction = { action: 'DO_NOTHING', params: {}, reasoning: 'The dice say so.' }

/** The first decisions of the log, each through `change`, as a life in a log of its own that verifies. */
async function rewritten(
  change: (record: DecisionRecord) => DecisionRecord,
  settings: HeaderRecord['configuration'] = configuration(),
  folder = tempFolder(),
): Promise<string> {
  const options = { folder, runId: 'again', codeVersion: '1.0.0', configuration: settings, synced: false }
  const { decisions, close } = await openRecord(options)
  for (const record of records.slice(0, 6)) {
    const { seq, hash, ...rest } = record as DecisionRecord & { seq: number; hash: string }
    await decisions.record(change(rest))
  }
  await close()
  return folder
}

/** The settings of the log, as its heading has them. */
function configuration(): HeaderRecord['configuration'] {
  const [header] = linesIn(log)
  if (header?.kind !== 'header') throw new Error('the log has no header')
  return header.configuration
}

function candidateSold({ decision, state }: DecisionRecord) {
  const params = decision?.proposal.action === 'CLOSE_COVERED_CALL' ? {} : (decision?.proposal.params ?? {})
  const symbol = 'toSymbol' in params ? params.toSymbol : 'symbol' in params ? params.symbol : undefined
  return state?.underlyings
    .flatMap(({ candidates }) => candidates)
    .find(({ instrument }) => instrument.symbol === symbol)
}

type Targets = { delta?: number; dte?: number }

/** Cycles at which the rules act otherwise on what is left of the candidates. */
function decidedBy(keeps: (candidate: UnderlyingState['candidates'][number]) => boolean, targets: Targets): number[] {
  const options = {
    target: { delta: 0.225, dte: Math.sqrt(5 * 45), ...targets },
    writeWhen: { cooldownMin: 30 },
    rollWhen: { dte: 1, creditOnly: false, maxDebit: 0.05 },
    maxSizeCoin: { BTC: 5, ETH: 50 },
  }
  return records
    .filter(({ state, decision, policy }) => {
      if (state === null || decision === null || policy !== 'rules') return false
      const underlyings = state.underlyings.map((one) => ({ ...one, candidates: one.candidates.filter(keeps) }))
      const { action, params } = decideAction({ ...state, underlyings }, options).proposal
      return JSON.stringify([action, params]) !== JSON.stringify([decision.proposal.action, decision.proposal.params])
    })
    .map(({ cycle }) => cycle)
}
