import { z } from 'zod'

/** Ours. */
export const sideSchema = z.enum(['buy', 'sell'])
export type Side = z.infer<typeof sideSchema>

/** What would be traded: enough to ask for its margin. */
export const orderRequestSchema = z.object({
  symbol: z.string(),
  side: sideSchema,
  sizeCoin: z.number().positive(),
  /** Limit price in coin per coin of size. */
  priceCoin: z.number().positive(),
})
export type OrderRequest = z.infer<typeof orderRequestSchema>

/** A limit order in full, as it is sent. There are no market orders. */
export const orderTermsSchema = orderRequestSchema.extend({
  /** Ours, unique by our own discipline, at most 64 characters. The venue does not de-duplicate by it. */
  label: z.string().min(1).max(64),
  /** Rejected, not re-priced, where it would trade at once. */
  postOnly: z.boolean(),
  /** May only shrink a position. */
  reduceOnly: z.boolean(),
  timeInForce: z.enum(['good-til-cancelled', 'immediate-or-cancel']),
  /** Venue time after which the venue no longer begins to process it. */
  validUntilMs: z.int(),
})
export type OrderTerms = z.infer<typeof orderTermsSchema>

/** One trade of ours. */
export const fillSchema = z.object({
  tradeId: z.string(),
  orderId: z.string(),
  label: z.string(),
  symbol: z.string(),
  side: sideSchema,
  priceCoin: z.number().positive(),
  sizeCoin: z.number().positive(),
  /** Paid if positive. */
  feeCoin: z.number(),
  liquidity: z.enum(['maker', 'taker']),
  indexUsd: z.number().positive(),
  timestampMs: z.int(),
})
export type Fill = z.infer<typeof fillSchema>

/** An order as the venue has it. A cancelled order may have fills. */
export const orderReportSchema = orderRequestSchema.extend({
  orderId: z.string(),
  label: z.string(),
  state: z.enum(['open', 'filled', 'cancelled', 'rejected']),
  filledCoin: z.number().nonnegative(),
  /** Size-weighted price of its fills; `null` before the first. */
  averagePriceCoin: z.number().positive().nullable(),
  postOnly: z.boolean(),
  reduceOnly: z.boolean(),
  createdMs: z.int(),
  updatedMs: z.int(),
  /** The venue's word for why it ended, where it gives one; of one that is no plain limit order, what it is. */
  cancelReason: z.string().nullable(),
})
export type OrderReport = z.infer<typeof orderReportSchema>

/**
 * What became of a send. `unknown` means that the venue may or may not have the order: it is settled by
 * looking its label up after `validUntilMs`, and never by sending again.
 */
export type OrderOutcome =
  | { outcome: 'accepted'; order: OrderReport; fills: readonly Fill[] }
  | { outcome: 'rejected'; code: string; message: string }
  | { outcome: 'unknown'; reason: string }

/** Initial margin that the venue asks for one order, in coin, and the prices it takes now. */
export const marginQuoteSchema = orderRequestSchema.extend({
  initialMarginCoin: z.number().nonnegative(),
  minPriceCoin: z.number().nonnegative().nullable(),
  maxPriceCoin: z.number().nonnegative().nullable(),
})
export type MarginQuote = z.infer<typeof marginQuoteSchema>
