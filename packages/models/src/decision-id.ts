import { createHash } from 'node:crypto'
import type { ProposedAction } from './action.js'
import type { MarginQuote } from './order.js'
import type { AgentState } from './state.js'

/**
 * Names a decision by what its verdict stands on: 64 lower-case hex digits, known before anything is sent.
 * The first eight are in the labels of its orders, so that the exchange's own history bears the record out.
 * SHA-256 over the JSON text of the basis; a state read back from a record gives the same id.
 */
export function decisionIdOf(basis: {
  state: AgentState
  proposal: ProposedAction
  nowMs: number
  margins: readonly MarginQuote[]
}): string {
  const { state, proposal, nowMs, margins } = basis
  return createHash('sha256')
    .update(JSON.stringify([state, proposal, nowMs, margins]))
    .digest('hex')
}
