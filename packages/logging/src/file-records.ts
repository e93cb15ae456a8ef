import { z } from 'zod'

/** Names of a log's two chains of files. */
export const LOG_NAMES = ['decisions', 'intents'] as const
export type LogName = (typeof LOG_NAMES)[number]

/** Where a chain was left: the file, and the place and proof of its last line. */
const leftAtSchema = z.object({ file: z.string(), seq: z.int().nonnegative(), hash: z.string().length(64) })

/**
 * Opens each file and each life of the process: who writes, with which settings, and what came before. `previous` is
 * `null` only at the very first line of a log.
 */
export const headerRecordSchema = z.object({
  kind: z.literal('header'),
  schemaVersion: z.int().positive(),
  log: z.enum(LOG_NAMES),
  /** From seed and settings in the simulator, from the venue's time on a real exchange. */
  runId: z.string(),
  /** Version of the program that writes. */
  codeVersion: z.string(),
  /** Settings in force, without secrets. */
  configuration: z.record(z.string(), z.json()),
  previous: leftAtSchema.nullable(),
})
export type HeaderRecord = z.infer<typeof headerRecordSchema>

/** What was found broken and put aside before the log went on. Nothing is ever deleted. */
const recoveryRecordSchema = z.object({
  kind: z.literal('recovery'),
  /** `torn-tail`: a last line that was never acknowledged. `quarantine`: all from the first bad line on, at a person's word. */
  what: z.enum(['torn-tail', 'quarantine']),
  /** File that the bytes were moved to, beside the log. */
  movedTo: z.string(),
  bytes: z.int().positive(),
})
export type RecoveryRecord = z.infer<typeof recoveryRecordSchema>

/** The last line of a log that could not go on: the disk was full. */
const stopRecordSchema = z.object({ kind: z.literal('stop'), code: z.string(), message: z.string() })
export type StopRecord = z.infer<typeof stopRecordSchema>

/** Lines about the file itself, beside those that the agent writes. */
export const fileRecordSchema = z.discriminatedUnion('kind', [
  headerRecordSchema,
  recoveryRecordSchema,
  stopRecordSchema,
])
export type FileRecord = z.infer<typeof fileRecordSchema>
