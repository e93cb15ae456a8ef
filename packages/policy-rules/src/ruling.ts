import type { AgentMemory, ProposedAction, RuleTrace, UnderlyingState } from '@cc/models'
import type { RulesOptions } from './options.js'

/** One underlying, and what the rules judge it by. */
export type Situation = {
  underlying: UnderlyingState
  mode: AgentMemory['mode']
  options: RulesOptions
  trace: Trace
}

/** What the rules say of one underlying: an action, or in words why there is none. */
export type Ruling = ProposedAction | { why: string }

/** Writes down every rule that is looked at. */
export type Trace = {
  /** Notes the rule with the numbers it compared, and hands back whether it fired. */
  look(rule: string, subject: string, fired: boolean, facts?: RuleTrace['facts']): boolean
  readonly rules: readonly RuleTrace[]
}

export function createTrace(): Trace {
  const rules: RuleTrace[] = []
  return {
    rules,
    look(rule, subject, fired, facts = {}) {
      rules.push({ rule, subject, fired, facts })
      return fired
    },
  }
}
