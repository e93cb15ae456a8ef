import type { AgentState } from '@cc/models'
import { createSystemClock } from '@cc/models/clock'
import { createMemoryStore, silentLogger } from '@cc/models/testing'
import {
  type CassetteOptions,
  createCassetteFetch,
  createLlmPolicy,
  FALLBACK_REASONS,
  type FallbackReason,
  openTape,
  PROMPT_HASH,
  type Provider,
} from '@cc/policy-llm'
import { decideAction, mandatoryExit } from '@cc/policy-rules'
import type { Agent } from './agent.ts'
import { isLegal } from './scene.ts'

/** A model that is scored, its recording, and who is asked where the recording is made. */
export type ModelSetup = {
  model: string
  /** For the scoreboard. */
  description: string
  /** Path of the recording. */
  cassette: string
  mode: CassetteOptions['mode']
  /** Nobody is asked in a replay, so that it needs none. */
  provider?: Provider
}

/** A model as an agent, with what its calls have cost, where that is known. Closed, its recording takes no more calls. */
export type ModelAgent = Agent & { calls(): number; costUsd(): number | null; close(): void }

/**
 * Makes an agent of a model behind the real policy and the real client, whose requests are recorded or replayed. Breaker
 * and budgets are off: an evaluation asks many times, and each answer must count.
 *
 * @throws CcError as `openTape` does, above all where the prompt is another than that of the recording
 */
export function createModelAgent({ model, description, cassette, mode, provider = NOBODY }: ModelSetup): ModelAgent {
  const secrets = [provider.apiKey()]
  const tape = openTape(cassette, { mode, promptHash: PROMPT_HASH, model, secrets })
  const fetch = createCassetteFetch({ mode, tape, fetch: globalThis.fetch, promptHash: PROMPT_HASH })
  const policies = new Map<number, ReturnType<typeof createLlmPolicy>>()
  let nowMs = 0
  let costUsd: number | null = 0
  const deps = {
    ...{ provider, clock: createSystemClock(), venueClock: { now: () => nowMs } },
    ...{ store: createMemoryStore(), logger: silentLogger, fetch, guards: false, isLegal },
    rules: (state: AgentState) => decideAction(state),
    mandatoryExit: (state: AgentState) => mandatoryExit(state),
  }
  return {
    name: model,
    description,
    gate: 'none',
    async answer({ state, seed }) {
      const policy = policies.get(seed) ?? createLlmPolicy({ model, seed }, deps)
      policies.set(seed, policy)
      nowMs = state.timeMs
      const { proposal, modelCall } = await policy.decide(state)
      const { costUsd: paidUsd } = modelCall ?? { costUsd: 0 }
      costUsd = costUsd === null || paidUsd === null ? null : costUsd + paidUsd
      const { action, params } = proposal
      return [{ choice: { action, params } as typeof proposal, fallback: reasonOf(modelCall?.fallback ?? null) }]
    },
    calls: () => tape.calls,
    costUsd: () => costUsd,
    close: () => tape.close(),
  }
}

/** Stands where a provider must; a replay opens no connection to it. */
const NOBODY: Provider = {
  name: 'compatible',
  baseUrl: 'http://127.0.0.1:1/v1',
  host: '127.0.0.1:1',
  apiKey: () => '',
}

function reasonOf(word: string | null): FallbackReason | null {
  return FALLBACK_REASONS.find((reason) => reason === word) ?? null
}
