import { guardOf, intentRecordSchema, logEntrySchema } from '@cc/models'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { fileRecordSchema } from '../src/file-records.js'
import { failedCycle, filled, intent } from './records.js'

/** One of everything that is generated, and of much that is asked of the schema. */
const everything = z.object({
  number: z.number().gt(0).lte(1),
  between: z.number().gte(-1).lt(1e21),
  whole: z.int().positive(),
  text: z.string().min(1).max(3),
  pattern: z.string().regex(/^a+$/),
  address: z.email().optional(),
  flag: z.boolean(),
  nothing: z.null(),
  word: z.enum(['a', 'b"\n']),
  one: z.literal(['a', 7, null, true]),
  maybe: z.number().nullable().optional(),
  list: z.array(z.number()).min(1).max(2).readonly(),
  strict: z.strictObject({ a: z.number() }),
  empty: z.strictObject({}),
  map: z.record(z.string(), z.union([z.number(), z.string()])),
  shortKeys: z.record(z.string().max(2), z.number()),
  some: z.partialRecord(z.enum(['a', 'b']), z.number()),
  both: z.record(z.enum(['a', 'b']), z.number()),
  either: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: z.number() }),
    z.strictObject({ kind: z.literal('b') }),
  ]),
  refined: z.object({ low: z.number(), high: z.number() }).refine(({ low, high }) => low < high),
  even: z.number().multipleOf(2),
  json: z.json(),
  open: z.looseObject({ a: z.number() }),
})
const fits: z.infer<typeof everything> = {
  number: 1,
  between: 0.5,
  whole: 3,
  text: 'abc',
  pattern: 'aa',
  flag: true,
  nothing: null,
  word: 'b"\n',
  one: 7,
  maybe: null,
  list: [1],
  strict: { a: 1 },
  empty: {},
  map: { a: 1, b: 'x' },
  shortKeys: { ab: 1 },
  some: { b: 1 },
  both: { a: 1, b: 2 },
  either: { kind: 'b' },
  refined: { low: 1, high: 2 },
  even: 4,
  json: { a: [1, null, { b: 'c' }] },
  open: { a: 1, more: 'x' },
}

const cases: [string, z.ZodType, unknown[]][] = [
  ['everything', everything, [fits]],
  ['decision records', logEntrySchema, [failedCycle(0), richDecision()]],
  ['intents', intentRecordSchema, [intent('a'), filled('a')]],
  ['file records', fileRecordSchema, [{ kind: 'stop', code: 'a', message: 'b' }]],
]

it.each(cases)('says of %s what the schema says, whatever is changed in them', (_, schema, records) => {
  const guard = guardOf(schema)
  for (const record of records) expect(guard(record)).toBe(true)
  fc.assert(
    fc.property(fc.constantFrom(...records), fc.gen(), (record, draw) => {
      const value = changed(record, draw)
      expect([guard(value), value]).toEqual([schema.safeParse(value).success, value])
    }),
    { numRuns: 2_000, endOnFailure: true },
  )
})

const odd = [0, -1, 1, 0.5, 2 ** 53, 1e21, null, true, '', 'a', 'abcd', [], [1], [1, 2, 3], {}, { a: 1 }, { kind: 'a' }]

/** The JSON of a value with something in it put in place of another, left out or added. */
function changed(value: unknown, draw: fc.GeneratorValue): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(value))
  const places: [object, string][] = []
  const visit = (within: unknown) => {
    if (typeof within !== 'object' || within === null) return
    for (const [key, inner] of Object.entries(within)) {
      places.push([within, key])
      visit(inner)
    }
    if (!Array.isArray(within)) places.push([within, draw(fc.constantFrom, 'a', 'c', 'kind', '__proto__', 'toString')])
  }
  visit(copy)
  for (let n = draw(fc.nat, 2); n >= 0; n -= 1) {
    const [within, key] = places[draw(fc.nat, places.length - 1)] as [object, string]
    const put = draw(fc.boolean) ? draw(fc.constantFrom, ...odd) : draw(fc.jsonValue, { maxDepth: 1 })
    if (draw(fc.nat, 4) === 0) Reflect.deleteProperty(within, key)
    else Object.defineProperty(within, key, { value: put, enumerable: true, writable: true, configurable: true })
  }
  return draw(fc.nat, 50) === 0 ? draw(fc.constantFrom, ...odd) : copy
}

it('refuses what JSON can say and no record may hold', () => {
  const guard = guardOf(z.object({ n: z.number() }))
  expect(guard(JSON.parse('{"n":1e999}'))).toBe(false)
  expect(guard(JSON.parse('{"n":-0}'))).toBe(true)
})

/** A refused roll with most of what a record can hold beside its state. */
function richDecision() {
  const proposal = {
    action: 'CLOSE_COVERED_CALL',
    params: { symbol: 'BTC-30JAN26-100000-C', size: 0.5 },
    reasoning: '',
  }
  const terms = { ...intent('cc-1').terms }
  const order = { terms, outcome: 'filled', orderId: '1', filledCoin: 0.5, averagePriceCoin: 0.01, detail: null }
  const leg = {
    leg: 'close',
    symbol: terms.symbol,
    side: 'buy',
    requestedCoin: 0.5,
    filledCoin: 0.5,
    averagePriceCoin: 0.01,
  }
  return {
    ...failedCycle(0),
    decisionId: 'c0ffee00',
    decision: {
      proposal,
      rules: [{ rule: 'a', subject: 'BTC', fired: true, facts: { a: 1, b: null, c: 'd' } }],
      others: [],
    },
    review: { nowMs: 1, margins: [] },
    verdict: { allowed: false, breaches: [{ code: 'margin-unknown', on: 'BTC' }], reasons: ['a'] },
    execution: {
      status: 'filled',
      legs: [{ ...leg, feeCoin: null, orders: [order], fills: [] }],
      failure: null,
      startedMs: 1,
      endedMs: 2,
    },
    failure: null,
  }
}
