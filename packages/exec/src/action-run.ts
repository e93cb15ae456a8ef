import { CcError, type IntentJournal } from '@cc/models'
import type { ApprovedAction } from '@cc/models/approval'
import { labelStem, stemOf } from './next-order.js'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'

/** One approved action while it is carried out. */
export type ActionRun = {
  readonly ports: ExecPorts
  readonly options: ExecOptions
  readonly approved: ApprovedAction
  /** Aborted by the caller or by the halt switch. */
  readonly stop: AbortSignal
  /** Whether an order may have left: from then on there is a result to tell, whatever goes wrong. */
  hasSent: boolean
}

/** @throws CcError `exec/executed-before`; what the journal throws. */
export async function beginRun({
  ports,
  options,
  approved,
  signal,
}: Pick<ActionRun, 'ports' | 'options' | 'approved'> & { signal: AbortSignal | undefined }): Promise<ActionRun> {
  await claimLabels(ports.journal, { runId: options.runId, decisionId: approved.bounds.decisionId })
  const signals = [signal, ports.halt?.signal].filter((source) => source !== undefined)
  return { ports, options, approved, stop: AbortSignal.any(signals), hasSent: false }
}

/** Whether nothing more may be sent. */
export function isStopped({ stop, ports }: ActionRun): boolean {
  return stop.aborted || ports.halt?.read().halted === true
}

/** A sleep that a stop ends early. */
export async function pause({ ports, stop }: ActionRun, durationMs: number): Promise<void> {
  try {
    await ports.clock.sleep(durationMs, stop)
  } catch (error) {
    if (!stop.aborted) throw error
  }
}

/** Stems of the labels that were given out in this life, or stand unfinished in the journal from an earlier one. */
const claimed = new WeakMap<IntentJournal, Set<string>>()

/**
 * Orders are numbered within one execution, so a decision is executed once: another approval of it would send the
 * same labels again, and one order could then be taken for the other.
 */
async function claimLabels(journal: IntentJournal, decision: { runId: string; decisionId: string }): Promise<void> {
  const stems = claimed.get(journal) ?? (await earlierStems(journal))
  const stem = labelStem(decision)
  if (stems.has(stem)) {
    throw new CcError('This decision was executed before.', {
      code: 'exec/executed-before',
      recovery: 'halt',
      facts: { decisionId: decision.decisionId, labels: `${stem}-*` },
    })
  }
  stems.add(stem)
}

async function earlierStems(journal: IntentJournal): Promise<Set<string>> {
  const unfinished = await journal.unfinished()
  // Another execution may have asked at the same time.
  const stems = claimed.get(journal) ?? new Set()
  for (const { terms } of unfinished) stems.add(stemOf(terms.label))
  claimed.set(journal, stems)
  return stems
}
