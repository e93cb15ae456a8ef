import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** How an approved action is carried out. Times are of the venue's clock, in ms. */
export const execOptionsSchema = z.strictObject({
  /** Names the run: 8 to 64 lower-case hex digits, of which the first eight are in every label. */
  runId: z.string().regex(/^[0-9a-f]{8,64}$/, 'runId must be 8 to 64 lower-case hex digits'),
  /** Nothing is sent and nothing is cancelled; results say what would have been sent first. */
  dryRun: z.boolean().default(true),
  /** Whose accounts are swept of own resting orders. */
  underlyings: z.array(currencySchema).min(1).readonly().default(CURRENCIES),
  /** Orders per leg at most, from the mid in equal steps to the touch. 1 crosses at once. */
  pegs: z.int().min(1).max(10).default(3),
  /** How long one order rests before it is cancelled and the rest re-pegged. */
  restMs: z.int().positive().default(20_000),
  /** How often a resting order is read. */
  pollMs: z.int().positive().default(1_000),
  /** How long the venue may take to begin processing an order. */
  validForMs: z.int().positive().default(3_000),
  /**
   * How long after an order's `validUntilMs` its absence under its label proves that it never was. Must exceed
   * the worst lag of the venue's order index.
   */
  fenceSlackMs: z.int().min(1_000).default(5_000),
})
export type ExecOptionsInput = z.input<typeof execOptionsSchema>
export type ExecOptions = z.output<typeof execOptionsSchema>
