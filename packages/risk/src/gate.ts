import { type AgentState, decisionIdOf, type ProposedAction, type RiskGate, type Verdict } from '@cc/models'
import { type RiskLimitsInput, riskLimitsSchema } from './options.js'
import { ordersFor } from './orders-for.js'
import { review } from './review.js'

/**
 * The firewall between a proposal and an order, as the port that the engine drives. `review` holds a sale to the
 * venue's own margin quote: ask for one per order of `ordersFor`, and hand them in.
 *
 * @throws ZodError when a limit is out of its range.
 * @throws CcError `models/invalid-approval` from `review` when `decisionId` is no hex digest.
 */
export function createRiskGate(limits: RiskLimitsInput = {}): RiskGate {
  const parsed = riskLimitsSchema.parse(limits)
  return { ordersFor, review: (request) => review(request, parsed) }
}

/**
 * Judges a proposal on its state alone: at the state's own time, with the margin of a sale from the formula, since
 * no venue is asked. The answer is an approval, or every breach with its numbers; the proposal is never changed.
 *
 * @throws ZodError when a limit is out of its range.
 */
export function checkActionAllowed(state: AgentState, proposal: ProposedAction, limits: RiskLimitsInput = {}): Verdict {
  const parsed = riskLimitsSchema.parse(limits)
  const nowMs = state.timeMs
  const decisionId = decisionIdOf({ state, proposal, nowMs, margins: [] })
  return review({ proposal, state, nowMs, margins: 'formula', decisionId }, parsed)
}
