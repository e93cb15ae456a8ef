import { CcError } from '@cc/models'
import type { ApprovedAction } from '@cc/models/approval'
import type { ExecOptions } from './options.js'
import type { ExecPorts } from './ports.js'

/** One approved action while it is carried out. */
export type ActionRun = {
  readonly ports: ExecPorts
  readonly options: ExecOptions
  readonly approved: ApprovedAction
  readonly startedMs: number
  /** Aborted by the caller or by the halt switch. */
  readonly stop: AbortSignal
  /** Orders that have left. */
  sends: number
}

const begun = new WeakSet<ApprovedAction>()

/** @throws CcError `exec/executed-before`: labels are numbered within one execution, so there is only one. */
export function beginRun(
  run: Omit<ActionRun, 'stop' | 'sends' | 'startedMs'> & { signal: AbortSignal | undefined },
): ActionRun {
  const { ports, options, approved, signal } = run
  if (begun.has(approved)) {
    throw new CcError('This approval was executed before.', {
      code: 'exec/executed-before',
      recovery: 'halt',
      facts: { decisionId: approved.bounds.decisionId },
    })
  }
  begun.add(approved)
  const signals = [signal, ports.halt?.signal].filter((source) => source !== undefined)
  return { ports, options, approved, startedMs: ports.clock.now(), stop: AbortSignal.any(signals), sends: 0 }
}

/** Whether nothing more may be sent. */
export function isStopped({ stop, ports }: ActionRun): boolean {
  return stop.aborted || ports.halt?.read().halted === true
}
