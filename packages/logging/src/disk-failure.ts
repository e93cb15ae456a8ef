import { CcError } from '@cc/models'

/** The operating system said no: a `CcError` that halts and names the file and the system's code (`ENOSPC`). */
export function diskFailure(code: string, path: string, cause: unknown): CcError {
  return new CcError(`Cannot use ${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    code,
    recovery: 'halt',
    facts: { path, systemCode: systemCodeOf(cause) ?? null },
    cause,
  })
}

/** `ENOENT` and the like; `undefined` for what did not come from the operating system. */
export function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
