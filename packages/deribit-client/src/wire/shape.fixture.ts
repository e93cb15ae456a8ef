import fc from 'fast-check'
import type { Shape } from './shape.js'

/** Values that are of a shape, and near misses of it: what guards and schemas must agree on. */
export function valuesAround(shape: Shape): fc.Arbitrary<unknown> {
  return valuesOf(shape).chain((value) => fc.oneof(fc.constant(value), damaged(value), damaged(value).chain(damaged)))
}

/** Values that are of a shape. */
export function valuesOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'whole-number':
      return fc.maxSafeInteger()
    case 'text':
      return fc.string()
    case 'flag':
      return fc.boolean()
    case 'anything':
      return fc.jsonValue()
    case 'word':
      return fc.constantFrom(...shape.words)
    case 'absent-or':
      return fc.oneof(fc.constant(undefined), valuesOf(shape.inner))
    case 'null-or':
      return fc.oneof(fc.constant(null), valuesOf(shape.inner))
    case 'list':
      return fc.array(valuesOf(shape.item), { maxLength: 3 })
    case 'row':
      return fc
        .tuple(...shape.items.map(valuesOf), fc.array(fc.jsonValue(), { maxLength: 1 }))
        .map((items) => items.flat())
    case 'map':
      return fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), valuesOf(shape.value), { maxKeys: 3 })
    case 'either':
      return fc.oneof(...shape.options.map(valuesOf))
    case 'object':
      return fc
        .tuple(
          fc.record(Object.fromEntries([...shape.fields].map(([name, field]) => [name, valuesOf(field)]))),
          fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 1 }),
        )
        .map(([known, others]) => ({ ...others, ...known }))
  }
}

/** The same value with one thing in it made wrong, missing or merely odd. */
export function damaged(value: unknown): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...pathsIn(value)), fc.constantFrom(...oddities))
    .map(([path, odd]) => replaced(value, path, odd))
}

const removed = Symbol('removed')
/** `1e999` is what `JSON.parse` makes `Infinity` of. */
const oddities = [
  null,
  undefined,
  removed,
  Number.NaN,
  JSON.parse('1e999'),
  -0,
  1.5,
  2 ** 53,
  2 ** 53 - 1,
  1e300,
  '1.5',
  '',
  'NaN',
  'market_price',
  true,
  'false',
  [],
  {},
  [[]],
  { toString: 1 },
  JSON.parse('{"__proto__":{"length":2}}'),
]

type Path = readonly (string | number)[]

function pathsIn(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return [[]]
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value)
  const inner = [...keys].flatMap((key) =>
    pathsIn((value as Record<string, unknown>)[key]).map((path) => [key, ...path]),
  )
  return [[], ...inner]
}

function replaced(value: unknown, [step, ...rest]: Path, by: unknown): unknown {
  if (step === undefined) return by === removed ? undefined : by
  if (Array.isArray(value)) {
    if (rest.length === 0 && by === removed) return value.toSpliced(Number(step), 1)
    return value.with(Number(step), replaced(value[Number(step)], rest, by))
  }
  const entries = Object.entries(value as object).flatMap(([name, inner]) => {
    if (name !== step) return [[name, inner]]
    return rest.length === 0 && by === removed ? [] : [[name, replaced(inner, rest, by)]]
  })
  return Object.fromEntries(entries)
}
