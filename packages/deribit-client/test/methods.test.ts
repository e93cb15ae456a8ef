import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, it } from 'vitest'
import { z } from 'zod'
import type { CreditPool } from '../src/method.js'
import { orderMethods, privateMethods } from '../src/methods/private-methods.js'
import { publicMethods } from '../src/methods/public-methods.js'
import { followed, methodsByName, type SpecificationPart, specification } from './recorded-replies.js'

const recordings = inject('recordings')
const methods = [...methodsByName.values()]

/** Newer than the specification that was published last. */
const unpublished = ['private/get_currencies']

/** https://docs.deribit.com/articles/rate-limits */
const matching = [
  'private/buy',
  'private/sell',
  'private/edit',
  'private/edit_by_label',
  'private/close_position',
  'private/cancel',
  'private/cancel_by_label',
  'private/cancel_all_by_currency',
  'private/cancel_all_by_instrument',
  'private/cancel_all_by_kind_or_type',
]

it('is listed in the README whole, by the names that it has here and at Deribit', () => {
  const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8')
  const rows = [...readme.matchAll(/^\| `((?:public|private)\.\w+)` +\| `([^`]+)`/gm)].map(([, here, there]) => [
    here,
    there,
  ])
  const here = (group: string, table: object) =>
    Object.entries(table).map(([name, method]) => [`${group}.${name}`, (method as { name: string }).name])
  expect(rows).toEqual([
    ...here('public', publicMethods),
    ...here('private', privateMethods),
    ...here('private', orderMethods),
  ])
})

it('draws on the pool that Deribit names for each method', () => {
  const namesIn = (wanted: CreditPool) => methods.filter(({ pool }) => pool === wanted).map(({ name }) => name)
  expect(namesIn('matching').toSorted()).toEqual(matching.toSorted())
  expect(namesIn('cancel-all')).toEqual(['private/cancel_all'])
  expect(namesIn('get-instruments')).toEqual(['public/get_instruments'])
  expect(namesIn('transaction-log')).toEqual(['private/get_transaction_log'])
})

it('repeats nothing that changes something', () => {
  const reads = methods.filter(({ effect }) => effect === 'read').map(({ name }) => name)
  expect(reads.filter((name) => /\/(buy|sell|edit|close|cancel)/.test(name))).toEqual([])
  const orders = methods.filter(({ effect }) => effect === 'order').map(({ name }) => name)
  expect(orders.toSorted()).toEqual(matching.filter((name) => !name.includes('cancel')).toSorted())
})

describe.each(methods)('$name', ({ params }) => {
  it('refuses a parameter that it does not know', () => {
    expect(z.toJSONSchema(params, { io: 'input' })).toSatisfy(isClosed)
  })
})

describe.skipIf(recordings === null)('by the published specification', () => {
  const spec = recordings === null ? { paths: {} } : specification(recordings)

  it('names only methods that there are', () => {
    expect(methods.map(({ name }) => name).filter((name) => spec.paths[`/${name}`] === undefined)).toEqual(unpublished)
  })

  describe.each(methods.filter(({ name }) => !unpublished.includes(name)))('$name', ({ name, params }) => {
    const documented = new Map(
      (spec.paths[`/${name}`]?.get.parameters ?? []).map((part) => {
        const parameter = followed(spec, part)
        return [parameter.name as string, { ...parameter, schema: followed(spec, parameter.schema) }] as const
      }),
    )
    const fields = fieldsOf(params)

    it('takes only parameters of that name', () => {
      expect([...fields.keys()].filter((field) => !documented.has(field))).toEqual([])
    })

    it('takes every parameter that is required', () => {
      if (name === 'public/auth') return
      const required = [...documented].flatMap(([field, part]) => (isRequired(part) ? [field] : []))
      expect(required.filter((field) => fields.get(field)?.required !== true)).toEqual([])
    })

    it('takes no word and no number that is not documented', () => {
      for (const [field, { schema }] of fields) {
        const { enum: words, minimum, maximum } = (documented.get(field)?.schema ?? {}) as SpecificationPart
        const ours = schema as SpecificationPart
        if (Array.isArray(words)) expect(words.map(String)).toEqual(expect.arrayContaining(wordsOf(ours)))
        if (minimum !== undefined) expect(ours.minimum).toBe(minimum)
        if (maximum !== undefined) expect(ours.maximum).toBe(maximum)
      }
    })
  })
})

type JsonSchema = SpecificationPart & {
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
}

function jsonSchemaOf(params: z.ZodType): JsonSchema[] {
  const schema = z.toJSONSchema(params, { io: 'input' }) as JsonSchema
  return schema.oneOf ?? schema.anyOf ?? [schema]
}

function fieldsOf(params: z.ZodType): Map<string, { schema: JsonSchema; required: boolean }> {
  return new Map(
    jsonSchemaOf(params).flatMap(({ properties = {}, required = [] }) =>
      Object.entries(properties).map(([name, schema]) => [name, { schema, required: required.includes(name) }]),
    ),
  )
}

function isClosed(schema: unknown): boolean {
  const { oneOf, anyOf, additionalProperties } = schema as JsonSchema
  const options = oneOf ?? anyOf
  return options === undefined ? additionalProperties === false : options.every(isClosed)
}

function isRequired(parameter: SpecificationPart): boolean {
  return parameter.required === true
}

function wordsOf(schema: JsonSchema): string[] {
  if (Array.isArray(schema.enum)) return schema.enum.map(String)
  if (schema.const !== undefined) return [String(schema.const)]
  return (schema.anyOf ?? []).flatMap(wordsOf)
}
