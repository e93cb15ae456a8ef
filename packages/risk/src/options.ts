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

/** Largest sale in one order against slipped digits, in coin. Exits are not held to it. */
const maxOrderSchema = z.strictObject({
  /** Default 5. */
  BTC: z.number().positive().max(1_000_000).default(5),
  /** Default 50. */
  ETH: z.number().positive().max(1_000_000).default(50),
})

/** The limits that every sale is held to. All are judged per currency, on the account after the trade. */
export const riskLimitsSchema = z.strictObject({
  /** Initial margin, open orders included, over margin balance. Percent, 1..100. Default 60. */
  maxMarginUsedPct: z
    .number()
    .min(1, { error: ({ input }) => `is in percent, 1 to 100: write 60 for 60 %, got ${String(input)}` })
    .max(100, { error: ({ input }) => `is in percent, 1 to 100, got ${String(input)}` })
    .default(60),
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
  /** Oldest part of a state that may be traded on, ms, at most an hour. Default 120 000. */
  maxStateAgeMs: z.int().positive().max(3_600_000).default(120_000),
  /**
   * Life of an approval, ms, at most an hour, counted from the time of its state. No order is cut from it afterwards.
   * Default 300 000.
   */
  maxApprovalMs: z.int().positive().max(3_600_000).default(300_000),
  /** Price limits of each leg. */
  collar: collarSchema.prefault({}),
  maxOrderCoin: maxOrderSchema.prefault({}),
  /** What the close of a roll may cost more than its open brings, coin per coin of size, 0..1. Default `null`: no cap. */
  maxNetDebitCoin: z.number().min(0).max(1).nullable().default(null),
})
export type RiskLimitsInput = z.input<typeof riskLimitsSchema>
export type RiskLimits = z.output<typeof riskLimitsSchema>
