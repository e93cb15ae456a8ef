import { CcError, type FailureRecord } from '@cc/models'

/** Code of a failure that nobody foresaw: a bug. */
export const UNEXPECTED = 'engine/unexpected'

/** A thrown value as plain data. What is no `CcError` is a bug and halts. */
export function failureOf(error: unknown): FailureRecord {
  if (CcError.isInstance(error)) {
    const { code, recovery, message, facts } = error
    return { code, recovery, message, facts }
  }
  const name = error instanceof Error ? error.name : typeof error
  const message = error instanceof Error ? error.message : String(error)
  return { code: UNEXPECTED, recovery: 'halt', message, facts: { name } }
}

/** Code of a cycle that was told to end. */
export const STOPPED = 'engine/stopped'

/** {@link failureOf}, where a stop explains an abort. */
export function failureUnder(stop: AbortSignal, error: unknown): FailureRecord {
  const aborted = stop.aborted && (error === stop.reason || (error instanceof Error && error.name === 'AbortError'))
  if (!aborted) return failureOf(error)
  return { code: STOPPED, recovery: 'skip', message: 'The agent was told to stop.', facts: {} }
}

/** An error that halts, with its own code where it has one: what cannot be written down must not go on. */
export function halting(error: unknown, { code, message }: { code: string; message: string }): CcError {
  if (!CcError.isInstance(error)) return new CcError(message, { code, recovery: 'halt', cause: error })
  if (error.recovery === 'halt') return error
  return new CcError(error.message, { code: error.code, recovery: 'halt', facts: error.facts, cause: error })
}
