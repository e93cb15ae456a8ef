import { CcError } from '@cc/models'

/** The operating system said no: a `CcError` that halts and names the file and the system's code (`ENOSPC`). */
export function diskFailure(code: string, path: string, cause: unknown): CcError {
  const systemCode = systemCodeOf(cause)
  return new CcError(`Cannot use ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code,
    recovery: 'halt',
    facts: { path, systemCode: systemCode ?? null },
    cause,
  })
}

/** Nothing is appended any more, and why. */
export function refusedAppend(path: string, why: string): CcError {
  return new CcError(`Nothing is appended to ${path}: ${why}.`, {
    code: 'logging/append-refused',
    recovery: 'halt',
    facts: { path },
  })
}

/** `ENOENT` and the like; `undefined` for what did not come from the operating system. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
