import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { guardOf } from './schema-guard.js'
import { agentStateSchema } from './state.js'
import { stateForTest } from './testing/index.js'

const schema = z.object({
  a: z.number(),
  b: z.string().optional(),
  list: z.array(z.object({ x: z.int(), y: z.boolean().nullable() })).readonly(),
  byCoin: z.partialRecord(z.enum(['BTC', 'ETH']), z.object({ p: z.number(), q: z.number() })),
  byName: z.record(z.string(), z.number()),
  either: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('one'), n: z.number() }),
    z.object({ kind: z.literal('two'), m: z.number() }),
  ]),
})
const isExact = guardOf(schema, { exact: true })
const isOrdered = guardOf(schema, { exact: true, ordered: true })

const shuffled = <T extends object>(value: T) =>
  fc.shuffledSubarray(Object.entries(value), { minLength: Object.keys(value).length }).map((entries) => {
    return Object.fromEntries(entries)
  })
const pair = shuffled({ p: 1, q: 2 })
const anyOrder = fc
  .record({ coins: fc.tuple(pair, pair), item: shuffled({ x: 1, y: null }), either: shuffled({ kind: 'one', n: 1 }) })
  .chain(({ coins: [BTC, ETH], item, either }) =>
    shuffled({ BTC, ETH }).chain((byCoin) =>
      shuffled({ a: 1, b: 'x', list: [item], byCoin, byName: { z: 1, y: 2 }, either }),
    ),
  )

const sample = () => ({
  a: 1,
  b: 'x',
  list: [{ x: 1, y: null }],
  byCoin: { BTC: { p: 1, q: 2 } },
  byName: { z: 1 },
  either: { kind: 'one', n: 1 },
})

/** What somebody may do to one object of a value. */
type Trick = (at: object, key: string, value: unknown) => void
const tricks: readonly Trick[] = [
  (at, key, value) => Object.defineProperty(at, key, { value, enumerable: true, configurable: true, writable: true }),
  (at, key, value) => Object.defineProperty(at, key, { value, enumerable: false, configurable: true, writable: true }),
  (at, key, value) => Object.defineProperty(at, key, { get: () => value, enumerable: true, configurable: true }),
  (at, key) => Reflect.deleteProperty(at, key),
  (at, key, value) => Object.setPrototypeOf(at, { [key]: value }),
  (at, key, value) => Object.setPrototypeOf(at, Object.defineProperty({}, key, { value })),
  (at) => Object.setPrototypeOf(at, null),
]
const trick = fc.record({
  place: fc.nat(20),
  key: fc.constantFrom('a', 'b', 'x', 'y', 'p', 'q', 'n', 'm', 'kind', 'secret', 'toJSON', '__proto__', '0'),
  value: fc.constantFrom<unknown>(undefined, null, 1, 'x', 'one', Number.NaN, {}, [], () => 'hidden'),
  play: fc.constantFrom(...tricks),
})

function tricked(given: readonly { place: number; key: string; value: unknown; play: Trick }[]): unknown {
  const value = sample()
  const parts = [value, value.list, value.list[0], value.byCoin, value.byCoin.BTC, value.byName, value.either]
  for (const { place, key, value: set, play } of given) play(parts[place % parts.length] as object, key, set)
  return value
}

describe('an exact guard', () => {
  it('takes no value that is written otherwise than what the schema makes of it, whatever was done to it', () => {
    let taken = 0
    fc.assert(
      fc.property(fc.array(trick, { maxLength: 4 }), (given) => {
        const value = tricked(given)
        if (!isExact(value)) {
          expect(isOrdered(value)).toBe(false)
          return
        }
        taken += 1
        const made = schema.parse(value)
        expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(made)))
        if (isOrdered(value)) expect(JSON.stringify(value)).toBe(JSON.stringify(made))
      }),
      { numRuns: 5_000 },
    )
    expect(taken).toBeGreaterThan(500)
  })

  it.each([
    ['a hidden value that a key without one makes up for', { a: 1, b: undefined }, 'c'],
    ['a hidden value that an unknown key makes up for', { a: 1, secret: 'canary' }, 'c'],
  ])('leaves %s to the schema', (_, value, hidden) => {
    const optional = z.object({ a: z.number(), b: z.string().optional(), c: z.string().optional() })
    Object.defineProperty(value, hidden, { value: 'x' })
    expect(guardOf(optional, { exact: true })(value)).toBe(false)
    expect(guardOf(optional, { exact: true, ordered: true })(value)).toBe(false)
  })

  it('takes nothing while the prototype of all objects holds what would be listed with it', () => {
    const value = sample()
    Reflect.deleteProperty(value, 'b')
    const answers = () => [isExact(value), isOrdered(value)]
    const before = answers()
    Object.defineProperty(Object.prototype, 'b', { value: 'x', enumerable: true, configurable: true, writable: true })
    const during = answers()
    Reflect.deleteProperty(Object.prototype, 'b')
    expect([before, during]).toEqual([
      [true, true],
      [false, false],
    ])
  })

  it('takes nothing of a flat object that inherits from such a prototype', () => {
    const flat = z.object({ a: z.number(), b: z.string().optional() })
    const guards = [guardOf(flat, { exact: true }), guardOf(flat, { exact: true, ordered: true })]
    Object.defineProperty(Object.prototype, 'b', { value: 'x', enumerable: true, configurable: true, writable: true })
    const during = guards.map((guard) => guard({ a: 1 }))
    Reflect.deleteProperty(Object.prototype, 'b')
    expect(during).toEqual([false, false])
    expect(guards.map((guard) => guard({ a: 1 }))).toEqual([true, true])
  })

  it.each([
    ['an optional default', z.string().default('x').optional()],
    ['a union with a default', z.union([z.string().optional(), z.number().default(1)])],
  ])('takes no hidden value for %s that is undefined', (_, lacking) => {
    const hidden = Object.defineProperty({ a: undefined }, 'b', { value: 1 })
    for (const ordered of [false, true]) {
      expect(guardOf(z.object({ a: lacking, b: z.number() }), { exact: true, ordered })(hidden)).toBe(false)
    }
  })

  it('knows how long a text must be', () => {
    const hash = z.object({ hash: z.string().length(3) })
    for (const guard of [guardOf(hash), guardOf(hash, { exact: true, ordered: true })]) {
      expect(['ab', 'abc', 'abcd', 3].map((value) => guard({ hash: value }))).toEqual([false, true, false, false])
    }
  })
})

describe('an exact and ordered guard', () => {
  it('takes a value only where what the schema makes of it has the same JSON, and every value that it made', () => {
    fc.assert(
      fc.property(anyOrder, (value) => {
        const made = schema.parse(value)
        expect(isOrdered(value)).toBe(JSON.stringify(value) === JSON.stringify(made))
        expect(isOrdered(made)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a key that the schema does not know', { z: 1 }],
    ['an absence that is written out', { b: undefined }],
    ['a wrong value', { a: '1' }],
  ])('leaves %s to the schema', (_, change) => {
    const value = { a: 1, list: [], byCoin: {}, byName: {}, either: { kind: 'two', m: 1 } }
    expect(isOrdered(value)).toBe(true)
    expect(isOrdered({ ...value, ...change })).toBe(false)
  })

  it.each([
    { why: 'a value in its place fits', value: { n: 1 }, fits: true, isExact: true },
    { why: 'an absent one fits, but would be written', value: {}, fits: true, isExact: false },
    { why: 'a wrong one does not fit', value: { n: '1' }, fits: false, isExact: false },
    { why: 'null is a value', value: { n: null }, fits: false, isExact: false },
  ])('knows a default: $why', ({ value, fits, isExact }) => {
    const withDefault = z.object({ n: z.number().default(7) })
    expect(guardOf(withDefault)(value)).toBe(fits)
    expect(withDefault.safeParse(value).success).toBe(fits)
    expect(guardOf(withDefault, { exact: true, ordered: true })(value)).toBe(isExact)
  })

  it('takes a state of the agent as it was read, and none with its keys in another order', () => {
    const guard = guardOf(agentStateSchema, { exact: true, ordered: true })
    const state = agentStateSchema.parse(stateForTest())
    expect(guard(state)).toBe(true)
    const { timeMs, ...rest } = state
    expect(guard({ ...rest, timeMs })).toBe(false)
  })
})
