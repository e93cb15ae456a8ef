import { z } from 'zod'

const share = z.number().min(0).max(1)
const maybe = <T extends z.ZodType>(schema: T) => schema.nullable().default(null)

/** Which call is sold. */
const targetSchema = z.strictObject({
  /** Black-Scholes delta aimed at, 0..1. Default 0.22. */
  delta: share.default(0.22),
  /** Days to expiry aimed at where `choose` is `score`, > 0. Default 14. */
  dte: z.number().positive().default(14),
  /** Fewest days to expiry, >= 0. Default 0. */
  minDte: z.number().min(0).default(0),
  /** Most days to expiry; `null`, the default: any. */
  maxDte: maybe(z.number().positive()),
  /**
   * Expiries that count: `any`, `friday` (every Friday, the weekly ones and the monthly ones), or `month-end` (the last
   * Friday of its month alone). Default any.
   */
  expiry: z.enum(['any', 'friday', 'month-end']).default('any'),
  /**
   * How the call is chosen. `score`: the best of all by edge, closeness and liquidity. The others take the soonest expiry
   * that counts, and on it `nearest-delta` the call whose delta is nearest `delta`, `first-strike` the lowest strike
   * at or above the index × (1 + `strikeAbove`). Default score.
   */
  choose: z.enum(['score', 'nearest-delta', 'first-strike']).default('score'),
  /** How far above the index a `first-strike` lies at least, a ratio: 0.02 is 2 %. -0.5..2. Default 0. */
  strikeAbove: z.number().min(-0.5).max(2).default(0),
  /** Least open interest of the call, coin, >= 0. One whose open interest is unknown does not count. Default 0: not asked. */
  minimumOpenInterest: z.number().min(0).default(0),
  /** Most of the coins that one decision may sell calls on, percent of the covered coins, above 0..100. Default 100. */
  maximumNewContractsPercent: z.number().gt(0).max(100).default(100),
  /**
   * Expiries that calls are spread over. 1, the default: one call at a time on all coins. With `n`, each expiry that
   * counts and has no call yet gets the n-th part of the covered coins, soonest first.
   */
  rungs: z.int().min(1).max(12).default(1),
})

/** When a call is sold at all. What is `null` is not judged; what is judged and missing keeps the rules from selling. */
const writeWhenSchema = z.strictObject({
  /** Whether calls are sold on days on which the index is higher than 24 hours ago. Default true. */
  green: z.boolean().default(true),
  /** Whether calls are sold on days on which it is not. Default true. */
  red: z.boolean().default(true),
  /** Minutes after a sale in which none of the same coin follows, >= 0. A roll is not held to it. Default 0: not judged. */
  cooldownMin: z.number().min(0).default(0),
  /** Share of the covered coins that may be short after a sale, that of a roll among them, 0..1. Default 1. */
  capFactor: share.default(1),
  /** Coins that no call is sold on, and no debit of a roll is paid of, coin per currency, >= 0. Default 0. */
  capTargetFloor: z.strictObject({ BTC: z.number().min(0).default(0), ETH: z.number().min(0).default(0) }).prefault({}),
  /** Least net premium of a sale, coin per coin, 0..1. Default `null`. */
  minimumCredit: maybe(share),
  /** Least edge of the call over the volatility forecast, coin per coin, -1..1; 0 asks for any edge at all. Default `null`. */
  minEdge: maybe(z.number().min(-1).max(1)),
  /** Least percentile of the volatility index over the last year, 0..1. Default `null`. */
  minIvPercentile: maybe(share),
  /** Change of the index over 24 h, either way, from which on nothing is sold, percent, > 0. Default `null`. */
  maxDayChangePct: maybe(z.number().positive()),
  /** Rise of the volatility index over 24 h from which on nothing is sold, vol points, > 0. Default `null`. */
  maxDvolRisePoints: maybe(z.number().positive()),
  /** Hours after a crash of the coin's market, as the memory has it, in which nothing is sold, > 0. Default `null`. */
  calmHours: maybe(z.number().positive()),
})

/**
 * When an open call is rolled, and to what. All are `null` or false by default: a call is left to settle, which costs
 * less than buying back its time value, and the next one is sold afresh.
 */
const rollWhenSchema = z.strictObject({
  /** Days to expiry from which on a call is rolled, >= 0. Default `null`. */
  dte: maybe(z.number().min(0)),
  /** Which calls `dte` rolls: those in the money, or all. Default in-the-money. */
  which: z.enum(['in-the-money', 'all']).default('in-the-money'),
  /** Least premium kept of a call that `dte` rolls, a share, at most 1. Default `null`. */
  minPnl: maybe(z.number().max(1)),
  /** Premium kept from which on a call is rolled, a share above 0..1. Default `null`. */
  pnl: maybe(z.number().gt(0).max(1)),
  /** Delta from which on a call is rolled, however far its expiry is, 0..1. Default `null`. */
  delta: maybe(share),
  /** Whether every call in the money is rolled, however far its expiry is. Default false. */
  alwaysWhenItm: z.boolean().default(false),
  /** Most days to expiry of the call that it rolls to, not below `target.minDte`; `null`, the default: those of `target`. */
  maxDte: maybe(z.number().positive()),
  /** Whether a roll must bring more than it costs. Default true. */
  creditOnly: z.boolean().default(true),
  /** Most that a roll may cost where `creditOnly` is false, coin per coin, 0..1. Default 0.02. */
  maxDebit: share.default(0.02),
  /** Whether a roll never goes to a lower strike. Default true. */
  maintainHighWaterMark: z.boolean().default(true),
  /** Whether a call that is due for a roll and cannot be rolled is bought back, rather than left to settle. Default false. */
  closeIfUnableToRoll: z.boolean().default(false),
})

/** When an open call is bought back. What is `null` is not judged. */
const closeWhenSchema = z.strictObject({
  /** Premium kept from which on the profit is taken, a share above 0..1: 0.8 is 80 %. Default `null`. */
  pnl: maybe(z.number().gt(0).max(1)),
  /** Days to expiry below which no profit is taken: on the last day the spread costs more than what is left. Default 1. */
  minDte: z.number().min(0).default(1),
  /** Delta from which on a call is bought back to defend the coins, above 0..1. Mandatory: no policy is asked. Default `null`. */
  delta: maybe(z.number().gt(0).max(1)),
})

/** Most coins to sell calls on at once, per currency, coin > 0. Default: all that are free. */
const maxSizeSchema = z.strictObject({
  BTC: z.number().positive().optional(),
  ETH: z.number().positive().optional(),
})

/** What the rules aim for. The words of `target`, `writeWhen` and `rollWhen` are those of thetagang where they mean the same. */
export const rulesOptionsSchema = z
  .strictObject({
    /** What edge is told in: `coin`, or `usd` at the index. Default coin. */
    objective: z.enum(['coin', 'usd']).default('coin'),
    target: targetSchema.prefault({}),
    writeWhen: writeWhenSchema.prefault({}),
    rollWhen: rollWhenSchema.prefault({}),
    closeWhen: closeWhenSchema.prefault({}),
    maxSizeCoin: maxSizeSchema.prefault({}),
  })
  .superRefine(({ target, writeWhen, rollWhen }, context) => {
    if (target.maxDte !== null && target.minDte > target.maxDte) {
      const message = `minDte ${target.minDte} must not be above maxDte ${target.maxDte}`
      context.addIssue({ code: 'custom', path: ['target', 'minDte'], message })
    }
    if (rollWhen.maxDte !== null && target.minDte > rollWhen.maxDte) {
      const message = `maxDte ${rollWhen.maxDte} must not be below minDte ${target.minDte} of target: nothing would ever be rolled`
      context.addIssue({ code: 'custom', path: ['rollWhen', 'maxDte'], message })
    }
    if (!writeWhen.green && !writeWhen.red) {
      const message = 'green and red are both false: nothing would ever be sold'
      context.addIssue({ code: 'custom', path: ['writeWhen'], message })
    }
  })
/** The settings as a caller writes them; all have defaults. */
export type RulesOptionsInput = z.input<typeof rulesOptionsSchema>
/** The settings with their defaults filled in. */
export type RulesOptions = z.output<typeof rulesOptionsSchema>
