import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AgentState, Decision, Logger } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { createCassetteFetch, createLlmPolicy, type LlmDeps, openTape, PROMPT_HASH } from '@cc/policy-llm'
import { NOW_MS, STATE } from './bench-state.ts'

/**
 * Decisions a second out of a recording, through the real client with sockets forbidden: a year of hours, each with menu,
 * prompt and answer of its own. The references decide the same with an answer at hand instead of a recording (`bare-fetch`),
 * and read the replies alone (`json-parse`). Contenders run in processes of their own, interleaved; ratios are medians of
 * those within a round. `-of-cpu`
 * counts seconds of the processor, which is the same where the machine has nothing else to do. Throws where two replays
 * differ, or where not one makes 1 000 decisions a second.
 */
const rounds = 3
const hours = 8_760
const leastPerSecond = 1_000
const warmUp = 50
const model = 'bench-model'
const names = ['json-parse', 'bare-fetch', 'replay'] as const
type Contender = (typeof names)[number]

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const nothing: Decision = { proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'Nothing to do.' } }

const [contender, path] = process.argv.slice(2)
if (contender === undefined || path === undefined) await compare()
else console.log(JSON.stringify(await run(contender as Contender, path)))

type Found = { perSecond: number; perCpuSecond: number; digest: string; loadMs: number }

async function compare(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'replay-bench-'))
  const file = join(folder, 'year.jsonl')
  try {
    const tape = openTape(file, { mode: 'record', promptHash: PROMPT_HASH, model })
    await decideAll(createCassetteFetch({ mode: 'record', tape, fetch: answerAtHand, promptHash: PROMPT_HASH }))
    tape.close()
    const of = (name: Contender) =>
      JSON.parse(
        execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, file], { encoding: 'utf8' }),
      ) as Found
    const times = Array.from({ length: rounds }, () => new Map(names.map((name) => [name, of(name)] as const)))
    const found = (name: Contender) => times.map((round) => round.get(name) as Found)

    for (const name of names)
      console.log(`${name} ${median(found(name).map(({ perSecond }) => perSecond)).toFixed(0)} decisions/s`)
    console.log(
      `replay-of-cpu ${median(found('replay').map(({ perCpuSecond }) => perCpuSecond)).toFixed(0)} decisions/s`,
    )
    for (const name of names.slice(0, -1)) {
      const ratios = times.map((round) => ratio(round.get('replay'), round.get(name)))
      console.log(`replay-over-${name} ${median(ratios).toFixed(4)} ratio`)
    }
    console.log(`recording-load ${median(found('replay').map(({ loadMs }) => loadMs)).toFixed(0)} ms`)
    console.log(`recording-size ${(statSync(file).size / 1e6).toFixed(1)} MB`)
    const digests = new Set(found('replay').map(({ digest }) => digest))
    console.log(`replays-alike ${rounds - digests.size + 1} of ${rounds}`)
    if (digests.size !== 1) throw new Error('two replays of one recording differ')
    const fastest = Math.max(...found('replay').map(({ perSecond }) => perSecond))
    if (fastest < leastPerSecond) throw new Error(`a replay makes ${fastest.toFixed(0)} decisions a second`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function run(name: Contender, file: string): Promise<Found> {
  const startMs = performance.now()
  const tape = openTape(file, { mode: 'replay', promptHash: PROMPT_HASH, model })
  const loadMs = performance.now() - startMs
  Socket.prototype.connect = () => {
    throw new Error('a replay opens no socket')
  }
  const fetch =
    name === 'bare-fetch' ? answerAtHand : createCassetteFetch({ mode: 'replay', tape, promptHash: PROMPT_HASH })
  if (name === 'json-parse') return { ...parseAll(), loadMs }
  return { ...(await decideAll(fetch)), loadMs }
}

/** Decides every hour of the year, after a few dozen to be warm, and hashes what was decided. */
async function decideAll(fetch: NonNullable<LlmDeps['fetch']>): Promise<Omit<Found, 'loadMs'>> {
  const policy = createLlmPolicy(
    { model, menu: { sizeShares: [1] } },
    {
      ...{ fetch, logger: silent, clock: createSystemClock(), venueClock: { now: () => NOW_MS }, guards: false },
      provider: { name: 'compatible', baseUrl: 'http://127.0.0.1:41999/v1', host: '127.0.0.1', apiKey: () => '' },
      store: { load: async () => undefined, save: async () => {} },
      ...{ rules: () => nothing, mandatoryExit: () => undefined, isLegal: () => true },
    },
  )
  const decisions: string[] = []
  let [startMs, startCpu] = [performance.now(), process.cpuUsage()]
  for (let hour = -warmUp; hour < hours; hour += 1) {
    if (hour === 0) [startMs, startCpu] = [performance.now(), process.cpuUsage()]
    const decision = await policy.decide(stateAt(hour))
    if (decision.modelCall?.fallback !== null)
      throw new Error(`hour ${hour} falls back: ${decision.modelCall?.fallback}`)
    if (hour >= 0) decisions.push(JSON.stringify(decision))
  }
  return { ...rateSince(startMs, startCpu), digest: await digestOf(decisions.join('\n')) }
}

function parseAll(): Omit<Found, 'loadMs'> {
  const text = replyTo('a1')
  const [startMs, startCpu] = [performance.now(), process.cpuUsage()]
  for (let hour = 0; hour < hours; hour += 1) {
    if (JSON.parse(JSON.parse(text).output[0].content[0].text).choice !== 'a1') throw new Error('another answer')
  }
  return { ...rateSince(startMs, startCpu), digest: '' }
}

function rateSince(startMs: number, startCpu: NodeJS.CpuUsage): Pick<Found, 'perSecond' | 'perCpuSecond'> {
  const { user, system } = process.cpuUsage(startCpu)
  return { perSecond: hours / ((performance.now() - startMs) / 1e3), perCpuSecond: hours / ((user + system) / 1e6) }
}

/** The state of an hour: the price and the volatility are its own, and so is what is asked. Five calls of each coin. */
function stateAt(hour: number): AgentState {
  return {
    ...STATE,
    underlyings: STATE.underlyings.map((underlying) => ({
      ...underlying,
      dayChangePct: hour / 1_000,
      candidates: underlying.candidates.filter((_, index) => index % 6 === 0),
    })),
  }
}

/** Answers in this process, with the first line of the menu. */
async function answerAtHand(_input: unknown, init?: RequestInit): Promise<Response> {
  const body = JSON.parse(String(init?.body))
  const [choice] = body.text.format.schema.properties.choice.enum
  return new Response(replyTo(choice), { headers: { 'content-type': 'application/json' } })
}

function replyTo(choice: string): string {
  const answer = {
    rationale: 'The edge is there, and the book is tight.',
    reason_codes: [],
    choice,
    confidence: 'high',
  }
  const content = [{ type: 'output_text', text: JSON.stringify(answer), annotations: [], logprobs: [] }]
  return JSON.stringify({
    ...{ id: 'resp_bench', object: 'response', status: 'completed', error: null, model },
    output: [{ id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }],
    usage: { input_tokens: 1_200, output_tokens: 90, total_tokens: 1_290 },
  })
}

async function digestOf(text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')
}

function ratio(a: Found | undefined, b: Found | undefined): number {
  return (a?.perSecond ?? Number.NaN) / (b?.perSecond ?? Number.NaN)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number
}
