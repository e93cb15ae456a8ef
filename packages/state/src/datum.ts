import type { MissingDatum } from '@cc/models'

/** A value, or why there is none. */
export type Datum<T> = { value: T } | { missing: string }

/** Turns data into the state's `value | null`, and keeps the reason of every `null`. */
export type DatumReader = {
  read<T>(name: string, datum: Datum<T>): T | null
  readonly missing: readonly MissingDatum[]
}

export function createDatumReader(): DatumReader {
  const missing: MissingDatum[] = []
  return {
    missing,
    read(name, datum) {
      if ('value' in datum) return datum.value
      missing.push({ datum: name, reason: datum.missing })
      return null
    },
  }
}

/** What a computation gives, or the message of its `RangeError` as the reason why it gives nothing. */
export function attempt<T>(compute: () => T): Datum<T> {
  try {
    return { value: compute() }
  } catch (error) {
    if (error instanceof RangeError) return { missing: error.message }
    throw error
  }
}
