import { type AgentState, type Decision, type Policy, type UnderlyingState, unresolvedIn } from '@cc/models'
import { manageCalls } from './manage-calls.js'
import { openCall } from './open-call.js'
import { type RulesOptions, type RulesOptionsInput, rulesOptionsSchema } from './options.js'
import { createTrace, type Trace } from './situation.js'

/**
 * Decides by rules: manages open calls first, then sells a call on each underlying that has none, else does nothing
 * and says why. One action at most; `rules` lists all that was looked at to get there, fired or not.
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
  const { underlyings, memory } = state
  const trace = createTrace()
  const outlooks = underlyings.map((underlying) => ({ underlying, whys: standstill(underlying, state, trace) }))
  const movable = outlooks.filter(({ whys }) => whys.length === 0)
  for (const judge of [manageCalls, openCall]) {
    for (const { underlying, whys } of movable) {
      const ruling = judge({ underlying, memory, options, trace })
      if (!('whys' in ruling)) return { proposal: ruling, rules: trace.rules }
      whys.push(...ruling.whys)
    }
  }
  const reasoning = outlooks.map(({ underlying, whys }) => `${underlying.currency}: ${whys.join('; ')}.`).join(' ')
  return {
    proposal: { action: 'DO_NOTHING', params: {}, reasoning: reasoning.slice(0, MOST_REASONING) },
    rules: trace.rules,
  }
}

/** Why nothing at all may be done with an underlying now. */
function standstill({ currency }: UnderlyingState, { memory, venue }: AgentState, trace: Trace): string[] {
  if (trace.look('halted', currency, memory.mode === 'halted', { mode: memory.mode })) return ['the agent is halted']
  if (trace.look('venue-locked', currency, venue.locked.includes(currency))) return ['the venue has locked it']
  const unknown = unresolvedIn(currency, memory)
  if (trace.look('outcome-unresolved', currency, unknown.length > 0, { sends: unknown.length })) {
    return [`the outcome of order ${unknown.map(({ label }) => label).join(', ')} is not known yet`]
  }
  if (trace.look('set-aside', currency, memory.setAside.includes(currency))) {
    return ['its proposal of this tick was not carried out']
  }
  return []
}

/** Longest reasoning that a proposal may carry. */
const MOST_REASONING = 4_000
