import { z } from 'zod'
import { recordedHistoryOptionsSchema } from '../history/recorded-history.js'

/** What of a folder of files in the plain format is opened, and how: as of recorded chains. */
export const plainHistoryOptionsSchema = z.strictObject({
  ...recordedHistoryOptionsSchema.shape,
  /** Folder that holds the chains and the bars. */
  folder: z.string().min(1),
})
export type PlainHistoryOptions = z.input<typeof plainHistoryOptionsSchema>

/** What of a folder of Tardis files is opened, and how. */
export const tardisHistoryOptionsSchema = z.strictObject({
  ...recordedHistoryOptionsSchema.shape,
  /** Folder that holds the files, and the bars in the plain format. */
  folder: z.string().min(1),
  /** Tardis records sizes. */
  sizes: z.enum(['assumed', 'recorded']).default('recorded'),
  /** Snapshots are made at multiples of it (UTC), ms. */
  everyMs: z.int().min(1_000).default(3_600_000),
  /** What was updated longer ago is left out of a snapshot, ms. */
  maxAgeMs: z.int().positive().default(600_000),
})
export type TardisHistoryOptions = z.input<typeof tardisHistoryOptionsSchema>
