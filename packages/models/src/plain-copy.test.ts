import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainCopyOf } from './plain-copy.js'

class Money {
  readonly coin = 1
}

const odd = fc.constantFrom<unknown>(
  undefined,
  Number.NaN,
  -0,
  1n,
  new Date(0),
  new Map([['a', { b: 1 }]]),
  new Set([1]),
  new Money(),
  new Error('no'),
  new Uint8Array(2),
  Object.assign(Object.create(null), { a: 1 }),
  Object.assign(Object.create({ inherited: 1 }), { a: 1 }),
  Object.defineProperty({ a: 1 }, 'hidden', { value: 2 }),
  JSON.parse('{"__proto__":{"polluted":1}}'),
)
const anything = fc.anything({ values: [odd, fc.constant('x'), fc.integer(), fc.boolean()], withNullPrototype: true })

describe('plainCopyOf', () => {
  it('copies what structuredClone copies, to the same', () => {
    fc.assert(
      fc.property(anything, (value) => {
        expect(plainCopyOf(value)).toStrictEqual(structuredClone(value))
      }),
      { numRuns: 2_000 },
    )
  })

  it('shares nothing that could be changed with its original', () => {
    const objectsIn = (value: unknown, found = new Set<unknown>()): Set<unknown> => {
      if (typeof value !== 'object' || value === null || found.has(value)) return found
      found.add(value)
      for (const part of Object.values(value)) objectsIn(part, found)
      return found
    }
    fc.assert(
      fc.property(anything, (value) => {
        const original = objectsIn(value)
        expect([...objectsIn(plainCopyOf(value))].filter((part) => original.has(part))).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('a')],
    ['a function inside', { a: [{ now: () => 1 }] }],
    ['a weak map', [new WeakMap()]],
  ])('refuses %s as structuredClone does', (_, value) => {
    expect(() => plainCopyOf(value)).toThrow(expect.objectContaining({ name: 'DataCloneError' }))
  })

  it('inherits nothing from a key that is called __proto__', () => {
    const copy = plainCopyOf({ inner: JSON.parse('{"a":1,"__proto__":{"maxOrders":9}}') })
    expect(copy.inner.maxOrders).toBeUndefined()
    expect(Object.getPrototypeOf(copy.inner)).toBe(Object.prototype)
  })

  it('reads a getter once and keeps what it said', () => {
    let reads = 0
    const copy = plainCopyOf({
      get sizeCoin() {
        reads += 1
        return reads
      },
    })
    expect([copy.sizeCoin, copy.sizeCoin, reads]).toEqual([1, 1, 1])
  })

  it('takes the items of a list and nothing that hangs on it', () => {
    const listed = Object.assign([{ a: 1 }], { toJSON: () => 'hidden' })
    expect(Object.keys(plainCopyOf(listed))).toEqual(['0'])
  })
})
