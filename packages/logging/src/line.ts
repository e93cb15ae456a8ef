import { CcError } from '@cc/models'
import type { z } from 'zod'

/**
 * One record as one line of JSON, ending in a newline. The text is that of the record as given, so that a
 * hash over it can be taken again from the file.
 *
 * @throws CcError `logging/invalid-record` for what the schema refuses and for what JSON cannot say, such as NaN.
 */
export function encodeLine(schema: z.ZodType, record: unknown): string {
  const verdict = schema.safeParse(record)
  if (!verdict.success) {
    const [issue] = verdict.error.issues
    throw invalid(issue?.path.map(String).join('.') ?? '', issue?.message ?? 'does not fit its schema')
  }
  try {
    return `${JSON.stringify(record, refuseNonFinite)}\n`
  } catch (error) {
    if (CcError.isInstance(error)) throw error
    throw invalid('', error instanceof Error ? error.message : String(error), error)
  }
}

/**
 * Reads one line as it was written: keys and their order are those of the text.
 *
 * @throws CcError `logging/corrupt-line` with file and line number.
 */
export function decodeLine<T>(schema: z.ZodType<T>, line: string, place: { path: string; lineNumber: number }): T {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw corrupt(place, 'is not JSON', cause)
  }
  const verdict = schema.safeParse(value)
  if (!verdict.success) {
    const [issue] = verdict.error.issues
    throw corrupt(place, `does not fit its schema at "${issue?.path.map(String).join('.')}": ${issue?.message}`)
  }
  return value as T
}

// JSON.stringify would write `null`, which reads as "missing" where a calculation went wrong.
function refuseNonFinite(key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw invalid(key, `${value} is not a number that JSON has`)
  return value
}

function invalid(field: string, problem: string, cause?: unknown): CcError {
  return new CcError(`A record was not written: ${field === '' ? '' : `"${field}": `}${problem}.`, {
    code: 'logging/invalid-record',
    recovery: 'halt',
    facts: { field },
    cause,
  })
}

function corrupt({ path, lineNumber }: { path: string; lineNumber: number }, problem: string, cause?: unknown) {
  return new CcError(`${path}, line ${lineNumber} ${problem}.`, {
    code: 'logging/corrupt-line',
    recovery: 'halt',
    facts: { path, lineNumber },
    cause,
  })
}
