import { expect, it } from 'vitest'
import { createTimedText } from './timed-text.js'

it('says what was written at one time as of another, and nothing else about it', () => {
  const rows = [
    { timestamp: 1_000, name: 'a', expiration_timestamp: 2_000, price: 1_000 },
    { creation_timestamp: 1_000, name: '1000,', is: [1_000, null] },
  ]
  const textAt = createTimedText(rows, 1_000)
  expect(textAt(1_000)).toBe(JSON.stringify(rows))
  expect(JSON.parse(textAt(1_234))).toEqual([
    { timestamp: 1_234, name: 'a', expiration_timestamp: 2_000, price: 1_000 },
    { creation_timestamp: 1_234, name: '1000,', is: [1_000, null] },
  ])
  expect(textAt(1_000)).toBe(JSON.stringify(rows))
})
