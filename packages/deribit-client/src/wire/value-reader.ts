import type { CcError } from '@cc/models'
import type { z } from 'zod'
import { guardOf } from './guard.js'
import { stepTo } from './reply-path.js'
import { shapeAt, shapeOf, wordsFor } from './shape.js'
import { unknownFieldSearch } from './unknown-fields.js'

/** What a value has, where, in words. It never repeats the value, which may hold a secret. */
export type Mismatch = { path: string; expected: string; received: string }

export type ValueReaderOptions = {
  /** What paths start with: `result`, `data`. */
  readonly root: string
  /** Refuses fields that are not known, instead of reporting them. */
  readonly strict: boolean
  /** Hears the path of each unknown field once. */
  readonly onUnknown: (path: string) => void
  /** Makes the error. */
  readonly unexpected: (mismatch: Mismatch) => CcError
  /** Whether a path must not be repeated: a field may have been named by what was sent. */
  readonly isSecret?: ((text: string) => boolean) | undefined
}

/**
 * Checks values against one schema. What it hands out is the value as it was parsed, not a copy: fields that are not typed
 * are still in it.
 *
 * @throws CcError what `unexpected` makes
 */
export function createValueReader<Value>(
  schema: z.ZodType<Value>,
  { root, strict, onUnknown, unexpected, isSecret }: ValueReaderOptions,
): (value: unknown) => Value {
  const shape = shapeOf(schema)
  const accepts = guardOf(shape)
  const search = unknownFieldSearch(shape, (found) => {
    const path = shownPath(found.slice('result'.length))
    if (strict) throw unexpected({ path, expected: 'nothing', received: 'a new field' })
    onUnknown(path)
  })

  function shownPath(steps: string): string {
    return isSecret?.(`${root}${steps}`) ? `${root}.?` : `${root}${steps}`
  }

  /** The guard only says no; the schema itself says where. */
  function refuse(value: unknown): void {
    const path = schema.safeParse(value).error?.issues[0]?.path
    if (path === undefined) return
    const expected = shapeAt(shape, path)
    throw unexpected({
      path: shownPath(path.map(stepTo).join('')),
      expected: expected === undefined ? 'another value' : wordsFor(expected),
      received: kindOf(valueAt(value, path)),
    })
  }

  return (value) => {
    if (!accepts(value)) refuse(value)
    search(value)
    return value as Value
  }
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
