import { currencySchema } from '@cc/models'
import { z } from 'zod'

/** Settings of the local exchange. */
export const simOptionsSchema = z.strictObject({
  /** Seed of the synthetic market. */
  seed: z.int().nonnegative().default(1),
  /** When the synthetic market opens, UTC epoch milliseconds. A market that is handed in brings its own. */
  startMs: z
    .int()
    .positive()
    .default(Date.UTC(2026, 0, 2)),
  /** Coins that the account has and that are listed; all that the market has where unset. */
  currencies: z.array(currencySchema).min(1).optional(),
  /** What lies in the account when it opens, in coin. A coin that is not named begins with nothing. */
  depositsCoin: z
    .strictObject({ BTC: z.number().nonnegative().optional(), ETH: z.number().nonnegative().optional() })
    .default({ BTC: 2, ETH: 20 }),
})
export type SimOptionsInput = z.input<typeof simOptionsSchema>
export type SimOptions = z.infer<typeof simOptionsSchema>
