import { type AgentState, type ProposedAction, type RuleTrace, type UnderlyingState, unresolvedIn } from '@cc/models'
import type { RulesOptions } from './options.js'
import { createTrace, type Ruling, type Situation, type Trace } from './situation.js'

/** A rule, or several, that judges one underlying. */
export type Judge = (situation: Situation) => Ruling

/** What judges came to: the first action, or in words per underlying why there is none, and all that was looked at. */
export type Outcome = { proposal: ProposedAction | undefined; reasoning: string; rules: readonly RuleTrace[] }

/**
 * Lets each judge see every underlying before the next one does, and takes the first action that one of them wants.
 * Underlyings that nothing may be done with now are left out.
 */
export function inTurn(state: AgentState, options: RulesOptions, judges: readonly Judge[]): Outcome {
  const { underlyings, memory, timeMs } = state
  const trace = createTrace()
  const outlooks = underlyings.map((underlying) => ({ underlying, whys: standstill(underlying, state, trace) }))
  const movable = outlooks.filter(({ whys }) => whys.length === 0)
  for (const judge of judges) {
    for (const { underlying, whys } of movable) {
      const ruling = judge({ underlying, memory, timeMs, options, trace })
      if ('whys' in ruling) whys.push(...ruling.whys)
      else return { proposal: shortened(ruling), reasoning: ruling.reasoning, rules: trace.rules }
    }
  }
  const reasoning = outlooks.map(({ underlying, whys }) => `${underlying.currency}: ${whys.join('; ')}.`).join(' ')
  return { proposal: undefined, reasoning: reasoning.slice(0, MOST_REASONING), rules: trace.rules }
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

function shortened(proposal: ProposedAction): ProposedAction {
  return { ...proposal, reasoning: proposal.reasoning.slice(0, MOST_REASONING) }
}

/** Longest reasoning that a proposal may carry. */
const MOST_REASONING = 4_000
