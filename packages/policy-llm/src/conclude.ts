import type { Decision, ProposedAction, RuleTrace } from '@cc/models'
import type { Asked } from './ask-model.js'
import type { FallbackReason } from './fallback-reason.js'
import type { Menu } from './menu-item.js'
import { modelCallOf } from './model-call.js'
import type { LlmOptions } from './options.js'
import type { Provider } from './provider.js'
import { fallbackReasoning, NO_CHOICE_REASONING } from './reasoning.js'

/** What came of letting the model choose. */
export type Outcome =
  | { kind: 'chosen'; proposal: ProposedAction }
  | { kind: 'no-choice' }
  | { kind: 'fallback'; reason: FallbackReason }

/** What is known of a decision, however far it came. */
export type Draft = { menu: Menu | undefined; asked: Asked | undefined; trace: RuleTrace[] }

/** What the rules say, where they said anything, and how the two are weighed. */
export type Weighing = {
  rules: Decision | undefined
  options: Pick<LlmOptions, 'mode' | 'fallback' | 'model'>
  provider: Provider | null
}

/**
 * Makes the decision of what came out: the model's proposal and the rules' beside it; in `shadow` that of the rules as
 * they are, and the model's beside it. Of
 * a menu without a choice there is no model call to write down.
 */
export function conclude(outcome: Outcome, draft: Draft, weighing: Weighing): Decision {
  const { rules, options, provider } = weighing
  const { menu, asked, trace } = draft
  const fallback = outcome.kind === 'fallback' ? outcome.reason : null
  const acted = actedOn(outcome, weighing)
  const call =
    outcome.kind === 'no-choice' ? {} : { modelCall: modelCallOf({ provider, options, menu, asked, fallback }) }
  if (rules === undefined) return { proposal: acted, rules: trace, ...call, others: [] }
  if (options.mode === 'shadow') {
    return { ...rules, ...call, others: [...(rules.others ?? []), { policy: 'llm', proposal: acted }] }
  }
  return {
    proposal: acted,
    rules: [...(rules.rules ?? []), ...trace],
    ...call,
    others: [{ policy: 'rules', proposal: rules.proposal }],
  }
}

/** What is done where the model decides. */
function actedOn(outcome: Outcome, { rules, options }: Weighing): ProposedAction {
  if (outcome.kind === 'chosen') return outcome.proposal
  if (outcome.kind === 'no-choice') return { action: 'DO_NOTHING', params: {}, reasoning: NO_CHOICE_REASONING }
  if (options.fallback === 'rules' && rules !== undefined) return rules.proposal
  return { action: 'DO_NOTHING', params: {}, reasoning: fallbackReasoning(outcome.reason) }
}
