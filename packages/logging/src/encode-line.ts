import { CcError, type Guard, guardOf, writtenStateOf } from '@cc/models'
import type { z } from 'zod'

/** Bytes of JSON that a record may come to. */
export const LARGEST_RECORD_BYTES = 1024 * 1024

/**
 * One record as JSON in one line, without its newline. It holds what the schema knows and nothing else, so that a
 * secret that rides along stays out; its keys are in the order in which they were given, so that a hash over the record
 * can be taken again from the file.
 *
 * @throws CcError `logging/invalid-record` for what the schema refuses, for what JSON cannot say, such as NaN, a `Map` or
 * half a character, for `seq` and `hash`, which a line gets from its place, and for more than 1 MB. An `undefined` value
 * is an absent key.
 */
export function encodeLine(schema: z.ZodType, record: unknown): string {
  const exact = isExact(schema, record)
  const made = exact ? record : checked(schema, record)
  if (!isObject(made)) throw invalid([], `a ${typeof made} is no record`)
  const value = exact ? made : arranged(made, record, null)
  for (const key of ['seq', 'hash']) {
    if (Object.hasOwn(value, key)) throw invalid([key], 'a line gets it from its place')
  }
  const json = exact ? jsonOf(made) : JSON.stringify(value)
  // JSON.stringify writes half a surrogate pair as an escape, and nothing else so.
  if (json.includes('\\ud')) requireWholeCharacters(value, null)
  // A letter takes three bytes at most.
  const sizeBytes = json.length > LARGEST_RECORD_BYTES / 3 ? Buffer.byteLength(json) : json.length
  if (sizeBytes > LARGEST_RECORD_BYTES) throw invalid([], `it is ${sizeBytes} bytes long, more than 1 MB`)
  return json
}

/** What `JSON.stringify` writes of an exact record; of a state that a decision's id was taken over, the text that was hashed. */
function jsonOf(record: Record<string, unknown>): string {
  const state = isObject(record.state) ? writtenStateOf(record.state) : undefined
  if (state === undefined) return JSON.stringify(record)
  const members = Object.entries(record)
  const place = members.findIndex(([key]) => key === 'state')
  const parts = [jsonOfMembers(members.slice(0, place)), `"state":${state}`, jsonOfMembers(members.slice(place + 1))]
  return `{${parts.filter((part) => part !== '').join()}}`
}

/** As they stand in an object, without its braces. */
function jsonOfMembers(members: readonly [string, unknown][]): string {
  return JSON.stringify(Object.fromEntries(members)).slice(1, -1)
}

/** Where a value stands: its key, in the value around it. */
type Place = { key: string | number; around: Place | null }

/**
 * Most records are what their schema would make of them, so there is no need to have it made: a copy costs more than all
 * else. A getter is asked twice then: records are plain data.
 */
function isExact(schema: z.ZodType, record: unknown): boolean {
  const guard = exactGuards.get(schema) ?? guardOf(schema, { exact: true })
  exactGuards.set(schema, guard)
  try {
    return guard(record)
  } catch {
    return false
  }
}

const exactGuards = new WeakMap<z.ZodType, Guard>()

function checked(schema: z.ZodType, record: unknown): unknown {
  const verdict = parsed(schema, record)
  if (!verdict.success) {
    // A refusal has a reason.
    const { path, message } = verdict.error.issues[0] as z.core.$ZodIssue
    throw invalid(path.map(String), message)
  }
  return verdict.data
}

function parsed(schema: z.ZodType, record: unknown): z.ZodSafeParseResult<unknown> {
  try {
    return schema.safeParse(record)
  } catch {
    throw invalid([], 'it cannot be read: it throws, or is nested too deep or in a circle')
  }
}

/**
 * What the schema made of a value, with the keys in the order of the given one: the value itself where they are. It
 * consists of nothing but plain objects, lists, texts, numbers, truths and null: what it is written as is not up to the
 * value (`toJSON`).
 */
function arranged(value: Record<string, unknown>, given: unknown, place: Place | null): object {
  if (depthOf(place) > MAX_DEPTH) throw invalid([], 'it is nested too deep or in a circle')
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    throw invalid(pathOf(place), `${typeNameOf(value)} says itself what it is written as`)
  }
  return Array.isArray(value) ? arrangedList(value, given, place) : arrangedObject(value, given, place)
}

function arrangedList(list: readonly unknown[], given: unknown, place: Place | null): readonly unknown[] {
  const from: readonly unknown[] = Array.isArray(given) ? given : []
  let arrangedItems: unknown[] | undefined
  for (let index = 0; index < list.length; index += 1) {
    const item = list[index]
    if (item === undefined) throw invalid(pathOf({ key: index, around: place }), 'a list has no holes')
    if (isWritable(item)) continue
    const itemArranged = arrangedItem(item, from[index], { key: index, around: place })
    if (itemArranged === item) continue
    arrangedItems ??= [...list]
    arrangedItems[index] = itemArranged
  }
  return arrangedItems ?? list
}

function arrangedObject(value: Record<string, unknown>, given: unknown, place: Place | null): object {
  if (!isPlain(value)) throw invalid(pathOf(place), `${typeNameOf(value)} is nothing that JSON has`)
  const from = isObject(given) ? given : {}
  const keys = Object.keys(value)
  const order = inOrderOf(Object.keys(from), keys)
  const items = order === keys ? Object.values(value) : order.map((key) => value[key])
  let changed = order !== keys
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index]
    if (isWritable(item)) continue
    const key = order[index] as string
    items[index] = arrangedItem(item, from[key], { key, around: place })
    changed ||= items[index] !== item
  }
  return changed ? Object.fromEntries(order.map((key, index) => [key, items[index]])) : value
}

/** A text, number, truth or absence: what most of a record is, and stands as it is. */
function isWritable(item: unknown): boolean {
  switch (typeof item) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true
    case 'number':
      // JSON.stringify would write `null`, which reads as "missing" where a calculation went wrong.
      return Number.isFinite(item)
    default:
      return item === null
  }
}

function arrangedItem(item: unknown, given: unknown, place: Place): unknown {
  if (isObject(item)) return arranged(item, given, place)
  const what = typeof item === 'number' ? `${item} is not a number` : `a ${typeof item} is nothing`
  throw invalid(pathOf(place), `${what} that JSON has`)
}

/** `keys`, with those that were given first, as they were given; `keys` itself where it is so already. */
function inOrderOf(given: readonly string[], keys: readonly string[]): readonly string[] {
  if (isSame(given, keys)) return keys
  const known = new Set(keys)
  const order = given.filter((key) => known.delete(key))
  return [...order, ...known]
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index += 1) if (some[index] !== others[index]) return false
  return true
}

/** Finds where half a surrogate pair stands, which no file of UTF-8 can hold. */
function requireWholeCharacters(value: unknown, place: Place | null): void {
  if (typeof value === 'string') {
    if (HALF_A_PAIR.test(value)) throw invalid(pathOf(place), 'it holds half a character')
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      requireWholeCharacters(key, place)
      requireWholeCharacters(item, { key, around: place })
    }
  }
}

const HALF_A_PAIR = /\p{Surrogate}/u
const MAX_DEPTH = 100

function pathOf(place: Place | null): string[] {
  return place === null ? [] : [...pathOf(place.around), String(place.key)]
}

function depthOf(place: Place | null): number {
  let depth = 0
  for (let at = place; at !== null; at = at.around) depth += 1
  return depth
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function typeNameOf(value: object): string {
  return value.constructor?.name ?? 'an object'
}

function invalid(path: readonly string[], problem: string): CcError {
  const field = path.join('.')
  return new CcError(`A record was not written: ${field === '' ? '' : `"${field}": `}${problem}.`, {
    code: 'logging/invalid-record',
    recovery: 'halt',
    facts: { field },
  })
}
