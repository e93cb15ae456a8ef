import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'
import { LONGEST_REST_MS } from './passive-executor.js'

const coins = z.strictObject({ BTC: z.number().positive().optional(), ETH: z.number().positive().optional() })

/** What a run is, as plain data. Times are UTC epoch milliseconds. */
export const runOptionsSchema = z.strictObject({
  /** What lies in the account at the start, coin. Coins without a deposit are not traded. */
  deposits: coins.refine((given) => CURRENCIES.some((currency) => given[currency] !== undefined), {
    error: 'expected a deposit of at least one coin, such as { BTC: 10 }',
  }),
  /** Coins that are traded, in this order, each with a deposit. Default: all that have one and a history. */
  underlyings: z.array(currencySchema).min(1).readonly().optional(),
  /** Nothing is decided before it. Default: the first time at which every coin has quotes. */
  fromMs: z.int().optional(),
  /** Nothing is decided at or after it; what expires by then is settled. Default: just after the last quotes. */
  toMs: z.int().optional(),
  /** Decides at multiples of this, from the start, instead of at each change of quotes. Minutes to days, ms. */
  intervalMs: z.int().min(60_000).optional(),
  /** Names the run in every record: 8 to 64 lower-case hex digits. Default: from these options and the history. */
  runId: z
    .string()
    .regex(/^[0-9a-f]{8,64}$/, 'runId must be 8 to 64 lower-case hex digits')
    .optional(),
  /** Names the run among others like it. Default 1. */
  seed: z.int().nonnegative().default(1),
  /**
   * How sales trade. `cross`: at the bid. `mid`: at the middle of bid and ask, rounded to a tick toward the bid.
   * `passive`: an order rests at the middle, then crosses. Default cross.
   */
  fill: z.enum(['cross', 'mid', 'passive']).default('cross'),
  passive: z
    .strictObject({
      /**
       * How long an order rests before it crosses, ms, a minute to 11 hours; until quotes have changed once where that takes
       * longer, at most 11 hours. Default 6 h.
       */
      restMs: z.int().min(60_000).max(LONGEST_REST_MS).default(21_600_000),
      /** Share of a later quote's size that trades where that quote only equals the limit, 0..1. Default 1. */
      queueShare: z.number().min(0).max(1).default(1),
    })
    .prefault({}),
  /** How long each request to the exchange is under way, ms, at most 10 s. Default 0. */
  latencyMs: z.int().min(0).max(10_000).default(0),
  /** Whether calls are sold that expire after the end of the run, and are valued at their marks there. Default false. */
  sellBeyondEnd: z.boolean().default(false),
})
export type RunOptionsInput = z.input<typeof runOptionsSchema>
export type RunOptions = z.output<typeof runOptionsSchema>
