import { isUtf8 } from 'node:buffer'
import {
  type Guard,
  guardOf,
  type IntentRecord,
  intentRecordSchema,
  type LogEntry,
  logEntrySchema,
  RECORD_SCHEMA_VERSION,
} from '@cc/models'
import type { z } from 'zod'
import { type FileRecord, fileRecordSchema, type LogName } from './file-records.js'
import { upgradingSchema } from './upgrade.js'

/** What the lines of each log hold. */
export type EntryOf = {
  decisions: LogEntry | FileRecord
  intents: IntentRecord | FileRecord
}

/**
 * The record in a line that was found good, without its place and proof: keys and their order are those of the text, or
 * those of today where an earlier version wrote it.
 *
 * @returns the record, or what is wrong with it as the end of a sentence
 */
export function decodeLine<Name extends LogName>(
  log: Name,
  line: Buffer,
): { entry: EntryOf[Name] } | { problem: string; newerSchema: boolean } {
  if (!isUtf8(line)) return { problem: 'is not UTF-8', newerSchema: false }
  let value: unknown
  try {
    const { seq, hash, ...record } = JSON.parse(line.toString('utf8'))
    value = record
  } catch {
    return { problem: 'is not JSON', newerSchema: false }
  }
  if (fits(log, value)) return { entry: value as EntryOf[Name] }
  const version = fieldOf(value, 'schemaVersion')
  const older = log === 'decisions' ? upgradingSchema(fieldOf(value, 'kind'), version) : undefined
  const { success, data, error } = (older ?? schemaOf(log, value)).safeParse(value)
  if (success) return { entry: (older === undefined ? value : data) as EntryOf[Name] }
  if (typeof version === 'number' && version > RECORD_SCHEMA_VERSION) {
    return { problem: `is of schema version ${version}, newer than ${RECORD_SCHEMA_VERSION}`, newerSchema: true }
  }
  const [issue] = error.issues
  const field = issue?.path.map(String).join('.')
  return { problem: `does not fit its schema at "${field}": ${issue?.message}`, newerSchema: false }
}

const FILE_KINDS: ReadonlySet<unknown> = new Set(fileRecordSchema.options.map(({ shape }) => shape.kind.value))
const SCHEMAS: Readonly<Record<LogName, z.ZodType>> = { decisions: logEntrySchema, intents: intentRecordSchema }

/** Made at the first line that is read. */
const guards = new Map<LogName, Guard>()

function fits(log: LogName, value: unknown): boolean {
  const guard = guards.get(log) ?? guardOf(SCHEMAS[log])
  guards.set(log, guard)
  return guard(value)
}

function schemaOf(log: LogName, value: unknown): z.ZodType {
  return FILE_KINDS.has(fieldOf(value, 'kind')) ? fileRecordSchema : SCHEMAS[log]
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined
}
