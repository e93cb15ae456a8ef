import { type ApprovedAction, CcError, type Decision, decisionIdOf, decisionSchema, type MarginQuote } from '@cc/models'
import { z } from 'zod'
import { readLedger } from './ledger.js'
import { afterTransfers, type Remembered } from './memory.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'
import type { Reached } from './reached.js'

/**
 * Everything of a cycle that sends nothing: ledger, observation, decision, margins, verdict. Writes down in `reached`
 * how far it came and returns what was allowed. Safe to abandon: once `signal` is aborted it begins nothing more.
 */
export async function think(
  ports: EnginePorts,
  { options, remembered, reached }: { options: EngineOptions; remembered: Remembered; reached: Reached },
  signal: AbortSignal,
): Promise<ApprovedAction | undefined> {
  const { observer, policy, gate, broker, clock } = ports
  signal.throwIfAborted()
  const span = { fromMs: remembered.memory.ledgerReadMs, lagMs: options.ledgerLagMs }
  reached.ledger = await readLedger(ports, options.underlyings, span)
  const { rows, readMs } = reached.ledger
  const memory = { ...afterTransfers(remembered, rows), ledgerReadMs: readMs }

  signal.throwIfAborted()
  const state = await observer.observe(memory, signal)
  reached.state = state

  signal.throwIfAborted()
  const decision = parseDecision(await policy.decide(state, signal))
  const { proposal } = decision
  reached.decision = decision

  const margins: MarginQuote[] = []
  for (const order of gate.ordersFor(proposal, state)) {
    signal.throwIfAborted()
    margins.push(await broker.margins(order))
  }

  signal.throwIfAborted()
  const nowMs = clock.now()
  const decisionId = decisionIdOf({ state, proposal, nowMs, margins })
  const verdict = gate.review({ proposal, state, nowMs, margins, decisionId })
  reached.decisionId = decisionId
  reached.verdict = ports.verdictRecord(verdict)
  return verdict.allowed ? verdict.action : undefined
}

/** What a policy made up may be long; the record need not be. */
const MAX_PROBLEM_LENGTH = 2_000

/** A policy is not trusted: its answer is read like any other foreign data. */
function parseDecision(answer: Decision): Decision {
  const parsed = decisionSchema.safeParse(answer)
  if (parsed.success) return parsed.data
  throw new CcError('The policy proposed something that is no action.', {
    code: 'engine/invalid-decision',
    recovery: 'skip',
    facts: { problem: z.prettifyError(parsed.error).slice(0, MAX_PROBLEM_LENGTH) },
  })
}
