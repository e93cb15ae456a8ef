import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { orderMethods, privateMethods } from '../methods/private-methods.js'
import { publicMethods } from '../methods/public-methods.js'
import { closureGuard, generatedGuard, guardOf } from './guard.js'
import { valuesAround, valuesOf } from './shape.fixture.js'
import { type Shape, shapeOf } from './shape.js'

afterEach(() => vi.unstubAllGlobals())

const replySchemas = [publicMethods, privateMethods, orderMethods].flatMap((methods) =>
  Object.entries(methods).map(([name, { result }]) => ({ name, schema: result as z.ZodType })),
)

describe.each(replySchemas)('the guard of $name', ({ schema }) => {
  const shape = shapeOf(schema)
  const generated = generatedGuard(shape)
  const closure = closureGuard(shape)

  it('accepts what the schema accepts, and nothing else', () => {
    fc.assert(
      fc.property(valuesAround(shape), (value) => {
        const accepted = schema.safeParse(value).success
        expect(generated?.(value)).toBe(accepted)
        expect(closure(value)).toBe(accepted)
      }),
      { numRuns: 300 },
    )
  })

  it('accepts every value of its shape', () => {
    fc.assert(fc.property(valuesOf(shape), (value) => closure(value) && schema.safeParse(value).success))
  })
})

it('tests on values of which a fair part is refused', () => {
  const [sample] = replySchemas.map(({ schema }) => ({ schema, shape: shapeOf(schema) }))
  const { schema, shape } = sample as { schema: z.ZodType; shape: Shape }
  const values = fc.sample(valuesAround(shape), { numRuns: 300, seed: 1 })
  const accepted = values.filter((value) => schema.safeParse(value).success).length
  expect(accepted).toBeGreaterThan(75)
  expect(accepted).toBeLessThan(225)
})

it.each([
  { text: '{"a":1e999}', accepted: false, why: 'JSON.parse makes Infinity of it' },
  { text: '{"a":1e-400}', accepted: true, why: 'it is 0' },
  { text: '{"a":"1"}', accepted: false, why: 'a number in text is text' },
  { text: '{"a":null}', accepted: false, why: 'null is not a number' },
  { text: '{}', accepted: false, why: 'it is missing' },
  { text: '{"a":1,"b":2}', accepted: true, why: 'other fields are tolerated' },
  { text: '[1]', accepted: false, why: 'a list is no object' },
  { text: 'null', accepted: false, why: 'null is no object' },
])('says $accepted to $text for { a: number }: $why', ({ text, accepted }) => {
  const schema = z.object({ a: z.number() })
  const value = JSON.parse(text)
  expect(guardOf(shapeOf(schema))(value)).toBe(accepted)
  expect(closureGuard(shapeOf(schema))(value)).toBe(accepted)
  expect(schema.safeParse(value).success).toBe(accepted)
})

it('guards by closures where code generation is forbidden', () => {
  vi.stubGlobal(
    'Function',
    class {
      constructor() {
        throw new EvalError('Code generation from strings disallowed for this context')
      }
    },
  )
  const shape = shapeOf(z.array(z.object({ a: z.number().nullish() })))
  expect(generatedGuard(shape)).toBeUndefined()
  expect(guardOf(shape)([{ a: 1 }, { a: null }, {}])).toBe(true)
  expect(guardOf(shape)([{ a: '1' }])).toBe(false)
})

it('takes words and field names as text, whatever is in them', () => {
  const shape = shapeOf(z.object({ 'a"];throw 1;["': z.enum(['x"', '\n', '`']) }))
  expect(generatedGuard(shape)?.({ 'a"];throw 1;["': '\n' })).toBe(true)
  expect(generatedGuard(shape)?.({ 'a"];throw 1;["': 'x' })).toBe(false)
})
