import type { OnceOutcome, RunOutcome } from '@cc/engine'
import { CcError, type Facts, type FailureRecord } from '@cc/models'

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

/** Wrong flags, settings or input files: nothing was begun and no network call was made. */
export function usageError(message: string, facts: Facts = {}): CcError {
  return new CcError(message, { code: 'agent/usage', recovery: 'halt', facts })
}

/** Asks for a part that comes with a later version. */
export function notInThisVersion(what: string): CcError {
  return new CcError(`${what} is not in this version.`, { code: 'agent/not-in-this-version', recovery: 'halt' })
}

/** Anything that keeps the log folder from being used. */
export function logFolderError(message: string, folder: string, cause?: unknown): CcError {
  return new CcError(message, { code: 'agent/log-folder', recovery: 'halt', facts: { folder }, cause })
}

/** `ENOENT` and the like; `undefined` for what did not come from the operating system. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Code of a cycle that was told to end: by a signal, or else by the halt switch. */
export const STOPPED = 'engine/stopped'

/** Codes whose recovery alone does not say it. */
const BY_CODE: Readonly<Record<string, ExitCode>> = {
  'agent/usage': EXIT.usage,
  'agent/not-in-this-version': EXIT.usage,
  'agent/locked': EXIT.locked,
  'agent/halted': EXIT.halted,
  'agent/log-folder': EXIT.record,
  'agent/data-folder': EXIT.record,
  'agent/no-reply': EXIT.exchangeUnreachable,
  'agent/account-mismatch': EXIT.credentials,
  'backtest/empty-window': EXIT.usage,
  'backtest/no-such-coin': EXIT.usage,
  'deribit/forbidden-host': EXIT.usage,
  'deribit/no-credentials': EXIT.credentials,
  'deribit/invalid-credentials': EXIT.credentials,
  'deribit/scope-mismatch': EXIT.credentials,
  'deribit/forbidden': EXIT.credentials,
  'deribit/permission-denied': EXIT.credentials,
  'deribit/security-key-authorization-error': EXIT.credentials,
  'deribit/auth-loop': EXIT.credentials,
  'deribit/wrong-network': EXIT.credentials,
  'deribit/account-locked': EXIT.credentials,
  'deribit/country-is-banned': EXIT.credentials,
  'deribit/margin-model': EXIT.credentials,
  // Whoever answered there, it was not the exchange.
  'deribit/untrusted-host': EXIT.exchangeUnreachable,
  'engine/not-testnet': EXIT.credentials,
  'engine/not-recorded': EXIT.record,
  'engine/not-remembered': EXIT.record,
  'engine/memory-unreadable': EXIT.record,
  'engine/invalid-state': EXIT.bug,
  'engine/invalid-decision': EXIT.bug,
  'engine/invalid-margin': EXIT.bug,
  'engine/already-running': EXIT.bug,
  'engine/not-running': EXIT.locked,
  'engine/nothing-to-close': EXIT.usage,
  'engine/invalid-command': EXIT.usage,
  'engine/not-closed': EXIT.exchangeUnreachable,
  'engine/command-unreadable': EXIT.record,
  [STOPPED]: EXIT.halted,
}

/** The exit code of what was thrown out of a command. */
export function exitCodeOf(error: unknown): ExitCode {
  return CcError.isInstance(error) ? exitCodeOfFailure(error, { halted: false }) : EXIT.bug
}

/** The exit code of a failure; of one that halts, `halted` tells whether it set the halt switch. */
export function exitCodeOfFailure(
  { code, recovery }: Pick<FailureRecord, 'code' | 'recovery'>,
  { halted }: { halted: boolean },
): ExitCode {
  if (code.startsWith('logging/')) return EXIT.record
  if (code.endsWith('/unexpected')) return EXIT.bug
  const known = BY_CODE[code]
  if (known !== undefined) return known
  // What can be tried again, looked up or left for now is a matter of the exchange.
  if (recovery !== 'halt') return EXIT.exchangeUnreachable
  return halted ? EXIT.halted : EXIT.bug
}

/** Whether a code is of nothing that a person can mend: who looks for the mistake needs its stack. */
export function isBug(code: unknown): boolean {
  return exitCodeOfFailure({ code: String(code), recovery: 'halt' }, { halted: false }) === EXIT.bug
}

/** A stop that was asked for: `SIGINT` or `SIGTERM` is the abort signal's reason. */
export function exitCodeOfStop(signal: AbortSignal): ExitCode {
  return signal.reason === 'SIGINT' ? EXIT.interrupted : EXIT.terminated
}

/** How one cycle ended. A stop is a clean end only where it left nothing at the exchange. */
export function exitCodeOfOnce(
  { failure }: Pick<OnceOutcome, 'failure'>,
  { stop, halted }: { stop: AbortSignal; halted: boolean },
): ExitCode {
  if (stop.aborted && (failure === null || failure.code === STOPPED)) return exitCodeOfStop(stop)
  return failure === null ? EXIT.done : exitCodeOfFailure(failure, { halted })
}

/**
 * How a run ended. A halt is a person's unless the latest failure halts: an earlier one was got over. A run whose time
 * was up without one cycle that `succeeded` ends as its latest failure would.
 */
export function exitCodeOfRun(
  { reason, lastFailure }: RunOutcome,
  { stop, succeeded }: { stop: AbortSignal; succeeded: boolean },
): ExitCode {
  if (reason === 'finished') {
    return succeeded || lastFailure === undefined ? EXIT.done : exitCodeOfFailure(lastFailure, { halted: false })
  }
  if (reason === 'stopped') return exitCodeOfStop(stop)
  const halted = reason === 'halted'
  if (halted && lastFailure?.recovery !== 'halt') return EXIT.halted
  return lastFailure === undefined ? EXIT.bug : exitCodeOfFailure(lastFailure, { halted })
}
