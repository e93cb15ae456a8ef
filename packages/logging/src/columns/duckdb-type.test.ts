import { decisionRecordSchema } from '@cc/models'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { duckdbColumns, duckdbType } from './duckdb-type.js'

describe('duckdbType', () => {
  it.each([
    { why: 'integers', schema: z.int(), type: 'BIGINT' },
    { why: 'other numbers', schema: z.number().positive().nullable(), type: 'DOUBLE' },
    { why: 'words', schema: z.enum(['a', 'b']), type: 'VARCHAR' },
    { why: 'a literal word', schema: z.literal('a'), type: 'VARCHAR' },
    { why: 'a literal truth', schema: z.literal(true), type: 'BOOLEAN' },
    { why: 'a literal number', schema: z.literal(2), type: 'BIGINT' },
    { why: 'lists', schema: z.array(z.boolean()).readonly(), type: 'BOOLEAN[]' },
    {
      why: 'objects',
      schema: z.object({ a: z.int(), b: z.object({ c: z.string() }) }),
      type: 'STRUCT("a" BIGINT, "b" STRUCT("c" VARCHAR))',
    },
    { why: 'objects without fields', schema: z.strictObject({}), type: 'JSON' },
    { why: 'free keys', schema: z.record(z.string(), z.number()), type: 'JSON' },
    {
      why: 'known keys',
      schema: z.partialRecord(z.enum(['BTC', 'ETH']), z.number()),
      type: 'STRUCT("BTC" DOUBLE, "ETH" DOUBLE)',
    },
    { why: 'what may be several things', schema: z.union([z.string(), z.number()]), type: 'JSON' },
    {
      why: 'objects of a union: the fields of all',
      schema: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), x: z.int() }),
        z.object({ kind: z.literal('b'), x: z.int(), y: z.object({ p: z.int() }) }),
        z.object({ kind: z.literal('c'), x: z.string(), y: z.object({ q: z.int() }) }),
      ]),
      type: 'STRUCT("kind" VARCHAR, "x" JSON, "y" STRUCT("p" BIGINT, "q" BIGINT))',
    },
  ])('of $why', ({ schema, type }) => {
    expect(duckdbType(schema)).toBe(type)
  })

  it('names what is picked alone, through lists and in the picked order', () => {
    const schema = z.object({ a: z.int(), list: z.array(z.object({ b: z.int(), c: z.string() })) })
    expect(duckdbType(schema, { list: { c: true } })).toBe('STRUCT("list" STRUCT("c" VARCHAR)[])')
  })

  it('picks nothing that the schema has not', () => {
    expect(() => duckdbType(decisionRecordSchema, { state: { spotUsd: true } })).toThrow('"spotUsd" is no field')
  })
})

it('gives columns as read_json takes them', () => {
  expect(duckdbColumns(z.object({ "it's": z.int(), b: z.string() }))).toBe(`{"it's": 'BIGINT', "b": 'VARCHAR'}`)
})
