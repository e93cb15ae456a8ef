import { inspect } from 'node:util'
import type { AgentState, Clock, Decision, Logger } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { createMemoryStore, stateForTest, TEST_TIME_MS } from '@cc/models/testing'
import { readAnswer } from '../src/answer.js'
import { createModelCaller } from '../src/call-model.js'
import { chooseActionWithLlm } from '../src/choose-action.js'
import type { FallbackReason } from '../src/fallback-reason.js'
import { buildMenu } from '../src/menu.js'
import { isOverIn } from '../src/model-call.fixture.js'
import type { ModelOutcome } from '../src/model-reply.js'
import { type LlmOptionsInput, llmOptionsSchema } from '../src/options.js'
import type { LlmDeps } from '../src/ports.js'
import { promptOf } from '../src/prompt.js'
import { type Provider, resolveProvider } from '../src/provider.js'
import { type Api, createFakeProvider, type Doing, type SeenRequest } from '../src/testing/index.js'

/** The key that may be found in no byte that is told. */
export const CANARY = 'sk-canary-7Hq2mZt0VbX4nRj8LwEoPaCu5SdFyGk1'

/** What one call came to, and everything that could be told of it. */
export type Run = {
  reason: FallbackReason | null
  decision: Decision | null
  /** Whether it was over within twice its deadline. */
  isInTime: boolean
  /** Requests as the policy counts them. */
  attempts: number
  requests: readonly SeenRequest[]
  elsewhere: readonly SeenRequest[]
  /** Connections that the client still holds once it has had a moment to let go. */
  open: number
  /** Outcome, decision, log and the things themselves, as text, private members included. */
  told: string
}

/** What is asked, and how long that may take by the clock. */
export type Question = {
  api: Api
  deadlineMs: number
  answerFormat?: LlmOptionsInput['answerFormat']
  state?: AgentState
  deps?: Partial<LlmDeps> & { signal?: AbortSignal }
}

const SYSTEM = createSystemClock()
const BEGAN_MS = SYSTEM.now()
const SPEED = 5
/** Real time, so much faster: waits before a repeat are short, and a busy machine has time for both requests. */
export const FAST: Clock = {
  now: () => BEGAN_MS + (SYSTEM.now() - BEGAN_MS) * SPEED,
  sleep: (durationMs, signal) => SYSTEM.sleep(durationMs / SPEED, signal),
  hold: (work) => work(),
}

/** One coin, nothing sold, one call to sell. */
const STATE = stateForTest()

/** Asks a provider that does this through `createModelCaller`, and reads what it says as the policy does. */
export async function runCaller(doing: Doing, question: Question): Promise<Run> {
  return withProvider(doing, (provider) => askCaller(provider, question))
}

/** The same through `chooseActionWithLlm`. */
export async function runChoice(doing: Doing, question: Question): Promise<Run> {
  return withProvider(doing, (provider) => askChoice(provider, question))
}

type Asked = Pick<Run, 'reason' | 'decision' | 'isInTime' | 'attempts' | 'told'>

/** Calls once, whatever listens at the provider's address. */
async function askCaller(provider: Provider, { api, deadlineMs, state = STATE }: Question): Promise<Asked> {
  const { logger, lines } = createNotes()
  const options = llmOptionsSchema.parse({ transport: api, deadlineMs })
  const menu = buildMenu(state, { isLegal: () => true, options })
  const { inputHash: _, ...request } = promptOf(state, menu, options)
  const caller = createModelCaller({ provider, clock: FAST, logger }, options)

  const calling = caller.call(request)
  const isInTime = await isOverIn((2 * deadlineMs) / SPEED, calling)
  const outcome = await calling
  const ids = menu.items.map(({ id }) => id)
  return {
    reason: reasonOf(outcome, ids),
    decision: null,
    isInTime,
    attempts: outcome.attempts.length,
    told: textOf({ outcome, lines, caller, provider }),
  }
}

/** Decides once, whatever listens at the provider's address. */
export async function askChoice(
  provider: Provider,
  { api, deadlineMs, answerFormat = 'json-schema', state = STATE, deps = {} }: Question,
): Promise<Asked> {
  const { logger, lines } = createNotes()
  const store = createMemoryStore()
  const deciding = chooseActionWithLlm(
    state,
    { transport: api, deadlineMs, answerFormat },
    {
      ...{ provider, logger, store, clock: FAST, venueClock: { now: () => TEST_TIME_MS } },
      rules: () => RULES_DECISION,
      mandatoryExit: () => undefined,
      isLegal: () => true,
      keepText: async (_hash, text) => void lines.push(text),
      ...deps,
    },
  )
  const isInTime = await isOverIn((2 * deadlineMs) / SPEED, deciding)
  const decision = await deciding
  return {
    reason: (decision.modelCall?.fallback ?? null) as FallbackReason | null,
    decision,
    isInTime,
    attempts: decision.modelCall?.attempts ?? 0,
    told: textOf({ decision, lines, store: [...store.values], provider }),
  }
}

/** Whom to ask at this address, with the canary for a key. */
export function providerAt(url: string): Provider {
  const provider = resolveProvider({ OPENAI_API_KEY: CANARY, OPENAI_BASE_URL: url })
  if ('missing' in provider) throw new Error(provider.missing)
  return provider
}

/** What the rules say of every state. */
export const RULES_DECISION: Decision = {
  proposal: { action: 'DO_NOTHING', params: {}, reasoning: 'The rules see nothing to do.' },
}

async function withProvider(doing: Doing, ask: (provider: Provider) => Promise<Asked>): Promise<Run> {
  // Never the line that holds, so that a choice cannot be taken for a failure.
  const choose = ({ ids, holdId }: SeenRequest) => ids.find((id) => id !== holdId) ?? ''
  const fake = await createFakeProvider({ always: doing, choose })
  try {
    const asked = await ask(providerAt(fake.url))
    for (let waits = 0; waits < 1_000 && asked.reason === 'deadline' && fake.connections.open > 0; waits += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return { ...asked, requests: fake.requests, elsewhere: fake.elsewhere, open: fake.connections.open }
  } finally {
    await fake.close()
  }
}

function reasonOf({ failure, text }: ModelOutcome, ids: readonly string[]): FallbackReason | null {
  if (failure !== null) return failure
  const reading = readAnswer(text ?? '', ids)
  return 'failure' in reading ? reading.failure : null
}

function createNotes(): { logger: Logger; lines: unknown[] } {
  const lines: unknown[] = []
  const note = (message: string, facts?: unknown) => void lines.push({ message, facts })
  return { lines, logger: { debug: note, info: note, warn: note, error: note } }
}

function textOf(things: object): string {
  return (
    inspect(things, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: 1_000 }) + safeJson(things)
  )
}

function safeJson(things: object): string {
  return JSON.stringify(things) ?? ''
}
