import { CcError } from '@cc/models'

/** An error as facts for the log. */
export function errorFacts(error: unknown): { code: string; message: string } {
  return {
    code: CcError.isInstance(error) ? error.code : 'unexpected',
    message: error instanceof Error ? error.message : String(error),
  }
}
