import { z } from 'zod'

export const recordOptionsSchema = z.strictObject({
  /** Where the files lie. Created with its parents, readable by its owner only. */
  folder: z.string().min(1),
  /** Each line is on disk (fdatasync), not only with the operating system, before its append resolves. */
  synced: z.boolean().default(true),
})
export type RecordOptionsInput = z.input<typeof recordOptionsSchema>
export type RecordOptions = z.output<typeof recordOptionsSchema>
