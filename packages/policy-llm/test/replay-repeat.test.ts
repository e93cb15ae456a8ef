import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@cc/models'
import { createMemoryStore, silentLogger, stateForTest } from '@cc/models/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { createCassetteFetch } from '../src/cassette.js'
import { openTape, type TapeOptions } from '../src/cassette-file.js'
import { chooseActionWithLlm } from '../src/choose-action.js'
import type { LlmOptionsInput } from '../src/options.js'
import { PROMPT_HASH } from '../src/prompt.js'
import { createFakeProvider, type Doing, type Play, replyJson } from '../src/testing/index.js'
import { providerAt, RULES_DECISION } from './behaviour-run.js'

/*
 * Whether a call is repeated hangs on the time that is left of it, and a replay takes none. Time passes only where a test
 * says so, whatever the machine does.
 */

const DEADLINE_MS = 20_000
/** Leaves less of the deadline than a repeat needs. */
const LATE_MS = 13_000
const RECORDED_MS = Date.parse('2026-11-27T00:00:00Z')
const REPLAYED_MS = Date.parse('2027-11-27T00:00:00Z')
/** What is waited before a repeat that the provider says nothing of. */
const PAUSE_MS = 500
const STATE = stateForTest()

const reset: Play = ({ socket }) => void socket.resetAndDestroy()
/** Says when to come back, as a date: it lies ahead in the recording, and behind in the replay. */
const waits: Play = (exchange) => {
  const headers = { 'retry-after': new Date(RECORDED_MS + LATE_MS).toUTCString() }
  replyJson(exchange, { error: { message: 'Too many.' } }, { status: 429, headers })
}

const folder = mkdtempSync(join(tmpdir(), 'replay-repeat-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Case = {
  why: string
  /** What the provider does with the first call, a request each. With all others it answers. */
  does: readonly Doing[]
  /** How long the first request takes. */
  tookMs: number
  /** Of the recording alone. */
  options?: LlmOptionsInput
  fallback: string | null
  attempts: number
}

const CASES: readonly Case[] = [
  { why: 'failed when it was too late for another', does: ['status 500'], tookMs: LATE_MS, ...once('server') },
  { why: 'lost its connection too late', does: [reset], tookMs: LATE_MS, ...once('connection') },
  { why: 'was told to wait for longer than it had then', does: [waits], tookMs: 0, ...once('rate-limited') },
  {
    why: 'had a budget for one request',
    does: ['status 500'],
    tookMs: 0,
    options: { budget: { callsPerHour: 1 } },
    ...once('server'),
  },
  { why: 'was repeated and failed again', does: ['status 500', reset], tookMs: 0, fallback: 'connection', attempts: 2 },
  { why: 'was repeated and answered', does: ['status 500'], tookMs: 0, fallback: null, attempts: 2 },
]

describe.each(CASES)('a recorded call that $why', (each) => {
  it('comes to the same bytes in a replay, and so does the same call after it', async () => {
    const { path, recorded } = await record(each)
    expect(recorded.map((decision) => JSON.parse(decision).modelCall)).toMatchObject([
      { fallback: each.fallback, attempts: each.attempts },
      { fallback: null, attempts: 1 },
    ])
    expect(await replay(path, 'replay')).toEqual(recorded)
    expect(await replay(path, 'replay')).toEqual(recorded)
  })

  it('does so where the recording is added to, and adds nothing', async () => {
    const { path, recorded } = await record(each)
    const tape = readFileSync(path, 'utf8')
    expect(await replay(path, 'auto')).toEqual(recorded)
    expect(readFileSync(path, 'utf8')).toBe(tape)
  })
})

describe('a recording that does not say what is a repeat', () => {
  const untold = (tape: string) => tape.replaceAll(/"attempt":\d,/g, '')

  it.each(CASES.filter(({ attempts }) => attempts === 2))('replays a call that $why', async (each) => {
    const { path, recorded } = await record(each)
    writeFileSync(path, untold(readFileSync(path, 'utf8')))
    expect(await replay(path, 'replay')).toEqual(recorded)
  })

  it.each(CASES.filter(({ attempts }) => attempts === 1))(
    'replays a call that $why, where the same was not asked again',
    async (each) => {
      const { path, recorded } = await record(each)
      writeFileSync(path, untold(linesOf(path, 2)))
      expect((await replay(path, 'replay'))[0]).toBe(recorded[0])
    },
  )
})

it.each(['replay', 'auto'] as const)(
  'of a recording that broke off before a repeat there is none: %s',
  async (mode) => {
    const { path } = await record({ why: 'broke off', does: ['status 500'], tookMs: 0, fallback: null, attempts: 2 })
    writeFileSync(path, linesOf(path, 2))
    const [first] = await replay(path, mode)
    expect(JSON.parse(first ?? '').modelCall).toMatchObject({ fallback: 'server', attempts: 1 })
  },
)

let files = 0

/** The header of a recording and the calls after it, so many lines in all. */
function linesOf(path: string, count: number): string {
  const lines = readFileSync(path, 'utf8').split('\n')
  return `${lines.slice(0, count).join('\n')}\n`
}

async function record({ does, tookMs, options = {} }: Case) {
  const path = join(folder, `${files++}.jsonl`)
  const choose = ({ ids, holdId }: { ids: readonly string[]; holdId: string | null }) =>
    ids.find((id) => id !== holdId) ?? ''
  const fake = await createFakeProvider({ next: does, choose })
  const clock = createHandClock(RECORDED_MS)
  let asked = 0
  const slow: typeof fetch = async (input, init) => {
    asked += 1
    try {
      return await fetch(input, init)
    } finally {
      if (asked === 1) clock.pass(tookMs)
    }
  }
  try {
    const recorded = await decideTwice({ path, mode: 'record', url: fake.url, clock, fetch: slow, options })
    return { path, recorded }
  } finally {
    await fake.close()
  }
}

function replay(path: string, mode: 'replay' | 'auto'): Promise<readonly string[]> {
  const nobody: typeof fetch = () => Promise.reject(new Error('nobody should be asked'))
  const clock = createHandClock(REPLAYED_MS)
  return decideTwice({ path, mode, url: 'http://127.0.0.1:41999/v1', clock, fetch: nobody, options: {} })
}

type Setup = {
  path: string
  mode: TapeOptions['mode']
  url: string
  clock: Clock
  fetch: typeof fetch
  options: LlmOptionsInput
}

/** Decides twice on one state, each time with breaker and budgets that know of no call before. */
async function decideTwice({ path, mode, url, clock, fetch, options }: Setup): Promise<readonly string[]> {
  const tape = openTape(path, { mode, promptHash: PROMPT_HASH, model: 'gpt-6-luna' })
  const taped = createCassetteFetch({ mode, tape, fetch, promptHash: PROMPT_HASH })
  const decide = async () => {
    const decision = await chooseActionWithLlm(
      STATE,
      { deadlineMs: DEADLINE_MS, ...options },
      {
        ...{ provider: providerAt(url), logger: silentLogger, store: createMemoryStore(), fetch: taped },
        ...{ clock, venueClock: { now: () => STATE.timeMs }, guards: mode === 'record' },
        ...{ rules: () => RULES_DECISION, mandatoryExit: () => undefined, isLegal: () => true },
      },
    )
    return JSON.stringify(decision)
  }
  try {
    return [await decide(), await decide()]
  } finally {
    tape.close()
  }
}

/** Time that passes by hand. The pause before a repeat is over at once; what else is waited for never comes. */
function createHandClock(startMs: number): Clock & { pass(durationMs: number): void } {
  let nowMs = startMs
  const pass = (durationMs: number) => {
    nowMs += durationMs
  }
  return {
    now: () => nowMs,
    pass,
    sleep: async (durationMs, signal) => {
      if (signal?.aborted) throw signal.reason
      if (durationMs === PAUSE_MS) return pass(durationMs)
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    },
    hold: (work) => work(),
  }
}

function once(fallback: string) {
  return { fallback, attempts: 1 }
}
