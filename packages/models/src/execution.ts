import { z } from 'zod'
import { fillSchema, orderTermsSchema } from './order.js'

const factListSchema = z.array(z.union([z.string(), z.number()])).readonly()

/** A failure as plain data. Facts hold no secrets. */
export const failureRecordSchema = z.object({
  code: z.string(),
  recovery: z.enum(['retry', 'reconcile', 'skip', 'halt']),
  message: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), factListSchema])),
})
export type FailureRecord = z.infer<typeof failureRecordSchema>

/** One order of a leg and how it ended. In dry-run it is what would have been sent. */
export const orderTraceSchema = z.object({
  terms: orderTermsSchema,
  outcome: z.enum(['filled', 'cancelled', 'rejected', 'unknown', 'not-sent']),
  orderId: z.string().nullable(),
  filledCoin: z.number().nonnegative(),
  averagePriceCoin: z.number().positive().nullable(),
  /** Code of a rejection, reason of an unknown outcome. */
  detail: z.string().nullable(),
})
export type OrderTrace = z.infer<typeof orderTraceSchema>

/** What one side of an action came to, over all its orders. */
export const legResultSchema = z.object({
  leg: z.enum(['close', 'open']),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  requestedCoin: z.number().positive(),
  filledCoin: z.number().nonnegative(),
  averagePriceCoin: z.number().positive().nullable(),
  /** Sum of the fees; `null` where not every fill is known. */
  feeCoin: z.number().nullable(),
  orders: z.array(orderTraceSchema).readonly(),
  fills: z.array(fillSchema).readonly(),
})
export type LegResult = z.infer<typeof legResultSchema>

/** What execution did. Premiums, prices and fees in coin. */
export const executionResultSchema = z.object({
  /**
   * `no-action`: nothing was asked. `dry-run`: nothing was sent. `filled`: every leg in full. `partial`: some.
   * `not-filled`: nothing traded. `unknown`: a send has no known outcome yet.
   */
  status: z.enum(['no-action', 'dry-run', 'filled', 'partial', 'not-filled', 'unknown']),
  legs: z.array(legResultSchema).readonly(),
  /** What ended it before its time, after something was sent: `legs` then holds what was done until there. */
  failure: failureRecordSchema.nullable(),
  startedMs: z.int(),
  endedMs: z.int(),
})
export type ExecutionResult = z.infer<typeof executionResultSchema>
