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
