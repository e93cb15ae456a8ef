import { decisionRecordSchema } from '@cc/models'
import { expect, it } from 'vitest'
import { failedCycle } from '../test/records.js'
import { decodeLine, encodeLine } from './line.js'

const place = { path: 'logs/a.jsonl', lineNumber: 3 }

it('reads a record back with the keys in the order in which they were given', () => {
  const { kind, cycle, ...rest } = failedCycle(Date.UTC(2026, 0, 2))
  const record = { cycle, ...rest, kind }
  const line = encodeLine(decisionRecordSchema, record)
  expect(line.endsWith('}\n')).toBe(true)
  expect(JSON.stringify(decodeLine(decisionRecordSchema, line, place))).toBe(line.trimEnd())
})

it('keeps line breaks and lone surrogates inside one line', () => {
  const record = failedCycle(Date.UTC(2026, 0, 2))
  const odd = { ...record, policy: 'a\nb\u2028c\ud800' }
  const line = encodeLine(decisionRecordSchema, odd)
  expect(line.split('\n')).toHaveLength(2)
  expect(decodeLine(decisionRecordSchema, line, place).policy).toBe(odd.policy)
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
  expect(() => decodeLine(decisionRecordSchema, line, place)).toThrow(
    expect.objectContaining({ code: 'logging/corrupt-line', facts: place }),
  )
})

function failure(facts: Record<string, unknown>) {
  return { code: 'x/y', recovery: 'skip', message: '', facts }
}
