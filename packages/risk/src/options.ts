import { z } from 'zod'

/** How far from mark and book an order may go. The worse of the two sides binds. */
const collarSchema = z.strictObject({
  /** A sell stays within this many ticks below the mark, or within `sellFraction` of it, whichever is wider. Default 3. */
  sellTicks: z.int().min(0).max(100).default(3),
  /** Share of the mark, 0..1. Default 0.20. */
  sellFraction: z.number().min(0).lt(1).default(0.2),
  /** A buy stays within this many ticks above the mark, or within `buyFraction` of it, whichever is wider. Default 3. */
  buyTicks: z.int().min(0).max(100).default(3),
  /** Share of the mark, 0..1. Default 0.25. */
  buyFraction: z.number().min(0).max(1).default(0.25),
})

/** A limit per currency, in coin. */
const coinsSchema = (fallback: { BTC: number; ETH: number }, limit: z.ZodNumber) =>
  z.strictObject({ BTC: limit.default(fallback.BTC), ETH: limit.default(fallback.ETH) })

/** A share in percent, from `min` to `max`. */
const percentSchema = (min: number, max: number) =>
  z
    .number()
    .min(min, { error: ({ input }) => `is in percent, ${min} to ${max}: write 60 for 60 %, got ${String(input)}` })
    .max(max, { error: ({ input }) => `is in percent, ${min} to ${max}, got ${String(input)}` })

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * The limits that an order is held to. All are judged per currency, on the account after the trade. Every limit has a
 * range, and a value beyond it is an error: a rail that is taken away is not a rail.
 */
export const riskLimitsSchema = z.strictObject({
  /** Initial margin, open orders included, over margin balance. Percent, 1..100. Default 60. */
  maxMarginUsedPct: percentSchema(1, 100).default(60),
  /** Maintenance margin over margin balance, at today's prices. Percent, 1..100. Default 60. */
  maxMaintenancePct: percentSchema(1, 100).default(60),
  /**
   * Maintenance margin over margin balance were the index 25, 50 or 100 % higher and all volatility 20 points: a covered
   * call can be liquidated too. Percent, 1..95. Default 80.
   */
  maxStressPct: percentSchema(1, 95).default(80),
  /**
   * Absolute Black-Scholes delta of the option book over covered coins, 0..1. A trade that does not raise the
   * book's delta is never refused for it. Default 0.80.
   */
  maxNetDeltaAbs: z.number().min(0).max(1).default(0.8),
  /**
   * Share of covered coins that may be short on one expiry, above 0 and at most 1. A roll within one expiry is never
   * refused for it. Default 1.
   */
  maxExpiryExposure: z.number().gt(0).max(1).default(1),
  /** Share of covered coins that short calls may take, above 0. Never above 1, which is fully covered. Default 1. */
  maxCoverage: z.number().gt(0).max(1).default(1),
  /** Equity below which nothing is sold, in coin. Default 0: it must be above nothing. */
  minEquityCoin: coinsSchema({ BTC: 0, ETH: 0 }, z.number().min(0).max(1_000_000)).prefault({}),
  /** What the balance may be below what the ledger explains, percent, 0.1..10. Default 2. */
  maxBalanceDropPct: percentSchema(0.1, 10).default(2),

  /** Black-Scholes delta of a call that is sold, 0..1. Default 0 to 0.65. */
  delta: z
    .strictObject({ min: z.number().min(0).max(1).default(0), max: z.number().min(0).max(1).default(0.65) })
    .refine(({ min, max }) => min <= max, 'min is above max')
    .prefault({}),
  /** Days to expiry of a call that is sold, 0..400. Default 0 to 100. */
  dte: z
    .strictObject({ min: z.number().min(0).max(400).default(0), max: z.number().gt(0).max(400).default(100) })
    .refine(({ min, max }) => min <= max, 'min is above max')
    .prefault({}),
  /** strike / forward − 1 of a call that is sold, −0.05..1. Default 0: not in the money. */
  minMoneyness: z.number().min(-0.05).max(1).default(0),
  /** Time left to the expiry of a call that is sold, ms, at least 10 minutes. Default an hour. */
  minTimeLeftMs: z
    .int()
    .min(600_000)
    .max(30 * DAY_MS)
    .default(HOUR_MS),
  /** How long the delivery of an expired call may be missing from the ledger, ms, at most 6 h. Default 10 minutes. */
  maxDeliveryMs: z
    .int()
    .positive()
    .max(6 * HOUR_MS)
    .default(600_000),

  /** Largest sale in one order against slipped digits, in coin. Exits are not held to it. Default 5 BTC, 50 ETH. */
  maxOrderCoin: coinsSchema({ BTC: 5, ETH: 50 }, z.number().positive().max(1_000_000)).prefault({}),
  /** The same in USD of the index. Default 1 000 000. */
  maxOrderUsd: z.number().positive().max(1e9).default(1_000_000),
  /** Least price of a sale, coin per coin, at most 0.1. Default 0.0010. */
  minPriceCoin: z.number().min(0).max(0.1).default(0.001),
  /** Least premium of a sale after its fee, USD per coin. Default 1. */
  minNetPremiumUsd: z.number().min(0).max(1_000_000).default(1),
  /** Widest book to sell into: ticks, or a share of the middle, whichever is more. Default 3 ticks, 0.25. */
  spread: z
    .strictObject({ ticks: z.int().min(1).max(100).default(3), fraction: z.number().min(0).max(1).default(0.25) })
    .prefault({}),
  /** Price limits of each leg. */
  collar: collarSchema.prefault({}),
  /**
   * What the close of a roll may cost more than its open brings, coin per coin of size, 0..1; `null`: no cap. Default
   * 0.10.
   */
  maxNetDebitCoin: z.number().min(0).max(1).nullable().default(0.1),

  /** Oldest part of a state that may be traded on, ms, at most an hour. Default 120 000. */
  maxStateAgeMs: z.int().positive().max(HOUR_MS).default(120_000),
  /** How far the venue's clock may be off, ms, at most 5 000. Default 1 000. */
  maxClockErrorMs: z.int().positive().max(5_000).default(1_000),
  /**
   * Life of an approval, ms, at most 12 hours, counted from the time of its state, and never beyond the next settlement. No
   * order is cut from it afterwards. Default 300 000.
   */
  maxApprovalMs: z
    .int()
    .positive()
    .max(12 * HOUR_MS)
    .default(300_000),

  /** Resting orders of one currency beside which another may be sent. Default 4. */
  maxOpenOrders: z.int().min(1).max(50).default(4),
  /** Option positions of one currency, the new one included. Default 25. */
  maxPositions: z.int().min(1).max(500).default(25),
  /** Loss of coin equity since the start of the UTC day that stops sales, percent, 0.5..25. Default 8. */
  maxDailyLossPct: percentSchema(0.5, 25).default(8),
  /** Loss of coin equity since its high-water mark that stops sales, percent, 1..60. Default 20. */
  maxDrawdownPct: percentSchema(1, 60).default(20),
  /** Moves within a day that stop sales for `forMs`. */
  crash: z
    .strictObject({
      /** Of the index, either way, percent, 2..30. Default 8. */
      dayChangePct: percentSchema(2, 30).default(8),
      /** Rise of the volatility index, points, 2..50. Default 10. */
      dvolPoints: z.number().min(2).max(50).default(10),
      /** ms, 1 hour to 7 days. Default 24 h. */
      forMs: z
        .int()
        .min(HOUR_MS)
        .max(7 * DAY_MS)
        .default(DAY_MS),
    })
    .prefault({}),
  /** Least at-the-money IV over realised volatility for a sale; `null`, the default: not judged. */
  minIvrv: z.number().positive().max(5).nullable().default(null),
  /** Time between two opens of one currency, ms, at least a minute. Default 30 minutes. */
  cooldownMs: z
    .int()
    .min(60_000)
    .max(30 * DAY_MS)
    .default(1_800_000),
  /**
   * Orders of one currency that may be sent, re-pegs included. A fifth is kept for exits. Default 30 an hour, 100 in
   * 24 h.
   */
  maxSends: z
    .strictObject({
      perHour: z.int().min(2).max(120).default(30),
      perDay: z.int().min(2).max(1_000).default(100),
    })
    .prefault({}),
  /** Opens and rolls in 24 h after which nothing is sold until a person enables it. Default 10. */
  maxOpensPerDay: z.int().min(1).max(100).default(10),
  /** Orders rejected in a row after which nothing is sold. Default 5. */
  maxRejectsInARow: z.int().min(1).max(20).default(5),
})
export type RiskLimitsInput = z.input<typeof riskLimitsSchema>
export type RiskLimits = z.output<typeof riskLimitsSchema>
