import type { DecisionRecord, LedgerEntry } from '@cc/models'
import type { Remembered } from './memory.js'

/** How far a cycle came. What it did not reach is `null`. */
export type Reached = Pick<DecisionRecord, 'decisionId' | 'state' | 'decision' | 'verdict' | 'execution'> & {
  remembered: Remembered | null
  ledger: { rows: readonly LedgerEntry[]; readMs: number } | null
}

export function nothingYet(): Reached {
  return {
    ...{ decisionId: null, state: null, decision: null, verdict: null, execution: null },
    ...{ remembered: null, ledger: null },
  }
}
