import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readLog, verifyLog } from '@cc/logging'
import { type DecisionRecord, decisionRecordSchema } from '@cc/models'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAgent } from './agent-process.js'

const folder = mkdtempSync(join(tmpdir(), 'cc-start-'))
const runs = ['a', 'b'].map((name) => join(folder, name))
let ends: readonly { code: number | null; stdout: string; stderr: string }[]
let records: readonly DecisionRecord[]

/** As `pnpm start` does, into two folders at once. */
beforeAll(async () => {
  const shape = ['--venue', 'sim', '--for', '30d', '--every', '1h', '--speed', 'max', '--fresh']
  ends = await Promise.all(runs.map((logs) => startAgent(folder, ['run', ...shape, '--log-dir', logs]).ended))
  records = linesOf(runs[0]!)
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'decision')
    .map((record) => decisionRecordSchema.parse(record))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('30 simulated days', () => {
  it('end well', () => {
    expect(ends.map(({ code, stderr }) => ({ code, said: code === 0 ? '' : stderr }))).toEqual([
      { code: 0, said: '' },
      { code: 0, said: '' },
    ])
  })

  it('write the same bytes under the same seed', () => {
    const [first, second] = runs.map((logs) => filesOf(logs)) as [
      ReadonlyMap<string, Buffer>,
      ReadonlyMap<string, Buffer>,
    ]
    expect([...first.keys()]).toEqual([...second.keys()])
    expect(
      [...first].filter(([name, bytes]) => second.get(name)?.equals(bytes) !== true).map(([name]) => name),
    ).toEqual([])
    expect([...first.keys()]).toContain('agent_decisions_20260102.jsonl')
  })

  it('write a log that is proven line by line, and opens each file with the settings', async () => {
    const { logs } = await verifyLog(runs[0]!)
    expect(logs.map(({ firstBad, tornTail }) => ({ firstBad, tornTail }))).toEqual(
      logs.map(() => ({ firstBad: null, tornTail: null })),
    )
    const [decisions] = logs
    expect(decisions?.lines).toBe(linesOf(runs[0]!).length)
    expect(decisions?.files.length).toBeGreaterThanOrEqual(30)
    for await (const { entry, lineNumber } of readLog(runs[0]!, 'decisions')) {
      if (lineNumber === 1) expect(entry).toMatchObject({ kind: 'header', configuration: { VENUE: 'sim' } })
    }
  })

  it('decide every hour of them', () => {
    expect(records.length).toBeGreaterThanOrEqual(30 * 24)
    expect(records.map(({ cycle }) => cycle)).toEqual(records.map((_, index) => index))
    expect(records.at(-1)!.endedMs - records[0]!.startedMs).toBeGreaterThanOrEqual(29 * 86_400_000)
  })

  it('sell a call that risk allowed', () => {
    const opened = records.filter(
      ({ decision, verdict, execution }) =>
        decision?.proposal.action === 'OPEN_COVERED_CALL' &&
        verdict?.allowed === true &&
        execution?.status === 'filled',
    )
    expect(opened.length).toBeGreaterThan(0)
  })

  it('settle or roll one', () => {
    const delivered = records.flatMap(({ ledger }) => ledger).filter(({ kind }) => kind === 'delivery')
    const rolled = records.filter(
      ({ decision, execution }) => decision?.proposal.action === 'ROLL_COVERED_CALL' && execution?.status === 'filled',
    )
    expect(delivered.length + rolled.length).toBeGreaterThan(0)
  })

  it('say why they do nothing', () => {
    const idle = records.flatMap(({ decision }) =>
      decision?.proposal.action === 'DO_NOTHING' ? [decision.proposal.reasoning] : [],
    )
    expect(idle.length).toBeGreaterThan(0)
    expect(idle.filter((reasoning) => reasoning.trim().length < 10)).toEqual([])
  })

  it('fail in no cycle', () => {
    expect(records.flatMap(({ failure }) => failure ?? [])).toEqual([])
  })
})

/** Lines of the decision log, oldest first; the last one is whole. */
function linesOf(logs: string): readonly string[] {
  return [...filesOf(logs)]
    .filter(([name]) => name.startsWith('agent_decisions_'))
    .flatMap(([, bytes]) => {
      const text = bytes.toString('utf8')
      expect(text.endsWith('\n')).toBe(true)
      return text.slice(0, -1).split('\n')
    })
}

function filesOf(logs: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(logs).sort()
  return new Map(names.map((name) => [name, readFileSync(join(logs, name))]))
}
