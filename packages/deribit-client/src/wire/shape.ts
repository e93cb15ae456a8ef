import type { z } from 'zod'
import { unreadFieldsOf } from './wire-object.js'

/** What a reply schema accepts, as plain data: all that a guard, a search for unknown fields and an error need to know. */
export type Shape =
  | { kind: 'number' | 'whole-number' | 'text' | 'flag' | 'anything' }
  | { kind: 'word'; words: readonly string[] }
  | { kind: 'absent-or' | 'null-or'; inner: Shape }
  | { kind: 'list'; item: Shape }
  /** A list whose first items are known; more may follow. */
  | { kind: 'row'; items: readonly Shape[] }
  | { kind: 'map'; value: Shape }
  | { kind: 'object'; fields: ReadonlyMap<string, Shape>; unread: readonly string[] }
  | { kind: 'either'; options: readonly Shape[] }

/**
 * Reads a schema's own definition. Reply schemas only describe what arrives: a default, a transformation, a range, a
 * refinement or a strict object is refused here, since a reply is handed on as it was parsed and its drift is reported.
 *
 * @throws Error naming the kind of schema
 */
export function shapeOf(schema: z.core.$ZodType): Shape {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.checks !== undefined && def.checks.length > 0) throw unreadable(`a checked ${def.type}`)
  switch (def.type) {
    case 'number':
      return numberShape(def)
    case 'string':
      if ('format' in def) throw unreadable('a text of a format')
      return { kind: 'text' }
    case 'boolean':
      return { kind: 'flag' }
    case 'unknown':
      return { kind: 'anything' }
    case 'enum':
      return { kind: 'word', words: Object.values(def.entries).map(String) }
    case 'optional':
      return { kind: 'absent-or', inner: shapeOf(def.innerType) }
    case 'nullable':
      return { kind: 'null-or', inner: shapeOf(def.innerType) }
    case 'array':
      return { kind: 'list', item: shapeOf(def.element) }
    case 'tuple':
      if (def.rest === null || shapeOf(def.rest).kind !== 'anything') throw unreadable('a row that cannot grow')
      return { kind: 'row', items: def.items.map(shapeOf) }
    case 'record':
      if (shapeOf(def.keyType).kind !== 'text') throw unreadable('a map by anything but text')
      return { kind: 'map', value: shapeOf(def.valueType) }
    case 'object':
      if (def.catchall !== undefined) throw unreadable('an object that refuses or types the fields it does not name')
      return {
        kind: 'object',
        fields: new Map(Object.entries(def.shape).map(([name, field]) => [name, shapeOf(field)])),
        unread: unreadFieldsOf(schema),
      }
    case 'union':
      if (def.inclusive === false) throw unreadable('a union of which one must hold')
      return { kind: 'either', options: def.options.map(shapeOf) }
    default:
      throw unreadable(def.type)
  }
}

/** What it expects, in words: `a number, null or nothing`. */
export function wordsFor(shape: Shape): string {
  const words = [...new Set(alternativesOf(shape))]
  if (words.length <= 1) return words.join()
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}

/** What is expected at a path inside it; `undefined` where the shape says nothing of it. */
export function shapeAt(shape: Shape, path: readonly PropertyKey[]): Shape | undefined {
  const [step, ...rest] = path
  if (step === undefined) return shape
  switch (shape.kind) {
    case 'absent-or':
    case 'null-or':
      return shapeAt(shape.inner, path)
    case 'list':
      return shapeAt(shape.item, rest)
    case 'map':
      return shapeAt(shape.value, rest)
    case 'row': {
      const item = shape.items[Number(step)]
      return item && shapeAt(item, rest)
    }
    case 'object': {
      const field = shape.fields.get(String(step))
      return field && shapeAt(field, rest)
    }
    default:
      return undefined
  }
}

function numberShape(def: z.core.$ZodNumberDef): Shape {
  if (def.coerce === true) throw unreadable('a coerced number')
  if (!('format' in def)) return { kind: 'number' }
  if (def.format !== 'safeint') throw unreadable(`a number of format ${def.format}`)
  return { kind: 'whole-number' }
}

function alternativesOf(shape: Shape): string[] {
  switch (shape.kind) {
    case 'absent-or':
      return [...alternativesOf(shape.inner), 'nothing']
    case 'null-or':
      return [...alternativesOf(shape.inner), 'null']
    case 'either':
      return shape.options.flatMap(alternativesOf)
    case 'word':
      return shape.words.map((word) => `"${word}"`)
    case 'number':
      return ['a number']
    case 'whole-number':
      return ['a whole number below 2^53']
    case 'text':
      return ['text']
    case 'flag':
      return ['true or false']
    case 'list':
      return ['a list']
    case 'row':
      return [`a list of at least ${shape.items.length}`]
    case 'map':
    case 'object':
      return ['an object']
    case 'anything':
      return ['anything']
  }
}

function unreadable(what: string): Error {
  return new Error(`A reply schema holds ${what}. Describe only what Deribit sends, and convert it afterwards.`)
}
