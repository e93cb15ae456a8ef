import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { checkLine, linkOf } from './chain-check.js'
import { CHAIN_START, chainLine, type Link } from './chained-line.js'

const previous: Link = { seq: 41, hash: 'ab'.repeat(32) }
const withoutNewline = (line: string) => Buffer.from(line).subarray(0, -1)

it('takes every object that was chained, wherever it is chained', () => {
  const link = fc.record({ seq: fc.integer({ min: -1, max: 2 ** 53 - 3 }), hash: fc.stringMatching(/^[0-9a-f]{64}$/) })
  const record = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 })
  fc.assert(
    fc.property(record, link, (value, before) => {
      const chained = chainLine(JSON.stringify(value), before)
      expect(checkLine(withoutNewline(chained.line), before)).toEqual(chained.link)
    }),
  )
})

it('hashes what chainLine says, over the hash of the line before and the line without its own', () => {
  const line = '{"a":"é","seq":42}'
  const proof = hash('sha256', previous.hash + line, 'hex')
  const bytes = Buffer.from(`${line.slice(0, -1)},"hash":"${proof}"}`)
  expect(checkLine(bytes, previous)).toEqual({ seq: 42, hash: proof })
})

it('takes a line of megabytes, and a short one behind it', () => {
  const long = chainLine(JSON.stringify({ a: 'x'.repeat(3_000_000) }), CHAIN_START)
  const short = chainLine('{"a":1}', long.link)
  expect(checkLine(withoutNewline(long.line), CHAIN_START)).toEqual(long.link)
  expect(checkLine(withoutNewline(short.line), long.link)).toEqual(short.link)
})

it.each([
  ['its place', { ...previous, seq: 40 }, 'has seq 42 where 41 was expected'],
  ['the hash before it', { ...previous, hash: 'cd'.repeat(32) }, expect.stringContaining('does not fit its hash')],
])('refuses a line behind another than its own: %s', (_, other, problem) => {
  expect(checkLine(withoutNewline(chainLine('{"a":1}', previous).line), other)).toEqual(problem)
})

const proof = '0'.repeat(64)

it.each([
  ['no seq', `{"a":1,"hash":"${proof}"}`],
  ['nothing but seq and hash', `{"seq":1,"hash":"${proof}"}`],
  ['a seq with a zero before it', `{"a":1,"seq":01,"hash":"${proof}"}`],
  ['a negative seq', `{"a":1,"seq":-1,"hash":"${proof}"}`],
  ['a seq that is no whole number', `{"a":1,"seq":1e3,"hash":"${proof}"}`],
  ['a seq above 2^53', `{"a":1,"seq":9007199254740993,"hash":"${proof}"}`],
  ['a short hash', `{"a":1,"seq":1,"hash":"${proof.slice(1)}"}`],
  ['seq and hash within a text', `{"a":",\\"seq\\":1,\\"hash\\":\\"${proof}\\"}"`],
  ['seq and hash in the middle', `{"a":1,"seq":1,"hash":"${proof}","b":1}`],
  ['a space at the end', `{"a":1,"seq":1,"hash":"${proof}"} `],
])('finds no place and proof in a line with %s', (_, line) => {
  expect(linkOf(Buffer.from(line))).toBeNull()
})
