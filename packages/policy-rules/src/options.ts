import { z } from 'zod'

/** When an open call is rolled. */
const rollSchema = z.strictObject({
  /** Days to expiry from which on a call counts as near its expiry, >= 0. Default 1. */
  dte: z.number().min(0).default(1),
  /** Which calls are rolled near expiry: those in the money, or all. The others are left to expire. Default in-the-money. */
  when: z.enum(['in-the-money', 'always']).default('in-the-money'),
  /** Black-Scholes delta from which on a call is rolled, however far its expiry is, 0..1. Default 0.80. */
  delta: z.number().min(0).max(1).default(0.8),
})

/** Most coins to sell calls on at once, per currency, coin > 0. Default: all that are free. */
const maxSizeSchema = z.strictObject({
  BTC: z.number().positive().optional(),
  ETH: z.number().positive().optional(),
})

/** What the rules aim for. */
export const rulesOptionsSchema = z.strictObject({
  /** Black-Scholes delta of the call to sell, 0..1. Default 0.22. */
  deltaTarget: z.number().min(0).max(1).default(0.22),
  /** Days to expiry of the call to sell, > 0. Default 14. */
  dteTarget: z.number().positive().default(14),
  maxSizeCoin: maxSizeSchema.prefault({}),
  roll: rollSchema.prefault({}),
  /** Whether a call that is due for a roll and cannot be rolled is bought back, rather than left to settle. Default false. */
  closeIfNoRoll: z.boolean().default(false),
})
/** The settings as a caller writes them; all have defaults. */
export type RulesOptionsInput = z.input<typeof rulesOptionsSchema>
/** The settings with their defaults filled in. */
export type RulesOptions = z.output<typeof rulesOptionsSchema>
