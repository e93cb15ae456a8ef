import type { AgentState, ProposedAction } from '@cc/models'
import { buildMenu, llmOptionsSchema, type Menu } from '@cc/policy-llm'
import { checkActionAllowed } from '@cc/risk'
import type { Scenario } from './scenario.ts'
import { stateOf } from './scenario-state.ts'

/** A scenario as an agent meets it: its state, and its menu under one seed. */
export type Scene = { scenario: Scenario; state: AgentState; menu: Menu; seed: number }

/** Makes the scenes of a scenario, one for each seed from 1 on: the same state and choices, in another order each. */
export function scenesOf(scenario: Scenario, seeds: number): readonly Scene[] {
  const state = stateOf(scenario.state)
  return Array.from({ length: seeds }, (_, index) => {
    const seed = index + 1
    return { scenario, state, menu: menuOf(state, seed), seed }
  })
}

/** Whether risk with its defaults allows it. */
export function isLegal(proposal: ProposedAction, state: AgentState): boolean {
  return checkActionAllowed(state, proposal).allowed
}

/** The menu of legal actions that a policy with this seed offers. */
function menuOf(state: AgentState, seed: number): Menu {
  return buildMenu(state, { isLegal, options: llmOptionsSchema.parse({ seed }) })
}
