import type { RunOutcome } from '@cc/engine'
import { CcError } from '@cc/models'

/** What scripts may rely on. A `DO_NOTHING` is `done`. */
export const EXIT = {
  done: 0,
  bug: 1,
  usage: 2,
  locked: 3,
  halted: 4,
  credentials: 5,
  record: 6,
  exchangeUnreachable: 7,
  interrupted: 130,
  terminated: 143,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const BY_CODE: Readonly<Record<string, ExitCode>> = {
  'agent/usage': EXIT.usage,
  'agent/not-in-this-version': EXIT.usage,
  'agent/locked': EXIT.locked,
  'agent/halted': EXIT.halted,
  'agent/log-folder': EXIT.record,
  'engine/not-recorded': EXIT.record,
  'engine/not-remembered': EXIT.record,
  'engine/memory-unreadable': EXIT.record,
}

/** The exit code that a failure ends the command with. */
export function exitCodeOf(error: unknown): ExitCode {
  return CcError.isInstance(error) ? exitCodeOfFailure(error.code) : EXIT.bug
}

/** The same from the code alone, as a record holds it. */
export function exitCodeOfFailure(code: string): ExitCode {
  if (code.startsWith('logging/')) return EXIT.record
  return BY_CODE[code] ?? EXIT.bug
}

/** A stop that was asked for: `SIGINT` or `SIGTERM` is the abort signal's reason. */
export function exitCodeOfStop(signal: AbortSignal): ExitCode {
  return signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}

/** How a run ended: a halt because the record failed is a matter of the record. */
export function exitCodeOfRun({ reason, lastFailure }: RunOutcome, stop: AbortSignal): ExitCode {
  if (reason === 'finished') return EXIT.done
  if (reason === 'stopped') return exitCodeOfStop(stop)
  const exitCode = exitCodeOfFailure(lastFailure?.code ?? '')
  return reason === 'halted' && exitCode === EXIT.bug ? EXIT.halted : exitCode
}
