import { createHash } from 'node:crypto'
import type { AgentState, Logger } from '@cc/models'
import { readAnswer } from './answer.js'
import type { Answer } from './answer-form.js'
import { createModelCaller } from './call-model.js'
import { worstCaseCost } from './cost.js'
import type { FallbackReason } from './fallback-reason.js'
import { createGuard, type Finding, type Guard } from './guard.js'
import { keepTexts } from './keep-texts.js'
import type { Menu } from './menu-item.js'
import type { ModelOutcome } from './model-reply.js'
import type { LlmOptions } from './options.js'
import type { LlmDeps } from './ports.js'
import { promptOf } from './prompt.js'
import type { Provider } from './provider.js'
import { withoutSecrets } from './scrub.js'

/** What came of asking: an answer or why there is none, and what it took. */
export type Asked = {
  answer: Answer | null
  /** `null` where there is an answer. */
  failure: FallbackReason | null
  /** What was wrong, in words of ours: for diagnostics. */
  problem: string | null
  /** `null`: no request was made. */
  outcome: ModelOutcome | null
  inputHash: string | null
  answerHash: string | null
  /** Why it was not asked, where breaker or budgets said so. */
  trace: readonly Finding[]
}

/** What is asked with: the ports of the policy, a logger that does not throw, and a bound for what takes too long. */
export type AskDeps = Pick<LlmDeps, 'provider' | 'clock' | 'store' | 'keepText' | 'fetch' | 'guards'> & {
  logger: Logger
  bounded<T>(what: string, work: () => Promise<T>): Promise<T>
}

/** Asks for one choice of a menu. Never rejects. One call at a time. */
export type Asker = (state: AgentState, menu: Menu, signal: AbortSignal | undefined) => Promise<Asked>

/** Makes what stands between the policy and the model: breaker and budgets before a call, a strict reader after it. */
export function createAsker(options: LlmOptions, deps: AskDeps): Asker {
  const { provider } = deps
  if (provider === null) return async () => notAsked('disabled')
  const call = createCalls(options, provider, deps)
  let guard: Guard | undefined

  return async (state, menu, signal) => {
    if (signal?.aborted === true) return notAsked('stopped')
    let asked = notAsked('unexpected')
    try {
      const { inputHash, ...request } = promptOf(state, menu, options)
      if (deps.guards !== false) guard ??= createGuard(options, provider, deps)
      const atMs = deps.clock.now()
      const admitted = await guard?.admit((maxAttempts) =>
        worstCaseCost(request, options.model, { ...options, maxAttempts }, atMs),
      )
      if (admitted !== undefined && 'reason' in admitted) return notAsked(admitted.reason, [admitted.finding])

      const outcome = await call(request, admitted?.attempts ?? options.maxAttempts, signal)
      const { text } = outcome
      const answerHash = text === null ? null : createHash('sha256').update(text).digest('hex')
      const ids = menu.items.map(({ id }) => id)
      asked = { ...readingOf(outcome, ids, provider), outcome, inputHash, answerHash, trace: [] }
      await Promise.all([
        admitted?.settle({
          requests: outcome.attempts.length,
          costUsd: outcome.costUsd,
          failure: asked.failure,
        }),
        keepTexts({ input: request.input, inputHash, answer: text, answerHash }, deps),
      ])
      return asked
    } catch (error) {
      return { ...asked, answer: null, failure: 'unexpected', problem: problemOf(error) }
    }
  }
}

/** A call with so many requests at most: each number has a caller of its own, made when it is first needed. */
function createCalls(options: LlmOptions, provider: Provider, { clock, fetch, logger }: AskDeps) {
  const callers = new Map<number, ReturnType<typeof createModelCaller>>()
  return (request: Parameters<typeof worstCaseCost>[0], maxAttempts: number, signal: AbortSignal | undefined) => {
    const deps = { provider, clock, logger, ...(fetch === undefined ? {} : { fetch }) }
    const caller = callers.get(maxAttempts) ?? createModelCaller(deps, { ...options, maxAttempts })
    callers.set(maxAttempts, caller)
    return caller.call(request, signal)
  }
}

function readingOf(
  outcome: ModelOutcome,
  ids: readonly string[],
  provider: Provider,
): Pick<Asked, 'answer' | 'failure' | 'problem'> {
  const { failure, text, attempts } = outcome
  if (failure !== null) return { answer: null, failure, problem: attempts.at(-1)?.problem ?? null }
  const reading = readAnswer(text ?? '', ids)
  if (!('answer' in reading)) return { answer: null, ...reading }
  // Once more, now that what was hidden between the letters of a key is gone.
  const rationale = withoutSecrets(reading.answer.rationale, [provider.apiKey()])
  return { answer: { ...reading.answer, rationale }, failure: null, problem: null }
}

function notAsked(failure: FallbackReason, trace: readonly Finding[] = []): Asked {
  return { answer: null, failure, problem: null, outcome: null, inputHash: null, answerHash: null, trace }
}

function problemOf(error: unknown): string {
  return error instanceof Error
    ? `${error.constructor.name}: ${error.message}`.slice(0, 300)
    : 'not an error was thrown'
}
