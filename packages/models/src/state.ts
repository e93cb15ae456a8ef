import { z } from 'zod'
import { candidateOptionSchema, rejectedCallsSchema } from './candidate.js'
import { currencySchema } from './instrument.js'
import { marketSourceSchema, venueStatusSchema } from './market.js'
import { agentMemorySchema } from './memory.js'
import { portfolioStateSchema } from './portfolio.js'
import { volStateSchema } from './vol-state.js'

/** What is missing, and why. Whoever needs it refuses; nobody guesses. */
export const missingDatumSchema = z.object({ datum: z.string(), reason: z.string() })
export type MissingDatum = z.infer<typeof missingDatumSchema>

/** When a part of the state was true by the venue's clock, and how old it was at `AgentState.timeMs`, ms. */
export const statePartSchema = z.object({ timestampMs: z.int(), ageMs: z.number() })
export type StatePart = z.infer<typeof statePartSchema>

/** Everything that the agent knows of one currency. */
export const underlyingStateSchema = z.object({
  currency: currencySchema,
  /** Price of the index, the coin's price over several spot markets. */
  spotUsd: z.number().positive(),
  /** Change of the index over 24 h, percent. */
  dayChangePct: z.number().nullable(),
  portfolio: portfolioStateSchema,
  vol: volStateSchema,
  /**
   * Calls that may be sold, best first. With a forecast: those with an edge by edge per margin and day (`edgeCoin /
   * (initialMarginCoin × dte)`), then the others by `edgeCoin`. Without: by the volatility that their bid sells.
   */
  candidates: z.array(candidateOptionSchema).readonly(),
  /** All other listed calls by the first reason that applies, in the order of `CANDIDATE_REJECTIONS`. */
  rejectedCandidates: z.array(rejectedCallsSchema).readonly(),
  missing: z.array(missingDatumSchema).readonly(),
  /**
   * `instruments` is when the venue was asked for its listing, which its client may keep for as long as it holds;
   * `tickers` the oldest of those that were read, `candles` and `dvol` the close of the last bar that can be computed
   * from. `null` where there is none.
   */
  parts: z.object({
    account: statePartSchema,
    chain: statePartSchema,
    index: statePartSchema,
    instruments: statePartSchema,
    tickers: statePartSchema.nullable(),
    candles: statePartSchema.nullable(),
    dvol: statePartSchema.nullable(),
  }),
})
export type UnderlyingState = z.infer<typeof underlyingStateSchema>

/** What a policy decides on: all underlyings at one venue time. */
export const agentStateSchema = z.object({
  /** Venue time at which it was complete. */
  timeMs: z.int(),
  source: marketSourceSchema,
  /** What the venue said of itself in this cycle. */
  venue: venueStatusSchema.pick({ testnet: true, locked: true, clockErrorMs: true }),
  underlyings: z.array(underlyingStateSchema).min(1).readonly(),
  memory: agentMemorySchema,
})
export type AgentState = z.infer<typeof agentStateSchema>
