import { currencySchema } from '@cc/models'
import { z } from 'zod'

const seedSchema = z.int().nonnegative()
const startMsSchema = z.int().positive()

/** How orders trade with the market's quotes. */
const fillsSchema = z.strictObject({
  /**
   * What an order gets that crosses the quote. `touch`: the quote. `mid`: the middle of the market's bid and ask, rounded
   * to a tick toward the quote, so never better than the middle; the quote where the other side has none. Default touch.
   */
  kind: z.enum(['touch', 'mid']).default('touch'),
  /**
   * Share of the quoted size that a resting order gets where a later quote only equals its limit, 0..1: others stand before
   * it. Through the limit it gets all. Default 1.
   */
  queueShare: z.number().min(0).max(1).default(1),
})
export type Fills = z.output<typeof fillsSchema>

/** Settings of the local exchange. */
export const simOptionsSchema = z.strictObject({
  /** Seed of the synthetic market. Default 1; refused beside a market that is handed in, which brings its own prices. */
  seed: seedSchema.optional(),
  /** When the synthetic market opens, UTC epoch milliseconds. Default 2026-01-02T00:00Z; refused as `seed` is. */
  startMs: startMsSchema.optional(),
  /** Coins that the account has and that are listed; all that the market has where unset. */
  currencies: z.array(currencySchema).min(1).optional(),
  /** What lies in the account when it opens, in coin. A coin that is not named begins with nothing. */
  depositsCoin: z
    .strictObject({ BTC: z.number().nonnegative().optional(), ETH: z.number().nonnegative().optional() })
    .default({ BTC: 2, ETH: 20 }),
  /** How orders trade with the market's quotes. */
  fills: fillsSchema.prefault({}),
})
export type SimOptionsInput = z.input<typeof simOptionsSchema>
export type SimOptions = z.infer<typeof simOptionsSchema>

/** What the synthetic market is made of where no market is handed in. */
export const syntheticOptionsSchema = z.object({
  seed: seedSchema.default(1),
  startMs: startMsSchema.default(Date.UTC(2026, 0, 2)),
  currencies: simOptionsSchema.shape.currencies,
})
