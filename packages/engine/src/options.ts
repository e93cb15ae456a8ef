import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** When cycles run and how long they may take. Times are of the venue's clock, in ms. */
export const engineOptionsSchema = z.strictObject({
  /** Names the run in every record. */
  runId: z.string().min(1),
  /** Whether the executor only says what it would send; written into every record. */
  dryRun: z.boolean().default(true),
  /** Currencies of one cycle: whose ledger is read, and how often in a row a traded cycle is run again at once. */
  underlyings: z.array(currencySchema).min(1).readonly().default(CURRENCIES),
  /** From one tick to the next. */
  intervalMs: z.int().min(1_000).default(900_000),
  /** How long to run. Unset: until stopped. */
  runForMs: z.int().positive().optional(),
  /** What a cycle may take. After it thinking is abandoned, and execution is stopped and waited for. */
  cycleDeadlineMs: z.int().positive().default(600_000),
  /** Pause before a failed cycle is tried again. */
  retryMs: z.int().positive().default(5_000),
  /** Tries in a row after the first; then the next tick is waited for. */
  maxRetries: z.int().nonnegative().default(3),
  /** Age at which a row of the venue's ledger is read: a venue books a moment after it stamps. */
  ledgerLagMs: z.int().nonnegative().default(1_000),
})
export type EngineOptionsInput = z.input<typeof engineOptionsSchema>
export type EngineOptions = z.output<typeof engineOptionsSchema>
