import { currencySchema } from '@cc/models'
import { z } from 'zod'

/** Settings of a synthetic world. */
export const syntheticWorldOptionsSchema = z.strictObject({
  /** One seed is one world. Default 0. */
  seed: z.int().min(0).default(0),
  /** Default BTC. */
  currency: currencySchema.default('BTC'),
  /** Midnight UTC of its first day, epoch ms. Default 2026-01-02. */
  startMs: z
    .int()
    .positive()
    .multipleOf(86_400_000, 'is 00:00 UTC of a day')
    .default(Date.UTC(2026, 0, 2)),
  /** Length, 2..3650 days. Default 365. */
  days: z.int().min(2).max(3650).default(365),
  /** Hours between decisions, a divisor of 24; they lie five minutes past the hour. Default 8. */
  everyHours: z.union([1, 2, 3, 4, 6, 8, 12, 24].map((hours) => z.literal(hours))).default(8),
  /** Days to expiry that the menu aims at. Default 2, 7, 14, 28. */
  tenorsDays: z.array(z.number()).min(1).readonly().default([2, 7, 14, 28]),
  /** Black-Scholes deltas that the menu aims at, 0..1. Default 0.1, 0.2, 0.3, 0.4. */
  deltas: z.array(z.number()).min(1).readonly().default([0.1, 0.2, 0.3, 0.4]),
  /** Index 40 days before the start, USD. Default 60 000; of ETH 2 500. */
  startUsd: z.number().positive().optional(),
  /** Annual volatility that the index returns to. Default 0.5. */
  volatility: z.number().gt(0).max(5).default(0.5),
  /** Volatility of the log volatility, a year. Default 1.2. */
  volOfVol: z.number().min(0).max(5).default(1.2),
  /** Drift of the index a year. Default 0. */
  driftPerYear: z.number().min(-5).max(5).default(0),
  /** Implied volatility over what is to be expected: above 1 pays the seller. Default 1.1. */
  volPremium: z.number().gt(0).max(5).default(1.1),
  /** Forward over index, a year. Default 0.05. */
  carryPerYear: z.number().min(-1).max(1).default(0.05),
  /** Spread of the book in volatility points, at least a tick. Default 2. */
  spreadVolPoints: z.number().min(0).max(100).default(2),
})
export type SyntheticWorldOptionsInput = z.input<typeof syntheticWorldOptionsSchema>
export type SyntheticWorldOptions = Omit<z.output<typeof syntheticWorldOptionsSchema>, 'startUsd'> & {
  startUsd: number
}
