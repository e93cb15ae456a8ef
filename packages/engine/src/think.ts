import {
  type AgentMemory,
  type ApprovedAction,
  CcError,
  type Currency,
  type DecisionRecord,
  decisionIdOf,
  type ExplainedAccount,
  type LedgerEntry,
  type MarginQuote,
} from '@cc/models'
import { readDecision, readMargin, readState } from './answers.js'
import { expiredIn } from './expired.js'
import { afterLedger, type LedgerRead } from './ledger-memory.js'
import type { Remembered } from './memory-store.js'
import type { EngineOptions } from './options.js'
import type { EnginePorts } from './ports.js'

/** How far a cycle came. What it did not reach is `null`. */
export type Reached = Pick<DecisionRecord, 'decisionId' | 'state' | 'decision' | 'review' | 'verdict' | 'execution'> & {
  remembered: Remembered | null
  ledger: LedgerRead | null
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
  const ledger = await ledgerOrFailure(ports, options, remembered)
  if (!CcError.isInstance(ledger)) reached.ledger = ledger
  const { memory } = CcError.isInstance(ledger) ? remembered : afterLedger(remembered, ledger, options.underlyings)

  signal.throwIfAborted()
  const observed = readState(await observer.observe(memory, signal))
  // What the state makes risk remember is part of it, so that the record alone says what was judged on.
  const state = { ...observed, memory: { ...observed.memory, guards: gate.guard(observed) } }
  reached.state = state

  signal.throwIfAborted()
  const decision = readDecision(await policy.decide(state, signal))
  const { proposal } = decision
  reached.decision = decision
  // An exit waits for no ledger. Whatever else there is to decide stands on it.
  if (CcError.isInstance(ledger) && proposal.action !== 'CLOSE_COVERED_CALL') throw ledger

  const margins: MarginQuote[] = []
  for (const order of gate.ordersFor(proposal, state)) {
    signal.throwIfAborted()
    margins.push(readMargin(await broker.margins(order)))
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

/** A ledger that fails is handed on as its error; a bug, and what halts, is thrown. */
async function ledgerOrFailure(
  ports: EnginePorts,
  { underlyings, ledgerLagMs: lagMs }: EngineOptions,
  { memory: { ledgerReadMs: fromMs, explained }, leftMs }: Remembered,
): Promise<LedgerRead | CcError> {
  try {
    return await readLedger(ports, underlyings, { fromMs, lagMs, explained, leftMs })
  } catch (error) {
    if (!CcError.isInstance(error) || error.recovery === 'halt') throw error
    ports.logger.warn('the ledger could not be read, and nothing is sold', { code: error.code, message: error.message })
    return error
  }
}

/**
 * The rows that became known since `fromMs`, oldest first, and the time up to which the ledger is read now. Spans are
 * half open and meet, so that over all cycles no row is read twice and none is left out. The first read (`null`)
 * only marks the time: what was booked before the run is not its business. Every time is older by the lag than the
 * clock, which may be ahead of the venue's stamps.
 *
 * A currency that was not read for a while goes on where it was left. A delivery is stamped with its expiry and may be
 * booked minutes later: one that `explained` still waits for is taken from before `fromMs` too, as far as a day.
 */
export async function readLedger(
  { broker, clock }: Pick<EnginePorts, 'broker' | 'clock'>,
  underlyings: readonly Currency[],
  span: { fromMs: number | null; lagMs: number } & Partial<Pick<AgentMemory, 'explained'> & Pick<Remembered, 'leftMs'>>,
): Promise<LedgerRead> {
  const { fromMs: nextMs, lagMs, explained = {}, leftMs = {} } = span
  const nowMs = clock.now()
  const toMs = nowMs - lagMs
  if (nextMs === null) return { rows: [], readMs: toMs }
  if (toMs <= nextMs) return { rows: [], readMs: nextMs }
  const books = await Promise.all(
    underlyings.map(async (currency) => {
      const fromMs = leftMs[currency] ?? nextMs
      const due = lateDeliveries(explained[currency], fromMs)
      const isLate = ({ kind, symbol }: LedgerEntry) => kind === 'delivery' && symbol !== null && due.has(symbol)
      const rows = await broker.ledger(currency, { fromMs: Math.min(fromMs, ...due.values()), toMs })
      return rows.filter((row) => row.timestampMs < toMs && (row.timestampMs >= fromMs || isLate(row)))
    }),
  )
  const rows = books.flat().sort((a, b) => a.timestampMs - b.timestampMs)
  return { rows, readMs: toMs }
}

const DAY_MS = 86_400_000

/** Options whose delivery is due since before `fromMs`, each with the time from which on it is looked for. */
function lateDeliveries(account: ExplainedAccount | undefined, fromMs: number): ReadonlyMap<string, number> {
  const expired = account === undefined ? [] : expiredIn(account, fromMs)
  return new Map(expired.map(({ symbol, expiryMs }) => [symbol, Math.max(expiryMs, fromMs - DAY_MS)]))
}
