import fc from 'fast-check'
import { expect, it } from 'vitest'
import { editDistance, nearest, parseStrictObject } from './setting-layers.js'

it('reads every object that JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value, null, 2)
      expect(parseStrictObject(text).value).toEqual(JSON.parse(text))
    }),
  )
})

it('finds every key that is written twice', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, n) => {
      const keys = Object.keys(value)
      const key = keys[n % keys.length]!
      const text = `${JSON.stringify(value).slice(0, -1)},${JSON.stringify(key)}:0}`
      expect(parseStrictObject(text).problem).toContain('twice')
    }),
  )
})

it('does not take values or nested keys for keys', () => {
  expect(parseStrictObject('{"a":"b","b":{"a":1,"a":2},"c":["a",{"a":1}]}').problem).toBeUndefined()
})

it.each([
  ['', 'abc', 3],
  ['DELTA_MXA', 'DELTA_MAX', 1],
  ['VENUE', 'VALUE', 2],
  ['LOGDIR', 'LOG_DIR', 1],
  ['kitten', 'sitting', 3],
])('counts the edits from %j to %j', (from, to, edits) => {
  expect(editDistance(from, to)).toBe(edits)
  expect(editDistance(to, from)).toBe(edits)
})

it('is a distance: none to itself, at most the longer length, at least the difference in length', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (from, to) => {
      const edits = editDistance(from, to)
      expect(edits === 0).toBe(from === to)
      expect(edits).toBeLessThanOrEqual(Math.max(from.length, to.length))
      expect(edits).toBeGreaterThanOrEqual(Math.abs(from.length - to.length))
    }),
  )
})

it('finds the nearest word', () => {
  expect(nearest('DELTA_MXA', ['DTE_MAX', 'DELTA_MAX', 'DELTA_MIN'])).toEqual({ word: 'DELTA_MAX', edits: 1 })
})
