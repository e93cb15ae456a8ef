import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CANDIDATE_REJECTIONS, type DecisionRecord } from '@cc/models'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decisionLines } from '../src/decision-line.js'
import { rejectionWords, spanWords } from '../src/rejection-words.js'
import { idle, planned, plannedRoll } from './records.js'
import { type CliResult, runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

/** Two days of two coins, and some hours in which risk allows no sale. */
let sold: string
let vetoed: string

beforeAll(async () => {
  sold = await logOf(['--for', '2d', '--every', '2h'])
  vetoed = await logOf(['--for', '4h', '--every', '1h', '--underlying', 'BTC'], { MAX_NET_DELTA_ABS: '0.05' })
})
afterAll(() => {
  for (const folder of [sold, vetoed]) rmSync(folder, { recursive: true, force: true })
})

async function logOf(flags: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'decisions-'))
  const { exitCode, stderr } = await runCli(['run', ...flags, '--log-dir', folder], { folder, env })
  expect(stderr).toBe('')
  expect(exitCode).toBe(0)
  return folder
}

/** What stands in the files, read without anything of ours. */
function recordsIn(folder: string): DecisionRecord[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('agent_decisions_'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'decision')
}

const decisions = (...args: string[]): Promise<CliResult> => runCli(['decisions', ...args], { folder: '/' })

describe('decisions', () => {
  it('prints a line for each decision of a log, in its order', async () => {
    const records = recordsIn(sold)
    expect(records.length).toBeGreaterThan(24)
    const { exitCode, stdout, stderr } = await decisions(sold)
    expect(exitCode).toBe(0)
    const [header, ...lines] = stdout.trimEnd().split('\n')
    expect(header).toMatch(/^time \(UTC\) +cycle +action +symbol +size +verdict +execution$/)
    expect(lines.map((line) => [line.slice(0, 16), Number(line.slice(16, 26))])).toEqual(
      records.map(({ startedMs, cycle }) => [new Date(startedMs).toISOString().slice(0, 16).replace('T', ' '), cycle]),
    )
    expect(lines[0]).toMatch(/OPEN +BTC-\d+JAN26-\d+-C +2 {2}allowed {2}filled {2}sold 2 at 0\.\d+$/)
    expect(lines[3]).toMatch(/DO_NOTHING {2}BTC: short 2 BTC-.* ETH: short 20 ETH-.*\.$/)
    expect(stderr).toBe(`${records.length} decisions.\n`)
  })

  it('tells a script the same as one document, and where each line stands', async () => {
    const { stdout, stderr } = await decisions(sold, '--json')
    expect(stderr).toBe('')
    const { schemaVersion, folder, decisions: told } = JSON.parse(stdout)
    expect({ schemaVersion, folder }).toEqual({ schemaVersion: 1, folder: sold })
    const records = recordsIn(sold)
    expect(told).toHaveLength(records.length)
    for (const [index, record] of records.entries()) {
      const { file, lineNumber, ...facts } = told[index]
      expect(JSON.parse(lineOf(file, lineNumber))).toMatchObject({ kind: 'decision', cycle: facts.cycle })
      expect(facts).toMatchObject({
        action: record.decision?.proposal.action,
        params: record.decision?.proposal.params,
        decisionId: record.decisionId,
        allowed: record.verdict?.allowed,
        execution: record.execution?.status ?? null,
      })
    }
  })

  it.each([
    { args: ['--action', 'open'], keeps: ({ decision }: DecisionRecord) => isOpen(decision) },
    { args: ['--action', 'OPEN_COVERED_CALL'], keeps: ({ decision }: DecisionRecord) => isOpen(decision) },
    {
      args: ['--since', '2026-01-03'],
      keeps: ({ startedMs }: DecisionRecord) => startedMs >= Date.UTC(2026, 0, 3),
    },
    {
      args: ['--since', '2026-01-02T00:01Z', '--action', 'OPEN'],
      keeps: (record: DecisionRecord) => isOpen(record.decision) && record.startedMs >= Date.UTC(2026, 0, 2, 0, 1),
    },
    { args: ['--vetoed'], keeps: () => false },
  ])('keeps only what was asked for: $args', async ({ args, keeps }) => {
    const kept = recordsIn(sold).filter(keeps)
    const { stdout } = await decisions(sold, ...args, '--json')
    expect(cyclesOf(stdout)).toEqual(kept.map(({ cycle }) => cycle))
    const { stderr } = await decisions(sold, ...args)
    expect(stderr).toBe(`${kept.length} of ${recordsIn(sold).length} decisions.\n`)
  })

  it('tells with a refusal by which numbers', async () => {
    const refused = recordsIn(vetoed).filter(({ verdict }) => verdict?.allowed === false)
    expect(refused.length).toBeGreaterThan(2)
    const { stdout } = await decisions(vetoed, '--vetoed')
    const [, ...lines] = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(refused.length)
    for (const line of lines) expect(line).toMatch(/ refused .*delta.* 0\.05/)
    const { decisions: told } = JSON.parse((await decisions(vetoed, '--vetoed', '--json')).stdout)
    expect(told[0]).toMatchObject({ allowed: false, breaches: [{ code: 'net-delta-exceeded', max: 0.05 }] })
  })

  it('reads one file of a log alone', async () => {
    const file = 'agent_decisions_20260103.jsonl'
    const { stdout } = await decisions(join(sold, file), '--json')
    const day = (record: DecisionRecord) => new Date(record.startedMs).toISOString().slice(0, 10)
    expect(cyclesOf(stdout)).toEqual(
      recordsIn(sold)
        .filter((record) => day(record) === '2026-01-03')
        .map(({ cycle }) => cycle),
    )
  })

  it('reads of one file none of those after it', async () => {
    const [day, next] = ['agent_decisions_20260102.jsonl', 'agent_decisions_20260103.jsonl']
    const [heading] = readFileSync(join(sold, next), 'utf8').split('\n')
    const folder = tempFolder({ [day]: readFileSync(join(sold, day), 'utf8'), [next]: `${heading}\nno line\n` })
    for (const name of [day, next]) chmodSync(join(folder, name), 0o600)
    expect(await decisions(join(folder, day))).toMatchObject({ exitCode: 0 })
    expect(await decisions(join(folder, next))).toMatchObject({ exitCode: 6 })
  })

  it.each([
    { args: ['none'], why: 'no folder and no file', says: 'none is no folder and no file.' },
    { args: ['/'], why: 'a folder without a log', says: '/ holds no decisions: there is no agent_decisions_' },
    { args: ['.', '--action', 'buy'], why: 'no action', says: 'Expected OPEN, ROLL, CLOSE or DO_NOTHING.' },
    { args: ['.', '--why', 'BTC-16JAN26-100000-P'], why: 'a put', says: 'Expected a call such as' },
    { args: ['.', '--why', 'BTC'], why: 'no symbol', says: 'Expected a call such as' },
    { args: ['.', '--since', 'yesterday'], why: 'no date', says: 'Expected a day' },
  ])('refuses $why', async ({ args, says }) => {
    const { exitCode, stdout, stderr } = await decisions(...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(says)
  })
})

describe('decisions --why', () => {
  it('says of every call that was listed what kept it out, with limit and number, or its rank', async () => {
    const [first] = recordsIn(sold)
    const btc = first?.state?.underlyings.find(({ currency }) => currency === 'BTC')
    if (btc === undefined) throw new Error('nothing was seen of BTC')
    const [low] = btc.rejectedCandidates.filter(({ reason }) => reason === 'delta-too-low')
    const [symbol = '', value] = Object.entries(low?.values ?? {})[0] ?? []
    const { stdout } = await decisions(sold, '--why', symbol, '--json')
    expect(JSON.parse(stdout).decisions[0]).toMatchObject({
      cycle: 0,
      status: 'rejected',
      reason: 'delta-too-low',
      limit: 0.1,
      value,
    })
    const best = btc.candidates[0]
    const answer = JSON.parse((await decisions(sold, '--why', best?.instrument.symbol ?? '', '--json')).stdout)
    expect(answer.decisions[0]).toMatchObject({
      status: 'candidate',
      rank: 1,
      of: btc.candidates.length,
      edgeCoin: best?.edgeCoin,
      chosen: false,
    })
  })

  it('has an answer for each decision, and prints equal ones in a row as one line', async () => {
    const records = recordsIn(sold)
    const symbol = symbolSold(records)
    const json = JSON.parse((await decisions(sold, '--why', symbol, '--json')).stdout)
    expect(json).toMatchObject({ schemaVersion: 1, symbol })
    expect(json.decisions).toHaveLength(records.length)
    expect(json.decisions[0]).toMatchObject({ status: 'candidate', chosen: true })

    const { stdout } = await decisions(sold, '--why', symbol)
    const [header, ...lines] = stdout.trimEnd().split('\n')
    expect(header).toBe(`time (UTC)        ${symbol}`)
    expect(lines[0]).toMatch(/^2026-01-02 00:00 +candidate: rank \d+ of \d+, edge \S+ per coin; chosen$/)
    expect(lines[1]).toContain('; decided: OPEN ETH-')
    expect(lines[2]).toMatch(/ {2}candidate: rank .* decided: DO_NOTHING \(call-open\); ×\d+, until .*$/)
    const counts = lines.map((line) => Number(/×(\d+)/.exec(line)?.[1] ?? 1))
    expect(counts.reduce((sum, count) => sum + count)).toBe(records.length)
    // Of the decisions that a line stands for it has the least and the most, in whichever order they came.
    let from = 0
    for (const [index, line] of lines.entries()) {
      const folded = json.decisions.slice(from, from + (counts[index] ?? 0))
      from += folded.length
      if (!line.includes('candidate:')) continue
      const ranks = folded.map(({ rank }: { rank: number }) => rank)
      const span = { least: Math.min(...ranks), most: Math.max(...ranks) }
      expect(line).toContain(`rank ${spanWords(span)} of `)
    }
  })

  it('knows nothing of a coin that was not looked at', async () => {
    const { stdout } = await decisions(vetoed, '--why', 'ETH-16JAN26-3200-C')
    expect(stdout).toMatch(/ {2}nothing was seen of its coin; ×\d+, until .*\n$/)
  })
})

describe('the words of a rejection', () => {
  it.each(CANDIDATE_REJECTIONS)('say what was demanded and what there was: %s', (reason) => {
    const text = rejectionWords(reason, { value: { least: 0.0123, most: 0.0456 }, limit: 7 })
    expect(text).toMatch(/^\S.*\S$/)
    expect(text).not.toMatch(/undefined|NaN|null/)
    expect(rejectionWords(reason, { value: null, limit: null })).not.toMatch(/undefined|NaN|object/)
  })

  it('never show a number that looks like the limit that it fell by', () => {
    const sixDigits = fc.double({ min: 1e-6, max: 1e6, noNaN: true }).map((value) => Number(value.toPrecision(6)))
    const nearby = sixDigits.chain((limit) =>
      fc.double({ min: 0.99, max: 1.01, noNaN: true }).map((ratio) => [limit, Number((limit * ratio).toPrecision(6))]),
    )
    fc.assert(
      fc.property(nearby, ([limit = 0, value = 0]) => {
        fc.pre(value !== limit)
        const shown = spanWords({ least: value, most: value }, limit)
        expect(shown).not.toBe(String(limit))
        expect(Math.abs(Number(shown) / value - 1)).toBeLessThan(0.006)
      }),
    )
  })
})

describe('a decision in a narrow terminal', () => {
  const TIME_MS = Date.UTC(2026, 0, 2)

  it.each([
    {
      record: planned(TIME_MS),
      lines: ['2026-01-02 00:00  OPEN        BTC-30JAN26-100000-C    0.5  allowed  dry-run'],
    },
    {
      record: plannedRoll(TIME_MS),
      lines: [
        '2026-01-02 00:00  ROLL        BTC-23JAN26-90000-C     0.5  allowed  dry-run',
        '                  to BTC-30JAN26-100000-C',
      ],
    },
    {
      record: idle(TIME_MS, 'BTC: no call is a candidate (12 delta-too-low, 80 dte-too-long).'),
      lines: ['2026-01-02 00:00  DO_NOTHING  BTC: no call is a candidate (12 delta-too-low, 80…'],
    },
    {
      record: {
        ...idle(TIME_MS, ''),
        decision: null,
        failure: { code: 'deribit/unreachable', recovery: 'skip' as const, message: 'No answer.', facts: {} },
      },
      lines: ['2026-01-02 00:00  FAILED      deribit/unreachable: No answer.'],
    },
  ])('is $lines.0', ({ record, lines }) => {
    expect(decisionLines(record, 80)).toEqual(lines)
  })
})

function isOpen(decision: DecisionRecord['decision']): boolean {
  return decision?.proposal.action === 'OPEN_COVERED_CALL'
}

function cyclesOf(stdout: string): number[] {
  return JSON.parse(stdout).decisions.map(({ cycle }: DecisionRecord) => cycle)
}

function lineOf(file: string, lineNumber: number): string {
  return readFileSync(join(sold, file), 'utf8').split('\n')[lineNumber - 1] ?? ''
}

function symbolSold(records: readonly DecisionRecord[]): string {
  const proposal = records[0]?.decision?.proposal
  if (proposal?.action !== 'OPEN_COVERED_CALL') throw new Error('the first decision sells nothing')
  return proposal.params.symbol
}
