import { z } from 'zod'
import { optionInstrumentSchema } from './instrument.js'
import { orderReportSchema } from './order.js'

/**
 * Greeks of one coin of an option, computed here by Black-76 from its forward and mark IV, in Deribit's units and signs:
 * a ticker rounds them, and a chain has none. All `null` where there is no mark IV to compute them from. In the last 30
 * minutes both deltas count by the share of the delivery average that is still open; once expired all are 0.
 */
export const optionGreeksSchema = z.object({
  /** Black-Scholes delta, N(d1) for a call: the one that limits and targets are in. */
  delta: z.number().min(-1).max(1).nullable(),
  /** Net transaction delta, the Black-Scholes delta less the price in coin: what a coin-settled option moves in coin. */
  netDelta: z.number().nullable(),
  /** Change of delta per USD. */
  gamma: z.number().nonnegative().nullable(),
  /** USD per vol point. */
  vega: z.number().nonnegative().nullable(),
  /** USD per day, not below what the whole option is worth: as Deribit shows it. */
  theta: z.number().nullable(),
})
export type OptionGreeks = z.infer<typeof optionGreeksSchema>

/** One option position of the account, with what is needed to judge and to close it. */
export const optionPositionSchema = optionGreeksSchema.extend({
  instrument: optionInstrumentSchema,
  /** Signed, coin: a short call is negative. */
  sizeCoin: z.number(),
  /** `null` where the venue does not tell. */
  averagePriceCoin: z.number().nonnegative().nullable(),
  /** The venue's mark: what it values and margins by. Biased above the middle of the book for calls; no price to trade at. */
  markPriceCoin: z.number().nonnegative(),
  /** `null` where nobody bids, and so for the ask. */
  bidPriceCoin: z.number().positive().nullable(),
  askPriceCoin: z.number().positive().nullable(),
  /** `null` where the venue marks none. */
  markIv: z.number().positive().nullable(),
  forwardUsd: z.number().positive(),
  /** Days to expiry, a fraction too. */
  dte: z.number(),
  /** strike / forward − 1: positive is out of the money for a call. */
  moneyness: z.number(),
  inTheMoney: z.boolean(),
  /**
   * Share of a short option's premium that would be kept if it were bought back now: 1 − (ask + fee) / (average price −
   * fee). 1 is all of it, below 0 is a loss. `null` for a long one, and where nobody offers it or its average is unknown.
   */
  premiumCaptured: z.number().nullable(),
})
export type OptionPosition = z.infer<typeof optionPositionSchema>

/** The account of one currency as the agent judges it. All coins are of that currency. */
export const portfolioStateSchema = z.object({
  balanceCoin: z.number(),
  equityCoin: z.number(),
  equityUsd: z.number(),
  marginBalanceCoin: z.number(),
  initialMarginCoin: z.number().nonnegative(),
  maintenanceMarginCoin: z.number().nonnegative(),
  availableFundsCoin: z.number(),
  /** Initial margin over margin balance, percent. `null` without a positive margin balance. */
  marginUsedPct: z.number().nullable(),
  /** Σ size × Black-Scholes delta of the option book, coin, signed. `null` where a delta is missing. */
  optionsDeltaCoin: z.number().nullable(),
  /** Σ size × net transaction delta of the option book, coin, signed. `null` where a delta is missing. */
  optionsNetDeltaCoin: z.number().nullable(),
  /** Net transaction delta as the venue sums it (options and futures), coin. */
  deltaTotalCoin: z.number(),
  positions: z.array(optionPositionSchema).readonly(),
  /** Positions that are no covered-call business: futures, and options that no longer list. */
  otherPositions: z
    .array(z.object({ symbol: z.string(), kind: z.enum(['option', 'future']), sizeCoin: z.number() }))
    .readonly(),
  openOrders: z.array(orderReportSchema).readonly(),
  /**
   * Cover of short calls. `coveredCoin` is what may cover (cash, less futures losses, reserves and futures),
   * `committedCoin` what short calls, resting sells and sends of unknown outcome take, `freeCoin` the rest, not below 0.
   */
  coverage: z.object({ coveredCoin: z.number(), committedCoin: z.number(), freeCoin: z.number().nonnegative() }),
})
export type PortfolioState = z.infer<typeof portfolioStateSchema>
