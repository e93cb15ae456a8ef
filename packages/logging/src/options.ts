import { z } from 'zod'

const recordOptions = z.strictObject({
  /** Where the files lie. Created with its parents, readable by its owner only. */
  folder: z.string().min(1),
  /** Each line is on disk (fdatasync), not only with the operating system, before its append resolves. */
  synced: z.boolean().default(true),
  /**
   * Decisions wait in memory, up to 256 kB of them, to be written in one go; those that still wait are written on
   * `close`, and lost when the process dies. For what can be played again, and not where `synced`. Intents never wait.
   */
  gathered: z.boolean().default(false),
  /** What the run is called: from seed and settings in the simulator, from the venue's time on a real exchange. */
  runId: z.string().min(1),
  /** Version of the program that writes. */
  codeVersion: z.string().min(1),
  /** Settings in force, without secrets: they open each file. */
  configuration: z.record(z.string(), z.json()),
})
export const recordOptionsSchema = recordOptions.refine(({ synced, gathered }) => !(synced && gathered), {
  path: ['gathered'],
  message: 'what is synced line by line cannot be gathered',
})
export type RecordOptionsInput = z.input<typeof recordOptionsSchema>
export type RecordOptions = z.output<typeof recordOptionsSchema>

export const outcomeKeeperOptionsSchema = z.strictObject({
  /** Decisions of one expiry that get an outcome, the first of them: what is kept in memory is bounded. Default 20 000. */
  mostDecisions: z.int().positive().default(20_000),
  /** Outcomes that are written behind one decision, so that no cycle waits long for the disk. Default 500. */
  mostAtOnce: z.int().positive().default(500),
})
export type OutcomeKeeperOptionsInput = z.input<typeof outcomeKeeperOptionsSchema>
