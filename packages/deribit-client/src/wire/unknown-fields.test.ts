import { expect, it } from 'vitest'
import { z } from 'zod'
import { shapeOf } from './shape.js'
import { unknownFieldSearch } from './unknown-fields.js'
import { wireObject } from './wire-object.js'

const row = wireObject({ a: z.number(), inner: wireObject({ b: z.number() }).nullish() }, 'unread')

function found(schema: z.ZodType, ...values: unknown[]): string[] {
  const paths: string[] = []
  const search = unknownFieldSearch(shapeOf(schema), (path) => paths.push(path))
  for (const value of values) search(value)
  return paths
}

it('finds what is neither read nor known, at any depth', () => {
  expect(found(row, { a: 1, unread: 2, x: 3, inner: { b: 1, y: 1 } })).toEqual(['result.x', 'result.inner.y'])
})

it('names a field of many rows once, and once over many replies', () => {
  const rows = [{ a: 1, x: 1 }, { a: 1 }, { x: 1, a: 1 }, { a: 1, x: 2, z: 1 }]
  expect(found(z.array(row), rows, rows)).toEqual(['result[].x', 'result[].z'])
})

it.each([
  { rows: [{ a: 1 }, { a: 1, x: 1 }], why: 'a field more than the row before' },
  {
    rows: [
      { a: 1, unread: 1 },
      { a: 1, x: 1 },
    ],
    why: 'as many fields, another name',
  },
  {
    rows: [
      { a: 1, unread: 1 },
      { a: 1, x: 1, unread: 1 },
    ],
    why: 'in the middle',
  },
  {
    rows: [
      { a: 1, unread: 1 },
      { x: 1, a: 1, unread: 1 },
    ],
    why: 'at the front',
  },
  { rows: [{ a: 1, unread: 1 }, { a: 1 }, { a: 1, x: 1 }], why: 'after a row with fewer' },
  { rows: [{ a: 1 }, {}, { x: 1 }], why: 'after an empty row' },
])('misses none because of the row before: $why', ({ rows }) => {
  expect(found(z.array(row), rows)).toEqual(['result[].x'])
})

it('looks into maps, and into the option of a union that holds', () => {
  expect(found(z.record(z.string(), row), { first: { a: 1, x: 1 }, second: { a: 1, x: 1 } })).toEqual(['result.*.x'])
  expect(found(z.array(z.union([z.string(), row])), ['text', { a: 1, x: 1 }])).toEqual(['result[].x'])
})

it('has nothing to say of maps of anything, rows and plain values', () => {
  expect(found(z.record(z.string(), z.unknown()), { any: { thing: 1 } })).toEqual([])
  expect(found(z.array(z.tuple([z.int()], z.unknown())), [[1, { more: 1 }]])).toEqual([])
  expect(found(z.int(), 1)).toEqual([])
})

it('reports a field again and again where that throws', () => {
  const search = unknownFieldSearch(shapeOf(row), (path) => {
    throw new Error(path)
  })
  expect(() => search({ a: 1, x: 1 })).toThrow('result.x')
  expect(() => search({ a: 1, x: 1 })).toThrow('result.x')
})

it('does not repeat a name that is no word, however long it is', () => {
  expect(found(row, { a: 1, 'eyJhbGciOi.J9': 1 })).toEqual(['result.?'])
  expect(found(row, { a: 1, [`x${'y'.repeat(1_000_000)}`]: 1 })).toEqual(['result.?'])
})

it('does not go on for ever where every row has a new field', () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ a: 1, [`x${i}`]: 1 }))
  expect(found(z.array(row), rows, rows)).toHaveLength(100)
})
