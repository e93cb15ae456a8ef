import {
  candidateOptionSchema,
  candidateRejectionSchema,
  optionPositionSchema,
  portfolioStateSchema,
  underlyingStateSchema,
  volStateSchema,
} from '@cc/models'
import { z } from 'zod'
import { agentStateOf2Schema, decisionRecordOf2Schema } from './record-version-2.js'

/*
 * Decision records of schema version 1. They are said by what sets them apart from those of version 2, and from what of
 * it is today's: whoever changes a field of today that they share writes it out here.
 */

const positionSchema = optionPositionSchema.omit({
  netDelta: true,
  gamma: true,
  vega: true,
  theta: true,
  premiumCaptured: true,
})
export type PositionOf1 = z.infer<typeof positionSchema>

const portfolioSchema = portfolioStateSchema
  .omit({ optionsNetDeltaCoin: true })
  .extend({ timestampMs: z.int(), positions: z.array(positionSchema).readonly() })
export type PortfolioOf1 = z.infer<typeof portfolioSchema>

const candidateSchema = candidateOptionSchema.pick({
  instrument: true,
  dte: true,
  bidPriceCoin: true,
  askPriceCoin: true,
  markPriceCoin: true,
  markIv: true,
  forwardUsd: true,
  delta: true,
  moneyness: true,
  netPremiumCoin: true,
  netPremiumUsd: true,
  annualisedYieldPct: true,
  spreadPct: true,
  openInterestCoin: true,
})
export type CandidateOf1 = z.infer<typeof candidateSchema>

const volSchema = volStateSchema
  .pick({ horizonDays: true, atmIv: true, realisedVol: true, ivrv: true, dvol: true })
  .extend({
    /** IV of the 25-delta call − IV of the 25-delta put, of the expiry in `skewDte` days. */
    skew25: z.number().nullable(),
    skewDte: z.number().positive().nullable(),
  })
export type VolOf1 = z.infer<typeof volSchema>

const underlyingSchema = underlyingStateSchema.omit({ parts: true }).extend({
  portfolio: portfolioSchema,
  vol: volSchema,
  candidates: z.array(candidateSchema).readonly(),
  /** How many calls, by reason. */
  rejectedCandidates: z.partialRecord(candidateRejectionSchema, z.int().positive()),
  /** Age of each part at `timeMs`, ms. */
  ages: z.object({ chain: z.number(), index: z.number(), account: z.number() }),
})
export type UnderlyingOf1 = z.infer<typeof underlyingSchema>

const stateSchema = agentStateOf2Schema.extend({ underlyings: z.array(underlyingSchema).min(1).readonly() })

/** The last of that version held states of version 2 already. */
export const decisionRecordOf1Schema = decisionRecordOf2Schema.extend({
  schemaVersion: z.literal(1),
  state: z.union([agentStateOf2Schema, stateSchema]).nullable(),
})
export type DecisionRecordOf1 = z.infer<typeof decisionRecordOf1Schema>
