import { CcError } from '@cc/models'
import type { ApiMethod } from '../method.js'
import { createValueReader, type Mismatch } from './value-reader.js'

/** A reply or a notification held a field that Deribit was not known to send: its protocol grew, or it is read wrongly. */
export type Drift = {
  /** Of a reply. Of a notification the kind of its channel, such as `ticker.*`. */
  method: string
  /** Where: `result[].new_field`, `data.new_field`. */
  path: string
  kind: 'unknown-field'
}

/** How what comes is read. */
export type ReaderOptions = {
  strict: boolean
  onDrift?: ((drift: Drift) => void) | undefined
  /** Whether a path must not be repeated: a reply may have named a field by what was sent. */
  isSecret?: ((text: string) => boolean) | undefined
}

/** Checks the `result` of a reply. */
export type ResultReader = <Params extends object, Result>(method: ApiMethod<Params, Result>, result: unknown) => Result

/**
 * Checks replies against their methods. What it hands out is the value as it was parsed, not a copy: fields that are not
 * typed are still in it. Drift is reported once per method and path; strict, it is an error.
 *
 * @throws CcError `deribit/unexpected-reply`, naming method and path but never the value, which may hold a secret
 */
export function createResultReader({ strict, onDrift, isSecret }: ReaderOptions): ResultReader {
  const readers = new Map<unknown, (value: unknown) => unknown>()

  function readerOf<Params extends object, Result>(method: ApiMethod<Params, Result>): (value: unknown) => Result {
    const made = readers.get(method)
    if (made !== undefined) return made as (value: unknown) => Result
    const reader = createValueReader(method.result, {
      root: 'result',
      strict,
      isSecret,
      onUnknown: (path) => onDrift?.({ method: method.name, path, kind: 'unknown-field' }),
      unexpected: (mismatch) => unexpectedReply(method.name, mismatch),
    })
    readers.set(method, reader)
    return reader
  }

  return (method, result) => readerOf(method)(result)
}

function unexpectedReply(method: string, { path, expected, received }: Mismatch): CcError {
  return new CcError(`Deribit's reply to ${method} has ${received} at ${path} where ${expected} was expected.`, {
    code: 'deribit/unexpected-reply',
    recovery: 'skip',
    facts: { method, path, expected, received },
  })
}
