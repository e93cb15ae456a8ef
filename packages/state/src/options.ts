import { CURRENCIES, currencySchema } from '@cc/models'
import { z } from 'zod'

/** How well a call must trade to be a candidate. */
const liquiditySchema = z.strictObject({
  /**
   * A spread is too wide when it is more ticks than `maxSpreadTicks` and more volatility than `maxSpreadIv`: a cheap
   * call cannot quote closer than a tick or two. Of recorded calls at 10 to 35 delta 99 % pass. Default 3.
   */
  maxSpreadTicks: z.number().min(0).default(3),
  /** Ask IV − bid IV, a ratio, >= 0: 0.05 is 5 vol points. Default 0.05. */
  maxSpreadIv: z.number().min(0).default(0.05),
  /** Least size at the bid, coin, >= 0. Needs `readTickers`. 0, the default, does not ask. */
  minBidSizeCoin: z.number().min(0).default(0),
  /** Least open interest, coin, >= 0. 0, the default, does not ask. */
  minOpenInterestCoin: z.number().min(0).default(0),
})

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
    /** Least strike / forward − 1 of a candidate, −1..10. Default 0: out of the money. −0.03 lets it be 3 % in. */
    moneynessMin: z.number().min(-1).max(10).default(0),
    /** Least premium of a candidate at the bid after the fee, USD per coin, >= 0. Default 5. */
    premiumMinUsd: z.number().min(0).default(5),
    /** Least `VolState.ivrv` for there to be candidates, > 0. Default: not judged. */
    ivrvMin: z.number().positive().optional(),
    liquidity: liquiditySchema.prefault({}),
    /** Most candidates of a currency, the best ranked, >= 1. Default 30: above what a chain has inside the defaults. */
    maxCandidates: z.int().min(1).default(30),
    /** Whether the ticker of each candidate is read, which is fresher than the chain and has sizes. Default true. */
    readTickers: z.boolean().default(true),
    /** Horizon that implied and realised volatility are compared at and forecast over, whole days, 1..365. Default 30. */
    volHorizonDays: z.int().min(1).max(365).default(30),
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
    if (options.liquidity.minBidSizeCoin > 0 && !options.readTickers) {
      const message = `liquidity.minBidSizeCoin ${options.liquidity.minBidSizeCoin} needs readTickers: a chain has no sizes`
      context.addIssue({ code: 'custom', path: ['liquidity', 'minBidSizeCoin'], message })
    }
  })
/** The settings as a caller writes them; all have defaults. */
export type StateOptionsInput = z.input<typeof stateOptionsSchema>
/** The settings with their defaults filled in. */
export type StateOptions = z.output<typeof stateOptionsSchema>
