import { z } from 'zod'
import { currencySchema } from './currency.js'

/** Life of an order book. Only `open` trades; `locked` takes cancels only. Deribit's words since 13 Jan 2026. */
export const bookStateSchema = z.enum(['open', 'settlement', 'delivered', 'inactive', 'locked', 'halted', 'archivized'])
export type BookState = z.infer<typeof bookStateSchema>

/** An inverse (coin-settled) European option as the venue lists it. */
export const optionInstrumentSchema = z.object({
  symbol: z.string(),
  currency: currencySchema,
  kind: z.enum(['call', 'put']),
  strikeUsd: z.number().positive(),
  expiryMs: z.int().positive(),
  /** Price grid, in coin: `tickSizeCoin`, and from each `abovePriceCoin` on the step's own. */
  tickSizeCoin: z.number().positive(),
  tickSteps: z
    .array(z.object({ abovePriceCoin: z.number().positive(), tickSizeCoin: z.number().positive() }))
    .readonly(),
  /** Smallest order, and the step that sizes grow by, in coin. */
  minSizeCoin: z.number().positive(),
  sizeStepCoin: z.number().positive(),
  /** Trade fee in coin per coin of size, before the cap of 12.5 % of the option's price. */
  makerFeeRate: z.number().nonnegative(),
  takerFeeRate: z.number().nonnegative(),
  /** Daily options pay no delivery fee. */
  settlementPeriod: z.enum(['day', 'week', 'month']),
  state: bookStateSchema,
})
export type OptionInstrument = z.infer<typeof optionInstrumentSchema>
