import { CcError, type IntentJournal } from '@cc/models'
import type { ApprovedAction } from '@cc/models/approval'
import { labelStem, stemOf } from './label.js'
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
  await claimLabels(ports, { runId: options.runId, decisionId: approved.bounds.decisionId })
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

/** How long a label is remembered: ordinary orders and trades of the venue are. */
export const LABEL_MEMORY_MS = 24 * 3_600_000

/** Stems of the labels that were given out in this life, or stand in the journal from an earlier one. */
const claimed = new WeakMap<IntentJournal, Set<string>>()

/**
 * Orders are numbered within one execution, so a decision is executed once: another approval of it, or a decision whose
 * id begins alike, would send the same labels again, and one order could then be taken for the other.
 */
async function claimLabels(
  ports: Pick<ExecPorts, 'journal' | 'clock'>,
  decision: { runId: string; decisionId: string },
): Promise<void> {
  const stems = claimed.get(ports.journal) ?? (await earlierStems(ports))
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

async function earlierStems({ journal, clock }: Pick<ExecPorts, 'journal' | 'clock'>): Promise<Set<string>> {
  const unfinished = await journal.unfinished()
  const recent = await journal.since(clock.now() - LABEL_MEMORY_MS)
  // Another execution may have asked at the same time.
  const stems = claimed.get(journal) ?? new Set()
  for (const { terms } of [...unfinished, ...recent.map(({ intent }) => intent)]) stems.add(stemOf(terms.label))
  claimed.set(journal, stems)
  return stems
}
