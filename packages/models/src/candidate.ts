import { z } from 'zod'
import { optionInstrumentSchema } from './instrument.js'

/** A call that one could sell now. Prices, premiums, edge and greeks are per coin of size; volatilities are ratios. */
export const candidateOptionSchema = z.object({
  instrument: optionInstrumentSchema,
  dte: z.number().positive(),
  /** Time of the quote by the venue's clock: of its ticker where one was read, else of the chain. */
  quotedMs: z.int(),
  /** `ticker`: the book of this option alone, with sizes. `chain`: its row of the whole chain, without. */
  quotedBy: z.enum(['ticker', 'chain']),
  bidPriceCoin: z.number().positive(),
  askPriceCoin: z.number().positive().nullable(),
  /** Sizes are `null` where no ticker told them. */
  bidSizeCoin: z.number().positive().nullable(),
  askSizeCoin: z.number().positive().nullable(),
  /** The venue's mark: what it values and margins by. Biased above the middle of the book for calls; no price to sell at. */
  markPriceCoin: z.number().nonnegative(),
  markIv: z.number().positive(),
  /** Volatility that a sale at the bid sells. */
  bidIv: z.number().positive(),
  /** `null` where no volatility gives the ask. */
  askIv: z.number().positive().nullable(),
  forwardUsd: z.number().positive(),
  /** Greeks by Black-76 from forward and mark IV, as in `OptionPosition`. */
  delta: z.number().min(0).max(1),
  netDelta: z.number(),
  gamma: z.number().nonnegative(),
  vega: z.number().nonnegative(),
  theta: z.number(),
  moneyness: z.number(),
  /** What selling one coin at the bid brings after the trade fee. */
  netPremiumCoin: z.number(),
  netPremiumUsd: z.number(),
  /** `netPremiumCoin` over its days to expiry, as percent of the coin per 365 days, not compounded. */
  annualisedYieldPct: z.number(),
  /** (ask − bid) / mid, percent. `null` without an ask. */
  spreadPct: z.number().nonnegative().nullable(),
  /** askIv − bidIv: 0.02 is 2 vol points. `null` without an `askIv`. */
  spreadIv: z.number().nonnegative().nullable(),
  /** Ticks of the price grid between bid and ask, each price range in its own. `null` without an ask. */
  spreadTicks: z.number().nonnegative().nullable(),
  /** `null` where the venue does not tell. */
  openInterestCoin: z.number().nonnegative().nullable(),
  /**
   * `netPremiumCoin` less what Black-76 asks for the call at the volatility forecast (`VolState.forecast`): what the
   * sale earns if the forecast comes true. One forecast, that of the horizon, stands for calls of all expiries. It ranks
   * calls, and is no promise: by its bias the forecast takes off too much. `null` without a forecast.
   */
  edgeCoin: z.number().nullable(),
  /** Initial margin of one coin of it by the standard formula, at its mark. */
  initialMarginCoin: z.number().positive(),
})
export type CandidateOption = z.infer<typeof candidateOptionSchema>

/** Why a listed call is no candidate; the first reason that applies, in this order. */
export const CANDIDATE_REJECTIONS = [
  /** Its book is in another state than `open`. */
  'not-open',
  'dte-too-short',
  'dte-too-long',
  /** The chain has no row for it. */
  'not-quoted',
  'in-the-money',
  'no-bid',
  /** No ask, so that the spread cannot be judged. */
  'no-ask',
  /** Bid above ask. The number is bid − ask, coin. */
  'crossed',
  /** There is no mark (no number), or no volatility gives its bid (the bid, coin). */
  'no-iv',
  /** The marked volatility, or that of the bid, lies outside 0.01..10: no volatility of a coin. */
  'iv-out-of-range',
  'delta-too-low',
  'delta-too-high',
  'premium-too-small',
  /** More ticks and more volatility than allowed. The number is ask IV − bid IV, none where the ask has no IV. */
  'spread-too-wide',
  'open-interest-too-small',
  /** Open interest is demanded, and the venue tells none. */
  'open-interest-missing',
  /** Implied over realised volatility of the currency is below the least, or missing. */
  'ivrv-too-low',
  'ivrv-missing',
  /** Ranked below the most that are looked at closely. The number is its rank. */
  'below-the-cap',
  /** Its ticker could not be read (an error code), or was not asked for. */
  'no-ticker',
  'bid-size-too-small',
  /** A size at the bid is demanded, and none is known. */
  'bid-size-missing',
] as const
/** One of {@link CANDIDATE_REJECTIONS}. */
export const candidateRejectionSchema = z.enum(CANDIDATE_REJECTIONS)
export type CandidateRejection = z.infer<typeof candidateRejectionSchema>

/**
 * The listed calls that one reason keeps from being candidates, each with the number that it fell by.
 *
 * `values` is keyed by symbol, or by expiry (`BTC-27MAR26`) where all calls of the expiry share the number: days to
 * expiry. Numbers have 6 significant digits; a word is a book's state or an error code, `null` is no number at all.
 */
export const rejectedCallsSchema = z.object({
  reason: candidateRejectionSchema,
  /** How many calls. */
  count: z.int().positive(),
  /** What was demanded: the option's least or most. `null` where the reason has no limit. */
  limit: z.number().nullable(),
  values: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
})
export type RejectedCalls = z.infer<typeof rejectedCallsSchema>
