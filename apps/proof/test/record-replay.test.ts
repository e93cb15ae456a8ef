import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decisionRecordSchema } from '@cc/models'
import { createFakeProvider, type FakeProvider } from '@cc/policy-llm/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ModelRunEnd, RECORDING, recordOf, runWithModel } from '../src/record-replay.ts'

const CANARY = 'sk-canary-4Tz8KpWm2XvQ7LsR'
const folder = mkdtempSync(join(tmpdir(), 'cc-record-replay-'))
const ends = new Map<string, ModelRunEnd>()
let fake: FakeProvider
let asked = 0

/**
 * Four simulated days with a provider that fails now and then, and the same twice from the recording, when it is gone. No
 * more calls than the budget of an hour has: what is refused without being asked is in no recording.
 */
beforeAll(async () => {
  fake = await createFakeProvider({
    choose: ({ ids }) => ids[Math.floor(ids.length / 2)] ?? '',
    next: ['ok', 'status 500', 'ok', 'ok', 'refusal', 'ok', 'reset before the headers', 'ok'],
  })
  const provider = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: fake.url }
  const run = async (logs: string, cassetteMode: 'record' | 'replay') => {
    const sockets = cassetteMode === 'replay' ? 'forbidden' : 'allowed'
    ends.set(logs, await runWithModel({ folder, logs, cassetteMode, sockets, provider, days: 4 }))
  }
  await run('recorded', 'record')
  asked = fake.requests.length
  await fake.close()
  await run('first', 'replay')
  await run('second', 'replay')
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a run with a model that is replayed', () => {
  it('ends well, and opens not one socket', () => {
    for (const [logs, end] of ends) expect({ logs, ...end }).toEqual({ logs, code: 0, said: '', socketsOpened: 0 })
  })

  it('asks nobody, and answers what the model answered', () => {
    expect(asked).toBeGreaterThan(5)
    const calls = readFileSync(join(folder, RECORDING), 'utf8').trimEnd().split('\n').slice(1)
    expect(calls).toHaveLength(asked)
    const fallbacks = decisions('recorded').flatMap(({ decision }) => decision?.modelCall?.fallback ?? [])
    expect(fallbacks).toContain('refusal')
    expect(fallbacks).not.toContain('replay-miss')
    const choices = decisions('recorded').flatMap(({ decision }) => decision?.modelCall?.choice ?? [])
    expect(choices.length).toBeGreaterThan(3)
  })

  it.each(['first', 'second'])('writes the bytes of the recorded run: the %s time', (logs) => {
    const [recorded, replayed] = [recordOf(folder, 'recorded'), recordOf(folder, logs)]
    expect([...replayed.keys()]).toEqual([...recorded.keys()])
    expect([...replayed.keys()]).toContain('agent_decisions_20260102.jsonl')
    for (const [name, text] of recorded) {
      expect({ name, line: firstDifference(text, replayed.get(name)!) }).toEqual({ name, line: null })
    }
  })

  it('would be caught opening a socket', async () => {
    const alone = mkdtempSync(join(folder, 'caught-'))
    const provider = { OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: fake.url }
    const end = await runWithModel({
      ...{ folder: alone, logs: 'caught', cassetteMode: 'auto', sockets: 'forbidden', provider, days: 1 },
    })
    expect(end.code).toBe(0)
    expect(end.socketsOpened).toBeGreaterThan(0)
  })

  it('has no byte of the key in its recording', () => {
    expect(readFileSync(join(folder, RECORDING), 'utf8')).not.toContain(CANARY)
  })
})

/** The number of the first line that is another, from 1 on; `null`: all are the same. */
function firstDifference(a: string, b: string): number | null {
  if (a === b) return null
  const others = b.split('\n')
  return a.split('\n').findIndex((line, index) => line !== others[index]) + 1
}

function decisions(logs: string) {
  return [...recordOf(folder, logs)]
    .filter(([name]) => name.startsWith('agent_decisions_'))
    .flatMap(([, text]) => text.trimEnd().split('\n'))
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'decision')
    .map((record) => decisionRecordSchema.parse(record))
}
