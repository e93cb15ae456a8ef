import { CcError } from '@cc/models'

/** What a job failed of, with the name of the job among its facts. A bug is `backtest/unexpected`, with its stack. */
export function jobFailure(error: unknown, id: string): CcError {
  if (CcError.isInstance(error)) {
    const { message, code, facts } = error
    return new CcError(message, { code, recovery: 'halt', facts: { ...facts, job: id }, cause: error })
  }
  const { name, message, stack = '' } = error instanceof Error ? error : new Error(String(error))
  return new CcError(`${name}: ${message}`, {
    code: 'backtest/unexpected',
    recovery: 'halt',
    facts: { stack, job: id },
    cause: error,
  })
}
