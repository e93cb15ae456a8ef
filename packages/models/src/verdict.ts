import { z } from 'zod'
import type * as approval from './approval.js'

const coin = z.number()
const on = z.string()

/**
 * One reason to refuse, with the numbers that were compared. `on` is the currency or symbol it speaks of. Times are of the
 * venue's clock.
 */
export const breachSchema = z.discriminatedUnion('code', [
  // The agent and its venue.
  z.object({ code: z.literal('halted'), reason: z.string() }),
  z.object({ code: z.literal('reduce-only-mode'), on }),
  z.object({ code: z.literal('not-testnet'), source: z.string() }),
  z.object({ code: z.literal('venue-locked'), on }),
  z.object({ code: z.literal('clock-uncertain'), errorMs: z.number(), maxErrorMs: z.number() }),
  z.object({ code: z.literal('state-incomplete'), on, datum: z.string() }),
  z.object({ code: z.literal('state-stale'), on, part: z.string(), ageMs: z.number(), maxAgeMs: z.number() }),
  z.object({ code: z.literal('check-failed'), check: z.string(), message: z.string() }),
  // What is out, or happened, and is not known.
  z.object({ code: z.literal('outcome-unresolved'), on, label: z.string() }),
  z.object({ code: z.literal('position-unexplained'), on, sizeCoin: coin, explainedCoin: coin }),
  z.object({
    code: z.literal('balance-unexplained'),
    on,
    balanceCoin: coin,
    explainedCoin: coin,
    maxDropPct: z.number(),
  }),
  z.object({ code: z.literal('position-unexpected'), on, sizeCoin: coin }),
  z.object({ code: z.literal('foreign-order'), on, label: z.string() }),
  // The instrument and its time.
  z.object({ code: z.literal('symbol-unknown'), on }),
  z.object({ code: z.literal('not-a-call'), on }),
  z.object({ code: z.literal('instrument-not-open'), on, state: z.string() }),
  z.object({ code: z.literal('instrument-expired'), on, expiryMs: z.int(), nowMs: z.int() }),
  z.object({ code: z.literal('delta-outside'), on, delta: z.number(), min: z.number(), max: z.number() }),
  z.object({ code: z.literal('dte-outside'), on, dte: z.number(), min: z.number(), max: z.number() }),
  z.object({ code: z.literal('strike-too-low'), on, moneyness: z.number(), min: z.number() }),
  z.object({ code: z.literal('expiry-too-near'), on, expiryMs: z.int(), leftMs: z.number(), minLeftMs: z.number() }),
  z.object({ code: z.literal('settlement-window'), on, fromMs: z.int(), untilMs: z.int() }),
  z.object({ code: z.literal('delivery-pending'), on, symbol: z.string(), expiryMs: z.int() }),
  // Size, price and book.
  z.object({ code: z.literal('size-too-small'), on, sizeCoin: coin, minSizeCoin: coin }),
  z.object({ code: z.literal('size-off-step'), on, sizeCoin: coin, stepCoin: coin }),
  z.object({ code: z.literal('size-too-large'), on, sizeCoin: coin, maxSizeCoin: coin }),
  z.object({ code: z.literal('notional-exceeded'), on, notionalUsd: z.number(), maxUsd: z.number() }),
  z.object({ code: z.literal('no-quote'), on, side: z.enum(['bid', 'ask']) }),
  z.object({ code: z.literal('book-crossed'), on, bidPriceCoin: coin, askPriceCoin: coin }),
  z.object({ code: z.literal('spread-too-wide'), on, spreadCoin: coin, maxSpreadCoin: coin }),
  z.object({
    code: z.literal('price-outside-band'),
    on,
    priceCoin: coin,
    minPriceCoin: coin.nullable(),
    maxPriceCoin: coin.nullable(),
  }),
  z.object({ code: z.literal('price-below-intrinsic'), on, priceCoin: coin, intrinsicCoin: coin }),
  z.object({ code: z.literal('premium-too-low'), on, priceCoin: coin, minPriceCoin: coin }),
  z.object({ code: z.literal('net-premium-too-low'), on, netPremiumUsd: z.number(), minUsd: z.number() }),
  // Closes and rolls.
  z.object({ code: z.literal('position-missing'), on, sizeCoin: coin, heldCoin: coin }),
  z.object({ code: z.literal('roll-same-symbol'), on }),
  z.object({ code: z.literal('roll-other-currency'), on, to: z.string() }),
  z.object({ code: z.literal('roll-earlier-expiry'), on, to: z.string() }),
  z.object({ code: z.literal('net-debit-exceeded'), on, to: z.string(), netDebitCoin: coin, maxNetDebitCoin: coin }),
  // The account after the trade.
  z.object({ code: z.literal('coverage-exceeded'), on, neededCoin: coin, coveredCoin: coin }),
  z.object({ code: z.literal('margin-unknown'), on }),
  z.object({ code: z.literal('margin-exceeded'), on, marginUsedPct: z.number().nullable(), maxPct: z.number() }),
  z.object({ code: z.literal('maintenance-exceeded'), on, maintenancePct: z.number().nullable(), maxPct: z.number() }),
  z.object({
    code: z.literal('stress-exceeded'),
    on,
    spotMovePct: z.number(),
    maintenancePct: z.number().nullable(),
    maxPct: z.number(),
  }),
  z.object({ code: z.literal('net-delta-exceeded'), on, netDelta: z.number(), max: z.number() }),
  z.object({
    code: z.literal('expiry-exposure-exceeded'),
    on,
    expiryMs: z.int(),
    exposure: z.number(),
    max: z.number(),
  }),
  z.object({ code: z.literal('equity-too-low'), on, equityCoin: coin, minCoin: coin }),
  z.object({ code: z.literal('open-orders-exceeded'), on, orders: z.int(), max: z.int() }),
  z.object({ code: z.literal('positions-exceeded'), on, positions: z.int(), max: z.int() }),
  z.object({ code: z.literal('duplicate-open'), on, beside: z.string() }),
  z.object({ code: z.literal('self-cross'), on, label: z.string() }),
  // Stops and rates.
  z.object({ code: z.literal('daily-loss'), on, lossPct: z.number(), maxPct: z.number() }),
  z.object({ code: z.literal('drawdown'), on, drawdownPct: z.number(), maxPct: z.number() }),
  z.object({ code: z.literal('crash-regime'), on, crashedMs: z.int(), untilMs: z.int() }),
  z.object({ code: z.literal('low-iv-regime'), on, ivrv: z.number(), min: z.number() }),
  z.object({ code: z.literal('cooldown'), on, openedMs: z.int(), untilMs: z.int() }),
  z.object({ code: z.literal('send-rate-exceeded'), on, sends: z.int(), max: z.int(), windowMs: z.int() }),
  z.object({ code: z.literal('repeated-execution'), opens: z.int(), max: z.int(), sinceMs: z.int() }),
  z.object({ code: z.literal('delivery-missing'), sinceMs: z.int() }),
  z.object({ code: z.literal('rejects-in-a-row'), rejects: z.int(), max: z.int() }),
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
    /** Most orders that may be sent for it, re-pegs included. */
    maxOrders: z.int().positive(),
    expiresMs: z.int(),
  }),
  z.object({
    allowed: z.literal(false),
    breaches: z.array(breachSchema).min(1).readonly(),
    reasons: z.array(z.string()).readonly(),
  }),
])
export type VerdictRecord = z.infer<typeof verdictRecordSchema>
