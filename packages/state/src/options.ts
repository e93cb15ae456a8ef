import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** What is looked at, and which calls count as candidates. */
export const stateOptionsSchema = z
  .strictObject({
    /** Currencies of the state, in this order, each once. Default: BTC, ETH. */
    underlyings: z
      .array(currencySchema)
      .min(1)
      .refine(
        (currencies) => new Set(currencies).size === currencies.length,
        'underlyings must name each currency once',
      )
      .readonly()
      .default([...CURRENCIES]),
    /** Smallest Black-Scholes delta of a candidate, 0..1. Default 0.10. */
    deltaMin: z.number().min(0).max(1).default(0.1),
    /** Largest Black-Scholes delta of a candidate, 0..1. Default 0.35. */
    deltaMax: z.number().min(0).max(1).default(0.35),
    /** Fewest days to expiry of a candidate, >= 0. Default 5. */
    dteMin: z.number().min(0).default(5),
    /** Most days to expiry of a candidate, >= 0. Default 45. */
    dteMax: z.number().min(0).default(45),
    /** Least premium of a candidate at the bid after the fee, USD per coin, >= 0. Default 5. */
    premiumMinUsd: z.number().min(0).default(5),
    /** Horizon that implied and realised volatility are compared at, days, 1..365. Default 30. */
    volHorizonDays: z.number().min(1).max(365).default(30),
  })
  .superRefine((options, context) => {
    for (const [least, most] of [
      ['deltaMin', 'deltaMax'],
      ['dteMin', 'dteMax'],
    ] as const) {
      if (options[least] > options[most]) {
        const message = `${least} ${options[least]} must not be above ${most} ${options[most]}`
        context.addIssue({ code: 'custom', path: [least], message })
      }
    }
  })
/** The settings as a caller writes them; all have defaults. */
export type StateOptionsInput = z.input<typeof stateOptionsSchema>
/** The settings with their defaults filled in. */
export type StateOptions = z.output<typeof stateOptionsSchema>
