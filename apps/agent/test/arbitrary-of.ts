import fc from 'fast-check'
import type { z } from 'zod'

/** Whatever fits a schema, as `JSON.parse` could have made it; lists and records are short. */
export function arbitraryOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = (schema as z.core.$ZodTypes)._zod
  const { least, most, isAbove, length, isExact } = boundsOf(def.checks ?? [])
  switch (def.type) {
    case 'nullable':
      return fc.option(arbitraryOf(def.innerType), { nil: null })
    case 'optional':
      return fc.option(arbitraryOf(def.innerType), { nil: undefined })
    case 'readonly':
      return arbitraryOf(def.innerType)
    case 'object': {
      const fields = Object.entries(def.shape).map(([name, field]) => [name, arbitraryOf(field)] as const)
      return fc.record(Object.fromEntries(fields)).map((value) => JSON.parse(JSON.stringify(value)))
    }
    case 'array':
      return fc.array(arbitraryOf(def.element), { minLength: Math.min(length, 2), maxLength: 2 })
    case 'record':
      return recordOf(def)
    case 'union':
      return fc.oneof(...def.options.map(arbitraryOf))
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries))
    case 'literal':
      return fc.constantFrom(...def.values)
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'string':
      return isExact
        ? fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })
        : fc.oneof(
            fc.string({ unit: 'binary', minLength: length, maxLength: length + 12 }),
            fc.constantFrom(...SYMBOLS),
          )
    case 'number':
      if ('format' in def) {
        return fc.maxSafeInteger().map((number) => Math.min(Math.max(number, least + (isAbove ? 1 : 0)), most) + 0)
      }
      return double({ least, most, isAbove })
    default:
      throw new Error(`no values of ${def.type} are made here`)
  }
}

function recordOf({ keyType, valueType }: z.core.$ZodRecordDef): fc.Arbitrary<unknown> {
  const keys = keyType._zod.values
  const key = keys === undefined ? fc.string({ maxLength: 8 }) : fc.constantFrom(...[...keys].map(String))
  return fc.dictionary(
    key.filter((name) => name !== '__proto__'),
    arbitraryOf(valueType),
    { maxKeys: 2, noNullPrototype: true },
  )
}

/** Texts that mean something to who reads them. */
const SYMBOLS = ['BTC-30JAN26-100000-C', 'ETH-27MAR26-4000-C']
/** Of two of these, sum and product are numbers still. */
const LARGEST = 1e150

/** JSON has no −0. */
function double({ least, most, isAbove }: { least: number; most: number; isAbove: boolean }): fc.Arbitrary<number> {
  const bounds = { min: Math.max(least, -LARGEST), max: Math.min(most, LARGEST), minExcluded: isAbove }
  return fc.double({ noNaN: true, ...bounds }).map((number) => number + 0)
}

/** What the checks of a schema ask of a number's size, or of a text's or list's least length. */
function boundsOf(checks: readonly { _zod: { def: object } }[]) {
  const bounds = { least: -Infinity, most: Infinity, isAbove: false, length: 0, isExact: false }
  for (const { _zod } of checks) {
    const { check, value, inclusive, minimum, length } = _zod.def as Record<string, unknown>
    if (check === 'greater_than') Object.assign(bounds, { least: Number(value), isAbove: inclusive !== true })
    if (check === 'less_than') bounds.most = Number(value)
    if (check === 'min_length') bounds.length = Number(minimum)
    if (check === 'length_equals') Object.assign(bounds, { length: Number(length), isExact: true })
  }
  return bounds
}
