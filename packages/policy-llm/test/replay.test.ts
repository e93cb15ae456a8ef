import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCassetteFetch } from '../src/cassette.js'
import { openTape } from '../src/cassette-file.js'
import { PROMPT_HASH } from '../src/prompt.js'
import { type Api, BEHAVIOURS, type Behaviour, type BehaviourName, createFakeProvider } from '../src/testing/index.js'
import { askChoice, CANARY, FAST, providerAt } from './behaviour-run.js'

/*
 * Everything that a provider may do, recorded over real sockets with the real client, and replayed without any.
 */

/** Of what hangs until then, recorded and replayed. By a clock that is five times as fast as the machine's. */
const SHORT_MS = 10_000
/** Of the answer that would come after 1.5 s. */
const SHORTER_MS = 5_000
const LONG_MS = 100_000
/** Busy with megabytes for longer than the short ones may take. */
const HEAVY = /million|hundred thousand|body that does not end|MB/

const CASES = Object.entries<Behaviour>(BEHAVIOURS)
  .filter(([name]) => !HEAVY.test(name))
  .flatMap(([name, behaviour]) => behaviour.apis.map((api: Api) => ({ name: name as BehaviourName, api, behaviour })))
type Case = (typeof CASES)[number]
/** A decision as its bytes, for each time that it was made. */
type Told = { recorded: string; replayed: readonly [string, string]; tape: string }

const folder = mkdtempSync(join(tmpdir(), 'replay-'))
const told = new Map<Case, Told>()
const opened: string[] = []

beforeAll(async () => {
  const recorded = await inTurns(CASES, (each) => record(each))
  const { connect } = Socket.prototype
  Socket.prototype.connect = function forbidden() {
    opened.push('a socket')
    throw new Error('a replay opens no socket')
  }
  try {
    const first = await inTurns(CASES, (each) => replay(each))
    const second = await inTurns(CASES, (each) => replay(each))
    for (const each of CASES) {
      const tape = readFileSync(pathOf(each), 'utf8')
      told.set(each, { recorded: recorded.get(each)!, replayed: [first.get(each)!, second.get(each)!], tape })
    }
  } finally {
    Socket.prototype.connect = connect
  }
})

afterAll(() => rmSync(folder, { recursive: true }))

describe('a recorded decision, byte for byte the same in two replays without sockets, where the provider does', () => {
  it.each(CASES.map((each) => [each.name, each.api, each] as const))('%s (%s)', (_name, _api, each) => {
    const { recorded, replayed, tape } = told.get(each)!
    // Of the headers of a reply no request id is kept.
    const isWithheld = /repeats? the key/.test(each.name) && !each.name.startsWith('a request id')
    expect(tape.includes('{"kind":"secret"}')).toBe(isWithheld)
    expect(recorded).not.toContain('replay-miss')
    expect(replayed[0]).toBe(recorded)
    expect(replayed[1]).toBe(recorded)
    expect(tape).not.toContain(CANARY)
    expect(tape).not.toMatch(/authorization|bearer/i)
  })

  it('not one socket is opened by a replay', () => {
    expect(opened).toEqual([])
  })
})

it('of a call that was never recorded falls back as one that the recording lacks', async () => {
  const path = join(folder, 'nothing.jsonl')
  openTape(path, { mode: 'record', promptHash: PROMPT_HASH, model: 'gpt-6-luna' }).close()
  const decision = JSON.parse(
    await decide({ path, mode: 'replay', api: 'responses', url: NOWHERE, deadlineMs: LONG_MS }),
  )
  expect(decision).toMatchObject({ proposal: { action: 'DO_NOTHING' }, modelCall: { fallback: 'replay-miss' } })
})

const NOWHERE = 'http://127.0.0.1:41999/v1'

async function record(each: Case): Promise<string> {
  const choose = ({ ids, holdId }: { ids: readonly string[]; holdId: string | null }) =>
    ids.find((id) => id !== holdId) ?? ''
  const fake = await createFakeProvider({ always: each.behaviour, choose })
  try {
    return await decide({ ...detailsOf(each), mode: 'record', url: fake.url })
  } finally {
    await fake.close()
  }
}

function replay(each: Case): Promise<string> {
  return decide({ ...detailsOf(each), mode: 'replay', url: NOWHERE })
}

type Decide = { path: string; api: Api; deadlineMs: number; mode: 'record' | 'replay'; url: string }

async function decide({ path, api, deadlineMs, mode, url }: Decide): Promise<string> {
  const tape = openTape(path, { mode, promptHash: PROMPT_HASH, model: 'gpt-6-luna', secrets: [CANARY] })
  try {
    const fetch = createCassetteFetch({ mode, tape, fetch: globalThis.fetch, promptHash: PROMPT_HASH })
    const asked = await askChoice(providerAt(url), { api, deadlineMs, deps: { fetch, clock: FAST, guards: false } })
    return JSON.stringify(asked.decision)
  } finally {
    tape.close()
  }
}

function detailsOf({ api, behaviour, name }: Case) {
  const shortMs = name === 'the answer after 1.5 s' ? SHORTER_MS : SHORT_MS
  const deadlineMs = behaviour.reason === 'deadline' ? shortMs : LONG_MS
  return { path: pathOf({ api, name }), api, deadlineMs }
}

function pathOf({ api, name }: Pick<Case, 'api' | 'name'>): string {
  return join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${api}.jsonl`)
}

async function inTurns(cases: readonly Case[], work: (each: Case) => Promise<string>): Promise<Map<Case, string>> {
  const done = new Map<Case, string>()
  const left = [...cases]
  const next = async () => {
    for (let each = left.shift(); each !== undefined; each = left.shift()) done.set(each, await work(each))
  }
  await Promise.all(Array.from({ length: 24 }, next))
  return done
}
