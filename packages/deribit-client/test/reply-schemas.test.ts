import { describe, expect, inject, it } from 'vitest'
import { type Shape, shapeOf } from '../src/wire/shape.js'
import {
  documentedAnswer,
  followed,
  methodsByName,
  recordedReplies,
  type Specification,
  type SpecificationPart,
  specification,
} from './recorded-replies.js'

const recordings = inject('recordings')

/** Nanoseconds since 1970, and ids of the engine that brought them: since 21 July 2026, all past 2^53 or free to be. */
const largeNames = [
  'starbase_timestamp',
  'starbase_last_update_timestamp',
  'starbase_order_id',
  'starbase_match_id',
  'starbase_trade_id',
]

/** Microseconds stay below 2^53 until the year 2255, milliseconds a thousand times longer, counters of today by far. */
const longestDigits = 2 ** 50

describe.each([...methodsByName.values()])('the reply schema of $name', ({ result }) => {
  it('only describes: no default, transformation, range or strictness', () => {
    expect(() => shapeOf(result)).not.toThrow()
  })

  it('reads no field that can pass 2^53', () => {
    const read = fieldsOf(shapeOf(result))
    expect(read.filter(({ field }) => largeNames.includes(field) || field.startsWith('starbase'))).toEqual([])
  })

  it('lists no field as unread that it reads', () => {
    const objects = objectsIn(shapeOf(result))
    expect(objects.flatMap(({ fields, unread }) => unread.filter((field) => fields.has(field)))).toEqual([])
  })
})

describe.skipIf(recordings === null)('whole numbers of the reply schemas', () => {
  const spec = recordings === null ? { paths: {} } : specification(recordings)
  const replies = recordings === null ? [] : recordedReplies(recordings)

  it.each([...methodsByName.values()])('of $name are documented as no finer than microseconds', ({ name, result }) => {
    const described = descriptionsIn(spec, documentedAnswer(spec, name).schema)
    for (const { field } of wholeNumbersOf(result)) {
      for (const description of described.get(field) ?? []) {
        expect(`${field}: ${description}`).not.toMatch(/nanosecond/i)
        if (field.includes('timestamp')) expect(`${field}: ${description}`).toMatch(/milliseconds/)
      }
    }
  })

  it('are far below 2^53 wherever one was recorded', () => {
    const seen = new Map<string, number>()
    for (const { method, result } of replies) {
      const read = new Set(wholeNumbersOf(method.result).map(({ field }) => field))
      for (const { field, value } of numbersIn(result, 'result')) {
        if (read.has(field)) seen.set(field, Math.max(seen.get(field) ?? 0, Math.abs(value)))
      }
    }
    expect(seen.size).toBeGreaterThan(10)
    expect([...seen].filter(([, value]) => !(value < longestDigits))).toEqual([])
  })

  it('are of none of the names that hold a number past 2^53 anywhere in a recording', () => {
    const large = new Set(
      replies.flatMap(({ result }) =>
        numbersIn(result, 'result').flatMap(({ field, value }) => (Math.abs(value) > 2 ** 53 ? [field] : [])),
      ),
    )
    const read = [...methodsByName.values()].flatMap(({ result }) => wholeNumbersOf(result).map(({ field }) => field))
    expect(read.filter((field) => large.has(field))).toEqual([])
  })
})

type Field = { field: string; shape: Shape }

/** Every field that a shape reads, with those inside it; what lies in a list has the list's name. */
function fieldsOf(shape: Shape, field = 'result'): Field[] {
  switch (shape.kind) {
    case 'absent-or':
    case 'null-or':
      return fieldsOf(shape.inner, field)
    case 'list':
      return fieldsOf(shape.item, field)
    case 'map':
      return fieldsOf(shape.value, field)
    case 'row':
      return shape.items.flatMap((item) => fieldsOf(item, field))
    case 'either':
      return shape.options.flatMap((option) => fieldsOf(option, field))
    case 'object':
      return [...shape.fields].flatMap(([name, inner]) => fieldsOf(inner, name))
    default:
      return [{ field, shape }]
  }
}

function wholeNumbersOf(schema: Parameters<typeof shapeOf>[0]): Field[] {
  return fieldsOf(shapeOf(schema)).filter(({ shape }) => shape.kind === 'whole-number')
}

function objectsIn(shape: Shape): (Shape & { kind: 'object' })[] {
  switch (shape.kind) {
    case 'absent-or':
    case 'null-or':
      return objectsIn(shape.inner)
    case 'list':
      return objectsIn(shape.item)
    case 'map':
      return objectsIn(shape.value)
    case 'either':
      return shape.options.flatMap(objectsIn)
    case 'object':
      return [shape, ...[...shape.fields.values()].flatMap(objectsIn)]
    default:
      return []
  }
}

function numbersIn(value: unknown, field: string): { field: string; value: number }[] {
  if (typeof value === 'number') return [{ field, value }]
  if (Array.isArray(value)) return value.flatMap((item) => numbersIn(item, field))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, name))
}

/** What the specification says of fields, by their names, anywhere inside a part of it. */
function descriptionsIn(
  spec: Specification,
  part: unknown,
  found = new Map<string, string[]>(),
  depth = 0,
): Map<string, string[]> {
  if (typeof part !== 'object' || part === null || depth > 12) return found
  const schema = followed(spec, part)
  for (const [name, property] of Object.entries((schema.properties ?? {}) as SpecificationPart)) {
    const { description } = followed(spec, property)
    if (typeof description === 'string') found.set(name, [...(found.get(name) ?? []), description])
    descriptionsIn(spec, property, found, depth + 1)
  }
  for (const list of ['allOf', 'oneOf', 'anyOf']) {
    for (const option of (schema[list] ?? []) as unknown[]) descriptionsIn(spec, option, found, depth + 1)
  }
  return descriptionsIn(spec, schema.items, found, depth + 1)
}
