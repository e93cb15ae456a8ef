import type { AgentState, Decision, Policy } from '@cc/models'
import { inTurn } from './in-turn.js'
import { manageCalls } from './manage-calls.js'
import { MANDATORY_EXITS } from './mandatory-exit.js'
import { openCall } from './open-call.js'
import { type RulesOptions, type RulesOptionsInput, rulesOptionsSchema } from './options.js'

/**
 * Decides by rules: takes exits that wait for nobody first, then manages open calls, then sells a call where one is
 * wanted, else does nothing and says why. One action at most; `rules` lists all that was looked at to get there, fired or
 * not.
 *
 * Pure and total: the same state and options give the same decision, and every state gives one.
 *
 * @throws ZodError naming the option, when an option is unknown or out of range
 */
export function decideAction(state: AgentState, options: RulesOptionsInput = {}): Decision {
  return decide(state, rulesOptionsSchema.parse(options))
}

/** Makes the `Policy` named `rules`: {@link decideAction} behind the port. */
export function createRulesPolicy(options: RulesOptionsInput = {}): Policy {
  const parsed = rulesOptionsSchema.parse(options)
  return { name: 'rules', decide: async (state) => decide(state, parsed) }
}

function decide(state: AgentState, options: RulesOptions): Decision {
  const { proposal, reasoning, rules } = inTurn(state, options, [...MANDATORY_EXITS, manageCalls, openCall])
  return { proposal: proposal ?? { action: 'DO_NOTHING', params: {}, reasoning }, rules }
}
