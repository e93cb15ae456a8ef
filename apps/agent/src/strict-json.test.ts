import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseStrictObject } from './strict-json.js'

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
