import {
  type ApprovedAction,
  agentStateSchema,
  CcError,
  type Currency,
  type DecisionRecord,
  decisionIdOf,
  decisionSchema,
  type LedgerEntry,
  type MarginQuote,
  marginQuoteSchema,
} from '@cc/models'
import { z } from 'zod'
import { afterLedger, type Remembered } from './memory.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'

/** How far a cycle came. What it did not reach is `null`. */
export type Reached = Pick<DecisionRecord, 'decisionId' | 'state' | 'decision' | 'review' | 'verdict' | 'execution'> & {
  remembered: Remembered | null
  ledger: { rows: readonly LedgerEntry[]; readMs: number } | null
}

/**
 * Everything of a cycle that sends nothing: ledger, observation, decision, margins, verdict. Writes down in `reached`
 * how far it came and returns what was allowed. Safe to abandon: once `signal` is aborted it begins nothing more.
 *
 * State, decision and margins come from outside and are read with their schemas, so that whatever is recorded can be.
 */
export async function think(
  ports: EnginePorts,
  { options, remembered, reached }: { options: EngineOptions; remembered: Remembered; reached: Reached },
  signal: AbortSignal,
): Promise<ApprovedAction | undefined> {
  const { observer, policy, gate, broker, clock } = ports
  signal.throwIfAborted()
  const span = { fromMs: remembered.memory.ledgerReadMs, lagMs: options.ledgerLagMs }
  const ledger = await readLedger(ports, options.underlyings, span)
  reached.ledger = ledger
  const { memory } = afterLedger(remembered, ledger)

  signal.throwIfAborted()
  const state = readAs(agentStateSchema, await observer.observe(memory, signal), {
    code: 'engine/invalid-state',
    message: 'What was observed is no state of the agent.',
  })
  reached.state = state

  signal.throwIfAborted()
  const decision = readAs(decisionSchema, await policy.decide(state, signal), {
    code: 'engine/invalid-decision',
    message: 'The policy proposed something that is no action.',
  })
  const { proposal } = decision
  reached.decision = decision

  const margins: MarginQuote[] = []
  for (const order of gate.ordersFor(proposal, state)) {
    signal.throwIfAborted()
    const margin = readAs(marginQuoteSchema, await broker.margins(order), {
      code: 'engine/invalid-margin',
      message: 'What the venue asks for an order is no margin.',
    })
    margins.push(margin)
  }

  signal.throwIfAborted()
  const nowMs = clock.now()
  const decisionId = decisionIdOf({ state, proposal, nowMs, margins })
  const verdict = gate.review({ proposal, state, nowMs, margins, decisionId })
  reached.decisionId = decisionId
  reached.review = { nowMs, margins }
  reached.verdict = ports.verdictRecord(verdict)
  return verdict.allowed ? verdict.action : undefined
}

/**
 * The rows that became known since `fromMs`, oldest first, and the time up to which the ledger is read now. Spans are
 * half open and meet, so that over all cycles no row is read twice and none is left out. The first read (`null`)
 * only marks the time: what was booked before the run is not its business.
 */
export async function readLedger(
  { broker, clock }: Pick<EnginePorts, 'broker' | 'clock'>,
  underlyings: readonly Currency[],
  { fromMs, lagMs }: { fromMs: number | null; lagMs: number },
): Promise<{ rows: readonly LedgerEntry[]; readMs: number }> {
  const nowMs = clock.now()
  if (fromMs === null) return { rows: [], readMs: nowMs }
  const toMs = nowMs - lagMs
  if (toMs <= fromMs) return { rows: [], readMs: fromMs }
  const books = await Promise.all(underlyings.map((currency) => broker.ledger(currency, { fromMs, toMs })))
  const rows = books
    .flat()
    .filter(({ timestampMs }) => timestampMs >= fromMs && timestampMs < toMs)
    .sort((a, b) => a.timestampMs - b.timestampMs)
  return { rows, readMs: toMs }
}

/** What somebody made up may be long; the record need not be. */
const MAX_PROBLEM_LENGTH = 2_000

function readAs<T>(schema: z.ZodType<T>, answer: unknown, otherwise: { code: string; message: string }): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new CcError(otherwise.message, {
    code: otherwise.code,
    recovery: 'skip',
    facts: { problem: z.prettifyError(parsed.error).slice(0, MAX_PROBLEM_LENGTH) },
  })
}
