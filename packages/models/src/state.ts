import { z } from 'zod'
import { type Currency, currencySchema, optionInstrumentSchema, parseSymbol } from './instrument.js'
import { marketSourceSchema } from './market.js'
import { orderReportSchema } from './order.js'

/** One option position of the account, with what is needed to judge and to close it. */
export const optionPositionSchema = z.object({
  instrument: optionInstrumentSchema,
  /** Signed, coin: a short call is negative. */
  sizeCoin: z.number(),
  averagePriceCoin: z.number().nonnegative().nullable(),
  markPriceCoin: z.number().nonnegative(),
  bidPriceCoin: z.number().positive().nullable(),
  askPriceCoin: z.number().positive().nullable(),
  markIv: z.number().positive().nullable(),
  forwardUsd: z.number().positive(),
  /** Black-Scholes delta of one coin of the option, from mark IV and forward. `null` without an IV. */
  delta: z.number().min(-1).max(1).nullable(),
  /** Days to expiry, a fraction too. */
  dte: z.number(),
  /** strike / forward − 1: positive is out of the money for a call. */
  moneyness: z.number(),
  inTheMoney: z.boolean(),
})
export type OptionPosition = z.infer<typeof optionPositionSchema>

/** The account of one currency as the agent judges it. All coins are of that currency. */
export const portfolioStateSchema = z.object({
  timestampMs: z.int(),
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

/** A call that one could sell now. Premiums are per coin of size. */
export const candidateOptionSchema = z.object({
  instrument: optionInstrumentSchema,
  dte: z.number().positive(),
  bidPriceCoin: z.number().positive(),
  askPriceCoin: z.number().positive().nullable(),
  markPriceCoin: z.number().nonnegative(),
  markIv: z.number().positive(),
  forwardUsd: z.number().positive(),
  delta: z.number().min(0).max(1),
  moneyness: z.number(),
  /** What selling one coin at the bid brings after the trade fee. */
  netPremiumCoin: z.number(),
  netPremiumUsd: z.number(),
  /** `netPremiumCoin` over its days to expiry, as percent of the coin per 365 days, not compounded. */
  annualisedYieldPct: z.number(),
  /** (ask − bid) / mid, percent. `null` without an ask. */
  spreadPct: z.number().nonnegative().nullable(),
  openInterestCoin: z.number().nonnegative().nullable(),
})
export type CandidateOption = z.infer<typeof candidateOptionSchema>

/** Why a listed call is no candidate; the first reason that applies, in this order. */
export const CANDIDATE_REJECTIONS = [
  'not-open',
  'dte-too-short',
  'dte-too-long',
  'no-bid',
  'no-iv',
  'delta-too-low',
  'delta-too-high',
  'premium-too-small',
] as const
/** One of {@link CANDIDATE_REJECTIONS}. */
export const candidateRejectionSchema = z.enum(CANDIDATE_REJECTIONS)
export type CandidateRejection = z.infer<typeof candidateRejectionSchema>

/** What is missing, and why. Whoever needs it refuses; nobody guesses. */
export const missingDatumSchema = z.object({ datum: z.string(), reason: z.string() })
export type MissingDatum = z.infer<typeof missingDatumSchema>

/** Volatility of one currency. Ratios: 0.52 = 52 %. `null` is missing, with its reason in `UnderlyingState.missing`. */
export const volStateSchema = z.object({
  /** At-the-money-forward IV at `horizonDays`, total variance linear in time between the two expiries beside it. */
  atmIv: z.number().positive().nullable(),
  /** Close-to-close of hourly index closes over the last `horizonDays`, zero mean, 365 × 24 h a year. */
  realisedVol: z.number().nonnegative().nullable(),
  /** `atmIv / realisedVol`. */
  ivrv: z.number().nonnegative().nullable(),
  /** IV of the 25-delta call minus IV of the 25-delta put at `skewDte`. */
  skew25: z.number().nullable(),
  skewDte: z.number().positive().nullable(),
  /** Venue's 30-day volatility index. */
  dvol: z.number().positive().nullable(),
  horizonDays: z.number().positive(),
})
export type VolState = z.infer<typeof volStateSchema>

/** Everything that the agent knows of one currency. */
export const underlyingStateSchema = z.object({
  currency: currencySchema,
  /** Index price. */
  spotUsd: z.number().positive(),
  /** Change of the index over 24 h, percent. */
  dayChangePct: z.number().nullable(),
  portfolio: portfolioStateSchema,
  vol: volStateSchema,
  /** Calls inside the settings' delta, DTE and premium, by expiry, then strike. */
  candidates: z.array(candidateOptionSchema).readonly(),
  /** How many listed calls are no candidates, by first reason. */
  rejectedCandidates: z.partialRecord(candidateRejectionSchema, z.int().positive()),
  missing: z.array(missingDatumSchema).readonly(),
  /** Age of each part at `AgentState.timeMs`, ms. */
  ages: z.object({ chain: z.number(), index: z.number(), account: z.number() }),
})
export type UnderlyingState = z.infer<typeof underlyingStateSchema>

/** A send whose outcome is not known yet. Sells among them count as committed. */
export const unresolvedIntentSchema = z.object({
  label: z.string(),
  symbol: z.string(),
  side: z.enum(['buy', 'sell']),
  sizeCoin: z.number().positive(),
  validUntilMs: z.int(),
})
export type UnresolvedIntent = z.infer<typeof unresolvedIntentSchema>

/** What the agent carries from cycle to cycle. Part of the state, so that a decision can be replayed from it alone. */
export const agentMemorySchema = z.object({
  mode: z.enum(['normal', 'reduce-only', 'halted']),
  /** Highest equity seen, in coin, moved by transfers. */
  highWaterCoin: z.partialRecord(currencySchema, z.number()),
  /** Executed opens of the last 24 h, oldest first. */
  recentOpens: z.array(z.object({ symbol: z.string(), timeMs: z.int() })).readonly(),
  unresolved: z.array(unresolvedIntentSchema).readonly(),
  /**
   * Currencies whose proposal of the present tick was not carried out (refused, unfilled, only a dry run): they have
   * had their turn, and the policy leaves them alone until the next tick.
   */
  setAside: z.array(currencySchema).readonly(),
  /** Time up to which the venue's ledger has been read; `null` before the first read. */
  ledgerReadMs: z.int().nullable(),
})
export type AgentMemory = z.infer<typeof agentMemorySchema>

/** What an agent remembers at its first start. */
export const EMPTY_MEMORY: AgentMemory = {
  mode: 'normal',
  highWaterCoin: {},
  recentOpens: [],
  unresolved: [],
  setAside: [],
  ledgerReadMs: null,
}

/** What a policy decides on: all underlyings at one venue time. */
export const agentStateSchema = z.object({
  /** Venue time at which it was complete. */
  timeMs: z.int(),
  source: marketSourceSchema,
  underlyings: z.array(underlyingStateSchema).min(1).readonly(),
  memory: agentMemorySchema,
})
export type AgentState = z.infer<typeof agentStateSchema>

/** Sends of unknown outcome in one currency; one whose symbol cannot be read may be of any. */
export function unresolvedIn(currency: Currency, { unresolved }: AgentMemory): readonly UnresolvedIntent[] {
  return unresolved.filter(({ symbol }) => (parseSymbol(symbol)?.currency ?? currency) === currency)
}
