import { intentRecordSchema, logEntrySchema, RECORD_SCHEMA_VERSION } from '@cc/models'
import { z } from 'zod'
import { fileRecordSchema, type LogName } from './file-records.js'

/** JSON Schema (draft 2020-12) of every line of a log, with its place and proof, as this version writes them. */
export function lineJsonSchema(log: LogName): z.core.JSONSchema.BaseSchema {
  const records = [...fileRecordSchema.options, ...RECORDS[log].options]
  const lines = records.map((record) => record.extend(PLACE_AND_PROOF))
  const title = `A line of the ${TITLES[log]}, schema version ${RECORD_SCHEMA_VERSION}`
  return { title, ...z.toJSONSchema(z.union(lines)) }
}

const TITLES = { decisions: 'decision log', intents: 'intent journal' } as const
const RECORDS = { decisions: logEntrySchema, intents: intentRecordSchema } as const

/** Last in every line. */
const PLACE_AND_PROOF = { seq: z.int().nonnegative(), hash: z.string().regex(/^[0-9a-f]{64}$/) }
