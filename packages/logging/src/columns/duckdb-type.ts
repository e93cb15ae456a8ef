import type { z } from 'zod'

/** Fields to read of an object, by name; `true` is all of a field. Lists are passed through to their items. */
export type Picked = { readonly [field: string]: true | Picked }

/**
 * The type in which DuckDB reads JSON that fits a schema, all of it or the `picked` fields alone: what is not named is
 * not looked at, which is most of what a read costs. Objects are `STRUCT`s, lists `[]`, integers `BIGINT`, other
 * numbers `DOUBLE`; the objects of a union become one that has the fields of all. What has no type of its own, such as a
 * record of free keys, stays `JSON` text.
 */
export function duckdbType(schema: z.core.$ZodType, picked: true | Picked = true): string {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'nullable':
    case 'optional':
    case 'readonly':
      return duckdbType(def.innerType, picked)
    case 'array':
      return `${duckdbType(def.element, picked)}[]`
    case 'object':
    case 'union':
    case 'record': {
      const fields = fieldsOf(schema)
      return fields === undefined ? 'JSON' : structOf(fields, picked)
    }
    case 'number':
      return 'format' in def ? 'BIGINT' : 'DOUBLE'
    case 'boolean':
      return 'BOOLEAN'
    case 'enum':
    case 'string':
      return 'VARCHAR'
    case 'literal':
      return literalType(def.values[0])
    default:
      return 'JSON'
  }
}

/** `{field: 'TYPE', …}` as the `columns` of `read_json` are named. */
export function duckdbColumns(schema: z.core.$ZodType, picked: true | Picked = true): string {
  const fields = fieldsOf(schema)
  if (fields === undefined) throw new Error('a table is read from objects')
  const columns = entriesOf(fields, picked).map(([name, type]) => `${quoted(name)}: '${type.replaceAll("'", "''")}'`)
  return `{${columns.join(', ')}}`
}

/** A name as SQL takes any. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Schemas of each field, several where the objects of a union have it; `undefined` for what has no fields of its own. */
type Fields = ReadonlyMap<string, readonly z.core.$ZodType[]>

function fieldsOf(schema: z.core.$ZodType): Fields | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod
  if (def.type === 'object') return new Map(Object.entries(def.shape).map(([name, field]) => [name, [field]]))
  if (def.type === 'record') {
    const keys = def.keyType._zod.values
    return keys === undefined ? undefined : new Map([...keys].map((key) => [String(key), [def.valueType]]))
  }
  if (def.type !== 'union') return undefined
  const merged = new Map<string, z.core.$ZodType[]>()
  for (const option of def.options) {
    const fields = fieldsOf(option)
    if (fields === undefined) return undefined
    for (const [name, schemas] of fields) merged.set(name, [...(merged.get(name) ?? []), ...schemas])
  }
  return merged
}

function structOf(fields: Fields, picked: true | Picked): string {
  const entries = entriesOf(fields, picked)
  if (entries.length === 0) return 'JSON'
  return `STRUCT(${entries.map(([name, type]) => `${quoted(name)} ${type}`).join(', ')})`
}

function entriesOf(fields: Fields, picked: true | Picked): [string, string][] {
  const names = picked === true ? [...fields.keys()] : Object.keys(picked)
  return names.map((name) => {
    const schemas = fields.get(name)
    if (schemas === undefined) throw new Error(`"${name}" is no field of the schema, which has ${[...fields.keys()]}`)
    return [name, commonType(schemas, picked === true ? true : (picked[name] ?? true))]
  })
}

/** Objects that stand under one name in several options of a union become one, as the options do. */
function commonType(schemas: readonly z.core.$ZodType[], picked: true | Picked): string {
  if (schemas.length === 1) return duckdbType(schemas[0] as z.core.$ZodType, picked)
  const objects = schemas.map((schema) => fieldsOf(schema))
  if (objects.every((fields) => fields !== undefined)) {
    const merged = new Map<string, z.core.$ZodType[]>()
    for (const fields of objects) {
      for (const [name, of] of fields) merged.set(name, [...(merged.get(name) ?? []), ...of])
    }
    return structOf(merged, picked)
  }
  const [first, ...others] = new Set(schemas.map((schema) => duckdbType(schema, picked)))
  return first !== undefined && others.length === 0 ? first : 'JSON'
}

function literalType(value: unknown): string {
  if (typeof value === 'boolean') return 'BOOLEAN'
  if (typeof value === 'number') return 'BIGINT'
  return 'VARCHAR'
}
