import type { DecisionRecord, ProposedAction } from '@cc/models'
import type { DecisionNote } from './backtest-run.js'

/** What results are told from, of a record. */
export function noteOf(record: DecisionRecord): DecisionNote {
  const { decisionId, startedMs, state, decision, verdict, failure } = record
  const proposal = decision?.proposal
  return {
    decisionId,
    timeMs: startedMs,
    action: proposal?.action ?? null,
    symbol: proposal === undefined ? null : symbolOf(proposal),
    reasoning: proposal?.reasoning ?? '',
    refusals: verdict?.allowed === false ? verdict.breaches.map(({ code }) => code) : [],
    failure: failure === null ? null : `${failure.code}: ${failure.message}`,
    ivrv: Object.fromEntries(state?.underlyings.map(({ currency, vol }) => [currency, vol.ivrv]) ?? []),
    rejections: rejectionsOf(record),
  }
}

/** The call that is sold; of a close the one that is bought back. */
function symbolOf({ action, params }: ProposedAction): string | null {
  if (action === 'DO_NOTHING') return null
  return action === 'ROLL_COVERED_CALL' ? params.toSymbol : params.symbol
}

function rejectionsOf({ state }: DecisionRecord): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { rejectedCandidates } of state?.underlyings ?? []) {
    for (const { reason, count } of rejectedCandidates) counts[reason] = (counts[reason] ?? 0) + count
  }
  return counts
}
