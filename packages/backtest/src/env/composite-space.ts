import type { Random } from './seeding.js'
import { type Space, sampledBy } from './space.js'

/** Named parts, each in its own space. */
export type DictSpace<Parts extends Readonly<Record<string, Space<unknown>>>> = Space<{
  readonly [Name in keyof Parts]: ValueOf<Parts[Name]>
}> & { readonly kind: 'dict'; readonly spaces: Parts }

/** Parts in order, each in its own space. */
export type TupleSpace<Parts extends readonly Space<unknown>[]> = Space<{
  readonly [Index in keyof Parts]: ValueOf<Parts[Index]>
}> & { readonly kind: 'tuple'; readonly spaces: Parts }

/** What a space holds. */
export type ValueOf<S> = S extends Space<infer Value> ? Value : never

/** A plain object with exactly these parts. */
export function createDict<const Parts extends Readonly<Record<string, Space<unknown>>>>(
  spaces: Parts,
): DictSpace<Parts> {
  type Value = ValueOf<DictSpace<Parts>>
  const names = Object.keys(spaces)
  const contains = (value: unknown): value is Value =>
    isRecord(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name) && spaces[name]?.contains(value[name]))
  const draw = (random: Random) =>
    Object.fromEntries(names.map((name) => [name, spaces[name]?.sample(random)])) as Value
  return { kind: 'dict', shape: null, spaces, contains, ...sampledBy(draw) }
}

/** An array with exactly these parts. */
export function createTuple<const Parts extends readonly Space<unknown>[]>(spaces: Parts): TupleSpace<Parts> {
  type Value = ValueOf<TupleSpace<Parts>>
  const contains = (value: unknown): value is Value =>
    Array.isArray(value) && value.length === spaces.length && spaces.every((space, i) => space.contains(value[i]))
  const draw = (random: Random) => spaces.map((space) => space.sample(random)) as unknown as Value
  return { kind: 'tuple', shape: null, spaces, contains, ...sampledBy(draw) }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}
