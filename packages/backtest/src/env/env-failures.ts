import { CcError } from '@cc/models'

/** Of a step that no reset went before. */
export function resetNeeded(why: string): CcError {
  return new CcError(`The environment must be reset first: ${why}.`, {
    code: 'backtest/reset-needed',
    recovery: 'halt',
    facts: { why },
  })
}

export function envClosed(): CcError {
  return new CcError('The environment is closed.', { code: 'backtest/env-closed', recovery: 'halt' })
}

/** Of an action that is not in the space. */
export function unknownAction(where: string, action: unknown): RangeError {
  const told = typeof action === 'object' ? JSON.stringify(action) : String(action)
  return new RangeError(`${where}: action must be in the action space, got ${told}`)
}
