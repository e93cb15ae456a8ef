import { z } from 'zod'
import type * as approval from './approval.js'

const coin = z.number()
const on = z.string()

/** One reason to refuse, with the numbers that were compared. `on` is the currency or symbol it speaks of. */
export const breachSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('halted'), reason: z.string() }),
  z.object({ code: z.literal('reduce-only-mode'), on }),
  z.object({ code: z.literal('symbol-unknown'), on }),
  z.object({ code: z.literal('not-a-call'), on }),
  z.object({ code: z.literal('instrument-not-open'), on, state: z.string() }),
  z.object({ code: z.literal('instrument-expired'), on, expiryMs: z.int(), nowMs: z.int() }),
  z.object({ code: z.literal('state-incomplete'), on, datum: z.string() }),
  z.object({ code: z.literal('state-stale'), on, part: z.string(), ageMs: z.number(), maxAgeMs: z.number() }),
  z.object({ code: z.literal('outcome-unresolved'), on, label: z.string() }),
  z.object({ code: z.literal('size-too-small'), on, sizeCoin: coin, minSizeCoin: coin }),
  z.object({ code: z.literal('size-off-step'), on, sizeCoin: coin, stepCoin: coin }),
  z.object({ code: z.literal('size-too-large'), on, sizeCoin: coin, maxSizeCoin: coin }),
  z.object({ code: z.literal('no-quote'), on, side: z.enum(['bid', 'ask']) }),
  z.object({
    code: z.literal('price-outside-band'),
    on,
    priceCoin: coin,
    minPriceCoin: coin.nullable(),
    maxPriceCoin: coin.nullable(),
  }),
  z.object({ code: z.literal('position-missing'), on, sizeCoin: coin, heldCoin: coin }),
  z.object({ code: z.literal('roll-same-symbol'), on }),
  z.object({ code: z.literal('roll-other-currency'), on, to: z.string() }),
  z.object({ code: z.literal('roll-earlier-expiry'), on, to: z.string() }),
  z.object({ code: z.literal('coverage-exceeded'), on, neededCoin: coin, coveredCoin: coin }),
  z.object({ code: z.literal('margin-unknown'), on }),
  z.object({ code: z.literal('margin-exceeded'), on, marginUsedPct: z.number().nullable(), maxPct: z.number() }),
  z.object({ code: z.literal('net-delta-exceeded'), on, netDelta: z.number(), max: z.number() }),
  z.object({
    code: z.literal('expiry-exposure-exceeded'),
    on,
    expiryMs: z.int(),
    exposure: z.number(),
    max: z.number(),
  }),
])
export type Breach = z.infer<typeof breachSchema>
export type BreachCode = Breach['code']

/** The risk engine's answer. Not a schema: an approval cannot be read from data. */
export type Verdict =
  | { allowed: true; action: approval.ApprovedAction; reasons: readonly [] }
  | { allowed: false; reasons: readonly string[]; breaches: readonly [Breach, ...Breach[]] }

/** One side of an approved action: what may be traded, how much, and at which price at worst. */
export const approvedLegSchema = z.object({
  leg: z.enum(['close', 'open']),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  maxSizeCoin: z.number().positive(),
  /** A sell may not go below it, a buy not above. Coin per coin of size. */
  worstPriceCoin: z.number().positive(),
  reduceOnly: z.boolean(),
})

/** A verdict as plain data, for the record. */
export const verdictRecordSchema = z.discriminatedUnion('allowed', [
  z.object({
    allowed: z.literal(true),
    legs: z.array(approvedLegSchema).readonly(),
    maxNetDebitCoin: z.number().nullable(),
    expiresMs: z.int(),
  }),
  z.object({
    allowed: z.literal(false),
    breaches: z.array(breachSchema).min(1).readonly(),
    reasons: z.array(z.string()).readonly(),
  }),
])
export type VerdictRecord = z.infer<typeof verdictRecordSchema>
