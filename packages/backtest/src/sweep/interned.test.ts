import { expect, it } from 'vitest'
import { interned } from './interned.js'

it('is the message again, on the same shared memory', () => {
  const memory = new Float64Array(new SharedArrayBuffer(16))
  const message = {
    text: 'BTC',
    list: ['ETH', '', '7', 7, null, undefined, true, { __proto__: null, kept: 'as it is' }],
    deep: { date: new Date(0), map: new Map([['BTC', 1]]), memory, '': 'no name' },
  }
  const same = interned(message)
  expect(same).toEqual(message)
  expect(Object.keys(same)).toEqual(Object.keys(message))
  expect(same.deep.memory).toBe(memory)
  expect(same.deep.map).toBe(message.deep.map)
  expect(same).not.toBe(message)
  expect(same.list).not.toBe(message.list)
  expect(same.deep).not.toBe(message.deep)
})
