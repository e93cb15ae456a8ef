import { CcError, type Facts } from '@cc/models'

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
