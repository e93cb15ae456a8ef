import { CcError, type Facts, type FailureRecord, type Logger } from '@cc/models'

/** Code of a failure that nobody foresaw: a bug. */
const UNEXPECTED = 'engine/unexpected'

/** Code of a cycle that was told to end. */
export const STOPPED = 'engine/stopped'

/** A thrown value as plain data. What is no `CcError` is a bug and halts. */
export function failureOf(error: unknown): FailureRecord {
  if (CcError.isInstance(error)) {
    const { code, recovery, message, facts } = error
    return plainFailure({ code, recovery, message, facts })
  }
  const name = error instanceof Error ? error.name : typeof error
  const message = error instanceof Error ? error.message : String(error)
  return { code: UNEXPECTED, recovery: 'halt', message, facts: { name } }
}

/** {@link failureOf}, where a stop explains an abort. */
export function failureUnder(stop: AbortSignal, error: unknown): FailureRecord {
  const aborted = stop.aborted && (error === stop.reason || (error instanceof Error && error.name === 'AbortError'))
  if (!aborted) return failureOf(error)
  return { code: STOPPED, recovery: 'skip', message: 'The agent was told to stop.', facts: {} }
}

/** Whether a failure is a bug, of the engine or of what it runs. */
export function isBug({ code }: FailureRecord): boolean {
  return code.endsWith('/unexpected')
}

/** A failure that a record can hold: what JSON has no word for becomes text. A failed cycle is recorded, whatever failed. */
export function plainFailure({ code, recovery, message, facts }: FailureRecord): FailureRecord {
  const plain = Object.entries(facts).map(([name, value]) => [name, isPlain(value) ? value : textOf(value)])
  return { code, recovery, message, facts: Object.fromEntries(plain) }
}

function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every((item) => typeof item !== 'object' && isPlain(item))
  return value === null || typeof value === 'string' || typeof value === 'boolean'
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(', ')
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

/** Tells people of a failure; of one that halts also where it comes from, for which the record has no room. */
export function logFailure(
  logger: Logger,
  message: string,
  { failure, error }: { failure: FailureRecord; error: unknown },
): void {
  const facts = { code: failure.code, message: failure.message }
  if (failure.recovery === 'halt') logger.error(message, { ...facts, ...traceOf(error) })
  else logger.warn(message, facts)
}

const MAX_CAUSES = 5

function traceOf(error: unknown): Facts {
  const stacks: string[] = []
  for (let next = error; next !== undefined && stacks.length <= MAX_CAUSES; ) {
    stacks.push(next instanceof Error ? (next.stack ?? next.message) : textOf(next))
    next = next instanceof Error ? next.cause : undefined
  }
  const [stack = '', ...causes] = stacks
  return { stack, causes }
}

/** An error that halts, with its own code where it has one: what cannot be written down must not go on. */
export function halting(error: unknown, { code, message }: { code: string; message: string }): CcError {
  if (!CcError.isInstance(error)) return new CcError(message, { code, recovery: 'halt', cause: error })
  if (error.recovery === 'halt') return error
  return new CcError(error.message, { code: error.code, recovery: 'halt', facts: error.facts, cause: error })
}
