import { type Column, columnsOf, REFUSED } from './column.js'
import type { Picked } from './duckdb-type.js'

/** Which decision a row is of. */
export const DECISION_COLUMNS: readonly Column[] = [
  ...columnsOf('BIGINT', null, [['seq', 'Place of the line in the log: it names the decision.', 'seq']]),
  ...columnsOf('VARCHAR', null, [
    ['runId', 'Run of the agent.', 'runId'],
    ['decisionId', 'Hash of state, proposal and verdict. Absent where a cycle failed before.', 'decisionId'],
    ['policy', 'Policy that decided.', 'policy'],
  ]),
  ...columnsOf('BIGINT', null, [['cycle', '0, 1, 2 … within the run.', 'cycle']]),
  ...columnsOf('BOOLEAN', null, [['dryRun', 'No order left.', 'dryRun']]),
  ...columnsOf('BIGINT', 'ms', [
    ['startedMs', "Start of the cycle by the venue's clock.", 'startedMs'],
    ['endedMs', 'End of the cycle.', 'endedMs'],
    ['stateMs', 'When the state was complete: all that it holds was known then.', 'state.timeMs'],
  ]),
  ...columnsOf('TIMESTAMPTZ', null, [
    ['startedAt', 'Start of the cycle, UTC.', `timezone('UTC', epoch_ms(startedMs))`],
  ]),
  ...columnsOf('VARCHAR', null, [
    ['marketSource', 'Where the prices come from, such as `synthetic` or `deribit-testnet`.', 'state.source.kind'],
    ['mode', '`normal`, `reduce-only` or `halted`.', 'state.memory.mode'],
  ]),
]

/** What {@link DECISION_COLUMNS} read of a record, but for its state. */
export const DECISION_PICK: Picked = {
  seq: true,
  runId: true,
  cycle: true,
  decisionId: true,
  startedMs: true,
  endedMs: true,
  policy: true,
  dryRun: true,
}

/** What they read of its state. */
export const MOMENT_PICK: Picked = { timeMs: true, source: { kind: true }, memory: { mode: true } }

/** What is read of a proposal. */
export const PROPOSAL_PICK: Picked = {
  action: true,
  params: { symbol: true, fromSymbol: true, toSymbol: true, size: true },
  reasoning: true,
}

/** What is read of an execution. */
export const EXECUTION_PICK: Picked = {
  status: true,
  legs: { leg: true, filledCoin: true, averagePriceCoin: true, feeCoin: true },
}

const filled = `coalesce(list_sum(list_transform(execution.legs, lambda l: l.filledCoin)), 0) > 0`

/**
 * The action that was traded, `DO_NOTHING` where none was; NULL where that is not known: an order without an outcome, or
 * an execution that was allowed and of which nothing is written down.
 */
export const DONE_SQL = `CASE
  WHEN ${filled} THEN decision.proposal.action
  WHEN execution.status = 'unknown' THEN NULL
  WHEN execution IS NOT NULL OR verdict.allowed IS NOT TRUE THEN 'DO_NOTHING'
  WHEN decision.proposal.action = 'DO_NOTHING' THEN 'DO_NOTHING'
END`

/** True; ends the query where something was traded that was not allowed, or in a cycle that asked for nothing. */
export const REQUIRE_HONEST = `CASE WHEN (${filled}) AND (verdict.allowed IS NOT TRUE OR decision.proposal.action = 'DO_NOTHING' OR dryRun)
  THEN error('${REFUSED}line ' || seq || ' holds fills of what was not allowed to trade') ELSE true END`
