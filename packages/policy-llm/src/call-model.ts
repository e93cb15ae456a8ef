import type { Clock, Logger } from '@cc/models'
import { withDeadline } from '@cc/models/clock'
import { attemptOnce, type Call, type Ended, endOf, failedAttempt, type Line } from './attempt.js'
import { chatTransport } from './chat-transport.js'
import { classify } from './classify.js'
import { createConnector } from './connect.js'
import { costOf, worstCaseCost } from './cost.js'
import type { FallbackReason } from './fallback-reason.js'
import type { Attempt, ModelOutcome, ModelRequest, Usage } from './model-reply.js'
import type { LlmOptions } from './options.js'
import type { Provider } from './provider.js'
import { waitBeforeRepeat } from './repeat.js'
import { responsesTransport } from './responses-transport.js'
import { scrub, withoutSecrets } from './scrub.js'
import { untilAborted } from './until-aborted.js'

/** What a caller needs of the world. The clock is of real time. */
export type CallerDeps = {
  provider: Provider
  clock: Clock
  /** Does the requests; that of the runtime where it is missing. */
  fetch?: typeof globalThis.fetch | undefined
  logger: Logger
}

/** Asks a model. Never rejects: what goes wrong is in the outcome. */
type ModelCaller = { call(request: ModelRequest, signal?: AbortSignal): Promise<ModelOutcome> }

/**
 * Makes a caller for one provider and one model. A call is one request, and at most one more where nothing was answered
 * and there is time; an answer is never asked for again. It ends by its deadline and when its signal is aborted, whatever
 * the connection does.
 */
export function createModelCaller({ provider, clock, fetch, logger }: CallerDeps, options: LlmOptions): ModelCaller {
  const line: Line = {
    provider,
    clock,
    connect: createConnector(provider, fetch),
    transport: options.transport === 'chat' ? chatTransport : responsesTransport,
    options,
  }
  return {
    async call(request, signal) {
      const run: Run = { ended: [], pendingSinceMs: null }
      let failure: FallbackReason | null = 'unexpected'
      try {
        failure = await askUntil(line, request, run, signal)
        const outcome = outcomeOf(line, request, run, failure)
        tell(logger, line, outcome)
        return outcome
      } catch {
        return bareOutcome(run, options, failure ?? 'unexpected')
      }
    },
  }
}

/** A call as far as it has come. */
type Run = {
  ended: Ended[]
  /** When the attempt under way was begun; `null`: none is. */
  pendingSinceMs: number | null
}

/** Asks until there is an answer, no sense in asking, or no time. Why there is no answer; `null`: there is one. */
async function askUntil(
  line: Line,
  request: ModelRequest,
  run: Run,
  caller: AbortSignal | undefined,
): Promise<FallbackReason | null> {
  if (caller?.aborted) return 'stopped'
  const { clock, options } = line
  let stop: AbortSignal | undefined
  try {
    const limit = { what: 'The call of the model', durationMs: options.deadlineMs, signal: caller }
    const untilMs = clock.now() + options.deadlineMs
    await withDeadline(clock, limit, (signal) => {
      stop = signal
      return untilAborted(signal, (own) => askAll(line, { request, untilMs, stop: own, caller }, run))
    })
    return run.ended.at(-1)?.attempt.failure ?? null
  } catch (error) {
    const ended = stop === undefined ? { deadlinePassed: false, stopped: false } : endOf(stop, caller)
    const thrown = classify(error, ended)
    if (run.pendingSinceMs !== null) {
      // What was thrown may be of whoever keeps the key, so it is not repeated.
      const problem = 'No answer had come when the call was ended.'
      const attempt = failedAttempt({ ...thrown, problem }, clock.now() - run.pendingSinceMs)
      run.ended.push({ attempt, reply: null, billable: true })
    }
    return thrown.reason
  }
}

async function askAll(line: Line, call: Call, run: Run): Promise<void> {
  const { clock, options } = line
  for (let number = 1; ; number += 1) {
    run.pendingSinceMs = clock.now()
    const ended = await attemptOnce(line, call, number)
    // Told of already, where the call was ended meanwhile.
    if (call.stop.aborted) throw call.stop.reason
    run.pendingSinceMs = null
    // A recorded call that was not repeated ended as it was then, however much time a replay has left.
    if (number > 1 && ended.attempt.failure === 'replay-miss') return
    run.ended.push(ended)
    if (ended.repeatable === undefined || number >= options.maxAttempts) return
    const nowMs = clock.now()
    const rest = { deadlineMs: options.deadlineMs, leftMs: call.untilMs - nowMs, nowMs }
    const waitMs = waitBeforeRepeat(ended.repeatable.error, rest)
    if (waitMs === null) return
    await clock.sleep(waitMs, call.stop)
  }
}

function outcomeOf(line: Line, request: ModelRequest, run: Run, failure: FallbackReason | null): ModelOutcome {
  const { provider, options } = line
  const secrets = [provider.apiKey()]
  const ended = [...run.ended]
  const reply = ended.at(-1)?.reply ?? null
  const model = reply?.model ?? null
  return {
    attempts: ended.map(({ attempt }) => attempt),
    model: model === null ? options.model : scrub(model, secrets, 200),
    usage: totalUsage(ended),
    costUsd: totalCost(line, request, ended),
    text: failure === null && reply !== null ? withoutSecrets(reply.text, secrets) : null,
    failure,
  }
}

/** Where not even an outcome can be made up, because the clock or the provider throws. */
function bareOutcome({ ended }: Run, { model }: LlmOptions, failure: FallbackReason): ModelOutcome {
  const attempts = ended.map(({ attempt }) => attempt)
  return { attempts, model, usage: null, costUsd: attempts.length === 0 ? 0 : null, text: null, failure }
}

const NO_USAGE: Usage = { inputTokens: 0, cachedTokens: 0, cacheWriteTokens: 0, outputTokens: 0 }

function totalUsage(ended: readonly Ended[]): Usage | null {
  const told = ended.filter(({ billable }) => billable).map(({ reply }) => reply?.usage ?? null)
  return told.reduce<Usage | null>((sum, usage) => {
    if (sum === null || usage === null) return null
    return {
      inputTokens: plus(sum.inputTokens, usage.inputTokens),
      cachedTokens: plus(sum.cachedTokens, usage.cachedTokens),
      cacheWriteTokens: plus(sum.cacheWriteTokens, usage.cacheWriteTokens),
      outputTokens: plus(sum.outputTokens, usage.outputTokens),
    }
  }, NO_USAGE)
}

function plus(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

/** By the prices of the model that was asked for, whatever the reply calls itself. */
function totalCost(line: Line, request: ModelRequest, ended: readonly Ended[]): number | null {
  const { model } = line.options
  let totalUsd: number | null = 0
  for (const { billable, reply } of ended) {
    if (!billable) continue
    const atMs = line.clock.now()
    const usd =
      costOf(reply?.usage ?? null, model, atMs) ??
      worstCaseCost(request, model, { effort: line.options.effort, maxAttempts: 1 }, atMs)
    totalUsd = plus(totalUsd, usd)
  }
  return totalUsd
}

/** A diary that cannot be written takes no answer away. */
function tell(logger: Logger, { provider, options }: Line, { attempts, failure }: ModelOutcome): void {
  try {
    for (const attempt of attempts) logger.debug('A request to the model has ended.', factsOf(attempt))
    if (attempts.length === 0) logger.debug('The model was not asked.', { failure })
  } catch {
    return
  }

  function factsOf({ durationMs, status, requestId, failure: reason, problem }: Attempt) {
    return { host: provider.host, model: options.model, durationMs, status, requestId, failure: reason, problem }
  }
}
