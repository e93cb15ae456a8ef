import { agentStateSchema, decisionIdOf, decisionRecordSchema } from '@cc/models'
import { stateForTest } from '@cc/models/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { decisionOf, failedCycle } from '../test/records.js'
import { encodeLine, LARGEST_RECORD_BYTES } from './encode-line.js'

const record = failedCycle(Date.UTC(2026, 0, 2))
const invalid = (facts: Record<string, unknown>) =>
  expect.objectContaining({ code: 'logging/invalid-record', recovery: 'halt', facts })

it('writes the keys in the order in which they were given, at every depth', () => {
  const { kind, cycle, failure, ...rest } = record
  const { code, ...other } = failure ?? fail()
  const given = { cycle, ...rest, failure: { ...other, code }, kind }
  expect(encodeLine(decisionRecordSchema, given)).toBe(JSON.stringify(given))
})

it('writes what the schema knows, and no secret that rides along', () => {
  const given = { apiKey: 'canary', constructor: 'canary', ...record, failure: { ...record.failure, apiKey: 'canary' } }
  expect(encodeLine(decisionRecordSchema, given)).toBe(JSON.stringify(record))
})

it('writes any JSON as JSON.stringify does, whatever its keys are called', () => {
  // JSON.parse makes an own key of `__proto__`, as a file would.
  const json = fc.json({ stringUnit: 'grapheme' }).map((text) => JSON.parse(text))
  const schema = z.object({ value: z.unknown() })
  fc.assert(
    fc.property(json, (value) => {
      expect(encodeLine(schema, { value })).toBe(JSON.stringify({ value }))
    }),
  )
})

it('writes a decision as JSON.stringify does, also where its state was written for the id', () => {
  const state = stateForTest({ source: { kind: 'synthetic', description: 'a "state":null of words' } })
  const given = { ...decisionOf(state), policy: '"state":null' }
  const proposal = { action: 'DO_NOTHING', params: {}, reasoning: '' } as const
  const line = encodeLine(decisionRecordSchema, given)
  expect(line).toBe(JSON.stringify(given))
  decisionIdOf({ state, proposal, nowMs: 2, margins: [] })
  expect(encodeLine(decisionRecordSchema, given)).toBe(line)
  const secretive = Object.assign({ apiKey: 'canary' }, state)
  decisionIdOf({ state: secretive, proposal, nowMs: 2, margins: [] })
  expect(encodeLine(decisionRecordSchema, { ...given, state: secretive })).toBe(line)
  const noted = z.object({ state: agentStateSchema, note: z.string().optional() })
  decisionIdOf({ state, proposal, nowMs: 2, margins: [] })
  expect(encodeLine(noted, { state, note: undefined })).toBe(JSON.stringify({ state }))
  for (const around of [{ state }, { state, note: 'after' }, { note: 'before', state }]) {
    expect(encodeLine(noted, around)).toBe(JSON.stringify(around))
  }
})

const shapes = z.object({
  number: z.number(),
  maybe: z.string().nullable().optional(),
  list: z.array(z.object({ a: z.number(), b: z.boolean().optional() })).readonly(),
  strict: z.strictObject({ a: z.number() }),
  map: z.record(z.string(), z.union([z.number(), z.array(z.string())])),
  some: z.partialRecord(z.enum(['a', 'b']), z.number()),
  either: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('a'), a: z.number() }),
    z.object({ kind: z.literal('b') }),
  ]),
  gaps: z.array(z.number().optional()).optional(),
  anything: z.unknown().optional(),
})
const shaped = {
  number: 1,
  maybe: 'x',
  list: [{ a: 1 }, { b: true, a: 2 }],
  strict: { a: 1 },
  map: { x: 1, y: ['z'] },
  some: { b: 1 },
  either: { kind: 'b' },
}
class Money {
  readonly a = 1
}
const odd: readonly (() => unknown)[] = [
  ...[Number.NaN, undefined, null, 1n, '\ud800', 7, 'a'].map((value) => () => value),
  () => () => 1,
  () => new Map(),
  () => new Date(0),
  () => new Money(),
  () => [undefined],
  () => [1, undefined],
  () => Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'hidden', configurable: true }),
  () => Object.assign(Object.create({ inherited: 1 }), { a: 1 }),
  () => Object.assign(Object.create(null), { a: 1 }),
  () => Object.assign([{ a: 1 }], { toJSON: () => 'hidden' }),
  () => ({ a: 1 }),
  () => ({ a: 1, kind: 'a' }),
  () => [{ a: 1 }],
  () => ({}),
]

it('writes what the schema makes of a record, in the order of the record, or refuses it', () => {
  const known = ['number', 'maybe', 'list', 'strict', 'map', 'some', 'either', 'kind', 'a', 'b', 'gaps', 'anything']
  const keys = fc.constantFrom(...known, 'more', '__proto__', 'toJSON')
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), keys, fc.constantFrom(...odd)), { maxLength: 3 }), (changes) => {
      const record = structuredClone(shaped)
      for (const [place, key, make] of changes) {
        const inner = [record, record.list, ...Object.values(record)].flat().filter((item) => typeof item === 'object')
        const within = inner[place % inner.length] ?? record
        Object.defineProperty(within, key, { value: make(), enumerable: true, configurable: true, writable: true })
      }
      expect(outcome(() => encodeLine(shapes, record))).toEqual(outcome(() => plainly(record)))
    }),
    { numRuns: 3_000 },
  )
})

/** The same, as slowly and simply as can be. */
function plainly(record: unknown): string {
  const copy = (value: unknown, given: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item, index) => copy(item, (given as unknown[])[index]))
    const fields = Object.keys(given as object).filter((key) => Object.hasOwn(value, key))
    return Object.fromEntries(fields.map((key) => [key, copy(value[key as never], (given as never)[key])]))
  }
  const requirePlain = (value: unknown): void => {
    const types = ['string', 'boolean', 'undefined']
    if (value === null || types.includes(typeof value) || Number.isFinite(value)) return
    if (typeof value !== 'object') throw new Error('no JSON')
    const prototype = Object.getPrototypeOf(value)
    const isPlain = Array.isArray(value) ? !value.includes(undefined) : [Object.prototype, null].includes(prototype)
    if (!isPlain || typeof (value as { toJSON?: unknown }).toJSON === 'function') throw new Error('no JSON')
    for (const item of Object.values(value)) requirePlain(item)
  }
  const value = shapes.parse(record)
  requirePlain(value)
  const json = JSON.stringify(copy(value, record))
  if (json.includes('\\ud800')) throw new Error('half a character')
  return json
}

function outcome(work: () => string): string {
  try {
    return work()
  } catch {
    return 'refused'
  }
}

it('writes a record that would have itself written as something else', () => {
  const given = { ...record, toJSON: () => 'nothing to see' }
  expect(encodeLine(decisionRecordSchema, given)).toBe(JSON.stringify(record))
})

it('takes undefined for an absent key', () => {
  const decision = { proposal: { action: 'DO_NOTHING', params: {}, reasoning: '' } }
  const given = { ...record, decision: { ...decision, rules: undefined } }
  expect(encodeLine(decisionRecordSchema, given)).toBe(JSON.stringify({ ...record, decision }))
})

it('adds what the schema fills in behind what was given', () => {
  const schema = z.object({ a: z.number().default(1), b: z.number() })
  expect(encodeLine(schema, { b: 2 })).toBe('{"b":2,"a":1}')
})

const circle: Record<string, unknown> = {}
circle.self = circle
const lister = Object.assign([1], { toJSON: () => [2] })
const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

it.each([
  ['a field of the wrong type', { cycle: 'first' }, 'cycle'],
  ['a negative cycle', { cycle: -1 }, 'cycle'],
  ['NaN where the schema knows a number', { startedMs: Number.NaN }, 'startedMs'],
  ['NaN among facts', { failure: failure({ price: Number.NaN }) }, 'failure.facts.price'],
  ['a bigint', { failure: failure({ size: 1n }) }, 'failure.facts.size'],
  ['a circle', { failure: failure(circle) }, 'failure.facts.self'],
  ['half a character', { policy: 'a\ud800' }, 'policy'],
  ['half a character among facts', { failure: failure({ list: ['a', '\udc00b'] }) }, 'failure.facts.list.1'],
  ['half a character in a key', { failure: failure({ 'a\ud800': 1 }) }, 'failure.facts'],
])('refuses %s instead of writing something else', (_, change, field) => {
  expect(() => encodeLine(decisionRecordSchema, { ...record, ...change })).toThrow(invalid({ field }))
})

it.each([
  ['NaN', { price: Number.NaN }, 'value.price'],
  ['infinity deep inside', { prices: [1, { ask: Number.POSITIVE_INFINITY }] }, 'value.prices.1.ask'],
  ['a bigint', 1n, 'value'],
  ['a symbol', [Symbol('a')], 'value.0'],
  ['a function', { now: () => 1 }, 'value.now'],
  ['a map', new Map([['ask', 1]]), 'value'],
  ['an error', new Error('no'), 'value'],
  ['a date', { at: new Date(0) }, 'value.at'],
  ['a value that says itself what it is written as', { toJSON: () => ({ ask: 1 }) }, 'value'],
  ['a list that does', [lister], 'value.0'],
  ['what is made of nothing known', Object.create(Object.create(null)), 'value'],
  ['a hole in a list', [1, undefined], 'value.1'],
  ['a circle', circle, ''],
  ['what is nested too deep', nested(1_000), ''],
])('refuses %s where the schema takes anything', (_, value, field) => {
  expect(() => encodeLine(z.object({ value: z.unknown() }), { value })).toThrow(invalid({ field }))
})

it('writes what the schema makes of a value of another kind', () => {
  const list = z.object({ value: z.string().transform((text) => text.split(',')) })
  expect(encodeLine(list, { value: 'b,a' })).toBe('{"value":["b","a"]}')
  const object = z.object({ value: z.string().transform((text) => ({ text })) })
  expect(encodeLine(object, { value: 'b' })).toBe('{"value":{"text":"b"}}')
})

it('refuses what a schema makes no record of', () => {
  expect(() => encodeLine(z.string(), 'x')).toThrow(invalid({ field: '' }))
  expect(() => encodeLine(z.string().transform(Number), '1')).toThrow(invalid({ field: '' }))
})

it('refuses a record whose reading throws or never ends', () => {
  const throws = Object.defineProperty({ ...record }, 'policy', { enumerable: true, get: () => fail() })
  expect(() => encodeLine(decisionRecordSchema, throws)).toThrow(invalid({ field: '' }))
  expect(() => encodeLine(z.record(z.string(), z.json()), circle)).toThrow(invalid({ field: '' }))
})

it.each(['seq', 'hash'])('refuses the key %s, which is not the record’s to say', (key) => {
  expect(() => encodeLine(z.record(z.string(), z.unknown()), { a: 1, [key]: 0 })).toThrow(invalid({ field: key }))
})

it('refuses more than 1 MB, counted in bytes', () => {
  const schema = z.object({ text: z.string() })
  const around = JSON.stringify({ text: '' }).length
  const largest = { text: 'a'.repeat(LARGEST_RECORD_BYTES - around) }
  expect(encodeLine(schema, largest)).toHaveLength(LARGEST_RECORD_BYTES)
  expect(() => encodeLine(schema, { text: `${largest.text}a` })).toThrow(invalid({ field: '' }))
  expect(() => encodeLine(schema, { text: 'é'.repeat(LARGEST_RECORD_BYTES / 2) })).toThrow(invalid({ field: '' }))
})

it('keeps line breaks inside one line', () => {
  const line = encodeLine(decisionRecordSchema, { ...record, policy: 'a\nb\r\u2028c \\ud800' })
  expect(line.split('\n')).toHaveLength(1)
  expect(JSON.parse(line).policy).toBe('a\nb\r\u2028c \\ud800')
})

function failure(facts: Record<string, unknown>) {
  return { code: 'x/y', recovery: 'skip', message: '', facts }
}

function fail(): never {
  throw new Error('nobody reads this')
}
