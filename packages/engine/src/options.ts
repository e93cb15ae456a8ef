import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** When cycles run and how long they may take. Times are of the venue's clock, in ms. */
export const engineOptionsSchema = z.strictObject({
  /** Names the run in every record. */
  runId: z.string().min(1),
  /** Whether the executor only says what it would send; written into every record. */
  dryRun: z.boolean().default(true),
  /** Currencies of one cycle: whose ledger is read, and how many cycles may follow at once in a tick. */
  underlyings: z.array(currencySchema).min(1).readonly().default(CURRENCIES),
  /** From one tick to the next. */
  intervalMs: z.int().min(1_000).default(900_000),
  /** How long to run; then one closing record. Unset: until stopped. */
  runForMs: z.int().positive().optional(),
  /** What a cycle may take. After it thinking is abandoned, and execution is stopped and waited for. */
  cycleDeadlineMs: z.int().positive().default(600_000),
  /** What it may take to settle open sends and to sweep, at a stretch; at the end of a run with all its tries. */
  settleMs: z.int().positive().default(60_000),
  /** Pause before a failed cycle is tried again, and between tries to settle what is open. */
  retryMs: z.int().positive().default(5_000),
  /** Tries in a row after the first: of a cycle, then the next tick is waited for; of the start-up; of the last sweep. */
  maxRetries: z.int().nonnegative().default(3),
  /** Age at which a row of the venue's ledger is read: a venue books a moment after it stamps. */
  ledgerLagMs: z.int().nonnegative().default(1_000),
  /** How far the clock may differ from that of the venue at the start, besides half of what its answer took. */
  maxClockErrorMs: z.int().positive().default(1_000),
  /** Orders that the venue rejects one after the other, post-only rejects aside, for which the agent halts. */
  maxRejectsInARow: z.int().min(1).default(5),
})
export type EngineOptionsInput = z.input<typeof engineOptionsSchema>
export type EngineOptions = z.output<typeof engineOptionsSchema>
