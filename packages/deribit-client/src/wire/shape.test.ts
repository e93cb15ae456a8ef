import { expect, it } from 'vitest'
import { z } from 'zod'
import { shapeAt, shapeOf, wordsFor } from './shape.js'
import { wireObject } from './wire-object.js'

it.each([
  { schema: z.int().default(1), why: 'a guard hands out what arrived' },
  { schema: z.string().transform(Number), why: 'so does it here' },
  { schema: z.coerce.number(), why: 'and here' },
  { schema: z.preprocess(Number, z.number()), why: 'and here' },
  { schema: z.number().catch(0), why: 'a missing price is never 0' },
  { schema: z.number().positive(), why: 'ranges are judged where wire meets domain' },
  { schema: z.string().min(1), why: 'so are lengths' },
  { schema: z.iso.datetime(), why: 'and formats' },
  { schema: z.object({}).refine(() => true), why: 'no guard can be made of a function' },
  { schema: z.strictObject({}), why: 'Deribit adds fields' },
  { schema: z.looseObject({}), why: 'copying unknown fields is slow' },
  { schema: z.tuple([z.number()]), why: 'Deribit adds columns' },
  { schema: z.int32(), why: 'timestamps do not fit' },
  { schema: z.float32(), why: 'prices do not fit' },
  { schema: z.record(z.enum(['a']), z.number()), why: 'then it is an object' },
  { schema: z.xor([z.number(), z.string()]), why: 'one is enough' },
  { schema: z.date(), why: 'JSON has none' },
  { schema: z.object({ inner: z.array(z.bigint()) }), why: 'wherever it is' },
])('refuses to describe $schema.type: $why', ({ schema }) => {
  expect(() => shapeOf(schema)).toThrow('A reply schema holds')
})

it('says in words what is expected, and where', () => {
  const shape = shapeOf(
    z.array(
      z.object({
        price: z.number().nullish(),
        timestamp: z.int(),
        side: z.enum(['buy', 'sell']),
        either: z.union([z.number(), z.string()]),
        rows: z.array(z.tuple([z.int(), z.boolean()], z.unknown())),
        map: z.record(z.string(), z.unknown()),
      }),
    ),
  )
  const wordsAt = (...path: (string | number)[]) => {
    const found = shapeAt(shape, path)
    return found && wordsFor(found)
  }
  expect(wordsAt()).toBe('a list')
  expect(wordsAt(3)).toBe('an object')
  expect(wordsAt(3, 'price')).toBe('a number, null or nothing')
  expect(wordsAt(3, 'timestamp')).toBe('a whole number below 2^53')
  expect(wordsAt(3, 'side')).toBe('"buy" or "sell"')
  expect(wordsAt(3, 'either')).toBe('a number or text')
  expect(wordsAt(3, 'rows', 0)).toBe('a list of at least 2')
  expect(wordsAt(3, 'rows', 0, 1)).toBe('true or false')
  expect(wordsAt(3, 'map', 'x')).toBe('anything')
  expect(wordsAt(3, 'none')).toBeUndefined()
  expect(wordsAt(3, 'price', 'deeper')).toBeUndefined()
})

it('knows the fields that are not read', () => {
  expect(shapeOf(wireObject({ a: z.number() }, 'b c'))).toEqual({
    kind: 'object',
    fields: new Map([['a', { kind: 'number' }]]),
    unread: ['b', 'c'],
  })
})
