import { decisionSchema } from '@cc/models'
import { positionForTest, stateForTest, underlyingForTest } from '@cc/models/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Api, BEHAVIOURS, type Behaviour, type BehaviourName, createFakeProvider } from '../src/testing/index.js'
import {
  askChoice,
  CANARY,
  providerAt,
  type Question,
  RULES_DECISION,
  type Run,
  runCaller,
  runChoice,
} from './behaviour-run.js'

/*
 * Everything that a provider may do, through the real client over real sockets.
 */

// By a clock that is five times as fast as the machine's.
/** Of what hangs until then. */
const SHORT_MS = 15_000
/** Of the answer that would come after 1.5 s. */
const SHORTER_MS = 5_000
/** Of what ends by itself, and may be asked twice. */
const LONG_MS = 100_000
/** Busy with megabytes, of which the fake provider shares the processor. */
const HEAVY: ReadonlySet<string> = new Set<BehaviourName>([
  'a million output items',
  'a hundred thousand items before the text',
  'a body that does not end',
  '20 MB of white space',
  'the answer behind 40 MB of packed white space',
])
const HEAVY_MS = 150_000

type Case = { name: string; api: Api; layer: 'call' | 'decision'; behaviour: Behaviour; deadlineMs: number }

const CASES: readonly Case[] = Object.entries<Behaviour>(BEHAVIOURS).flatMap(([name, behaviour]) =>
  behaviour.apis.flatMap((api) =>
    (['call', 'decision'] as const).map((layer) => ({
      name,
      api,
      layer,
      behaviour,
      deadlineMs: deadlineOf(name, behaviour),
    })),
  ),
)

/** Characters that do something to a terminal, or hide, or are half of one. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/u

/** What the client would read by itself, and must not. */
const ENVIRONMENT = {
  OPENAI_API_KEY: 'sk-environment-canary-1',
  OPENAI_ADMIN_KEY: 'sk-environment-canary-2',
  OPENAI_ORG_ID: 'environment-canary-3',
  OPENAI_PROJECT_ID: 'environment-canary-4',
  OPENAI_BASE_URL: 'http://127.0.0.1:9/environment-canary-5',
  OPENAI_CUSTOM_HEADERS: 'Authorization: Bearer environment-canary-6\nX-Note: environment-canary-7',
}

describe('a provider that does', () => {
  const runs = new Map<Case, Run | Error>()
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)
  let before: readonly string[] = []
  let after: readonly string[] = []

  beforeAll(async () => {
    for (const [name, value] of Object.entries(ENVIRONMENT)) vi.stubEnv(name, value)
    process.on('unhandledRejection', note)
    // The client is loaded once, before anything is timed.
    await runChoice('ok', { api: 'responses', deadlineMs: HEAVY_MS })
    await new Promise((resolve) => setTimeout(resolve, 50))
    before = openResources()
    const of = (deadlineMs: number) => CASES.filter((each) => each.deadlineMs === deadlineMs)
    await inTurns(of(LONG_MS), 8)
    await inTurns(of(SHORT_MS), 48)
    await inTurns(of(SHORTER_MS), 4)
    await inTurns(of(HEAVY_MS), 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    after = openResources()
  })

  afterAll(() => {
    process.off('unhandledRejection', note)
    vi.unstubAllEnvs()
  })

  async function inTurns(cases: readonly Case[], atOnce: number): Promise<void> {
    const left = [...cases]
    const work = async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const { api, behaviour, deadlineMs, layer } = next
        const run = layer === 'call' ? runCaller : runChoice
        runs.set(next, await run(behaviour, { api, deadlineMs }).catch((error: Error) => error))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }

  function runOf(each: Case): Run {
    const run = runs.get(each)
    if (run === undefined || run instanceof Error) throw run ?? new Error('it was not run')
    return run
  }

  it.each(CASES.map((each) => [each.name, each.layer, each.api, each] as const))(
    '%s (%s, %s)',
    (_name, layer, _api, each) => {
      const { reason, decision, isInTime, attempts, requests, elsewhere, open, told } = runOf(each)
      expect(reason).toBe(each.behaviour.reason)
      expect(requests.length).toBe(each.behaviour.requests)
      expect(attempts).toBeLessThanOrEqual(2)
      expect(attempts).toBeGreaterThanOrEqual(1)
      expect(isInTime).toBe(true)
      expect(elsewhere).toEqual([])
      if (reason === 'deadline') expect(open).toBe(0)
      expect(told.includes(CANARY)).toBe(false)
      expect(requests.every(({ headers }) => headers.authorization === `Bearer ${CANARY}`)).toBe(true)
      expect(JSON.stringify(requests).includes('environment-canary')).toBe(false)
      if (layer === 'call') return

      expect(decisionSchema.parse(decision)).toEqual(decision)
      expect(decision?.proposal.action).toBe(reason === null ? 'OPEN_COVERED_CALL' : 'DO_NOTHING')
      expect(decision?.proposal.reasoning).not.toMatch(INVISIBLE)
      expect(decision?.modelCall?.model).not.toMatch(INVISIBLE)
      expect(decision?.others).toEqual([{ policy: 'rules', proposal: RULES_DECISION.proposal }])
    },
  )

  it('leaves nothing behind: no socket, no timer, no rejection that nobody heard', () => {
    expect(unhandled).toEqual([])
    expect(after.toSorted()).toEqual(before.toSorted())
  })
})

describe('a mandatory exit', () => {
  const symbol = 'BTC-9JAN26-95000-C'
  const exit = {
    proposal: { action: 'CLOSE_COVERED_CALL', params: { symbol, size: 1 }, reasoning: 'The delta is too high.' },
  } as const
  const state = stateForTest({
    underlyings: [underlyingForTest({ portfolio: { positions: [positionForTest(symbol)] } })],
  })

  it('waits for no provider, whatever it does', async () => {
    for (const [name, behaviour] of Object.entries<Behaviour>(BEHAVIOURS)) {
      const question: Question = { api: behaviour.apis[0] ?? 'responses', deadlineMs: SHORT_MS, state }
      const run = await runChoice(behaviour, { ...question, deps: { mandatoryExit: () => exit } })
      expect([name, run.decision, run.requests.length]).toEqual([name, exit, 0])
    }
  })

  it('does not wait for a decision that waits for the model', async () => {
    const fake = await createFakeProvider({ always: 'no answer' })
    const stop = new AbortController()
    const question: Question = { api: 'responses', deadlineMs: LONG_MS, state }
    const slow = askChoice(providerAt(fake.url), { ...question, deps: { signal: stop.signal } })
    while (fake.requests.length === 0) await new Promise(setImmediate)
    const quick = askChoice(providerAt(fake.url), { ...question, deps: { mandatoryExit: () => exit } })
    expect((await Promise.race([slow, quick])).decision).toEqual(exit)
    stop.abort(new Error('the agent is being stopped'))
    expect((await slow).reason).toBe('stopped')
    await fake.close()
  })
})

describe('an address where no provider is', () => {
  it.each([
    ['a port that is closed', (_port: string, closed: string) => `http://127.0.0.1:${closed}/v1`],
    ['a name that does not exist', () => 'https://provider.invalid/v1'],
    ['a port that speaks no TLS', (port: string) => `https://127.0.0.1:${port}/v1`],
  ])('is a connection that failed: %s', async (_why, urlOf) => {
    const [open, closed] = [await createFakeProvider(), await createFakeProvider()]
    await closed.close()
    const url = urlOf(new URL(open.url).port, new URL(closed.url).port)
    const { reason, decision, told } = await askChoice(providerAt(url), { api: 'responses', deadlineMs: LONG_MS })
    expect(reason).toBe('connection')
    expect(decision?.proposal.action).toBe('DO_NOTHING')
    expect(told.includes(CANARY)).toBe(false)
    expect(open.requests).toEqual([])
    await open.close()
  })
})

describe('calls one after the other', () => {
  it('survive a connection that was broken off in between', async () => {
    const fake = await createFakeProvider({ always: 'a connection that is broken off after the answer' })
    const reasons: unknown[] = []
    for (let call = 0; call < 5; call += 1) {
      reasons.push((await askChoice(providerAt(fake.url), { api: 'responses', deadlineMs: LONG_MS })).reason)
      await new Promise((resolve) => setTimeout(resolve, 10 * call))
    }
    expect(reasons).toEqual([null, null, null, null, null])
    await fake.close()
  })
})

describe('a server that knows no schemas', () => {
  it.each<Api>(['responses', 'chat'])('is told the form of the answer in words (%s)', async (api) => {
    const { reason, decision, requests } = await runChoice('ok', {
      ...{ api, deadlineMs: LONG_MS, answerFormat: 'json-object' },
    })
    expect(reason).toBeNull()
    expect(decision?.proposal.action).toBe('OPEN_COVERED_CALL')
    expect(requests).toMatchObject([{ api, format: 'json-object' }])
    expect(requests[0]?.ids).toEqual(decision?.modelCall?.menu.map(({ id }) => id))
  })
})

describe('an agent that is being stopped', () => {
  it('asks nobody', async () => {
    const { reason, decision, attempts, requests } = await runChoice('ok', {
      ...{ api: 'responses', deadlineMs: LONG_MS, deps: { signal: AbortSignal.abort(new Error('stopped before')) } },
    })
    expect({ reason, attempts, requests }).toEqual({ reason: 'stopped', attempts: 0, requests: [] })
    expect(decision?.proposal.action).toBe('DO_NOTHING')
  })

  it.each<BehaviourName>(['no answer', 'half a body', 'a body byte by byte'])('lets go at once: %s', async (name) => {
    const stop = new AbortController()
    const fake = await createFakeProvider({ always: name })
    const asked = askChoice(providerAt(fake.url), {
      ...{ api: 'responses', deadlineMs: LONG_MS, deps: { signal: stop.signal } },
    })
    while (fake.requests.length === 0) await new Promise(setImmediate)
    stop.abort(new Error('the agent is being stopped'))
    const { reason, decision } = await asked
    expect(reason).toBe('stopped')
    expect(decision?.proposal.action).toBe('DO_NOTHING')
    await fake.close()
  })
})

function deadlineOf(name: string, { reason }: Behaviour): number {
  if (HEAVY.has(name)) return HEAVY_MS
  if (name === 'the answer after 1.5 s') return SHORTER_MS
  return reason === 'deadline' ? SHORT_MS : LONG_MS
}

/** What keeps the process alive, but for what the test runner itself may have. */
function openResources(): readonly string[] {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /^(TCP|TLS|Timeout|Immediate|GetAddrInfo|Zlib|Pipe)/.test(name))
}
