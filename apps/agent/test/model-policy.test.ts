import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readDecisions } from '@cc/logging'
import type { DecisionRecord } from '@cc/models'
import { createFakeProvider } from '@cc/policy-llm/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readLines, runCli } from './run-cli.js'
import { tempFolder } from './temp-folder.js'

const CANARY = 'sk-canary-2mQv8sJx4LrTz6Wp'
const twoDays = ['run', '--underlying', 'BTC', '--for', '2d', '--every', '6h', '--log-dir', 'logs']

async function provider() {
  const fake = await createFakeProvider()
  onTestFinished(() => fake.close())
  const env = { LLM_ENABLED: 'true', OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: `${fake.url}/v1` }
  return { fake, env }
}

async function decisionsOf(folder: string): Promise<DecisionRecord[]> {
  const records = []
  for await (const record of readDecisions(join(folder, 'logs'))) {
    if (record.policy !== 'closing') records.push(record)
  }
  return records
}

/** Every byte that was written or printed. */
function bytesOf({ folder, stdout, stderr }: { folder: string; stdout: string; stderr: string }): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return [stdout, stderr, ...files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'))].join('\n')
}

it.each([[['run', '--for', '6h', '--every', '1h']], [['once']]])(
  'runs on rules without a key, and says so once: %j',
  async (command) => {
    const { exitCode, stderr, stdout } = await runCli(command, { env: { LLM_ENABLED: 'true' } })
    expect(exitCode).toBe(0)
    expect(stderr.match(/The rules decide\./g)).toHaveLength(1)
    expect(stderr).toMatch(/^ccagent: LLM_ENABLED=true \(environment\): /)
    expect(stdout).toContain('OPEN')
  },
)

it('decides the same without a key as without a model', async () => {
  const args = ['run', '--for', '6h', '--every', '1h', '--log-dir', 'logs']
  const [plain, unmet] = [await runCli(args), await runCli([...args, '--policy', 'llm'])]
  const linesOf = ({ folder }: { folder: string }) => readLines(join(folder, 'logs'), 'agent_decisions_20260102.jsonl')
  const told = (lines: readonly string[]) => lines.slice(1).map((line) => JSON.parse(line).decision)
  expect(told(linesOf(unmet))).toEqual(told(linesOf(plain)))
})

describe('a model', () => {
  it('decides, with the rules’ proposal beside its own and everything about the call in the record', async () => {
    const { fake, env } = await provider()
    const run = await runCli(twoDays, { env })
    expect({ exitCode: run.exitCode, stderr: run.stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(run.stdout).toContain(`policy llm (gpt-6-luna at ${new URL(fake.url).host})`)
    const asked = (await decisionsOf(run.folder)).filter(({ decision }) => decision?.modelCall !== undefined)
    expect(asked.length).toBeGreaterThan(0)
    expect(fake.requests).toHaveLength(asked.length)
    for (const { policy, decision } of asked) {
      expect(policy).toBe('llm')
      expect(decision?.others?.map((other) => other.policy)).toEqual(['rules'])
      expect(decision?.modelCall).toMatchObject({ fallback: null, mode: 'act', attempts: 1 })
      expect(decision?.modelCall?.menu.map(({ id }) => id)).toContain(decision?.modelCall?.choice)
    }
    const texts = readLines(join(run.folder, 'logs'), 'model_texts.jsonl').map((line) => JSON.parse(line))
    const hashes = new Set(texts.map(({ hash }) => hash))
    for (const { decision } of asked) {
      for (const hash of [decision?.modelCall?.inputHash, decision?.modelCall?.answerHash])
        expect(hashes).toContain(hash)
    }
  })

  it('only speaks in shadow mode: the rules decide what they would have decided', async () => {
    const { env } = await provider()
    const shadow = await decisionsOf((await runCli(twoDays, { env: { ...env, LLM_MODE: 'shadow' } })).folder)
    const rules = await decisionsOf((await runCli(twoDays)).folder)
    expect(shadow.map(({ policy }) => policy)).toEqual(rules.map(() => 'rules'))
    expect(shadow.map(({ decision }) => decision?.proposal)).toEqual(rules.map(({ decision }) => decision?.proposal))
    const spoken = shadow.filter(({ decision }) => decision?.modelCall !== undefined)
    expect(spoken.length).toBeGreaterThan(0)
    for (const { decision } of spoken) expect(decision?.others?.map(({ policy }) => policy)).toEqual(['llm'])
  })

  it('that is replayed asks nobody, needs no key, and writes the same bytes each time', async () => {
    const { fake, env } = await provider()
    const folder = tempFolder()
    const tape = { LLM_CASSETTE: 'calls.jsonl' }
    const recorded = await runCli(twoDays, { folder, env: { ...env, ...tape } })
    expect(recorded.stderr).toBe('')
    const asked = fake.requests.length
    expect(asked).toBeGreaterThan(0)
    const logOf = (dir: string) => readFileSync(join(folder, dir, 'agent_decisions_20260102.jsonl'), 'utf8')
    for (const dir of ['again', 'once-more']) {
      const replayEnv = { LLM_ENABLED: 'true', LLM_CASSETTE_MODE: 'replay', ...tape }
      const replayed = await runCli([...twoDays.slice(0, -1), dir], { folder, env: replayEnv })
      expect({ exitCode: replayed.exitCode, stderr: replayed.stderr }).toEqual({ exitCode: 0, stderr: '' })
    }
    expect(fake.requests).toHaveLength(asked)
    expect(logOf('again')).toBe(logOf('once-more'))
    const told = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => JSON.parse(line).decision)
    expect(told(logOf('again')).map((decision) => decision?.proposal)).toEqual(
      told(logOf('logs')).map((decision) => decision?.proposal),
    )
  })

  it('whose provider fails does nothing, and says why; what it has cost outlives the run', async () => {
    const { fake, env } = await provider()
    fake.always('status 401')
    const folder = tempFolder()
    const first = await runCli(twoDays, { folder, env })
    expect(first.exitCode).toBe(0)
    const [begun, ...rest] = (await decisionsOf(folder)).filter(({ decision }) => decision?.modelCall !== undefined)
    expect(begun?.decision).toMatchObject({ proposal: { action: 'DO_NOTHING' }, modelCall: { fallback: 'auth' } })
    for (const { decision } of rest) expect(decision?.modelCall?.fallback).toBe('breaker-open')
    const asked = fake.requests.length
    await runCli([...twoDays, '--fresh'], { folder, env })
    expect(fake.requests).toHaveLength(asked)
  })

  it('leaves no byte of its key in logs, recordings, texts or on the console', async () => {
    const { env } = await provider()
    const run = await runCli([...twoDays, '--verbose'], { env: { ...env, LLM_CASSETTE: 'calls.jsonl' } })
    expect(bytesOf(run)).toContain('"kind":"cassette"')
    expect(bytesOf(run)).not.toContain(CANARY)
  })
})

it('warns of a model that is about to be shut down', async () => {
  const { env } = await provider()
  const { stderr } = await runCli(['once'], { env: { ...env, LLM_MODEL_NAME: 'gpt-5-mini' } })
  expect(stderr).toMatch(/gpt-5-mini.*2026-12-11/)
})
