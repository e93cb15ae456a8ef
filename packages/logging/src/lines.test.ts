import { decisionRecordSchema } from '@cc/models'
import { expect, it } from 'vitest'
import { failedCycle } from '../test/records.js'
import { decodeLine, encodeLine } from './lines.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const place = { path: 'logs/a.jsonl', lineNumber: 3 }

it('reads a record back with the keys in the order in which they were given', () => {
  const { kind, cycle, ...rest } = failedCycle(Date.UTC(2026, 0, 2))
  const record = { cycle, ...rest, kind }
  const line = encodeLine(decisionRecordSchema, record)
  expect(line.endsWith('}\n')).toBe(true)
  expect(JSON.stringify(decodeLine(decisionRecordSchema, bytes(line), place))).toBe(line.trimEnd())
})

it('keeps line breaks and lone surrogates inside one line', () => {
  const record = failedCycle(Date.UTC(2026, 0, 2))
  const odd = { ...record, policy: 'a\nb\u2028c\ud800' }
  const line = encodeLine(decisionRecordSchema, odd)
  expect(line.split('\n')).toHaveLength(2)
  expect(decodeLine(decisionRecordSchema, bytes(line), place).policy).toBe(odd.policy)
})

it('writes what the schema knows, and no secret that rides along', () => {
  const record = failedCycle(Date.UTC(2026, 0, 2))
  const given = { apiKey: 'canary', constructor: 'canary', ...record, failure: { ...record.failure, apiKey: 'canary' } }
  expect(encodeLine(decisionRecordSchema, given)).toBe(`${JSON.stringify(record)}\n`)
})

it('writes a record that would have itself written as something else', () => {
  const record = failedCycle(Date.UTC(2026, 0, 2))
  const line = encodeLine(decisionRecordSchema, { ...record, toJSON: () => 'nothing to see' })
  expect(decodeLine(decisionRecordSchema, bytes(line), place)).toEqual(record)
})

it('takes undefined for an absent key', () => {
  const record = failedCycle(Date.UTC(2026, 0, 2))
  const decision = { proposal: { action: 'DO_NOTHING', params: {}, reasoning: '' } }
  const line = encodeLine(decisionRecordSchema, { ...record, decision: { ...decision, rules: undefined } })
  expect(decodeLine(decisionRecordSchema, bytes(line), place).decision).toEqual(decision)
})

const circular: Record<string, unknown> = {}
circular.self = circular

it.each([
  ['a field of the wrong type', { cycle: 'first' }],
  ['a negative cycle', { cycle: -1 }],
  ['NaN where the schema knows a number', { startedMs: Number.NaN }],
  ['NaN where the schema takes anything', { failure: failure({ price: Number.NaN }) }],
  ['infinity deep inside', { failure: failure({ prices: [1, { ask: Number.POSITIVE_INFINITY }] }) }],
  ['a bigint', { failure: failure({ size: 1n }) }],
  ['a circle', { failure: failure(circular) }],
  ['a map', { failure: failure({ prices: new Map([['ask', 1]]) }) }],
  ['an error', { failure: failure({ cause: new Error('no') }) }],
  ['a date', { failure: failure({ at: new Date(0) }) }],
  ['a value that says itself what it is written as', { failure: failure({ toJSON: () => ({ ask: 1 }) }) }],
  ['a hole in a list', { failure: failure({ prices: [1, undefined] }) }],
])('refuses %s instead of writing something else', (_, change) => {
  const record = { ...failedCycle(Date.UTC(2026, 0, 2)), ...change }
  expect(() => encodeLine(decisionRecordSchema, record)).toThrow(
    expect.objectContaining({ code: 'logging/invalid-record', recovery: 'halt' }),
  )
})

it.each([
  ['text that is not JSON', '{"kind":"decision"'],
  ['zeros that a file system left behind', '\0\0\0'],
  ['a record of an unknown version', JSON.stringify({ ...failedCycle(0), schemaVersion: 99 })],
  ['an empty line', ''],
])('names the place of %s', (_, line) => {
  expect(() => decodeLine(decisionRecordSchema, bytes(line), place)).toThrow(
    expect.objectContaining({ code: 'logging/corrupt-line', facts: place }),
  )
})

it('names the place of bytes that are no UTF-8, instead of guessing', () => {
  const line = Buffer.from(JSON.stringify({ ...failedCycle(0), policy: '~' }))
  line[line.indexOf('~')] = 0xff
  expect(() => decodeLine(decisionRecordSchema, line, place)).toThrow(
    expect.objectContaining({ code: 'logging/corrupt-line', message: 'logs/a.jsonl, line 3 is not UTF-8.' }),
  )
})

function failure(facts: Record<string, unknown>) {
  return { code: 'x/y', recovery: 'skip', message: '', facts }
}
