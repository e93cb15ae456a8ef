import { CcError } from '@cc/models'
import type { z } from 'zod'
import type { ApiMethod } from '../method.js'
import { type Guard, guardOf } from './guard.js'
import { stepTo } from './reply-path.js'
import { type Shape, shapeAt, shapeOf, wordsFor } from './shape.js'
import { type UnknownFieldSearch, unknownFieldSearch } from './unknown-fields.js'

/** A reply held a field that Deribit was not known to send: its protocol grew, or it is read wrongly. */
export type Drift = {
  method: string
  /** Where: `result[].new_field`. */
  path: string
  kind: 'unknown-field'
}

/** Checks the `result` of a reply. */
export type ResultReader = <Params extends object, Result>(method: ApiMethod<Params, Result>, result: unknown) => Result

/**
 * Checks replies against their methods. What it hands out is the value as it was parsed, not a copy: fields that are not
 * typed are still in it. Drift is reported once per method and path; strict, it is an error.
 *
 * @throws CcError `deribit/unexpected-reply`, naming method and path but never the value, which may hold a secret
 */
export function createResultReader(options: {
  strict: boolean
  onDrift?: (drift: Drift) => void
  /** Whether a path must not be repeated: a reply may have named a field by what was sent. */
  isSecret?: (text: string) => boolean
}): ResultReader {
  const readers = new Map<ApiMethod<never, unknown>, { accepts: Guard; search: UnknownFieldSearch; shape: Shape }>()

  function readerOf<Params extends object, Result>(method: ApiMethod<Params, Result>) {
    const key = method as unknown as ApiMethod<never, unknown>
    const made = readers.get(key)
    if (made !== undefined) return made
    const shape = shapeOf(method.result)
    const search = unknownFieldSearch(shape, (found) => {
      const path = shownPath(found)
      if (options.strict)
        throw unexpectedReply({ method: method.name, path, expected: 'nothing', received: 'a new field' })
      options.onDrift?.({ method: method.name, path, kind: 'unknown-field' })
    })
    const reader = { accepts: guardOf(shape), search, shape }
    readers.set(key, reader)
    return reader
  }

  function shownPath(path: string): string {
    return options.isSecret?.(path) ? 'result.?' : path
  }

  return (method, result) => {
    const { accepts, search, shape } = readerOf(method)
    if (!accepts(result)) refuse(method.name, { schema: method.result, shape, result, shownPath })
    search(result)
    return result as z.infer<typeof method.result>
  }
}

/** The guard only says no; the schema itself says where. */
function refuse(
  method: string,
  {
    schema,
    shape,
    result,
    shownPath,
  }: { schema: z.ZodType; shape: Shape; result: unknown; shownPath: (path: string) => string },
): void {
  const path = schema.safeParse(result).error?.issues[0]?.path
  if (path === undefined) return
  const expected = shapeAt(shape, path)
  throw unexpectedReply({
    method,
    path: shownPath(`result${path.map(stepTo).join('')}`),
    expected: expected === undefined ? 'another value' : wordsFor(expected),
    received: kindOf(valueAt(result, path)),
  })
}

function unexpectedReply(facts: { method: string; path: string; expected: string; received: string }): CcError {
  const { method, path, expected, received } = facts
  return new CcError(`Deribit's reply to ${method} has ${received} at ${path} where ${expected} was expected.`, {
    code: 'deribit/unexpected-reply',
    recovery: 'skip',
    facts,
  })
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown> | null | undefined)?.[step], value)
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'boolean') return 'true or false'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'object') return 'an object'
  return Number.isSafeInteger(value) || !Number.isInteger(value) ? finiteKindOf(value as number) : 'a number above 2^53'
}

function finiteKindOf(value: number): string {
  return Number.isFinite(value) ? 'a number' : 'a number that is not finite'
}
