import type { AgentState, Decision, Policy } from '@cc/models'
import { createDecider } from './decider.js'
import { type LlmOptionsInput, llmOptionsSchema } from './options.js'
import type { LlmDeps } from './ports.js'

/**
 * Decides on a state by asking a model for one line of a menu of legal actions. A mandatory exit is answered at once and
 * nobody is asked. The choice is followed where it can be read and the market is still the one that was shown; whatever
 * else happens is `DO_NOTHING`, or with `fallback: 'rules'` what the rules say, and `modelCall.fallback` says why. What the
 * rules say stands in `others`; in `shadow` mode it is done, and what the model says stands there.
 *
 * Breaker and budgets are read from the store each time; calls on the same store are made one after the other. A loop takes
 * {@link createLlmPolicy}.
 *
 * @throws ZodError naming the option, when an option is unknown or out of range; nothing else
 */
export async function chooseActionWithLlm(
  state: AgentState,
  options: LlmOptionsInput,
  deps: LlmDeps & { signal?: AbortSignal },
): Promise<Decision> {
  return createDecider(llmOptionsSchema.parse(options), deps)(state, deps.signal)
}

/**
 * Makes the `Policy` named `llm`, or in `shadow` mode `rules`, as those decide: {@link chooseActionWithLlm} behind the port,
 * whose `decide` never rejects. Breaker and budgets are read once and kept after each change. Decisions that ask the
 * model are made one at a time; mandatory exits never wait.
 *
 * @throws ZodError naming the option, when an option is unknown or out of range
 */
export function createLlmPolicy(options: LlmOptionsInput, deps: LlmDeps): Policy {
  const parsed = llmOptionsSchema.parse(options)
  return { name: parsed.mode === 'act' ? 'llm' : 'rules', decide: createDecider(parsed, deps) }
}
