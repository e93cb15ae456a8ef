import { constants, createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { CcError } from '@cc/models'
import type { z } from 'zod'
import { diskFailure } from './disk.js'

const NEWLINE = 0x0a

/**
 * One record as one line of JSON, ending in a newline. It holds what the schema knows and nothing else, so that a
 * secret that rides along stays out; its keys are in the order in which they were given, so that a hash over the
 * record can be taken again from the file.
 *
 * @throws CcError `logging/invalid-record` for what the schema refuses and for what JSON cannot say, such as NaN or a
 * `Map`. An `undefined` value is an absent key.
 */
export function encodeLine(schema: z.ZodType, record: unknown): string {
  const verdict = schema.safeParse(record)
  if (!verdict.success) {
    const [issue] = verdict.error.issues
    throw invalid(issue?.path.map(String) ?? [], issue?.message ?? 'does not fit its schema')
  }
  return `${JSON.stringify(plain(verdict.data, record, []))}\n`
}

/**
 * Reads one line as it was written: keys and their order are those of the text.
 *
 * @throws CcError `logging/corrupt-line` with file and line number.
 */
export function decodeLine<T>(schema: z.ZodType<T>, line: Uint8Array, place: { path: string; lineNumber: number }): T {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line))
  } catch (cause) {
    throw corrupt(place, cause instanceof SyntaxError ? 'is not JSON' : 'is not UTF-8', cause)
  }
  const verdict = schema.safeParse(value)
  if (!verdict.success) {
    const [issue] = verdict.error.issues
    throw corrupt(place, `does not fit its schema at "${issue?.path.map(String).join('.')}": ${issue?.message}`)
  }
  return value as T
}

/**
 * The records of one file, one after another, however large the file. Bytes behind the last newline are no
 * record yet: their append was never acknowledged.
 *
 * @throws CcError `logging/corrupt-line`, `logging/file-unusable`
 */
export async function* readLines<T>(path: string, schema: z.ZodType<T>): AsyncGenerator<T> {
  let lineNumber = 0
  let begun: Buffer[] = []
  for await (const chunk of chunksOf(path)) {
    let start = 0
    let end = chunk.indexOf(NEWLINE)
    while (end !== -1) {
      lineNumber += 1
      yield decodeLine(schema, Buffer.concat([...begun, chunk.subarray(start, end)]), { path, lineNumber })
      begun = []
      start = end + 1
      end = chunk.indexOf(NEWLINE, start)
    }
    begun.push(chunk.subarray(start))
  }
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    for await (const chunk of createReadStream(path, { fd: handle })) yield chunk as Buffer
  } catch (cause) {
    throw diskFailure('logging/file-unusable', path, cause)
  }
}

/**
 * A copy of what the schema made of a value, of nothing but plain objects, lists, texts, numbers, truths and null:
 * what it is written as is not up to the value (`toJSON`). `given` says in which order its keys come.
 */
function plain(value: unknown, given: unknown, path: readonly string[]): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') {
    // JSON.stringify would write `null`, which reads as "missing" where a calculation went wrong.
    if (!Number.isFinite(value)) throw invalid(path, `${value} is not a number that JSON has`)
    return value
  }
  if (path.length > MAX_DEPTH) throw invalid(path.slice(0, 1), 'it is nested too deep or in a circle')
  if (Array.isArray(value)) {
    const items: readonly unknown[] = Array.isArray(given) ? given : []
    return value.map((item, index) => plain(item, items[index], [...path, String(index)]))
  }
  if (!isPlainObject(value)) throw invalid(path, `${typeNameOf(value)} is nothing that JSON has`)
  const from = isObject(given) ? given : {}
  const keys = [...new Set([...Object.keys(from), ...Object.keys(value)])]
  const known = keys.filter((key) => Object.hasOwn(value, key) && value[key] !== undefined)
  return Object.fromEntries(known.map((key) => [key, plain(value[key], from[key], [...path, key])]))
}

const MAX_DEPTH = 100

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function typeNameOf(value: unknown): string {
  return isObject(value) ? (value.constructor?.name ?? 'an object') : typeof value
}

function invalid(path: readonly string[], problem: string): CcError {
  const field = path.join('.')
  return new CcError(`A record was not written: ${field === '' ? '' : `"${field}": `}${problem}.`, {
    code: 'logging/invalid-record',
    recovery: 'halt',
    facts: { field },
  })
}

function corrupt({ path, lineNumber }: { path: string; lineNumber: number }, problem: string, cause?: unknown) {
  return new CcError(`${path}, line ${lineNumber} ${problem}.`, {
    code: 'logging/corrupt-line',
    recovery: 'halt',
    facts: { path, lineNumber },
    cause,
  })
}
